import { CONTROLLERS } from '../../controllers/list.ts';
import { kindFor } from '../../core/kinds/registry.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import { readManifest } from '../scenario/manifest.ts';
import { isOwned } from './audit-objects.ts';
import { cleanObject, type Fields } from './clean-object.ts';
import type { Findings } from './findings.ts';
import { type ImportedNodes, nodeGroupsOf } from './node-groups.ts';

export interface ImportedDump {
  readonly nodes: ImportedNodes | undefined;
  /** What somebody wrote, as they would have written it. */
  readonly manifests: readonly Fields[];
  /** All objects of the dump, by `resource namespace/name`: what later patches build upon. */
  readonly objects: ReadonlyMap<string, Fields>;
}

/** What components make by themselves, or what says how it was and not what is wanted. */
const MADE_BY_COMPONENTS = [
  'Event',
  'Lease',
  'Endpoints',
  'EndpointSlice',
  'ControllerRevision',
  'ComponentStatus',
  'CSINode',
  'CSIStorageCapacity',
  'VolumeAttachment',
  'PersistentVolume',
  'CertificateSigningRequest',
  'PodMetrics',
  'NodeMetrics',
  'IPAddress',
  'ServiceCIDR',
];
/** The controllers of workloads, by their kinds. */
const CONTROLLER_OF: Readonly<Record<string, string>> = {
  CronJob: 'cronjob-controller',
  DaemonSet: 'daemonset-controller',
  Job: 'job-controller',
  ReplicationController: 'replicationcontroller-controller',
  StatefulSet: 'statefulset-controller',
};

/** Whether a kind is stored without a controller: then nothing becomes of its objects. */
function lacksController(kind: string): boolean {
  const controller = CONTROLLER_OF[kind];
  if (controller === undefined) return false;
  return !CONTROLLERS['kube-controller-manager'].some(({ name }) => name === controller);
}
/** Those that every cluster has from its start. */
export const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const MIRROR = 'kubernetes.io/config.mirror';

export function objectId(resource: string, namespace: string | undefined, name: string): string {
  return `${resource} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** The objects of a document; those of a list that leaves their kind out have that of the list. */
function listedObjects(raw: unknown): readonly unknown[] {
  if (!isJsonObject(raw) || !Array.isArray(raw.items) || typeof raw.kind !== 'string') return [raw];
  const kind = raw.kind.endsWith('List') ? raw.kind.slice(0, -'List'.length) : '';
  const own = kind === '' ? {} : { apiVersion: raw.apiVersion, kind };
  return raw.items.flatMap((item: unknown) =>
    isJsonObject(item) && typeof item.kind !== 'string' ? [{ ...item, ...own }] : listedObjects(item),
  );
}

function metadataOf(object: Fields): Fields {
  return isJsonObject(object.metadata) ? object.metadata : {};
}

/** Why an object is left out, where it is; nothing for one that somebody has to apply. */
function leftOut(kind: string, metadata: Fields): string | undefined {
  const name = `${metadata.name}`;
  const annotations = isJsonObject(metadata.annotations) ? metadata.annotations : {};
  const labels = isJsonObject(metadata.labels) ? metadata.labels : {};
  if (MADE_BY_COMPONENTS.includes(kind)) return `${kind} objects, which components write`;
  if (isOwned({ metadata })) return 'objects that a controller makes again';
  if (annotations[MIRROR] !== undefined) return 'mirror pods of static pods';
  if (metadata.deletionTimestamp !== undefined) return 'objects that were being deleted';
  const isGiven =
    (kind === 'Namespace' && SYSTEM_NAMESPACES.includes(name)) ||
    (kind === 'ServiceAccount' && name === 'default') ||
    (kind === 'ConfigMap' && name === 'kube-root-ca.crt') ||
    (kind === 'PriorityClass' && name.startsWith('system-')) ||
    (kind === 'Service' && name === 'kubernetes' && metadata.namespace === 'default') ||
    labels['kubernetes.io/bootstrapping'] !== undefined;
  return isGiven ? 'objects that every cluster has from its start' : undefined;
}

/** The state that a dump shows: its nodes as node groups, what people wrote as manifests. */
export function importDump(
  documents: readonly { readonly raw: unknown; readonly where: string }[],
  findings: Findings,
): ImportedDump {
  const nodes: Fields[] = [];
  const manifests: Fields[] = [];
  const objects = new Map<string, Fields>();
  for (const { raw, where } of documents) {
    for (const object of listedObjects(raw)) {
      if (!isJsonObject(object) || typeof object.kind !== 'string' || typeof object.apiVersion !== 'string') {
        findings.add('entries that are no objects', where);
        continue;
      }
      take(object, object.kind, object.apiVersion, where);
    }
  }
  return {
    nodes: nodes.length === 0 ? undefined : nodeGroupsOf(nodes, findings),
    manifests,
    objects,
  };

  function take(object: Fields, kindName: string, apiVersion: string, where: string): void {
    const metadata = metadataOf(object);
    const named = `${kindName.toLowerCase()}/${String(metadata.name)}`;
    if (kindName === 'Node' && apiVersion === 'v1') {
      nodes.push(object);
      return;
    }
    const kind = kindFor(apiVersion, kindName);
    if (kind !== undefined) {
      const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : undefined;
      const id = objectId(kind.resource, namespace, `${metadata.name}`);
      if (objects.has(id)) {
        findings.add('objects that are there twice', `${where} ${named}`);
        return;
      }
      objects.set(id, object);
    }
    const reason = leftOut(kindName, metadata);
    if (reason !== undefined) {
      findings.add(reason, named);
      return;
    }
    if (kindName === 'Secret' && object.type === 'kubernetes.io/service-account-token') {
      findings.add('tokens of service accounts', named);
      return;
    }
    const manifest = cleanObject(object);
    const read = readManifest(manifest);
    if (!read.ok) {
      const [problem] = read.problems;
      findings.add(
        kind === undefined
          ? `objects of a kind that is not known here: ${kindName} (${apiVersion})`
          : `objects that are not valid: ${problem?.path.join('.') ?? ''} ${problem?.message ?? ''}`,
        named,
      );
      return;
    }
    if (lacksController(kindName)) {
      findings.add(`${kindName} objects, which are applied but have no controller in this version`, named);
    }
    manifests.push(manifest);
  }
}
