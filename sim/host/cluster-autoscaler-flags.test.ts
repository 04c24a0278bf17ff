import { describe, expect, it } from 'vitest';
import { NODE } from '../../core/kinds/registry.ts';
import { CLUSTER_AUTOSCALER_FLAGS } from '../scenario/flags.ts';
import {
  budget,
  group,
  type Played,
  play,
  scenarioOf,
  type Written,
  web,
} from '../testing/autoscaled-run.ts';

/** Every flag of the cluster autoscaler has its effect. */

type FlagName = keyof typeof CLUSTER_AUTOSCALER_FLAGS;

interface Row {
  readonly flag: FlagName;
  readonly set: unknown;
  readonly given: Written;
  readonly seen: (played: Played) => unknown;
  readonly usual: unknown;
  readonly changed: unknown;
}

const growing: Written = { minutes: 10, groups: [group('general', 1, 10)], manifests: [web(6, '1500m')] };
const shrinking: Written = {
  minutes: 40,
  groups: [group('general', 4, 10)],
  manifests: [web(8, '1500m')],
  timeline: [{ at: '2m', scale: 'deployment/web', replicas: 2 }],
};
const without = (pod: object, more: Partial<Written> = {}): Written => ({
  ...shrinking,
  manifests: [web(8, '1500m', pod)],
  ...more,
});
/** Four nodes of which each runs two pods that another could hold. */
const spreadThin: Written = { ...shrinking, minutes: 14, manifests: [web(8, '200m')], timeline: [] };
/** A second group that is dearer, larger and wastes more. */
const twoGroups: Written = {
  ...growing,
  groups: [
    group('small', 1, 10, { pricePerHour: 1 }),
    group('large', 0, 10, { machine: { cpu: 32 }, pricePerHour: 0.5 }),
  ],
};
const bigBudget = [web(4, '200m'), budget(3)];
/** Replacements that are not ready for four minutes. */
const slowToServe: Written = {
  ...shrinking,
  minutes: 25,
  groups: [group('general', 2, 10)],
  manifests: [
    web(4, '200m', {
      containers: [
        {
          name: 'web',
          image: 'nginx:1.27',
          resources: { requests: { cpu: '200m', memory: '1Gi' } },
          readinessProbe: { httpGet: { path: '/', port: 80 } },
        },
      ],
    }),
    bigBudget[1]!,
  ],
  behaviors: [{ startup: '4m' }],
  timeline: [],
};
/** Programs that take five minutes to end. */
const slowToEnd: Written = {
  ...spreadThin,
  minutes: 30,
  groups: [group('general', 2, 10)],
  manifests: [web(2, '200m', { terminationGracePeriodSeconds: 400 })],
  behaviors: [{ shutdown: '5m' }],
};
const fullZone: Written = {
  ...growing,
  minutes: 14,
  groups: ['a', 'b'].map((zone) => group(zone, 4, 8, { zones: [zone] })),
  manifests: [web(12, '1500m')],
  timeline: [{ at: '3m', fault: 'zone-outage', zone: 'b' }],
};

const unreadyNode: Written = {
  ...shrinking,
  groups: [group('general', 3, 10)],
  manifests: [web(3, '1500m')],
  settings: { 'scale-down-utilization-threshold': 0.3 },
  timeline: [{ at: '2m', fault: 'node-crash', node: 'general-3' }],
};
const allGone: Written = {
  ...shrinking,
  timeline: [{ at: '2m', scale: 'deployment/web', replicas: 0 }],
};
const systemPods: Written = {
  ...shrinking,
  manifests: [{ ...web(8, '1500m'), metadata: { name: 'web', namespace: 'kube-system' } }],
  timeline: [{ at: '2m', scale: 'deployment/web', namespace: 'kube-system', replicas: 2 }],
};
const operatorPod: Written = {
  ...shrinking,
  groups: [group('general', 2, 4)],
  manifests: ['one', 'two'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ownerReferences: [
        { apiVersion: 'example.com/v1', kind: 'Database', name: 'db', uid: 'db', controller: true },
      ],
    },
    spec: { containers: [{ name: 'db', image: 'db:1', resources: { requests: { cpu: '1' } } }] },
  })),
  timeline: [],
};
/** A budget that keeps nodes, until it is gone. */
const budgetGoes: Written = {
  ...shrinking,
  manifests: [web(8, '1500m'), budget(2)],
  timeline: [
    { at: '2m', scale: 'deployment/web', replicas: 2 },
    { at: '5m', delete: 'pdb/web' },
  ],
};

const came = ({ nodes }: Played): readonly string[] => nodes.filter((line) => line.includes('+'));
const went = ({ nodes }: Played): readonly string[] => nodes.filter((line) => line.includes(' -'));
const firstGone = (played: Played): string | undefined => went(played)[0]?.split(' ')[0];
const lastGone = (played: Played): string | undefined => went(played).at(-1)?.split(' ')[0];
/** How many nodes are begun to be removed at each time that any is. */
const batches = ({ records }: Played): readonly number[] => {
  const counts = new Map<number, number>();
  for (const record of records) {
    if (record.type !== 'event' || record.kind !== NODE || record.reason?.includes('unneeded for') !== true)
      continue;
    if (record.actor === 'cluster-autoscaler') counts.set(record.t, (counts.get(record.t) ?? 0) + 1);
  }
  return [...counts.values()];
};
const size = ({ nodeNames }: Played): number => nodeNames.length;
const toldOf =
  (reason: string) =>
  ({ told }: Played): boolean =>
    told.some((line) => line.startsWith(reason));
const taintsOf =
  (key: string) =>
  ({ records }: Played): boolean =>
    records.some((record) => record.type === 'event' && JSON.stringify(record.next ?? {}).includes(key));

const ROWS: readonly Row[] = [
  {
    flag: 'scan-interval',
    set: '2m',
    given: growing,
    seen: came,
    usual: ['1m +general-2', '1m +general-3'],
    changed: ['3m +general-2', '3m +general-3'],
  },
  {
    flag: 'new-pod-scale-up-delay',
    set: '3m',
    given: growing,
    seen: came,
    usual: ['1m +general-2', '1m +general-3'],
    changed: ['4m +general-2', '4m +general-3'],
  },
  {
    flag: 'max-node-provision-time',
    set: '1m',
    given: growing,
    seen: came,
    usual: ['1m +general-2', '1m +general-3'],
    changed: [],
  },
  { flag: 'max-nodes-total', set: 2, given: growing, seen: size, usual: 3, changed: 2 },
  {
    flag: 'expander',
    set: 'price',
    given: twoGroups,
    seen: came,
    usual: ['1m +small-2', '1m +small-3'],
    changed: ['1m +large-1'],
  },
  {
    flag: 'balance-similar-node-groups',
    set: true,
    given: {
      ...growing,
      groups: ['a', 'b'].map((zone) => group(zone, 1, 5, { zones: [zone] })),
      manifests: [web(8, '1500m')],
      settings: {},
    },
    seen: came,
    usual: ['1m +a-2', '1m +a-3'],
    changed: ['1m +a-2', '1m +b-2'],
  },
  {
    flag: 'ok-total-unready-count',
    set: 10,
    given: fullZone,
    seen: (played) => came(played).length > 0,
    usual: false,
    changed: true,
  },
  {
    flag: 'max-total-unready-percentage',
    set: 60,
    given: fullZone,
    seen: (played) => came(played).length > 0,
    usual: false,
    changed: true,
  },
  {
    flag: 'initial-node-group-backoff-duration',
    set: '1m',
    given: { ...growing, timeline: [{ at: '500ms', fault: 'cloud-out-of-capacity', for: '30s' }] },
    seen: came,
    usual: ['6m +general-2', '6m +general-3'],
    changed: ['2m +general-2', '2m +general-3'],
  },
  {
    flag: 'max-node-group-backoff-duration',
    set: '5m',
    given: {
      ...growing,
      minutes: 30,
      timeline: [{ at: '500ms', fault: 'cloud-out-of-capacity', for: '8m' }],
    },
    seen: (played) => came(played)[0],
    usual: '16m +general-2',
    changed: '11m +general-2',
  },
  { flag: 'scale-down-enabled', set: false, given: shrinking, seen: size, usual: 1, changed: 4 },
  {
    flag: 'scale-down-unneeded-time',
    set: '3m',
    given: shrinking,
    seen: firstGone,
    usual: '13m',
    changed: '6m',
  },
  {
    flag: 'scale-down-unready-time',
    set: '11m',
    given: unreadyNode,
    seen: firstGone,
    usual: '29m',
    changed: '20m',
  },
  {
    flag: 'scale-down-utilization-threshold',
    set: 0.05,
    given: spreadThin,
    seen: (played) => went(played).length > 0,
    usual: true,
    changed: false,
  },
  {
    flag: 'scale-down-delay-after-add',
    set: '1m',
    given: {
      ...growing,
      minutes: 30,
      groups: [group('general', 2, 10)],
      manifests: [web(4, '1500m')],
      timeline: [
        { at: '1m', scale: 'deployment/web', replicas: 6 },
        { at: '4m', scale: 'deployment/web', replicas: 2 },
      ],
      settings: { 'scale-down-unneeded-time': '1m' },
    },
    seen: firstGone,
    usual: '12m',
    changed: '6m',
  },
  {
    flag: 'scale-down-delay-after-delete',
    set: '20m',
    given: { ...spreadThin, minutes: 30 },
    seen: (played) => went(played).length > 1,
    usual: true,
    changed: false,
  },
  {
    flag: 'scale-down-delay-after-failure',
    set: '1h',
    given: { ...slowToServe, minutes: 60 },
    seen: ({ records }) =>
      records.filter(
        (record) =>
          record.type === 'event' && record.reason?.includes('unneeded for') === true && record.kind === NODE,
      ).length > 1,
    usual: true,
    changed: false,
  },
  {
    flag: 'unremovable-node-recheck-timeout',
    set: '20m',
    given: budgetGoes,
    seen: lastGone,
    usual: '18m',
    changed: '33m',
  },
  {
    flag: 'max-scale-down-parallelism',
    set: 1,
    given: shrinking,
    seen: batches,
    usual: [3],
    changed: [1, 1, 1],
  },
  { flag: 'max-drain-parallelism', set: 4, given: spreadThin, seen: batches, usual: [1, 1, 1], changed: [3] },
  { flag: 'max-empty-bulk-delete', set: 1, given: allGone, seen: batches, usual: [3], changed: [1, 1, 1] },
  {
    flag: 'max-graceful-termination-sec',
    set: 10,
    given: slowToEnd,
    seen: firstGone,
    usual: '16m',
    changed: '11m',
  },
  {
    flag: 'max-pod-eviction-time',
    set: '6m',
    given: slowToServe,
    seen: toldOf('ScaleDownFailed'),
    usual: true,
    changed: false,
  },
  {
    flag: 'node-delete-delay-after-taint',
    set: '2m',
    given: shrinking,
    seen: firstGone,
    usual: '13m',
    changed: '15m',
  },
  {
    flag: 'max-bulk-soft-taint-count',
    set: 0,
    given: shrinking,
    seen: taintsOf('DeletionCandidateOfClusterAutoscaler'),
    usual: true,
    changed: false,
  },
  {
    flag: 'skip-nodes-with-local-storage',
    set: false,
    given: without({ volumes: [{ name: 'd', emptyDir: {} }] }),
    seen: size,
    usual: 2,
    changed: 1,
  },
  { flag: 'skip-nodes-with-system-pods', set: false, given: systemPods, seen: size, usual: 2, changed: 1 },
  {
    flag: 'skip-nodes-with-custom-controller-pods',
    set: false,
    given: operatorPod,
    seen: size,
    usual: 2,
    changed: 1,
  },
  { flag: 'expendable-pods-priority-cutoff', set: 1, given: growing, seen: size, usual: 3, changed: 1 },
];

describe('settings of the cluster autoscaler', () => {
  it.each(ROWS.map((row) => [row.flag, row] as const))('%s', (flag, { set, given, seen, usual, changed }) => {
    const settings = given.settings ?? {};
    const other = { ...given, settings: { ...settings, [flag]: set } };
    expect([seen(play(scenarioOf(given))), seen(play(scenarioOf(other)))]).toEqual([usual, changed]);
  });

  it('are all here', () => {
    expect(ROWS.map(({ flag }) => flag)).toEqual(Object.keys(CLUSTER_AUTOSCALER_FLAGS));
  });
});
