import { expect, test } from 'vitest';
import { DAEMON_SET, PERSISTENT_VOLUME_CLAIM, POD, STATEFUL_SET } from '../core/kinds/registry.ts';
import type { EventRecord, LogRecord } from '../core/log/record.ts';
import type { Pod } from '../core/schema/types.generated.ts';
import { MINUTE, type Micros } from '../core/time.ts';
import { readScenario } from './scenario/resolve.ts';
import { Story } from './story/story.ts';
import { loggedRun, reExecuted } from './testing/logged-run.ts';

function workload(kind: string, name: string, more: object): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name, image: `${name}:1` }] },
      },
      ...more,
    },
  };
}

const DATABASE = workload('StatefulSet', 'db', {
  replicas: 3,
  serviceName: 'db',
  volumeClaimTemplates: [
    {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ],
});

/** A StatefulSet and a DaemonSet on four nodes: updates, a node that crashes, a partition, a drain. */
const SETS = {
  apiVersion: 'wavetank.dev/v1alpha1',
  kind: 'Scenario',
  metadata: { name: 'sets' },
  spec: {
    duration: '60m',
    cluster: { nodeGroups: [{ name: 'node', count: 4 }] },
    manifests: [
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'db' },
        spec: { clusterIP: 'None', selector: { app: 'db' }, ports: [{ port: 5432 }] },
      },
      DATABASE,
      workload('DaemonSet', 'agent', {}),
    ],
    timeline: [
      { at: '3m', setImage: 'statefulset/db', container: 'db', image: 'db:2' },
      { at: '3m', setImage: 'daemonset/agent', container: 'agent', image: 'agent:2' },
      { at: '8m', scale: 'statefulset/db', replicas: 4 },
      { at: '10m', fault: 'node-crash', node: 'node-1', for: '12m' },
      { at: '26m', fault: 'node-partition', node: 'node-2', for: '12m' },
      { at: '45m', drain: 'node-3', ignoreDaemonSets: true, timeout: '2m' },
      { at: '50m', uncordon: 'node-3' },
    ],
    expect: [
      { eventually: 'rolledOut(statefulset/db)', within: '2m' },
      { eventually: 'rolledOut(daemonset/agent) && desired(daemonset/agent) == 4', within: '2m' },
      { eventually: 'updated(statefulset/db) < 3', after: '3m', within: '10s' },
      {
        eventually: 'rolledOut(statefulset/db) && rolledOut(daemonset/agent)',
        after: '4m',
        within: '3m',
      },
      { eventually: 'available(daemonset/agent) < 4', after: '10m', within: '2m' },
      { always: 'available(daemonset/agent) == 4 && ready(statefulset/db) == 4', from: '55m' },
    ],
  },
};

function scenario() {
  const read = readScenario(SETS);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario;
}

const records: LogRecord[] = [];
const run = loggedRun(scenario(), { sinks: [(record) => records.push(record)] });
const { view, refusals } = run.outcome.simulation;
const events = records.filter((record): record is EventRecord => record.type === 'event');
const start = scenario().startTime;

function minute(t: Micros): number {
  return (t - start) / MINUTE;
}

function podOf({ previous, next }: EventRecord): Pod {
  return (next ?? previous) as Pod;
}

/** The records of pods of a workload that are asked to go between two minutes. */
function ended(prefix: string, from: number, to: number): readonly Pod[] {
  return events
    .filter(
      ({ kind, key, t }) =>
        kind === POD && key.startsWith(`default/${prefix}`) && minute(t) >= from && minute(t) < to,
    )
    .filter(
      ({ previous, next }) =>
        next?.metadata.deletionTimestamp !== undefined && previous?.metadata.deletionTimestamp === undefined,
    )
    .map(podOf);
}

test('nothing is refused, and all is there in the end', () => {
  expect(refusals).toEqual([]);
  expect(run.outcome.expectations.filter(({ ok }) => !ok)).toEqual([]);
  expect(view.get(STATEFUL_SET, 'default', 'db')?.status).toMatchObject({
    replicas: 4,
    readyReplicas: 4,
    updatedReplicas: 4,
    currentReplicas: 4,
  });
  expect(view.get(DAEMON_SET, 'default', 'agent')?.status).toMatchObject({
    desiredNumberScheduled: 4,
    numberAvailable: 4,
    updatedNumberScheduled: 4,
    numberMisscheduled: 0,
  });
});

test('I1: a pod of a StatefulSet comes back under its name when the old one is wholly gone, however long that takes', () => {
  const lost = [...ended('db-', 10, 22), ...ended('db-', 26, 38)].filter(({ spec }) =>
    ['node-1', 'node-2'].includes(spec.nodeName ?? ''),
  );
  expect(lost.length).toBeGreaterThan(0);
  for (const pod of lost) {
    const { name, uid } = pod.metadata;
    const gone = events.find(({ verb, previous }) => verb === 'delete' && previous?.metadata.uid === uid);
    const again = events.find(
      ({ kind, verb, key, rv, next }) =>
        kind === POD &&
        verb === 'create' &&
        key === `default/${name}` &&
        rv > Number(pod.metadata.resourceVersion) &&
        next?.metadata.uid !== uid,
    );
    // Nobody but its kubelet may say that it has stopped.
    expect(minute(gone?.t ?? 0)).toBeGreaterThan(pod.spec.nodeName === 'node-1' ? 22 : 38);
    expect(again?.rv).toBeGreaterThan(gone?.rv ?? Number.POSITIVE_INFINITY);
  }
});

test('I17: neither a crashed node nor one that is cut off loses its daemon; a drain leaves it, too', () => {
  expect(ended('agent-', 10, 60)).toEqual([]);
});

test('a drain moves the pods of the StatefulSet, with their claims', () => {
  const moved = ended('db-', 45, 50).filter(({ spec }) => spec.nodeName === 'node-3');
  for (const { metadata } of moved) {
    expect(view.get(POD, 'default', metadata.name)?.spec.nodeName).not.toBe('node-3');
  }
  expect(
    view.list(PERSISTENT_VOLUME_CLAIM).map(({ metadata, status }) => [metadata.name, status.phase]),
  ).toEqual([
    ['data-db-0', 'Bound'],
    ['data-db-1', 'Bound'],
    ['data-db-2', 'Bound'],
    ['data-db-3', 'Bound'],
  ]);
  const claims = events.filter(({ kind, verb }) => kind === PERSISTENT_VOLUME_CLAIM && verb === 'create');
  expect(claims).toHaveLength(4);
});

test('the story tells of rollouts, of losses and of what is whole again', () => {
  const story = new Story();
  for (const record of records) story.observe(record);
  const texts = story.moments().moments.map(({ text }) => text);
  for (const text of [
    'daemonset/agent is complete: 4/4 available',
    'statefulset/db is complete: 3/3 available',
    'statefulset/db rolls out a new template',
    'daemonset/agent rolls out a new template',
    'statefulset/db has 3 of 4 pods available',
  ]) {
    expect(texts).toContain(text);
  }
  expect(texts.some((text) => text.startsWith('statefulset/db is whole again: 4/4 after'))).toBe(true);
});

test('the run comes out the same from its stimuli alone', () => {
  expect(reExecuted(run).sha256).toBe(run.sha256);
});
