import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../core/api/object.ts';
import type { Node, Pod } from '../../../core/schema/types.generated.ts';
import { randomStream } from '../../../sim/random/keyed.ts';
import { BIND_COMPLETED } from '../../storage/annotations.ts';
import { ClusterCache } from '../cache/cluster-cache.ts';
import { podInfo } from '../cache/pod-info.ts';
import { DEFAULT_PROFILE } from '../plugins/default-plugins.ts';
import { bestNode, evaluate } from '../reference.ts';
import { Placer } from './placement.ts';

/* Pods with and without claims, over random volumes that come and go: the placer takes the node that a full scan takes. */

const ZONE = 'topology.kubernetes.io/zone';
const DRIVER = 'disk.example.com';

type Fields = Readonly<Record<string, unknown>>;

/** What the scheduler reads of an object, and no more. */
function object(kind: string, name: string, rest: Fields, meta: Fields = {}): KubeObject {
  const metadata = { name, uid: `${kind}-${name}`, resourceVersion: '1', creationTimestamp: '', ...meta };
  return { apiVersion: 'v1', kind, metadata, ...rest } as unknown as KubeObject;
}

function agrees(seed: number): void {
  const stream = randomStream(seed, 'volumes-test');
  let draws = 0;
  const draw = (bound: number): number => {
    draws += 1;
    return stream.below(bound, 'case', `${draws}`);
  };
  const cache = new ClusterCache();
  const placer = new Placer(DEFAULT_PROFILE, cache);
  const zone = (): string => 'xyz'[draw(3)]!;
  for (let i = 0; i < 1 + draw(8); i += 1) {
    const labels = { 'kubernetes.io/hostname': `n${i}`, ...(draw(5) === 0 ? {} : { [ZONE]: zone() }) };
    const status = { allocatable: { cpu: `${1 + draw(6)}`, memory: '8Gi', pods: '10' } };
    cache.setNode(object('Node', `n${i}`, { spec: {}, status }, { labels }) as unknown as Node);
    if (draw(3) > 0) continue;
    const drivers = [{ name: DRIVER, nodeID: `n${i}`, allocatable: { count: draw(3) } }];
    cache.volumes.set(object('CSINode', `n${i}`, { spec: { drivers } }), true);
  }
  for (const volumeBindingMode of ['Immediate', 'WaitForFirstConsumer']) {
    const rest = { provisioner: draw(3) === 0 ? 'kubernetes.io/no-provisioner' : DRIVER, volumeBindingMode };
    cache.volumes.set(object('StorageClass', volumeBindingMode, rest), true);
  }
  for (let step = 0; step < 60; step += 1) {
    const id = draw(6);
    const action = draw(6);
    if (action === 0) {
      const affinity = {
        required: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: [zone()] }] }],
        },
      };
      const spec = {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '2Gi' },
        csi: { driver: DRIVER, volumeHandle: `v${id}` },
        ...(draw(2) === 0 ? {} : { nodeAffinity: affinity }),
        ...(draw(2) === 0 ? {} : { storageClassName: 'WaitForFirstConsumer' }),
      };
      const labels = draw(4) === 0 ? { [ZONE]: zone() } : undefined;
      cache.volumes.set(
        object('PersistentVolume', `v${id}`, { spec, status: { phase: 'Available' } }, { labels }),
        draw(8) > 0,
      );
      continue;
    }
    if (action === 1) {
      const isBound = draw(2) === 0;
      const spec = {
        accessModes: [draw(4) === 0 ? 'ReadWriteOncePod' : 'ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
        storageClassName: draw(4) === 0 ? 'Immediate' : 'WaitForFirstConsumer',
        ...(isBound ? { volumeName: `v${draw(6)}` } : {}),
      };
      const meta = { namespace: 'default', ...(isBound ? { annotations: { [BIND_COMPLETED]: 'yes' } } : {}) };
      const status = { phase: isBound ? 'Bound' : 'Pending' };
      cache.volumes.set(object('PersistentVolumeClaim', `c${id}`, { spec, status }, meta), draw(8) > 0);
      continue;
    }
    const volumes = Array.from({ length: draw(3) }, (_, i) => ({
      name: `v${i}`,
      persistentVolumeClaim: { claimName: `c${draw(6)}` },
    }));
    const containers = [{ name: 'c', image: 'c', resources: { requests: { cpu: '1' } } }];
    const pod = object(
      'Pod',
      `p${step}`,
      { spec: { containers, volumes }, status: {} },
      { namespace: 'default' },
    );
    const info = podInfo(pod as unknown as Pod);
    const tieBreak = (): number => stream.draw(info.uid, 'tie');
    const evaluation = evaluate(DEFAULT_PROFILE, info, cache);
    const placement = placer.place(info, tieBreak, undefined);
    expect(placement.node?.name).toBe(bestNode(evaluation, tieBreak)?.name);
    if (placement.node === undefined) {
      expect([...placement.rejectors].sort()).toEqual([...evaluation.rejectors].sort());
    } else cache.place(info, placement.node.name);
  }
}

describe('pods with volumes', () => {
  it('get the node that a full scan gives them', () => {
    for (let seed = 0; seed < 300; seed += 1) agrees(seed);
  });
});
