import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../core/api/object.ts';
import { BIND_COMPLETED, SELECTED_NODE } from '../../../storage/annotations.ts';
import {
  Bench,
  boundClaim,
  claim,
  claiming,
  csiNode,
  type Fields,
  inZone,
  object,
  pod,
  storageClass,
  TWO,
  unavailable,
  volume,
  ZONE,
} from './testing/volume-bench.ts';

interface Case {
  readonly of: string;
  readonly objects: readonly KubeObject[];
  readonly volumes: readonly Fields[];
  readonly expected: string;
}

const csiIn = (handle: string): Fields => ({ csi: { driver: 'disk.example.com', volumeHandle: handle } });

const CASES: readonly Case[] = [
  {
    of: 'a claim that is missing',
    objects: [],
    volumes: claiming('c'),
    expected: unavailable('persistentvolumeclaim "c" not found'),
  },
  {
    of: 'an ephemeral claim that is still to be made',
    objects: [],
    volumes: [{ name: 'v', ephemeral: {} }],
    expected: unavailable(
      'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v"',
    ),
  },
  {
    of: 'an ephemeral claim of somebody else',
    objects: [claim('p-v', {})],
    volumes: [{ name: 'v', ephemeral: {} }],
    expected: unavailable('PVC default/p-v was not created for pod default/p (pod is not owner)'),
  },
  {
    of: 'a claim that is lost',
    objects: [claim('c', { volumeName: 'gone' }, {}, { phase: 'Lost' }), volume('gone')],
    volumes: claiming('c'),
    expected: unavailable('persistentvolumeclaim "c" bound to non-existent persistentvolume "gone"'),
  },
  {
    of: 'a claim that is going',
    objects: [claim('c', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    volumes: claiming('c'),
    expected: unavailable('persistentvolumeclaim "c" is being deleted'),
  },
  {
    of: 'a claim that the binder has still to bind',
    objects: [
      storageClass('now', { volumeBindingMode: 'Immediate' }),
      claim('c', { storageClassName: 'now' }),
    ],
    volumes: claiming('c'),
    expected: unavailable('pod has unbound immediate PersistentVolumeClaims'),
  },
  {
    of: 'a volume in another zone',
    objects: [boundClaim('c', 'v'), volume('v', inZone('y'))],
    volumes: claiming('c'),
    expected: 'b',
  },
  {
    of: 'a volume where no node is',
    objects: [boundClaim('c', 'v'), volume('v', inZone('z'))],
    volumes: claiming('c'),
    expected: unavailable('2 node(s) had volume node affinity conflict'),
  },
  {
    of: 'a bound volume that is not there',
    objects: [
      boundClaim('e', 'v'),
      volume('v'),
      claim(
        'p-v',
        { volumeName: 'gone' },
        {
          annotations: { [BIND_COMPLETED]: 'yes' },
          ownerReferences: [{ kind: 'Pod', name: 'p', uid: 'uid-p', controller: true }],
        },
      ),
    ],
    volumes: [{ name: 'v', ephemeral: {} }],
    expected: unavailable('2 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'),
  },
  {
    of: 'two volumes in different zones',
    objects: [boundClaim('c', 'v'), volume('v', inZone('x')), boundClaim('d', 'w'), volume('w', inZone('y'))],
    volumes: claiming('c', 'd'),
    expected: unavailable('2 node(s) had volume node affinity conflict'),
  },
  {
    of: 'a class without a provisioner, and no volume',
    objects: [
      storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' }),
      claim('c', { storageClassName: 'local' }),
    ],
    volumes: claiming('c'),
    expected: unavailable("2 node(s) didn't find available persistent volumes to bind"),
  },
  {
    of: 'a class without a provisioner, and a volume of one node',
    objects: [
      storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' }),
      claim('c', { storageClassName: 'local' }),
      volume('v', { storageClassName: 'local', ...inZone('y') }),
    ],
    volumes: claiming('c'),
    expected: 'b',
  },
  {
    of: 'a volume that is too small',
    objects: [
      storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' }),
      claim('c', { storageClassName: 'local', resources: { requests: { storage: '9Gi' } } }),
      volume('v', { storageClassName: 'local' }),
    ],
    volumes: claiming('c'),
    expected: unavailable("2 node(s) didn't find available persistent volumes to bind"),
  },
  {
    of: 'a volume with other access modes',
    objects: [
      storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' }),
      claim('c', { storageClassName: 'local', accessModes: ['ReadWriteMany'] }),
      volume('v', { storageClassName: 'local' }),
    ],
    volumes: claiming('c'),
    expected: unavailable("2 node(s) didn't find available persistent volumes to bind"),
  },
  {
    of: 'a volume that is released',
    objects: [
      storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' }),
      claim('c', { storageClassName: 'local' }),
      volume('v', { storageClassName: 'local' }, {}, 'Released'),
    ],
    volumes: claiming('c'),
    expected: unavailable("2 node(s) didn't find available persistent volumes to bind"),
  },
  {
    of: 'two claims and one volume on each node',
    objects: [
      storageClass('local', { provisioner: 'kubernetes.io/no-provisioner' }),
      claim('c', { storageClassName: 'local' }),
      claim('d', { storageClassName: 'local' }),
      volume('v', { storageClassName: 'local', ...inZone('x') }),
      volume('w', { storageClassName: 'local', ...inZone('y') }),
    ],
    volumes: claiming('c', 'd'),
    expected: unavailable("2 node(s) didn't find available persistent volumes to bind"),
  },
  {
    of: 'allowed topologies',
    objects: [
      storageClass('zonal', {
        allowedTopologies: [{ matchLabelExpressions: [{ key: ZONE, values: ['y'] }] }],
      }),
      claim('c', { storageClassName: 'zonal' }),
    ],
    volumes: claiming('c'),
    expected: 'b',
  },
  {
    of: 'a volume that is being made for another node',
    objects: [
      storageClass('zonal'),
      claim('c', { storageClassName: 'zonal' }, { annotations: { [SELECTED_NODE]: 'b' } }),
    ],
    volumes: claiming('c'),
    expected: 'b',
  },
  {
    of: 'a driver that has no room anywhere',
    objects: [
      storageClass('zonal'),
      object('storage.k8s.io/v1', 'CSIDriver', 'disk.example.com', { spec: { storageCapacity: true } }),
      claim('c', { storageClassName: 'zonal' }),
    ],
    volumes: claiming('c'),
    expected: unavailable('2 node(s) did not have enough free storage'),
  },
  {
    of: 'a driver that has room in one zone',
    objects: [
      storageClass('zonal'),
      object('storage.k8s.io/v1', 'CSIDriver', 'disk.example.com', { spec: { storageCapacity: true } }),
      object('storage.k8s.io/v1', 'CSIStorageCapacity', 'y', {
        storageClassName: 'zonal',
        capacity: '2Gi',
        nodeTopology: { matchLabels: { [ZONE]: 'y' } },
      }),
      claim('c', { storageClassName: 'zonal' }),
    ],
    volumes: claiming('c'),
    expected: 'b',
  },
  {
    of: 'labels of zones',
    objects: [boundClaim('c', 'v'), volume('v', {}, { labels: { [ZONE]: 'y' } })],
    volumes: claiming('c'),
    expected: 'b',
  },
  {
    of: 'labels of zones as they were before',
    objects: [
      boundClaim('c', 'v'),
      volume('v', {}, { labels: { 'failure-domain.beta.kubernetes.io/zone': 'z__y' } }),
    ],
    volumes: claiming('c'),
    expected: 'b',
  },
  {
    of: 'labels of a zone where no node is',
    objects: [boundClaim('c', 'v'), volume('v', {}, { labels: { [ZONE]: 'z' } })],
    volumes: claiming('c'),
    expected: unavailable('2 node(s) had no available volume zone'),
  },
  {
    of: 'a claim for one pod that another has',
    objects: [
      boundClaim('c', 'v', { accessModes: ['ReadWriteOncePod'] }),
      volume('v'),
      pod('q', claiming('c'), { nodeName: 'a' }),
    ],
    volumes: claiming('c'),
    expected: unavailable(
      '2 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',
    ),
  },
  {
    of: 'a claim for one node that a pod there has',
    objects: [boundClaim('c', 'v'), volume('v'), pod('q', claiming('c'), { nodeName: 'b' })],
    volumes: claiming('c'),
    expected: 'a',
  },
  {
    of: 'the same EBS disk on one of the nodes',
    objects: [pod('q', [{ name: 'd', awsElasticBlockStore: { volumeID: 'd' } }], { nodeName: 'a' })],
    volumes: [{ name: 'd', awsElasticBlockStore: { volumeID: 'd' } }],
    expected: 'b',
  },
  {
    of: 'the same GCE disk, which all only read',
    objects: [
      pod('q', [{ name: 'd', gcePersistentDisk: { pdName: 'd', readOnly: true } }], { nodeName: 'b' }),
    ],
    volumes: [{ name: 'd', gcePersistentDisk: { pdName: 'd', readOnly: true } }],
    expected: 'a',
  },
  {
    of: 'the same iSCSI disk everywhere',
    objects: [
      pod('q', [{ name: 'd', iscsi: { iqn: 'i' } }], { nodeName: 'a' }),
      pod('r', [{ name: 'd', iscsi: { iqn: 'i' } }], { nodeName: 'b' }),
    ],
    volumes: [{ name: 'd', iscsi: { iqn: 'i' } }],
    expected: unavailable('2 node(s) had no available disk'),
  },
  {
    of: 'the same Ceph image behind a common monitor',
    objects: [pod('q', [{ name: 'd', rbd: { monitors: ['m', 'n'], image: 'i' } }], { nodeName: 'a' })],
    volumes: [{ name: 'd', rbd: { monitors: ['n'], image: 'i' } }],
    expected: 'b',
  },
  {
    of: 'a node that has as many volumes as it can',
    objects: [
      csiNode('a', 1),
      csiNode('b', 2),
      boundClaim('c', 'v'),
      volume('v', csiIn('v')),
      boundClaim('d', 'w'),
      volume('w', csiIn('w')),
      pod('q', claiming('d'), { nodeName: 'a' }),
    ],
    volumes: claiming('c'),
    expected: 'b',
  },
  {
    of: 'a volume that the node has already',
    objects: [
      csiNode('a', 1),
      csiNode('b', 0),
      boundClaim('c', 'v'),
      volume('v', csiIn('v')),
      pod('q', claiming('c'), { nodeName: 'a' }),
    ],
    volumes: claiming('c'),
    expected: 'a',
  },
  {
    of: 'volumes that are attached still',
    objects: [
      csiNode('a', 1),
      csiNode('b', 1),
      boundClaim('c', 'v'),
      volume('v', csiIn('v')),
      volume('w', csiIn('w')),
      object('storage.k8s.io/v1', 'VolumeAttachment', 'w-a', {
        spec: { attacher: 'disk.example.com', nodeName: 'a', source: { persistentVolumeName: 'w' } },
      }),
    ],
    volumes: claiming('c'),
    expected: 'b',
  },
  {
    of: 'volumes that are still to be made, and no room',
    objects: [
      csiNode('a', 0),
      csiNode('b', 0),
      storageClass('zonal'),
      claim('c', { storageClassName: 'zonal' }),
    ],
    volumes: claiming('c'),
    expected: unavailable('2 node(s) exceed max volume count'),
  },
];

describe('where a pod with volumes can be', () => {
  test.each(CASES.map((each) => [each.of, each] as const))('%s', (_of, { objects, volumes, expected }) => {
    const bench = new Bench();
    bench.add(...TWO, ...objects, pod('p', volumes));
    expect(bench.next()).toBe(expected);
  });
});
