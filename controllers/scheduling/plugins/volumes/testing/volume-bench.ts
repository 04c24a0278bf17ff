import type { KubeObject } from '../../../../../core/api/object.ts';
import type { Volume } from '../../../../../core/schema/types.generated.ts';
import { SECOND } from '../../../../../core/time.ts';
import { BIND_COMPLETED } from '../../../../storage/annotations.ts';
import { DEFAULT_SCHEDULER_OPTIONS } from '../../../options.ts';
import { Scheduler } from '../../../scheduler.ts';

export const START = 1_000 * SECOND;
export const ZONE = 'topology.kubernetes.io/zone';

export type Fields = Readonly<Record<string, unknown>>;

/** What the scheduler reads of an object, and no more. */
export function object(
  apiVersion: string,
  kind: string,
  name: string,
  rest: Fields,
  meta: Fields = {},
): KubeObject {
  const metadata = { name, uid: `uid-${name}`, resourceVersion: '1', creationTimestamp: '', ...meta };
  return { apiVersion, kind, metadata, ...rest } as unknown as KubeObject;
}

function node(name: string, zone: string): KubeObject {
  const labels = { 'kubernetes.io/hostname': name, [ZONE]: zone };
  const status = { allocatable: { cpu: '4', memory: '8Gi', pods: '10' } };
  return object('v1', 'Node', name, { spec: {}, status }, { labels });
}

export function claim(
  name: string,
  spec: Fields,
  meta: Fields = {},
  status: Fields = { phase: 'Pending' },
): KubeObject {
  const full = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec };
  return object(
    'v1',
    'PersistentVolumeClaim',
    name,
    { spec: full, status },
    { namespace: 'default', ...meta },
  );
}

export function boundClaim(name: string, volumeName: string, spec: Fields = {}): KubeObject {
  const annotations = { [BIND_COMPLETED]: 'yes' };
  return claim(name, { volumeName, ...spec }, { annotations }, { phase: 'Bound' });
}

export function volume(name: string, spec: Fields = {}, meta: Fields = {}, phase = 'Available'): KubeObject {
  const full = { accessModes: ['ReadWriteOnce'], capacity: { storage: '5Gi' }, ...spec };
  return object('v1', 'PersistentVolume', name, { spec: full, status: { phase } }, meta);
}

export function inZone(...zones: readonly string[]): Fields {
  return {
    nodeAffinity: {
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: zones }] }] },
    },
  };
}

export function storageClass(name: string, rest: Fields = {}): KubeObject {
  return object('storage.k8s.io/v1', 'StorageClass', name, {
    provisioner: 'disk.example.com',
    volumeBindingMode: 'WaitForFirstConsumer',
    ...rest,
  });
}

export function csiNode(name: string, count: number): KubeObject {
  const drivers = [{ name: 'disk.example.com', nodeID: name, allocatable: { count } }];
  return object('storage.k8s.io/v1', 'CSINode', name, { spec: { drivers } });
}

export function pod(name: string, volumes: readonly Fields[], spec: Fields = {}): KubeObject {
  const containers = [{ name: 'c', image: 'c', resources: { requests: { cpu: '1', memory: '64Mi' } } }];
  return object(
    'v1',
    'Pod',
    name,
    {
      spec: {
        schedulerName: 'default-scheduler',
        containers,
        volumes: volumes as unknown as Volume[],
        ...spec,
      },
      status: { phase: 'Pending' },
    },
    { namespace: 'default' },
  );
}

export function claiming(...names: readonly string[]): readonly Fields[] {
  return names.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } }));
}

export const TWO = [node('a', 'x'), node('b', 'y')];

export class Bench {
  readonly scheduler = new Scheduler({ ...DEFAULT_SCHEDULER_OPTIONS, tieBreak: 'first', draw: () => 0 });
  now = START;
  #record = 0;

  add(...objects: readonly KubeObject[]): void {
    for (const each of objects) this.observe('ADDED', each);
  }

  observe(type: 'ADDED' | 'MODIFIED' | 'DELETED', each: KubeObject, previous?: KubeObject): void {
    this.#record += 1;
    this.scheduler.observe({ type, object: each, previous }, this.#record, this.now);
  }

  /** Where the next pod goes, or the beginning of why nowhere. */
  next(): string {
    const outcome = this.scheduler.next(this.now)?.outcome;
    if (outcome === undefined) return 'nothing';
    return outcome.kind === 'assumed' ? outcome.node : outcome.message.split(' preemption:')[0]!;
  }
}

export const unavailable = (why: string): string => `0/2 nodes are available: ${why}.`;
