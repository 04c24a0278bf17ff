import { expect, test } from 'vitest';
import type { EventRecord } from '../../core/log/record.ts';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import { runScenario } from '../run.ts';
import { readScenario } from '../scenario/resolve.ts';
import { writtenEntry } from '../scenario/written-entry.ts';

function eventsOf(spec: object): readonly EventRecord[] {
  const head = { apiVersion: 'wavetank.dev/v1alpha1', kind: 'Scenario', metadata: { name: 'test' } };
  const read = readScenario({ ...head, spec });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const events: EventRecord[] = [];
  runScenario(read.scenario, {
    sinks: [
      (record) => {
        if (record.type === 'event') events.push(record);
      },
    ],
  });
  return events;
}

const WEB = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'web:1', resources: { requests: { memory: '512Mi' } } }] },
    },
  },
};

function evicted(events: readonly EventRecord[]): ReadonlySet<string> {
  return new Set(
    events
      .filter(
        ({ kind, next }) => kind.kind === 'Pod' && (next as Pod | undefined)?.status.reason === 'Evicted',
      )
      .map(({ key }) => key),
  );
}

test('a full disk evicts the pods of a node, taints it, and others take their place elsewhere', () => {
  const events = eventsOf({
    duration: '12m',
    cluster: { nodeGroups: [{ name: 'node', count: 2, zones: ['a'] }] },
    manifests: [WEB],
    timeline: [{ at: '2m', fault: 'disk-pressure', node: 'node-1', share: 0.95, for: '3m' }],
  });
  expect(evicted(events).size).toBe(1);
  const taints = events
    .filter(({ kind, key }) => kind.kind === 'Node' && key === 'node-1')
    .map(({ next }) => (next as Node).spec?.taints?.map(({ key }) => key).join(' ') ?? '');
  expect(taints).toContain('node.kubernetes.io/disk-pressure');
  expect(taints.at(-1)).toBe('');
  const last = new Map<string, Pod>();
  for (const { kind, key, next } of events) if (kind.kind === 'Pod') last.set(key, next as Pod);
  const running = [...last.values()].filter((pod) => pod?.status.phase === 'Running');
  expect(running.map(({ spec }) => spec.nodeName)).toEqual(['node-2', 'node-2']);
});

test('programs that leak into a node without limits are evicted for what they use', () => {
  const events = eventsOf({
    duration: '20m',
    cluster: { nodeGroups: [{ name: 'node', count: 1, zones: ['a'], machine: { memory: '4Gi' } }] },
    manifests: [WEB],
    behaviors: [{ match: { app: 'web' }, usage: { memory: '1Gi', leak: '6Gi/h' } }],
  });
  const messages = events
    .filter(({ kind }) => kind.kind === 'Event')
    .map(({ next }) => next as unknown as { readonly reason: string; readonly message: string })
    .filter(({ reason }) => reason === 'Evicted')
    .map(({ message }) => message);
  expect(messages[0]).toMatch(
    /^The node was low on resource: memory\. Threshold quantity: 100Mi, available: \S+\. Container web was using \S+, request is 512Mi, has larger consumption of memory\. $/,
  );
});

test.each([
  { at: '1m', fault: 'memory-pressure', node: 'a-1', memory: '3Gi', for: '1m' },
  { at: '2m', fault: 'disk-pressure', node: { any: {} }, share: 0.9 },
  { at: '3m', fault: 'pid-pressure', node: 'a-1', pids: 30_000, for: '1m' },
  { at: '4m', fault: 'node-shutdown', node: 'a-1', for: '1m' },
])('$fault is written as it was read', (entry) => {
  const scenarioOf = (timeline: readonly object[]) => {
    const read = readScenario({
      apiVersion: 'wavetank.dev/v1alpha1',
      kind: 'Scenario',
      metadata: { name: 'test' },
      spec: { timeline },
    });
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    return read.scenario;
  };
  const given = scenarioOf([entry]);
  expect(scenarioOf(given.timeline.map(writtenEntry)).timeline).toEqual(given.timeline);
});

test.each([
  [{ at: 0, fault: 'disk-pressure', node: 'n' }, 'expected either disk, or share, such as 0.9'],
  [
    { at: 0, fault: 'memory-pressure', node: 'n', memory: '1Gi', share: 0.5 },
    'expected either memory, or share, such as 0.9, got both',
  ],
])('%j says what it lacks', (entry, message) => {
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'test' },
    spec: { timeline: [entry] },
  });
  expect(read.ok ? [] : read.problems.map((problem) => problem.message)).toEqual([message]);
});
