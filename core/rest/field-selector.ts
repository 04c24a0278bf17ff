import type { KubeObject } from '../api/object.ts';
import type { Kind } from '../kinds/kind.ts';

/**
 * Field selectors (https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/): each kind has
 * a few fields that can be asked for, and names and namespaces of all. Definitions of custom kinds name their own, version
 * by version.
 */
const COMMON: readonly string[] = ['metadata.name', 'metadata.namespace'];

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'certificatesigningrequests.certificates.k8s.io': ['spec.signerName'],
  events: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'jobs.batch': ['status.successful'],
  namespaces: ['status.phase'],
  nodes: ['spec.unschedulable'],
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  'replicasets.apps': ['status.replicas'],
  replicationcontrollers: ['status.replicas'],
  secrets: ['type'],
};

/** Values of fields that are not there: an absent boolean is false, an absent number 0. */
const ABSENT: Readonly<Record<string, string>> = {
  'spec.unschedulable': 'false',
  'spec.hostNetwork': 'false',
  'status.replicas': '0',
  'status.successful': '0',
};

/** Where a field is, where its name isn't its path. */
const PATHS: Readonly<Record<string, string>> = {
  'status.successful': 'status.succeeded',
  source: 'source.component',
};

function fieldValue(object: KubeObject, field: string): string {
  let value: unknown = object;
  for (const part of (PATHS[field] ?? field).split('.')) {
    value =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }
  return value === undefined ? (ABSENT[field] ?? '') : String(value);
}

export interface FieldRequirement {
  readonly field: string;
  readonly isEqual: boolean;
  readonly value: string;
}

export type ParsedFieldSelector =
  | {
      readonly ok: true;
      readonly requirements: readonly FieldRequirement[];
      readonly matches: (object: KubeObject) => boolean;
    }
  | { readonly ok: false; readonly error: string };

/** Terms end at a comma that no backslash escapes. */
function terms(text: string): readonly string[] {
  return text.split(/(?<!\\),/).filter((term) => term !== '');
}

function unescaped(value: string): string {
  return value.replace(/\\(.)/g, '$1');
}

function ownFields({ custom, resource }: Kind, apiVersion: string): readonly string[] {
  if (custom === undefined) return FIELDS[resource] ?? [];
  return custom.find((version) => version.apiVersion === apiVersion)?.selectableFields ?? [];
}

export function parseFieldSelector(kind: Kind, apiVersion: string, text: string): ParsedFieldSelector {
  const requirements: FieldRequirement[] = [];
  const known = [...COMMON, ...ownFields(kind, apiVersion)];
  for (const term of terms(text)) {
    const match = /^([^=!]*?)(==|!=|=)(.*)$/s.exec(term);
    if (match === null)
      return { ok: false, error: `invalid selector: '${text}'; can't understand '${term}'` };
    const [, field = '', operator, value = ''] = match;
    if (!known.includes(field)) return { ok: false, error: `field label not supported: ${field}` };
    requirements.push({ field, isEqual: operator !== '!=', value: unescaped(value) });
  }
  const matches = (object: KubeObject): boolean =>
    requirements.every(({ field, isEqual, value }) => (fieldValue(object, field) === value) === isEqual);
  return { ok: true, requirements, matches };
}
