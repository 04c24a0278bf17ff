import { expect, test } from 'vitest';
import type { EventRecord } from '../../core/log/record.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { runScenario } from '../run.ts';
import { readScenario } from '../scenario/resolve.ts';

const PROXY = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'etcd', namespace: 'kube-system' },
  spec: { containers: [{ name: 'etcd', image: 'etcd:3' }] },
};

function podsOf(spec: object): readonly EventRecord[] {
  const head = { apiVersion: 'wavetank.dev/v1alpha1', kind: 'Scenario', metadata: { name: 'test' } };
  const cluster = { nodeGroups: [{ name: 'node', count: 2, zones: ['a'], staticPods: [PROXY] }] };
  const read = readScenario({ ...head, spec: { cluster, ...spec } });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const events: EventRecord[] = [];
  runScenario(read.scenario, {
    sinks: [
      (record) => {
        if (record.type === 'event' && record.kind.kind === 'Pod') events.push(record);
      },
    ],
  });
  return events;
}

function last(events: readonly EventRecord[], key: string): Pod | undefined {
  return events.findLast((event) => event.key === key)?.next as Pod | undefined;
}

test('each node has a mirror of its static pods, which runs', () => {
  const events = podsOf({ duration: '2m' });
  for (const node of ['node-1', 'node-2']) {
    const pod = last(events, `kube-system/etcd-${node}`);
    expect(pod?.status.phase).toBe('Running');
    expect(pod?.spec.nodeName).toBe(node);
    expect(pod?.metadata.annotations?.['kubernetes.io/config.source']).toBe('file');
    expect(pod?.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Node', name: node });
  }
});

test('a mirror that is deleted comes back, and its containers never stopped', () => {
  const events = podsOf({
    duration: '4m',
    timeline: [{ at: '2m', delete: 'pod/kube-system/etcd-node-1' }],
  });
  const versions = events.filter(({ key }) => key === 'kube-system/etcd-node-1');
  expect(versions.some(({ verb }) => verb === 'delete')).toBe(true);
  const first = versions[0]?.next?.metadata.uid;
  const before = versions.findLast(({ next }) => next?.metadata.uid === first)?.next as Pod;
  const after = last(events, 'kube-system/etcd-node-1');
  expect(after?.metadata.uid).not.toBe(before.metadata.uid);
  expect(after?.status.phase).toBe('Running');
  const [container] = after?.status.containerStatuses ?? [];
  expect(container?.containerID).toBe(before.status.containerStatuses?.[0]?.containerID);
  expect(container?.restartCount).toBe(0);
});
