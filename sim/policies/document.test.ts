import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../core/time.ts';
import { readBenchmark } from './document.ts';
import { generatedTasks } from './generate.ts';
import type { GeneratedWorkload } from './workload.ts';

const CLASS = { cpu: 1, memory: '1Gi' };
const GENERATOR = { nodeGroups: [{ name: 'n', count: 2 }], pods: 20, classes: [CLASS] };
const CONFIGURATION = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };
const POLICIES = [
  { name: 'a', configuration: 'a.yaml' },
  { name: 'b', configuration: CONFIGURATION },
];

function document(spec: Readonly<Record<string, unknown>>): unknown {
  const workloads = [{ name: 'w', generator: GENERATOR }];
  return {
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'PolicyBenchmark',
    metadata: { name: 'b' },
    spec: { policies: POLICIES, workloads, ...spec },
  };
}

function problems(spec: Readonly<Record<string, unknown>>): readonly string[] {
  const read = readBenchmark(document(spec));
  if (read.ok) throw new Error('nothing was found to be wrong');
  return read.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

function workload(given: Readonly<Record<string, unknown>>): readonly string[] {
  return problems({ workloads: [{ name: 'w', ...given }] });
}

function generated(generator: Readonly<Record<string, unknown>>): GeneratedWorkload {
  const read = readBenchmark(
    document({ workloads: [{ name: 'w', generator: { ...GENERATOR, ...generator } }] }),
  );
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const [made] = read.value.workloads;
  if (made?.kind !== 'generated') throw new Error('not generated');
  return made.workload;
}

describe('a benchmark file', () => {
  it('is read with its defaults', () => {
    const read = readBenchmark(document({}));
    expect(read).toMatchObject({
      ok: true,
      value: {
        name: 'b',
        seeds: 10,
        policies: [
          { name: 'a', configuration: 'a.yaml' },
          {
            name: 'b',
            configuration: { ...CONFIGURATION, profiles: [{ schedulerName: 'default-scheduler' }] },
          },
        ],
        workloads: [
          {
            kind: 'generated',
            workload: {
              name: 'w',
              pods: 20,
              arrival: { type: 'at-once' },
              classes: [
                { name: 'pod', weight: 1, milliCpu: [1000], memory: [1024 * 1024 * 1024], gpus: [0] },
              ],
            },
          },
        ],
      },
    });
  });

  it('takes amounts one by one, from a list, and from a range', () => {
    const classes = [
      { cpu: { from: '500m', to: 2, step: '500m' }, memory: ['1Gi', '2Gi'], gpu: [0, 2], lifetime: '5m' },
    ];
    expect(generated({ classes }).classes).toEqual([
      {
        name: 'pod',
        weight: 1,
        milliCpu: [500, 1000, 1500, 2000],
        memory: [1024 * 1024 * 1024, 2 * 1024 * 1024 * 1024],
        gpus: [0, 2],
        lifetime: { p50: 5 * MINUTE, p99: 5 * MINUTE },
      },
    ]);
  });

  it.each<readonly [string, readonly string[]]>([
    ['one policy', problems({ policies: POLICIES.slice(0, 1) })],
    ['two of one name', problems({ policies: [POLICIES[0], POLICIES[0]] })],
    ['no workload', problems({ workloads: [] })],
    ['no seeds', problems({ seeds: 0 })],
    ['an unknown field', problems({ sedes: 3 })],
    [
      'a policy',
      problems({ policies: [POLICIES[0], { name: 'b', configuration: { ...CONFIGURATION, kind: 'x' } }] }),
    ],
    ['a workload of no kind', workload({})],
    ['a workload of two kinds', workload({ generator: GENERATOR, scenario: 'x.yaml' })],
    ['an arrival', workload({ generator: { ...GENERATOR, arrival: 'slowly' } })],
    ['a rate', workload({ generator: { ...GENERATOR, arrival: { poisson: -1 } } })],
    ['an amount', workload({ generator: { ...GENERATOR, classes: [{ cpu: 'many', memory: '1Gi' }] } })],
    [
      'a range',
      workload({ generator: { ...GENERATOR, classes: [{ ...CLASS, cpu: { from: 2, to: 1, step: 1 } }] } }),
    ],
    ['weights', workload({ generator: { ...GENERATOR, classes: [{ ...CLASS, weight: 0 }] } })],
    ['a trace of one file', workload({ openb: { nodes: 'nodes.csv' } })],
    ['an arrival of a trace', workload({ openb: { folder: 'x', arrival: 'shuffle' } })],
  ])('is refused for %s', (_what, found) => {
    expect(found).toMatchSnapshot();
  });
});

describe('the tasks of a generator', () => {
  const classes = [
    { name: 'web', weight: 3, cpu: [1, 2], memory: '1Gi' },
    { name: 'train', weight: 1, cpu: 4, memory: '8Gi', gpu: 1, lifetime: { p50: '10m', p99: '1h' } },
  ];
  const arrival = { poisson: 2 };
  const made = generated({ pods: 2000, classes, arrival });

  it('are the same for the same seed, and the first ones whatever number follows', () => {
    expect(generatedTasks(made, 1)).toEqual(generatedTasks(made, 1));
    const fewer = generatedTasks(generated({ pods: 100, classes, arrival }), 1).tasks;
    expect(generatedTasks(made, 1).tasks.slice(0, 100)).toEqual(fewer);
    expect(generatedTasks(made, 2).tasks[0]).not.toEqual(fewer[0]);
  });

  it('come at the rate that is given, in the shares that are given', () => {
    const { tasks, classes: sizes } = generatedTasks(made, 1);
    const last = tasks.at(-1)!.arrival;
    expect(2000 / (last / SECOND)).toBeGreaterThan(1.9);
    expect(2000 / (last / SECOND)).toBeLessThan(2.1);
    const web = tasks.filter(({ name }) => name.startsWith('web')).length;
    expect(web / 2000).toBeGreaterThan(0.72);
    expect(web / 2000).toBeLessThan(0.78);
    expect(sizes).toHaveLength(3);
    expect(sizes.reduce((sum, { popularity }) => sum + popularity, 0)).toBe(2000);
  });

  it('run on nodes as their kubelets would register them', () => {
    const [node] = generatedTasks(made, 1).nodes;
    expect(node?.metadata.name).toBe('n-1');
    expect(node?.metadata.labels?.['topology.kubernetes.io/zone']).toBe('a');
    // 16 GiB less the 100 MiB below which a kubelet evicts.
    expect(node?.status.allocatable?.memory).toBe('16674816Ki');
  });
});
