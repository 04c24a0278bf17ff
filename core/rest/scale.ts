import type { KubeObject } from '../api/object.ts';
import { badRequest, type Status } from '../api/status.ts';
import { customScale, scalePaths, withSize } from '../kinds/custom/scale-paths.ts';
import type { Kind } from '../kinds/kind.ts';
import { AGE, type Column, NAME } from '../kinds/print/column.ts';
import { formatSelector } from '../labels.ts';
import { isJsonObject } from '../schema/decoding.ts';
import type { LabelSelector } from '../schema/types.generated.ts';
import type { Micros } from '../time.ts';
import { tableWith } from './table.ts';

/** The scale subresource (`autoscaling/v1` Scale), by which clients size a workload without knowing its kind. */

const SCALABLE: readonly string[] = [
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'replicationcontrollers',
];

/** Of the built-in kinds. */
export function isScalable(resource: string): boolean {
  return SCALABLE.includes(resource);
}

export function hasScale(kind: Kind): boolean {
  return isScalable(kind.resource) || scalePaths(kind) !== undefined;
}

/** A custom kind's object as a workload: its sizes are where the definition says. */
function asScalable(kind: Kind, object: KubeObject): Scalable {
  const paths = scalePaths(kind);
  if (paths === undefined) return object as Scalable;
  const { specReplicas, statusReplicas } = customScale(object, paths);
  return { ...object, spec: { replicas: specReplicas }, status: { replicas: statusReplicas } };
}

interface Scalable extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly selector?: LabelSelector | Readonly<Record<string, string>>;
  };
  readonly status?: { readonly replicas?: number };
}

function selectorText({ kind, spec }: Scalable): string {
  const { selector = {} } = spec;
  // A ReplicationController's is labels alone.
  const asSelector = kind === 'ReplicationController' ? { matchLabels: selector } : selector;
  const text = formatSelector(asSelector as LabelSelector);
  return text === '<none>' ? '' : text;
}

export function scaleOf(kind: Kind, object: KubeObject): unknown {
  const workload = asScalable(kind, object);
  const paths = scalePaths(kind);
  const selector = paths === undefined ? selectorText(workload) : customScale(object, paths).selector;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { replicas = 0 } = workload.spec;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: workload.status?.replicas ?? 0,
      ...(paths !== undefined && selector === '' ? {} : { selector }),
    },
  };
}

/** The same as a table (`printScale`). */
export function scaleTable(
  kind: Kind,
  object: KubeObject,
  now: Micros,
  include: string | undefined,
): unknown {
  const { spec, status } = asScalable(kind, object);
  const columns: readonly Column[] = [
    NAME,
    { name: 'Desired', type: 'integer', cell: () => spec.replicas ?? 0 },
    { name: 'Available', type: 'integer', cell: () => status?.replicas ?? 0 },
    AGE,
  ];
  const { resourceVersion } = object.metadata;
  return tableWith(columns, [object], { resourceVersion }, now, include);
}

/** The workload with the size that a Scale names. */
export function scaled(kind: Kind, object: KubeObject, scale: unknown): KubeObject | Status {
  const spec = isJsonObject(scale) && isJsonObject(scale.spec) ? scale.spec : {};
  const { replicas = 0 } = spec;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    return badRequest('Scale in version "v1" cannot be handled as a Scale: spec.replicas must be an integer');
  }
  const paths = scalePaths(kind);
  if (paths !== undefined) return withSize(object, paths, replicas);
  const workload = object as Scalable;
  const next: Scalable = { ...workload, spec: { ...workload.spec, replicas } };
  return next;
}
