import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../../core/schema/types.generated.ts';
import { ClusterCache } from '../cache/cluster-cache.ts';
import { podInfo } from '../cache/pod-info.ts';
import type { ResourceWeight, ScoringStrategy, ShapePoint } from '../configuration/plugin-args.ts';
import { CycleState } from '../framework/cycle-state.ts';
import type { Plugin } from '../framework/extension-points.ts';
import { nodeResourcesBalancedAllocationWith } from './node-resources-balanced-allocation.ts';
import { nodeResourcesFitWith } from './node-resources-fit.ts';
import { brokenLine, strategyScore } from './scoring-strategy.ts';

type Amounts = Readonly<Record<string, string>>;

function pod(name: string, requests: Amounts): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp: '' },
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests } }] },
    status: {},
  };
}

/** A node of these amounts with a pod on it that uses some. */
function cluster(available: Amounts, used: Amounts) {
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', uid: 'n', resourceVersion: '1', creationTimestamp: '' },
    spec: {},
    status: { allocatable: { pods: '110', ...available } },
  };
  const cache = new ClusterCache();
  cache.setNode(node);
  cache.place(podInfo(pod('there', used)), 'n');
  return { cache, node: cache.node('n')! };
}

function scoreOf(strategy: ScoringStrategy, available: Amounts, used: Amounts, wanted: Amounts): number {
  return strategyScore(strategy)(podInfo(pod('new', wanted)).facts, cluster(available, used).node);
}

const PACKING: readonly ShapePoint[] = [
  { utilization: 0, score: 0 },
  { utilization: 100, score: 10 },
];

/** The worked example of https://kubernetes.io/docs/concepts/scheduling-eviction/resource-bin-packing/. */
describe("the documentation's example of bin packing", () => {
  const resources: readonly ResourceWeight[] = [
    { name: 'intel.com/foo', weight: 5 },
    { name: 'memory', weight: 1 },
    { name: 'cpu', weight: 3 },
  ];
  const strategy: ScoringStrategy = {
    type: 'RequestedToCapacityRatio',
    resources,
    requestedToCapacityRatio: { shape: PACKING },
  };
  const wanted = { 'intel.com/foo': '2', memory: '256Mi', cpu: '2' };
  const first = { available: { 'intel.com/foo': '4', memory: '1Gi', cpu: '8' } };
  const second = { available: { 'intel.com/foo': '8', memory: '1Gi', cpu: '8' } };
  const usedOfFirst = { 'intel.com/foo': '1', memory: '256Mi', cpu: '1' };
  const usedOfSecond = { 'intel.com/foo': '2', memory: '512Mi', cpu: '6' };

  // The page cuts each resource's score down to a tenth of a hundred: 7, 5, 3 and 5, 7, 10, which gives 5 and 7.
  it('node 1: (75 × 5 + 50 × 1 + 37 × 3) / 9 = 59.6', () => {
    expect(scoreOf(strategy, first.available, usedOfFirst, wanted)).toBe(60);
  });

  it('node 2: (50 × 5 + 75 × 1 + 100 × 3) / 9 = 69.4', () => {
    expect(scoreOf(strategy, second.available, usedOfSecond, wanted)).toBe(69);
  });

  it('MostAllocated of the same cuts off: 59 and 69', () => {
    const most: ScoringStrategy = { type: 'MostAllocated', resources };
    expect(scoreOf(most, first.available, usedOfFirst, wanted)).toBe(59);
    expect(scoreOf(most, second.available, usedOfSecond, wanted)).toBe(69);
  });

  it('LeastAllocated of the same: (25 × 5 + 50 + 62 × 3) / 9 = 40 and (50 × 5 + 25 + 0) / 9 = 30', () => {
    const least: ScoringStrategy = { type: 'LeastAllocated', resources };
    expect(scoreOf(least, first.available, usedOfFirst, wanted)).toBe(40);
    expect(scoreOf(least, second.available, usedOfSecond, wanted)).toBe(30);
  });
});

describe('resources that take no part', () => {
  const resources: readonly ResourceWeight[] = [
    { name: 'cpu', weight: 1 },
    { name: 'intel.com/foo', weight: 3 },
  ];
  const most: ScoringStrategy = { type: 'MostAllocated', resources };

  it('are extended ones that the pod does not ask for', () => {
    const available = { cpu: '4', memory: '1Gi', 'intel.com/foo': '2' };
    expect(scoreOf(most, available, { cpu: '1', 'intel.com/foo': '2' }, { cpu: '1' })).toBe(50);
  });

  it('are those that the node does not have', () => {
    expect(scoreOf(most, { cpu: '4' }, { cpu: '1' }, { cpu: '1', 'intel.com/foo': '1' })).toBe(50);
  });

  it('are, by a shape, those whose score is 0', () => {
    const shape = [
      { utilization: 50, score: 0 },
      { utilization: 100, score: 10 },
    ];
    const strategy: ScoringStrategy = {
      type: 'RequestedToCapacityRatio',
      resources,
      requestedToCapacityRatio: { shape },
    };
    const wanted = { cpu: '1', 'intel.com/foo': '1' };
    // CPU at 40 % scores 0; foo at 75 % scores 50 and stands alone.
    expect(
      scoreOf(strategy, { cpu: '5', 'intel.com/foo': '4' }, { cpu: '1', 'intel.com/foo': '2' }, wanted),
    ).toBe(50);
  });
});

it.each([
  [0, 100],
  [25, 75],
  [33, 67],
  [50, 50],
  [75, 25],
  [100, 0],
])('a falling line at %i is %i', (utilization, height) => {
  const falling = [
    { utilization: 0, score: 10 },
    { utilization: 100, score: 0 },
  ];
  expect(brokenLine(falling, utilization)).toBe(height);
});

it('a line is level before its first point and after its last', () => {
  const shape = [
    { utilization: 20, score: 3 },
    { utilization: 80, score: 6 },
  ];
  expect([0, 20, 50, 80, 100].map((utilization) => brokenLine(shape, utilization))).toEqual([
    30, 30, 45, 60, 60,
  ]);
});

describe('NodeResourcesFit', () => {
  const args = {
    scoringStrategy: { type: 'LeastAllocated', resources: [{ name: 'cpu', weight: 1 }] },
    ignoredResources: ['example.com/foo'],
    ignoredResourceGroups: ['example.org'],
  } as const;

  function refusal(plugin: Plugin, wanted: Amounts): readonly string[] | undefined {
    const { node } = cluster({ cpu: '4', memory: '1Gi' }, {});
    return plugin.filter!(new CycleState(), podInfo(pod('new', wanted)), node)?.reasons;
  }

  it('passes over ignored resources and groups, and over no others', () => {
    const plugin = nodeResourcesFitWith(args);
    expect(refusal(plugin, { 'example.com/foo': '1', 'example.org/bar': '2' })).toBeUndefined();
    expect(refusal(plugin, { 'example.com/bar': '1' })).toEqual(['Insufficient example.com/bar']);
    expect(refusal(plugin, { cpu: '5' })).toEqual(['Insufficient cpu']);
  });
});

describe('NodeResourcesBalancedAllocation', () => {
  const resources = ['cpu', 'memory', 'example.com/gpu'].map((name) => ({ name, weight: 1 }));

  function change(wanted: Amounts): number {
    const available = { cpu: '10', memory: '10Gi', 'example.com/gpu': '10' };
    const { node } = cluster(available, { cpu: '2', memory: '4Gi', 'example.com/gpu': '6' });
    const plugin = nodeResourcesBalancedAllocationWith({ resources });
    return plugin.score!(new CycleState(), podInfo(pod('new', wanted)), node);
  }

  it('takes three resources by their standard deviation', () => {
    // Shares 0.2, 0.4, 0.6 deviate by 0.1633 (a balance of 83); with the pod all are 0.7 (100): 50 + ⌊(50 + 17) / 2⌋.
    expect(change({ cpu: '5', memory: '3Gi', 'example.com/gpu': '1' })).toBe(83);
  });

  it('leaves out the extended resource that a pod does not ask for', () => {
    // 0.2 and 0.4: 90; with the pod 0.4 and 0.4: 100.
    expect(change({ cpu: '2' })).toBe(80);
  });
});
