import { describe, expect, it } from 'vitest';
import { podInfo } from '../scheduling/cache/pod-info.ts';
import { spread } from './cluster-balance.ts';
import { estimate } from './cluster-estimate.ts';
import { bestOptions, type ExpansionOption } from './cluster-expander.ts';
import type { ClusterAutoscalerOptions, ExpanderName, ScalableGroup } from './cluster-options.ts';
import { growthText, planScaleUp, reasonsText, type SkipReason } from './cluster-scale-up.ts';
import { ClusterTrial } from './cluster-trial.ts';
import {
  cloudOf,
  type GroupLike,
  modelOf,
  nodeOf,
  OPTIONS,
  type PodLike,
  podOf,
} from './testing/cluster-fixture.ts';

function pods(count: number, like: Omit<PodLike, 'name'> = {}): readonly PodLike[] {
  return Array.from({ length: count }, (_, i) => ({ ...like, name: `p${String(i).padStart(3, '0')}` }));
}

const apart: Omit<PodLike, 'name'> = {
  spec: {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
        ],
      },
    },
  },
};

const evenly: Omit<PodLike, 'name'> = {
  spec: {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'web' } },
      },
    ],
  },
};

describe('how many nodes pods need', () => {
  it.each<[string, readonly PodLike[], Omit<GroupLike, 'name'>, number, number]>([
    ['none for nobody', [], {}, 0, 0],
    ['as many as CPU asks for', pods(10), {}, 3, 10],
    ['as many as memory asks for', pods(10, { cpu: '100m', memory: '7Gi' }), {}, 5, 10],
    ['no more than there may be', pods(10), { max: 2 }, 2, 8],
    ['none where not one would fit', pods(3, { cpu: '5' }), {}, 0, 0],
    [
      'large ones first, small ones beside them',
      [...pods(3, { cpu: '1' }), { name: 'big', cpu: '3' }],
      {},
      2,
      4,
    ],
    ['one each, where they keep apart', pods(4, { cpu: '100m', ...apart }), {}, 4, 4],
    ['zones by turns, where they are spread', pods(4, { cpu: '3', ...evenly }), { zones: ['a', 'b'] }, 4, 4],
    ['one zone, where there is no other to be spread over', pods(4, { cpu: '3', ...evenly }), {}, 4, 4],
    [
      'ports of the host',
      pods(3, { spec: { containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: 80 }] }] } }),
      {},
      3,
      3,
    ],
  ])('%s', (_name, wanted, group, nodes, helped) => {
    const trial = new ClusterTrial(modelOf().cache);
    const cloud = cloudOf({ name: 'g', ...group });
    const infos = wanted.map((like) => podInfo(podOf(like)));
    const found = estimate(OPTIONS.profile, trial, cloud, 'g', infos, group.max ?? 10);
    expect([found.nodes, found.pods.length]).toEqual([nodes, helped]);
    expect(trial.cache.nodes.length).toBe(0);
    expect(found.pods.every(({ uid }) => trial.cache.placedOn(uid) === undefined)).toBe(true);
  });
});

function option(
  name: string,
  nodes: number,
  helped: number,
  cpu: number,
  asked: number,
  price = 0,
): ExpansionOption {
  const group: ScalableGroup = { name, min: 0, max: 10, pricePerHour: price };
  const infos = Array.from({ length: helped }, (_, i) => podInfo(podOf({ name: `p${i}` })));
  const amounts = (milliCpu: number) => ({ milliCpu, memory: 1 });
  return {
    group,
    estimate: {
      nodes,
      pods: infos,
      refused: new Map(),
      allocatable: amounts(cpu),
      requested: amounts(asked),
    },
  };
}

describe('which of several groups', () => {
  const few = option('few', 1, 2, 4000, 3900, 1);
  const many = option('many', 2, 6, 8000, 6000, 2);
  const cheap = option('cheap', 3, 3, 12_000, 3000, 0.1);
  it.each<[ExpanderName, readonly string[]]>([
    ['least-waste', ['few']],
    ['most-pods', ['many']],
    ['price', ['cheap']],
    ['random', ['few', 'many', 'cheap']],
  ])('%s', (expander, names) => {
    expect(bestOptions(expander, [few, many, cheap]).map(({ group }) => group.name)).toEqual(names);
  });

  it('equals are all left to a draw', () => {
    const twin = option('twin', 1, 2, 4000, 3900, 1);
    expect(bestOptions('least-waste', [few, twin]).map(({ group }) => group.name)).toEqual(['few', 'twin']);
  });
});

describe('spreading over similar groups', () => {
  it.each<[readonly (readonly [number, number])[], number, string]>([
    [
      [
        [1, 5],
        [1, 5],
        [1, 5],
      ],
      4,
      '[{g0 1->3 (max: 5)} {g1 1->2 (max: 5)} {g2 1->2 (max: 5)}]',
    ],
    [
      [
        [4, 5],
        [1, 5],
      ],
      2,
      '[{g1 1->3 (max: 5)}]',
    ],
    [
      [
        [1, 2],
        [1, 2],
      ],
      5,
      '[{g0 1->2 (max: 2)} {g1 1->2 (max: 2)}]',
    ],
    [[[0, 0]], 1, '[]'],
  ])('%j take %i: %s', (sizes, count, text) => {
    const groups = sizes.map(([size, max], i) => ({
      group: { name: `g${i}`, min: 0, max, pricePerHour: 0 },
      size,
    }));
    expect(growthText(spread(groups, count))).toBe(text);
  });
});

describe('a plan', () => {
  interface Given {
    readonly wanted: readonly PodLike[];
    readonly groups: readonly GroupLike[];
    readonly options?: Partial<ClusterAutoscalerOptions>;
    readonly skip?: (group: ScalableGroup) => SkipReason | undefined;
  }
  const plan = ({ wanted, groups, options = {}, skip = () => undefined }: Given) => {
    const trial = new ClusterTrial(modelOf(nodeOf({ name: 'old' })).cache);
    const cloud = cloudOf(...groups);
    const infos = wanted.map((like) => podInfo(podOf(like)));
    const found = planScaleUp({ ...OPTIONS, ...options }, trial, cloud, infos, skip, cloud.machines.length);
    return [growthText(found.growth), [...new Set(found.unhelped.values())]];
  };

  it.each<[string, Given, string, readonly string[]]>([
    [
      'the group that fits best',
      { wanted: pods(4), groups: [{ name: 'big', node: { cpu: 32 } }, { name: 'fit' }] },
      '[{fit 0->1 (max: 10)}]',
      [],
    ],
    [
      'a group in its back-off is left out',
      {
        wanted: pods(4),
        groups: [{ name: 'big', node: { cpu: 32 } }, { name: 'fit' }],
        skip: ({ name }) => (name === 'fit' ? 'in backoff after failed scale-up' : undefined),
      },
      '[{big 0->1 (max: 10)}]',
      [],
    ],
    [
      'no group: every reason is told',
      {
        wanted: pods(2, { cpu: '9' }),
        groups: [
          { name: 'a' },
          { name: 'b' },
          { name: 'full', size: 3, max: 3 },
          { name: 'gpu', node: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } },
        ],
      },
      '[]',
      ['1 max node group size reached, 1 node(s) had untolerated taint(s), 2 Insufficient cpu'],
    ],
    [
      'similar groups share what is needed, each beyond its own maximum alone',
      {
        wanted: pods(16),
        groups: [
          { name: 'a', max: 2 },
          { name: 'b', max: 2, node: { zone: 'b' } },
        ],
        options: { balanceSimilarNodeGroups: true },
      },
      '[{a 0->2 (max: 2)} {b 0->2 (max: 2)}]',
      [],
    ],
    [
      'groups with other labels are not similar',
      {
        wanted: pods(8),
        groups: [{ name: 'a' }, { name: 'b', node: { labels: { disk: 'ssd' } } }],
        options: { balanceSimilarNodeGroups: true },
      },
      '[{a 0->2 (max: 10)}]',
      [],
    ],
    [
      'the bound on all nodes',
      { wanted: pods(12), groups: [{ name: 'a', size: 2 }], options: { maxNodesTotal: 3 } },
      '[{a 2->3 (max: 10)}]',
      [],
    ],
    [
      'the bound on all nodes, reached',
      { wanted: pods(12), groups: [{ name: 'a', size: 3 }], options: { maxNodesTotal: 3 } },
      '[]',
      ['max total nodes in cluster reached'],
    ],
  ])('%s', (_name, given, growth, unhelped) => {
    expect(plan(given)).toEqual([growth, unhelped]);
  });

  it('reasons are counted, and in one order', () => {
    expect(reasonsText(['b', 'a', 'b'])).toBe('1 a, 2 b');
    expect(reasonsText([])).toBe('');
  });
});
