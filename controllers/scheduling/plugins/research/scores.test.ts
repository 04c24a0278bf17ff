import { describe, expect, test } from 'vitest';
import type { Node, Pod } from '../../../../core/schema/types.generated.ts';
import { ClusterCache } from '../../cache/cluster-cache.ts';
import { podInfo } from '../../cache/pod-info.ts';
import { CycleState } from '../../framework/cycle-state.ts';
import type { Plugin } from '../../framework/extension-points.ts';
import { GPU, GPU_INDEX_ANNOTATION, GPU_MILLI } from '../../gpu/gpu-request.ts';
import { bestFit, bestFitWith } from './best-fit.ts';
import { dotProduct } from './dot-product.ts';
import { fragmentationGradientDescentWith, scoreOfDescent } from './fragmentation-gradient-descent.ts';
import { gpuClustering } from './gpu-clustering.ts';
import { gpuPacking } from './gpu-packing.ts';

const GPUS = 8;

function node(gpus: number): Node {
  const amounts = { cpu: '128', memory: '1Ti', pods: '110', [GPU]: `${gpus}`, [GPU_MILLI]: `${gpus * 1000}` };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', uid: 'n', resourceVersion: '1', creationTimestamp: '' },
    spec: {},
    status: { capacity: amounts, allocatable: amounts, conditions: [] },
  };
}

function pod(name: string, cpu: number, milli: number, gpus: readonly number[] = []): Pod {
  const requests: Record<string, string> = { cpu: `${cpu}` };
  if (milli > 0) requests[GPU_MILLI] = `${milli}`;
  if (milli > 0 && milli % 1000 === 0) requests[GPU] = `${milli / 1000}`;
  const annotations = gpus.length === 0 ? {} : { annotations: { [GPU_INDEX_ANNOTATION]: gpus.join('-') } };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'd',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: '',
      ...annotations,
    },
    spec: { containers: [{ name: 'c', image: 'i', resources: { requests, limits: requests } }] },
    status: { phase: 'Pending' },
  };
}

type Held = readonly [cpu: number, milli: number, ...gpus: number[]];

/** What a plugin gives a pod on a node of 128 CPUs with what is there already. */
function scoreOf(
  plugin: Plugin,
  wanted: readonly [number, number],
  held: readonly Held[],
  gpus = GPUS,
): number {
  const cache = new ClusterCache();
  cache.setNode(node(gpus));
  held.forEach(([cpu, milli, ...places], i) => {
    cache.place(podInfo(pod(`p-${i}`, cpu, milli, places)), 'n');
  });
  const info = podInfo(pod('new', ...wanted));
  return plugin.score!(new CycleState(), info, cache.node('n')!);
}

describe('BestFit: 100 × (1 − ½ (CPUs left / 128 + GPUs left / 8))', () => {
  test.each<readonly [readonly [number, number], readonly Held[], number]>([
    [[0, 0], [], 0],
    [[64, 4000], [], 50],
    [[128, 8000], [], 100],
    [[1, 500], [], 3],
    [[32, 0], [[96, 8000, 0, 1, 2, 3, 4, 5, 6, 7]], 100],
    [[32, 1000], [[32, 3000, 0, 1, 2]], 50],
  ])('%j beside %j', (wanted, held, expected) => {
    expect(scoreOf(bestFit, wanted, held)).toBe(expected);
  });

  test('takes the shares of another node as well', () => {
    const small = bestFitWith({ largestNode: { cpu: '256', gpus: 16 } });
    expect(scoreOf(small, [128, 8000], [])).toBe(100);
    expect(scoreOf(small, [0, 0], [])).toBe(50);
  });
});

describe('DotProd: 100 × (1 − ½ (CPUs free × wanted / 128² + GPUs free × wanted / 8²))', () => {
  test.each<readonly [readonly [number, number], readonly Held[], number]>([
    [[128, 8000], [], 0],
    [[64, 0], [], 75],
    [[0, 4000], [], 75],
    [[64, 4000], [[64, 4000, 0, 1, 2, 3]], 75],
    [[1, 100], [], 98],
    [[64, 0], [[64, 0]], 87],
  ])('%j beside %j', (wanted, held, expected) => {
    expect(scoreOf(dotProduct, wanted, held)).toBe(expected);
  });
});

describe('Clustering: alike alone, among others, an idle node, others alone; 25 × GPUs in use / 8 besides', () => {
  test.each<readonly [readonly [number, number], readonly Held[], number]>([
    [[1, 0], [[1, 500, 0]], 0],
    [[1, 500], [], 25],
    [[1, 500], [[1, 500, 0]], 75 + 1],
    [
      [1, 300],
      [
        [1, 500, 0],
        [1, 4000, 1, 2, 3, 4],
      ],
      50 + 14,
    ],
    [[1, 4000], [[1, 500, 0]], 0 + 1],
    [[1, 4000], [[1, 4000, 0, 1, 2, 3]], 75 + 12],
    [[1, 2000], [[1, 4000, 0, 1, 2, 3]], 0 + 12],
    [[1, 500], [[1, 0]], 25],
  ])('%j beside %j', (wanted, held, expected) => {
    expect(scoreOf(gpuClustering, wanted, held)).toBe(expected);
  });
});

describe('Packing: shared GPUs, then free ones beside ones in use, then an idle node', () => {
  test.each<readonly [readonly [number, number], readonly Held[], number, number]>([
    [[1, 0], [], 8, 0],
    // All free: 33 less one for each.
    [[1, 500], [], 8, 25],
    [[1, 500], [], 2, 31],
    // Free ones have to be opened: 50 less one for each.
    [[1, 500], [[1, 700, 0]], 8, 49],
    [[1, 3000], [[1, 700, 0]], 8, 47],
    // Shared: 100 less a tenth of the per cent that are left.
    [[1, 300], [[1, 700, 0]], 8, 97],
    [
      [1, 300],
      [
        [1, 700, 0],
        [1, 200, 1],
      ],
      8,
      97,
    ],
    [
      [1, 500],
      [
        [1, 700, 0],
        [1, 200, 1],
      ],
      8,
      92,
    ],
  ])('%j beside %j of %j', (wanted, held, gpus, expected) => {
    expect(scoreOf(gpuPacking, wanted, held, gpus)).toBe(expected);
  });
});

describe('FGD', () => {
  test('scores by the integer part of 100 × sigmoid', () => {
    for (let gpus = -8; gpus <= 8; gpus += 0.137)
      expect(scoreOfDescent(gpus)).toBe(Math.floor(100 / (1 + Math.exp(-gpus))));
    expect(scoreOfDescent(0)).toBe(50);
    expect([scoreOfDescent(-1000), scoreOfDescent(1000)]).toEqual([0, 99]);
  });

  const task = (cpu: string, gpus: number, gpuMilli: number, popularity = 1) => ({
    cpu,
    gpus,
    gpuMilli,
    models: [],
    popularity,
  });
  const whole = fragmentationGradientDescentWith({ tasks: [task('1', 1, 1000)] });

  test.each<readonly [string, readonly [number, number], readonly Held[], number, number]>([
    // One GPU is broken up: 500 of it become a fragment, −0.5.
    ['breaks a GPU', [1, 500], [], 2, Math.floor(100 / (1 + Math.exp(0.5)))],
    // The fragment of 500 is used up: +0.5.
    ['uses a fragment', [1, 500], [[1, 500, 0]], 2, Math.floor(100 / (1 + Math.exp(-0.5)))],
    ['takes whole ones', [1, 1000], [], 2, 50],
    // The last CPUs go: both GPUs are of no use to anybody.
    ['takes the CPUs', [128, 0], [], 2, Math.floor(100 / (1 + Math.exp(2)))],
    ['on a node without GPUs', [1, 0], [], 0, 50],
  ])('%s', (_what, wanted, held, gpus, expected) => {
    expect(scoreOf(whole, wanted, held, gpus)).toBe(expected);
  });

  test('weighs tasks by their popularity', () => {
    const mixed = fragmentationGradientDescentWith({ tasks: [task('1', 1, 1000, 1), task('1', 1, 500, 3)] });
    // 500 are left of one GPU: a fragment to one of four.
    expect(scoreOf(mixed, [1, 500], [], 1)).toBe(Math.floor(100 / (1 + Math.exp(0.125))));
    expect(scoreOf(fragmentationGradientDescentWith({}), [1, 500], [], 1)).toBe(50);
  });
});
