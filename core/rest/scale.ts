import type { KubeObject } from '../api/object.ts';
import { badRequest, type Status } from '../api/status.ts';
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

export function hasScale(resource: string): boolean {
  return SCALABLE.includes(resource);
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

export function scaleOf(object: KubeObject): unknown {
  const workload = object as Scalable;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { replicas = 0 } = workload.spec;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: workload.status?.replicas ?? 0, selector: selectorText(workload) },
  };
}

/** The same as a table (`printScale`). */
export function scaleTable(object: KubeObject, now: Micros, include: string | undefined): unknown {
  const { spec, status } = object as Scalable;
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
export function scaled(object: KubeObject, scale: unknown): KubeObject | Status {
  const spec = isJsonObject(scale) && isJsonObject(scale.spec) ? scale.spec : {};
  const { replicas = 0 } = spec;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    return badRequest('Scale in version "v1" cannot be handled as a Scale: spec.replicas must be an integer');
  }
  const workload = object as Scalable;
  const next: Scalable = { ...workload, spec: { ...workload.spec, replicas } };
  return next;
}
