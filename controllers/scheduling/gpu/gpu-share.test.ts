import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Node, Pod } from '../../../core/schema/types.generated.ts';
import { DEFAULT_START, SECOND } from '../../../core/time.ts';
import type { KubeSchedulerConfiguration, PluginConfig } from '../configuration/configuration.ts';
import { optionsOf } from '../configuration/profile.ts';
import { DEFAULT_SCHEDULER_OPTIONS } from '../options.ts';
import { Scheduler } from '../scheduler.ts';
import { GPU, GPU_INDEX_ANNOTATION, GPU_MILLI } from './gpu-request.ts';

function node(name: string, gpus: number, cpu = '64'): Node {
  const amounts = { cpu, memory: '256Gi', pods: '110', [GPU]: `${gpus}`, [GPU_MILLI]: `${gpus * 1000}` };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '' },
    spec: {},
    status: { capacity: amounts, allocatable: amounts, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

/** 2000 is two whole GPUs, 300 a part of one, 0 none. */
function pod(name: string, milli: number): Pod {
  const requests: Record<string, string> = { cpu: '1' };
  if (milli > 0) requests[GPU_MILLI] = `${milli}`;
  if (milli > 0 && milli % 1000 === 0) requests[GPU] = `${milli / 1000}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp: '' },
    spec: {
      schedulerName: 'default-scheduler',
      containers: [{ name: 'c', image: 'i', resources: { requests, limits: requests } }],
    },
    status: { phase: 'Pending' },
  };
}

function configuration(
  score: string,
  pluginConfig: readonly PluginConfig[] = [],
): KubeSchedulerConfiguration {
  return {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    profiles: [
      {
        schedulerName: 'default-scheduler',
        plugins: {
          multiPoint: { enabled: [{ name: 'GPUShare' }], disabled: [] },
          score: { enabled: [{ name: score }], disabled: [{ name: '*' }] },
        },
        pluginConfig,
      },
    ],
  };
}

interface Placed {
  readonly pod: Pod;
  readonly milli: number;
  readonly node: string;
  readonly gpus: readonly number[];
}

/** A scheduler whose bindings all succeed at once. */
class Cluster {
  readonly placed = new Map<string, Placed>();
  readonly scheduler: Scheduler;
  #now = DEFAULT_START;
  #number = 0;

  constructor(
    nodes: readonly Node[],
    given: KubeSchedulerConfiguration,
    draw: (uid: string, purpose: string) => number = () => 0,
  ) {
    this.scheduler = new Scheduler({ ...DEFAULT_SCHEDULER_OPTIONS, ...optionsOf(given), draw });
    for (const object of nodes) this.#observe('ADDED', object);
  }

  /** The name of the node, and the GPUs; `undefined` where there is no room. */
  add(name: string, milli: number): Placed | undefined {
    this.#observe('ADDED', pod(name, milli));
    const found = this.#run(name, milli);
    // What finds no room doesn't wait for it.
    if (found === undefined) this.#observe('DELETED', pod(name, milli));
    return found;
  }

  /** The nodes that the plain form finds best. */
  bestFor(name: string, milli: number): readonly string[] {
    const { nodes } = this.scheduler.explain(pod(name, milli));
    const totals = new Map(nodes.flatMap((each) => (each.feasible ? [[each.node, each.total]] : [])));
    const most = Math.max(...totals.values());
    return [...totals.keys()].filter((each) => totals.get(each) === most);
  }

  remove(name: string): void {
    const held = this.placed.get(name);
    this.placed.delete(name);
    if (held !== undefined) this.#observe('DELETED', held.pod);
  }

  #observe(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Node | Pod): void {
    this.#number += 1;
    this.scheduler.observe({ type, object, previous: undefined }, this.#number, this.#now);
  }

  #run(name: string, milli: number): Placed | undefined {
    this.#now += SECOND;
    for (
      let next = this.scheduler.next(this.#now);
      next !== undefined;
      next = this.scheduler.next(this.#now)
    ) {
      if (next.outcome.kind !== 'assumed') continue;
      let object = next.pod;
      for (const request of next.requests)
        if (request.verb === 'patch' && request.subresource === undefined)
          object = request.change(object) as Pod;
      object = { ...object, spec: { ...object.spec, nodeName: next.outcome.node } };
      this.scheduler.bound(object.metadata.uid, { ok: true, object, rv: 1 }, this.#now);
      this.#observe('MODIFIED', object);
      const index = object.metadata.annotations?.[GPU_INDEX_ANNOTATION];
      const own = object.spec.containers[0]?.resources?.requests?.[GPU_MILLI];
      this.placed.set(object.metadata.name, {
        pod: object,
        milli: object.metadata.name === name ? milli : Number(own ?? 0),
        node: next.outcome.node,
        gpus: index === undefined ? [] : index.split('-').map(Number),
      });
    }
    return this.placed.get(name);
  }
}

function freeOn(cluster: Cluster, name: string, gpus: number): readonly number[] {
  const free = Array.from({ length: gpus }, () => 1000);
  for (const { node: at, gpus: places, milli } of cluster.placed.values())
    if (at === name) for (const place of places) free[place]! -= Math.min(milli, 1000);
  return free;
}

describe('pods that share GPUs', () => {
  test('get one each with room for them, and whole ones get whole ones', () => {
    const cluster = new Cluster([node('a', 2)], configuration('BestFit'));
    expect(cluster.add('half', 500)?.gpus).toEqual([0]);
    // Tightest first.
    expect(cluster.add('third', 300)?.gpus).toEqual([0]);
    expect(cluster.add('most', 900)?.gpus).toEqual([1]);
    // 300 thousandths are free, in pieces of 200 and 100.
    expect(cluster.add('pieces', 250)).toBeUndefined();
    expect(cluster.add('small', 100)?.gpus).toEqual([1]);
    expect(cluster.add('none', 0)?.gpus).toEqual([]);
    cluster.remove('most');
    cluster.remove('small');
    expect(cluster.add('whole', 1000)?.gpus).toEqual([1]);
  });

  test('a pod of more GPUs than any node has is told so', () => {
    const cluster = new Cluster([node('a', 2), node('b', 4)], configuration('BestFit'));
    expect(cluster.add('three', 3000)).toMatchObject({ node: 'b', gpus: [0, 1, 2] });
    expect(cluster.add('again', 3000)).toBeUndefined();
    expect(cluster.scheduler.explain(pod('x', 3000)).nodes).toMatchObject([
      { node: 'a', reasons: expect.arrayContaining(['Insufficient nvidia.com/gpu']) },
      { node: 'b', reasons: expect.arrayContaining(['Insufficient nvidia.com/gpu']) },
    ]);
  });

  test.each<readonly [string, 'tightest' | 'first' | 'random' | undefined, number]>([
    ['BestFit', undefined, 2],
    ['BestFit', 'first', 0],
    ['FirstFit', undefined, 0],
    ['FirstFit', 'tightest', 2],
    ['Random', undefined, 1],
  ])('under %s, by the selection %s', (score, gpuSelection, expected) => {
    const config: readonly PluginConfig[] =
      gpuSelection === undefined ? [] : [{ name: 'GPUShare', args: { gpuSelection } }];
    const cluster = new Cluster([node('a', 3)], configuration(score, config), (uid, purpose) =>
      purpose === 'gpu' && uid === 'new' ? 1 : 0,
    );
    // 400, 300 and 200 are left.
    for (const [name, milli] of [
      ['p', 600],
      ['q', 700],
      ['r', 800],
    ] as const)
      cluster.add(name, milli);
    expect(freeOn(cluster, 'a', 3)).toEqual([400, 300, 200]);
    expect(cluster.add('new', 150)?.gpus).toEqual([expected]);
  });

  const sizes = fc.constantFrom(0, 100, 250, 330, 500, 750, 999, 1000, 2000, 4000);
  const steps = fc.array(
    fc.oneof({ weight: 3, arbitrary: sizes }, { weight: 1, arbitrary: fc.constant('remove' as const) }),
    {
      minLength: 1,
      maxLength: 60,
    },
  );
  const scores = fc.constantFrom('Random', 'FirstFit', 'BestFit', 'DotProd', 'Clustering', 'Packing', 'FGD');

  test('never get more than there is of a GPU, and wait only where no node has room', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
        steps,
        scores,
        (counts, plan, score) => {
          const tasks = [500, 250, 1000].map((gpuMilli) => ({
            cpu: '1',
            gpus: 1,
            gpuMilli,
            models: [],
            popularity: 1,
          }));
          const config: readonly PluginConfig[] = score === 'FGD' ? [{ name: 'FGD', args: { tasks } }] : [];
          const names = counts.map((_count, i) => `n-${i}`);
          const cluster = new Cluster(
            counts.map((count, i) => node(names[i]!, count)),
            configuration(score, config),
          );
          plan.forEach((step, i) => {
            if (step === 'remove') {
              const [oldest] = cluster.placed.keys();
              if (oldest !== undefined) cluster.remove(oldest);
              return;
            }
            const before = names.map((name, at) => freeOn(cluster, name, counts[at]!));
            const best = cluster.bestFor(`p-${i}`, step);
            const found = cluster.add(`p-${i}`, step);
            const free = names.map((name, at) => freeOn(cluster, name, counts[at]!));
            expect(free.flat().every((left) => left >= 0)).toBe(true);
            if (found === undefined) {
              const fits = before.some((on) =>
                step < 1000
                  ? on.some((left) => left >= step)
                  : on.filter((left) => left === 1000).length >= step / 1000,
              );
              expect(step > 0 && !fits).toBe(true);
              return;
            }
            // The index finds what looking at every node finds.
            expect(best).toContain(found.node);
            expect(found.gpus).toHaveLength(step === 0 ? 0 : Math.max(1, step / 1000) | 0);
            expect(new Set(found.gpus).size).toBe(found.gpus.length);
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  test('a scheduler that starts anew finds the GPUs on the pods', () => {
    const first = new Cluster([node('a', 2)], configuration('FirstFit'));
    first.add('p', 600);
    first.add('q', 700);
    first.add('r', 300);
    const again = new Cluster([node('a', 2)], configuration('FirstFit'));
    for (const { pod: object } of [...first.placed.values()].reverse())
      again.scheduler.observe({ type: 'ADDED', object, previous: undefined }, 99, DEFAULT_START);
    // 100 are left on the first, 300 on the second.
    expect(again.add('s', 200)?.gpus).toEqual([1]);
    expect(again.add('t', 100)?.gpus).toEqual([0]);
  });
});
