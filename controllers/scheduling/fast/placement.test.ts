import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StringMap } from '../../../core/api/object.ts';
import type {
  Node,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  Service,
  Taint,
  Toleration,
  TopologySpreadConstraint,
} from '../../../core/schema/types.generated.ts';
import { randomStream } from '../../../sim/random/keyed.ts';
import { ClusterCache } from '../cache/cluster-cache.ts';
import { type PodInfo, podInfo } from '../cache/pod-info.ts';
import type { PluginConfig, ProfileConfiguration } from '../configuration/configuration.ts';
import type { ScoringStrategy } from '../configuration/plugin-args.ts';
import { profileOf } from '../configuration/profile.ts';
import type { Profile } from '../framework/extension-points.ts';
import { DEFAULT_PROFILE } from '../plugins/default-plugins.ts';
import { bestNode, curableNodes, evaluate, lookForAnotherWay, type WayOut } from '../reference.ts';
import { Placer } from './placement.ts';

type Below = (bound: number) => number;

function below(seed: number): Below {
  const stream = randomStream(seed, 'placement-test');
  let draws = 0;
  return (bound) => {
    draws += 1;
    return stream.below(bound, 'case', `${draws}`);
  };
}

function pick<T>(from: readonly T[], draw: Below): T {
  return from[draw(from.length)]!;
}

const EFFECTS: readonly Taint['effect'][] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const KEYS = ['dedicated', 'gpu', 'spot'];

function randomNode(name: string, draw: Below): Node {
  const allocatable: Record<string, string> = {
    cpu: pick(['0', '1', '2', '4', '7500m'], draw),
    memory: pick(['1Gi', '4Gi', '7Gi', '16Gi'], draw),
    pods: pick(['2', '5', '110'], draw),
  };
  if (draw(4) === 0) allocatable['example.com/gpu'] = `${draw(3)}`;
  if (draw(4) === 0) allocatable['ephemeral-storage'] = '10Gi';
  const taints = Array.from({ length: Math.max(0, draw(5) - 2) }, (): Taint => {
    return { key: pick(KEYS, draw), value: pick(['a', 'b'], draw), effect: pick(EFFECTS, draw) };
  });
  const images = Array.from({ length: draw(3) }, () => ({
    names: [`image${draw(3)}:v1`],
    sizeBytes: 50_000_000 * (1 + draw(20)),
  }));
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '',
      labels: {
        zone: pick(['a', 'b', 'c'], draw),
        disk: pick(['ssd', 'hdd'], draw),
        tier: `${draw(5)}`,
        ...(draw(8) === 0 ? {} : { [HOSTNAME]: name }),
        ...(draw(6) === 0 ? {} : { [ZONE]: pick(['a', 'b', 'c', 'd'], draw) }),
      },
    },
    spec: { taints, unschedulable: draw(12) === 0 },
    status: { allocatable, images },
  };
}

const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const ALIKE = { matchLabels: { app: 'test' } };

function spread(draw: Below): TopologySpreadConstraint[] {
  const whenUnsatisfiable = pick(['DoNotSchedule', 'ScheduleAnyway', 'ScheduleAnyway'] as const, draw);
  const keys = pick([['zone'], [ZONE], [HOSTNAME], ['zone', HOSTNAME], [HOSTNAME, ZONE, 'tier']], draw);
  return keys.map((topologyKey) => ({
    maxSkew: 1 + draw(3),
    topologyKey,
    whenUnsatisfiable,
    labelSelector: pick([ALIKE, { matchLabels: { app: 'web' } }, {}], draw),
    nodeTaintsPolicy: draw(4) === 0 ? 'Honor' : undefined,
    nodeAffinityPolicy: draw(4) === 0 ? 'Ignore' : undefined,
    matchLabelKeys: draw(4) === 0 ? ['track'] : undefined,
  }));
}

/** The labels of templates; two Services and a ReplicaSet select them. */
const LABELS: readonly StringMap[] = [
  { app: 'test' },
  { app: 'test', track: 'canary' },
  { app: 'web', tier: 'front' },
  { app: 'alone' },
];

const META = { resourceVersion: '1', creationTimestamp: '' };

function service(name: string, selector: StringMap): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, uid: name, namespace: 'default', ...META },
    spec: { selector },
    status: {},
  };
}

function budget(number: number, draw: Below): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: `budget-${number}`, uid: `budget-${number}`, namespace: 'default', ...META },
    spec: { selector: { matchLabels: pick<StringMap>([{ app: 'test' }, { app: 'web' }, {}], draw) } },
    status: {
      disruptionsAllowed: draw(3),
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
      disruptedPods: draw(3) === 0 ? { [`pod-${draw(8)}`]: '2026-01-01T00:00:00Z' } : undefined,
    },
  };
}

function replicaSet(name: string): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, uid: name, namespace: 'default', ...META },
    spec: { selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'test'] }] } },
    status: { replicas: 0 },
  };
}

const OWNERS = [
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'set', uid: 'set', controller: true },
] as const;

function randomSpec(draw: Below): Pod['spec'] {
  const requests: Record<string, string> = {};
  if (draw(4) > 0) requests.cpu = pick(['0', '100m', '500m', '1', '3'], draw);
  if (draw(4) > 0) requests.memory = pick(['64Mi', '1Gi', '3Gi'], draw);
  if (draw(8) === 0) requests['example.com/gpu'] = '1';
  if (draw(8) === 0) requests['ephemeral-storage'] = '4Gi';
  const tolerations = Array.from({ length: draw(3) }, (): Toleration => {
    const key = pick([...KEYS, undefined], draw);
    if (key === undefined || draw(2) === 0)
      return { key, operator: 'Exists', effect: pick([...EFFECTS, undefined], draw) };
    return {
      key,
      operator: 'Equal',
      value: pick(['a', 'b'], draw),
      effect: pick([...EFFECTS, undefined], draw),
    };
  });
  const zone = { key: 'zone', operator: 'In' as const, values: [pick(['a', 'b', 'c'], draw), 'a'] };
  const required =
    draw(4) > 0
      ? undefined
      : {
          nodeSelectorTerms: [
            { matchExpressions: [zone] },
            { matchExpressions: [{ key: 'tier', operator: 'Gt' as const, values: ['2'] }] },
          ],
        };
  const preferred =
    draw(3) > 0
      ? undefined
      : [
          { weight: 1 + draw(100), preference: { matchExpressions: [zone] } },
          {
            weight: 1 + draw(100),
            preference: { matchExpressions: [{ key: 'disk', operator: 'In' as const, values: ['ssd'] }] },
          },
        ];
  return {
    containers: [
      {
        name: 'c',
        image: `image${draw(4)}:v1`,
        resources: { requests },
        ports: draw(6) === 0 ? [{ containerPort: 80, hostPort: 8000 + draw(2) }] : undefined,
      },
    ],
    nodeSelector: draw(6) === 0 ? { disk: 'ssd' } : undefined,
    tolerations,
    topologySpreadConstraints: draw(5) === 0 ? spread(draw) : undefined,
    affinity: {
      podAntiAffinity:
        draw(12) > 0
          ? undefined
          : {
              requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: ALIKE, topologyKey: 'zone' }],
            },
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: required,
        preferredDuringSchedulingIgnoredDuringExecution: preferred,
      },
    },
    priority: pick([0, 0, 0, 5, 10], draw),
    preemptionPolicy: draw(20) === 0 ? 'Never' : undefined,
  };
}

interface Template {
  readonly spec: Pod['spec'];
  readonly labels: StringMap;
  readonly owned: boolean;
}

function podOf({ spec, labels, owned }: Template, number: number): Pod {
  const name = `pod-${number}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '',
      labels,
      ...(owned ? { ownerReferences: OWNERS } : {}),
    },
    spec,
    status: number % 3 === 0 ? {} : { startTime: `2026-01-01T00:00:0${number % 4}Z` },
  };
}

function told({ message, nominatedNode, victims }: WayOut): unknown {
  return { message, nominatedNode, victims: victims.map(({ uid }) => uid) };
}

/** A pod is on its way out: it has its place and its load, and doesn't count for spreading any more. */
function leave(cache: ClusterCache, { pod, uid }: PodInfo): void {
  const node = cache.placedOn(uid);
  if (node === undefined) return;
  const metadata = { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
  cache.place(podInfo({ ...pod, metadata }), node.name);
}

/** Random nodes, classes and churn; every decision of the index is compared with the full scan. */
function agrees(seed: number, steps: number, profile: Profile = DEFAULT_PROFILE, nodes = 12): void {
  const draw = below(seed);
  const ties = randomStream(seed, 'ties');
  const cache = new ClusterCache();
  const placer = new Placer(profile, cache);
  const classes = Array.from({ length: 1 + draw(5) }, (): Template => {
    return { spec: randomSpec(draw), labels: pick(LABELS, draw), owned: draw(3) === 0 };
  });
  if (draw(4) > 0) cache.setService(service('test', { app: 'test' }), true);
  if (draw(4) === 0) cache.setService(service('canary', { track: 'canary' }), true);
  if (draw(2) === 0) cache.setOwner(replicaSet('set'), true);
  const names = Array.from({ length: 1 + draw(nodes) }, (_, i) => `node-${i * 7}`);
  for (const name of names) if (draw(4) > 0) cache.setNode(randomNode(name, draw));
  const placed: PodInfo[] = [];
  const waiting: PodInfo[] = [];
  for (let step = 0; step < steps; step += 1) {
    const action = draw(12);
    if (action === 0) cache.setNode(randomNode(pick(names, draw), draw));
    else if (action === 1 && draw(3) === 0) cache.removeNode(pick(names, draw));
    else if (action === 2 && placed.length > 0) cache.remove(placed.splice(draw(placed.length), 1)[0]!.uid);
    else if (action === 3 && placed.length > 0) leave(cache, pick(placed, draw));
    else if (action === 5 && waiting.length > 0)
      cache.nominate(waiting.splice(draw(waiting.length), 1)[0]!, undefined);
    else if (action === 6 && draw(4) === 0) cache.budgets.set(budget(draw(3), draw), draw(4) > 0);
    else if (action === 4 && draw(8) === 0) cache.setService(service('web', { app: 'web' }), draw(2) === 0);
    else {
      const info = podInfo(podOf(pick(classes, draw), step));
      if (cache.nodes.length === 0) continue;
      const tieBreak = (): number => ties.draw(info.uid, 'tie');
      const evaluation = evaluate(profile, info, cache);
      const expected = bestNode(evaluation, tieBreak)?.name;
      const way = lookForAnotherWay(profile, info, cache, {
        failure: evaluation.failure,
        curable: () => curableNodes(evaluation, cache),
        rejectionOf: (node) => evaluation.failure.preFilterRejection ?? evaluation.rejected.get(node),
        nominatedNode: undefined,
        tieBreak,
      });
      const placement = placer.place(info, tieBreak, undefined);
      expect(placement.node?.name).toBe(expected);
      if (placement.node === undefined) {
        expect(told(placement.way)).toEqual(told(way));
        expect([...placement.rejectors].sort()).toEqual([...evaluation.rejectors].sort());
        if (way.victims.length > 0) {
          cache.nominate(info, way.nominatedNode);
          waiting.push(info);
          if (draw(2) === 0) for (const victim of way.victims) cache.remove(victim.uid);
        }
      } else {
        cache.place(info, placement.node.name);
        placed.push(info);
      }
    }
  }
}

const GPU_WEIGHTS = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 3 },
  { name: 'example.com/gpu', weight: 10 },
];

function fitBy(scoringStrategy: ScoringStrategy): PluginConfig {
  const args = { scoringStrategy, ignoredResources: ['example.com/other'], ignoredResourceGroups: [] };
  return { name: 'NodeResourcesFit', args };
}

const TERM = { matchExpressions: [{ key: 'disk', operator: 'In' as const, values: ['ssd'] }] };

const CONFIGURED: readonly (readonly [string, Partial<ProfileConfiguration>])[] = [
  ['LeastAllocated', { pluginConfig: [fitBy({ type: 'LeastAllocated', resources: GPU_WEIGHTS })] }],
  ['MostAllocated', { pluginConfig: [fitBy({ type: 'MostAllocated', resources: GPU_WEIGHTS })] }],
  [
    'RequestedToCapacityRatio, and nothing else that scores',
    {
      plugins: {
        score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit', weight: 1000 }] },
      },
      pluginConfig: [
        fitBy({
          type: 'RequestedToCapacityRatio',
          resources: GPU_WEIGHTS,
          requestedToCapacityRatio: {
            shape: [
              { utilization: 0, score: 2 },
              { utilization: 60, score: 10 },
              { utilization: 100, score: 0 },
            ],
          },
        }),
      ],
    },
  ],
  [
    'weights that differ, and balance over three resources',
    {
      plugins: {
        multiPoint: {
          enabled: [
            { name: 'NodeResourcesFit', weight: 6 },
            { name: 'NodeResourcesBalancedAllocation', weight: 4 },
            { name: 'ImageLocality', weight: 100 },
          ],
          disabled: [{ name: 'TaintToleration' }],
        },
      },
      pluginConfig: [{ name: 'NodeResourcesBalancedAllocation', args: { resources: GPU_WEIGHTS } }],
    },
  ],
  [
    'default constraints of its own',
    {
      pluginConfig: [
        {
          name: 'PodTopologySpread',
          args: {
            defaultingType: 'List',
            defaultConstraints: [
              { maxSkew: 1, topologyKey: 'tier', whenUnsatisfiable: 'ScheduleAnyway' },
              { maxSkew: 2, topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway' },
              { maxSkew: 4, topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway' },
            ],
          },
        },
      ],
    },
  ],
  [
    'affinity that the profile adds',
    {
      pluginConfig: [
        {
          name: 'NodeAffinity',
          args: {
            addedAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [TERM] },
              preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 9, preference: TERM }],
            },
          },
        },
        {
          name: 'InterPodAffinity',
          args: { hardPodAffinityWeight: 0, ignorePreferredTermsOfExistingPods: true },
        },
      ],
    },
  ],
];

describe('the index of classes', () => {
  it('places every pod where the full scan does, with the same tie-breaks and the same messages', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        agrees(seed, 24);
      }),
      { numRuns: 2500, seed: 1 },
    );
  });

  it.each(CONFIGURED)('does so as configured: %s', (_what, configuration) => {
    const profile = profileOf({
      schedulerName: 'default-scheduler',
      plugins: {},
      pluginConfig: [],
      ...configuration,
    });
    for (let seed = 0; seed < 300; seed += 1) agrees(seed, 24, profile);
    for (let seed = 0; seed < 4; seed += 1) agrees(seed, 200, profile);
  });

  it('still does after the nodes have settled and were given other slots', () => {
    for (let seed = 0; seed < 20; seed += 1) agrees(seed, 200);
  });

  it('does so on many nodes, where it looks at buckets instead of nodes', () => {
    for (let seed = 0; seed < 6; seed += 1) agrees(seed, 500, DEFAULT_PROFILE, 300);
  });
});
