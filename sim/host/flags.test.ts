import { describe, expect, test } from 'vitest';
import type { EventRecord } from '../../core/log/record.ts';
import type { Lease, Node, Pod } from '../../core/schema/types.generated.ts';
import { SECOND } from '../../core/time.ts';
import { runScenario } from '../run.ts';
import { CONTROLLER_MANAGER_FLAGS, KUBELET_FLAGS, SCHEDULER_FLAGS } from '../scenario/flags.ts';
import { readScenario } from '../scenario/resolve.ts';
import { controllersWith } from './controllers-with.ts';

type Settings = Readonly<Record<string, number | string | boolean>>;
type Component = 'kubeControllerManager' | 'kubeScheduler' | 'kubelet';

/** What a flag's effect is seen by: a run, and a number read from it. */
interface Seen {
  readonly spec: object;
  readonly read: (records: readonly EventRecord[], start: number) => number;
}

function scenario(spec: object) {
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'test' },
    spec,
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario;
}

function seen({ spec, read }: Seen, component: Component, settings: Settings): number {
  const { cluster, ...rest } = spec as { readonly cluster?: object };
  const given = scenario({ ...rest, cluster: { ...cluster, kubernetes: { [component]: settings } } });
  const records: EventRecord[] = [];
  runScenario(given, {
    sinks: [
      (record) => {
        if (record.type === 'event') records.push(record);
      },
    ],
  });
  return read(records, given.startTime);
}

function pod(name: string, spec: object): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
}

/** Nodes of one zone of which the first few crash together after a minute. */
function crashes(nodes: number, crashed: number, duration: string): object {
  return {
    duration,
    cluster: { nodeGroups: [{ name: 'node', count: nodes, zones: ['a'] }] },
    timeline: Array.from({ length: crashed }, (_, n) => ({
      at: '1m',
      fault: 'node-crash',
      node: `node-${n + 1}`,
    })),
  };
}

function isLost(node: Node | undefined): boolean {
  const ready = node?.status.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'Unknown';
}

/** Seconds from the start until a node is found to be lost. */
const noticed: Seen = {
  spec: crashes(3, 1, '4m'),
  read: (records, start) => {
    const first = records.find(({ kind, next }) => kind.kind === 'Node' && isLost(next as Node | undefined));
    return Math.floor(((first?.t ?? 0) - start) / SECOND);
  },
};

/** Seconds from the creation of a node that nobody runs (counted from the look that sees it) until it is found to be lost. */
const neverHeardOf: Seen = {
  spec: {
    duration: '4m',
    manifests: [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'ghost' } }],
  },
  read: (records) => {
    const ghosts = records.filter(({ kind, key }) => kind.kind === 'Node' && key === 'ghost');
    const lost = ghosts.find(({ next }) => isLost(next as Node | undefined));
    return Math.round(((lost?.t ?? 0) - (ghosts[0]?.t ?? 0)) / SECOND);
  },
};

function evictionTimes(records: readonly EventRecord[]): readonly number[] {
  const evicts = (object: unknown): boolean =>
    ((object as Node | undefined)?.spec.taints ?? []).some(
      ({ key, effect }) => key === 'node.kubernetes.io/unreachable' && effect === 'NoExecute',
    );
  return records
    .filter(({ kind, previous, next }) => kind.kind === 'Node' && !evicts(previous) && evicts(next))
    .map(({ t }) => Math.floor(t / SECOND));
}

/** Seconds between the first two nodes that are tainted for eviction; -1 where there are no two. */
function evictionGap(nodes: number, crashed: number): Seen {
  return {
    spec: crashes(nodes, crashed, '6m'),
    read: (records) => {
      const [first, second] = evictionTimes(records);
      return first === undefined || second === undefined ? -1 : second - first;
    },
  };
}

/** Pods that are left of five that have ended. */
const ended: Seen = {
  spec: {
    duration: '2m',
    manifests: ['a', 'b', 'c', 'd', 'e'].map((name) =>
      pod(name, { restartPolicy: 'Never', containers: [{ name: 'c', image: 'batch' }] }),
    ),
    behaviors: [{ image: 'batch', exit: { after: '1s' } }],
  },
  read: (records) => 5 - records.filter(({ kind, verb }) => kind.kind === 'Pod' && verb === 'delete').length,
};

/** Seconds until the last of many pods is created. */
const created: Seen = {
  spec: {
    duration: '1m',
    manifests: [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name: 'web' },
        spec: {
          replicas: 100,
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'c', image: 'web' }] },
          },
        },
      },
    ],
  },
  read: (records, start) => {
    const pods = records.filter(({ kind, verb }) => kind.kind === 'Pod' && verb === 'create');
    expect(pods).toHaveLength(100);
    return Math.round(((pods.at(-1)?.t ?? 0) - start) / SECOND);
  },
};

/** Seconds until the last of many pods is bound. */
const bound: Seen = {
  ...created,
  spec: {
    ...created.spec,
    cluster: { nodeGroups: [{ name: 'node', count: 3 }] },
    manifests: Array.from({ length: 200 }, (_, n) =>
      pod(`p${n}`, { containers: [{ name: 'c', image: 'web' }] }),
    ),
  },
  read: (records, start) => {
    const bindings = records.filter(
      ({ kind, previous, next }) =>
        kind.kind === 'Pod' &&
        !(previous as Pod | undefined)?.spec.nodeName &&
        (next as Pod | undefined)?.spec.nodeName,
    );
    expect(bindings).toHaveLength(200);
    return Math.round(((bindings.at(-1)?.t ?? 0) - start) / SECOND);
  },
};

/** Seconds between the first two times that a pod is found to fit nowhere. */
const triedAgain: Seen = {
  spec: {
    duration: '9m',
    manifests: [
      pod('big', { containers: [{ name: 'c', image: 'web', resources: { requests: { cpu: '100' } } }] }),
    ],
  },
  read: (records) => {
    const [first, second] = records.filter(
      ({ kind, next }) =>
        kind.kind === 'Event' &&
        (next as { readonly reason?: string } | undefined)?.reason === 'FailedScheduling',
    );
    return Math.round(((second?.t ?? 0) - (first?.t ?? 0)) / SECOND);
  },
};

/** Seconds from the first to the last that the kubelet tells of many pods that start together. */
const posted: Seen = {
  spec: {
    duration: '3m',
    cluster: { nodeGroups: [{ name: 'node', count: 1 }] },
    manifests: Array.from({ length: 40 }, (_, n) =>
      pod(`p${n}`, { containers: [{ name: 'c', image: 'web' }] }),
    ),
  },
  read: (records) => {
    const told = records.filter(
      ({ kind, actor, key }) =>
        kind.kind === 'Pod' && actor.startsWith('kubelet/') && key.startsWith('default/p'),
    );
    return Math.round(((told.at(-1)?.t ?? 0) - (told[0]?.t ?? 0)) / SECOND);
  },
};

/** Whether four pods of one node whose images are to be pulled start within five seconds. */
const pulls: Seen = {
  spec: {
    duration: '3m',
    cluster: { nodeGroups: [{ name: 'node', count: 1 }] },
    manifests: ['a', 'b', 'c', 'd'].map((name) =>
      pod(name, { containers: [{ name: 'c', image: `registry.example/${name}:1` }] }),
    ),
  },
  read: (records) => {
    const runs = records.filter(
      ({ kind, previous, next }) =>
        kind.kind === 'Pod' &&
        (previous as Pod | undefined)?.status.phase !== 'Running' &&
        (next as Pod | undefined)?.status.phase === 'Running',
    );
    expect(runs).toHaveLength(4);
    return Number((runs.at(-1)?.t ?? 0) - (runs[0]?.t ?? 0) < 5 * SECOND);
  },
};

/** What the Lease of a node says about its duration. */
const lease: Seen = {
  spec: { duration: '10s' },
  read: (records) => {
    const { next } = records.find(
      ({ kind, verb }) => kind.kind === 'Lease' && verb === 'create',
    ) as EventRecord;
    return (next as Lease).spec?.leaseDurationSeconds ?? 0;
  },
};

/** Seconds from a pod's start until its image is in its node's status. */
const imageShown: Seen = {
  spec: {
    duration: '3m',
    cluster: { nodeGroups: [{ name: 'node', count: 1 }] },
    manifests: [pod('a', { containers: [{ name: 'c', image: 'registry.example/a:1' }] })],
  },
  read: (records) => {
    const running = records.find(({ next }) => (next as Pod | undefined)?.status?.phase === 'Running');
    const shown = records.find(
      ({ kind, next }) =>
        kind.kind === 'Node' &&
        JSON.stringify((next as Node | undefined)?.status.images ?? []).includes('example/a'),
    );
    return Math.round(((shown?.t ?? 0) - (running?.t ?? 0)) / SECOND);
  },
};

/** What is seen with the default, and with the setting. */
interface Row {
  readonly component: Component;
  readonly flag: string;
  readonly seen: Seen;
  readonly usual: number;
  readonly set: number | string | boolean;
  readonly changed: number;
  /** Other settings, in both runs. */
  readonly beside?: Settings;
}

const K = 'kubeControllerManager';

const ROWS: readonly Row[] = [
  { component: K, flag: 'node-monitor-period', seen: noticed, usual: 105, set: '35s', changed: 120 },
  { component: K, flag: 'node-monitor-grace-period', seen: noticed, usual: 105, set: '2m', changed: 175 },
  { component: K, flag: 'node-startup-grace-period', seen: neverHeardOf, usual: 64, set: '2m', changed: 124 },
  { component: K, flag: 'node-eviction-rate', seen: evictionGap(6, 2), usual: 10, set: 0.05, changed: 20 },
  { component: K, flag: 'node-eviction-rate', seen: evictionGap(6, 2), usual: 10, set: 0, changed: -1 },
  {
    component: K,
    flag: 'large-cluster-size-threshold',
    seen: evictionGap(8, 5),
    usual: -1,
    set: 5,
    changed: 100,
  },
  {
    component: K,
    flag: 'secondary-node-eviction-rate',
    beside: { 'large-cluster-size-threshold': 5 },
    seen: evictionGap(8, 5),
    usual: 100,
    set: 0.05,
    changed: 20,
  },
  {
    component: K,
    flag: 'unhealthy-zone-threshold',
    seen: evictionGap(8, 5),
    usual: -1,
    set: 0.7,
    changed: 10,
  },
  { component: K, flag: 'terminated-pod-gc-threshold', seen: ended, usual: 5, set: 2, changed: 2 },
  { component: K, flag: 'terminated-pod-gc-threshold', seen: ended, usual: 5, set: 0, changed: 5 },
  { component: K, flag: 'kube-api-qps', seen: created, usual: 5, set: 'unlimited', changed: 1 },
  { component: K, flag: 'kube-api-burst', seen: created, usual: 5, set: 70, changed: 3 },
  { component: 'kubeScheduler', flag: 'kube-api-qps', seen: bound, usual: 3, set: 10, changed: 11 },
  { component: 'kubeScheduler', flag: 'kube-api-burst', seen: bound, usual: 3, set: 1, changed: 5 },
  {
    component: 'kubeScheduler',
    flag: 'pod-max-in-unschedulable-pods-duration',
    seen: triedAgain,
    usual: 330,
    set: '1m',
    changed: 90,
  },
  {
    component: 'kubelet',
    flag: 'kube-api-qps',
    beside: { 'kube-api-burst': 1 },
    seen: posted,
    usual: 28,
    set: 1,
    changed: 82,
  },
  {
    component: 'kubelet',
    flag: 'kube-api-burst',
    beside: { 'kube-api-qps': 1 },
    seen: posted,
    usual: 28,
    set: 1,
    changed: 82,
  },
  { component: 'kubelet', flag: 'serialize-image-pulls', seen: pulls, usual: 0, set: false, changed: 1 },
  { component: 'kubelet', flag: 'nodeLeaseDurationSeconds', seen: lease, usual: 40, set: 60, changed: 60 },
  {
    component: 'kubelet',
    flag: 'node-status-update-frequency',
    seen: imageShown,
    usual: 10,
    set: '1m',
    changed: 60,
  },
];

const WORKERS = [
  ['concurrent-cron-job-syncs', 'cronjob-controller'],
  ['concurrent-daemonset-syncs', 'daemonset-controller'],
  ['concurrent-deployment-syncs', 'deployment-controller'],
  ['concurrent-gc-syncs', 'garbage-collector-controller'],
  ['concurrent-horizontal-pod-autoscaler-syncs', 'horizontal-pod-autoscaler-controller'],
  ['concurrent-job-syncs', 'job-controller'],
  ['concurrent-namespace-syncs', 'namespace-controller'],
  ['concurrent-replicaset-syncs', 'replicaset-controller'],
  ['concurrent-resource-quota-syncs', 'resourcequota-controller'],
  ['concurrent-service-endpoint-syncs', 'endpointslice-controller'],
  ['concurrent-statefulset-syncs', 'statefulset-controller'],
  ['concurrent-ttl-after-finished-syncs', 'ttl-after-finished-controller'],
] as const;

/** What no short run shows; the scheduler's own tests do. */
const SHOWN_ELSEWHERE = ['percentageOfNodesToScore', 'podInitialBackoffSeconds', 'podMaxBackoffSeconds'];

describe('a flag has its effect', () => {
  test.each(ROWS.map((row) => [row.component, row.flag, row.set, row] as const))(
    '%s %s=%j',
    (_c, flag, set, row) => {
      const beside = row.beside ?? {};
      expect([
        seen(row.seen, row.component, beside),
        seen(row.seen, row.component, { ...beside, [flag]: set }),
      ]).toEqual([row.usual, row.changed]);
    },
  );

  test.each(WORKERS)('%s sets the workers of the %s, and of no other', (flag, controller) => {
    const workers = (settings: object): ReadonlyMap<string, number> => {
      const { kubernetes } = scenario({
        cluster: { kubernetes: { kubeControllerManager: settings } },
      }).cluster;
      const controllers = controllersWith(kubernetes.kubeControllerManager);
      return new Map(controllers.map(({ name, workers: count }) => [name, count]));
    };
    const usual = workers({});
    expect(usual.get(controller)).toBe(CONTROLLER_MANAGER_FLAGS[flag].default);
    expect(workers({ [flag]: 3 })).toEqual(new Map(usual).set(controller, 3));
  });

  test('every flag that there is', () => {
    const flags = [CONTROLLER_MANAGER_FLAGS, SCHEDULER_FLAGS, KUBELET_FLAGS].flatMap((table) =>
      Object.keys(table),
    );
    const shown = [...ROWS.map(({ flag }) => flag), ...WORKERS.map(([flag]) => flag), ...SHOWN_ELSEWHERE];
    // Those of autoscalers have a file of their own.
    const others = flags.filter((flag) => !flag.startsWith('horizontal-pod-autoscaler-'));
    expect([...new Set(shown)].sort()).toEqual([...new Set(others)].sort());
  });
});

test('a period of nothing is refused', () => {
  expect(() =>
    scenario({ cluster: { kubernetes: { kubeControllerManager: { 'node-monitor-period': '0s' } } } }),
  ).toThrow('expected a duration of at least 0.001s, got 0s');
});
