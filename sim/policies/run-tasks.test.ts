import { describe, expect, it } from 'vitest';
import type { KubeSchedulerConfiguration } from '../../controllers/scheduling/configuration/configuration.ts';
import { GPU_MILLI } from '../../controllers/scheduling/gpu/gpu-request.ts';
import { SECOND } from '../../core/time.ts';
import { readSchedulerConfiguration } from '../scenario/scheduler-configuration.ts';
import { FragmentationModel } from './fragmentation.ts';
import { TaskRun } from './run-tasks.ts';
import { containerSpec, type Task, type TaskClass, type Tasks } from './tasks.ts';
import { traceTasks } from './trace.ts';
import type { TraceNode, TraceTask, TraceWorkload } from './workload.ts';

function policy(type: string, schedulerName = 'default-scheduler'): KubeSchedulerConfiguration {
  const read = readSchedulerConfiguration({
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    profiles: [
      { schedulerName, pluginConfig: [{ name: 'NodeResourcesFit', args: { scoringStrategy: { type } } }] },
    ],
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.value;
}

const SPREAD = policy('LeastAllocated');
const PACK = policy('MostAllocated');
const GIBIBYTE = 1024 * 1024 * 1024;

function taskClass(milliCpu: number, memory: number, popularity: number): TaskClass {
  const spec = containerSpec({ cpu: `${milliCpu}m`, memory: `${memory}` });
  return { spec, milliCpu, memory, gpu: 0, models: [], popularity };
}

/** Nodes of 4 CPUs and 4 GiB, and tasks of a quarter of one each, or of a whole one. */
function tasks(nodes: number, list: readonly Task[]): Tasks {
  const made = traceTasks(
    {
      kind: 'trace',
      name: 't',
      nodes: Array.from({ length: nodes }, (_, i): TraceNode => {
        return { name: `n-${i}`, milliCpu: 4000, memoryMi: 4096, gpus: 0, model: '' };
      }),
      tasks: [],
      arrival: 'recorded',
      load: 1,
    },
    1,
  );
  return { ...made, tasks: list, classes: [taskClass(1000, GIBIBYTE, 3), taskClass(4000, 4 * GIBIBYTE, 1)] };
}

function values(tasksOf: Tasks, configuration: KubeSchedulerConfiguration): Readonly<Record<string, number>> {
  const measures = new TaskRun(tasksOf, configuration, 1).run();
  return Object.fromEntries(Object.entries(measures).map(([name, { value }]) => [name, value]));
}

describe('the scheduler alone', () => {
  const four: readonly Task[] = [0, 1, 2, 3].map((i) => ({
    name: `t-${i}`,
    taskClass: 0,
    arrival: i * SECOND,
  }));

  it('spreads and packs', () => {
    expect(values(tasks(4, four), SPREAD)).toMatchObject({ 'nodes/empty': 0, 'cpu/allocated': 25 });
    expect(values(tasks(4, four), PACK)).toMatchObject({ 'nodes/empty': 3, 'cpu/allocated': 25 });
  });

  it('measures at the end, and on average over time', () => {
    // One, two and three quarters of a node, a second each, of two nodes; the fourth comes as the last.
    const packed = values(tasks(2, four), PACK);
    expect(packed['cpu/allocated']).toBe(50);
    expect(packed['cpu/allocated-mean']).toBeCloseTo((12.5 + 25 + 37.5) / 3, 5);
    expect(packed['nodes/empty-mean']).toBe(1);
    expect(packed['nodes/imbalance']).toBe(50);
    // A task in four is a whole node's: on the node that is full all that is free, nothing, is a fragment.
    expect(packed['cpu/fragmented']).toBe(0);
    const spread = values(tasks(2, four), SPREAD);
    // Two CPUs are free on each of two nodes, and useless to a quarter of the tasks.
    expect(spread['cpu/fragmented']).toBe((4 / 8) * 0.25 * 100);
    expect(spread['nodes/imbalance']).toBe(0);
  });

  it('lets a task wait until another one ends, and counts its wait', () => {
    const list: readonly Task[] = [
      { name: 'first', taskClass: 1, arrival: 0, lifetime: 100 * SECOND },
      { name: 'second', taskClass: 1, arrival: 10 * SECOND, lifetime: 50 * SECOND },
      { name: 'third', taskClass: 0, arrival: 20 * SECOND, lifetime: 7 * SECOND },
    ];
    const found = values(tasks(1, list), SPREAD);
    // The second runs from 100 to 150; the third then.
    expect(found['pods/pending-time']).toBe(90 + 130);
    expect(found['pods/wait-p50']).toBe(90);
    expect(found['pods/scheduled']).toBe(100);
    expect(found['pods/pending']).toBe(0);
    expect(found['cpu/allocated']).toBe(100);
  });

  it('ends with the pods that will never find a node', () => {
    const list: readonly Task[] = [
      { name: 'one', taskClass: 1, arrival: 0 },
      { name: 'two', taskClass: 1, arrival: 30 * SECOND },
      { name: 'three', taskClass: 1, arrival: 40 * SECOND },
    ];
    const found = values(tasks(1, list), SPREAD);
    expect(found['pods/pending']).toBe(2);
    expect(found['pods/pending-time']).toBe(10);
    expect(found['pods/scheduled']).toBeCloseTo(100 / 3, 5);
  });

  it('serves every pod, whatever its profile is called', () => {
    expect(values(tasks(4, four), policy('MostAllocated', 'packer'))['nodes/empty']).toBe(3);
  });

  it('measures nothing of no task', () => {
    expect(values(tasks(2, []), SPREAD)).toMatchObject({ 'pods/pending': 0, 'nodes/empty': 2 });
  });
});

it('fragments are what a class can not use where it is, and free GPUs also to those who need none', () => {
  const size = (milliCpu: number, gpu: number, popularity: number): TaskClass => {
    return { ...taskClass(milliCpu, 0, popularity), gpu };
  };
  const model = new FragmentationModel(
    [size(1000, 0, 2), size(1000, 500, 3), size(8000, 1000, 5)],
    GPU_MILLI,
  );
  const free = { milliCpu: 4000, memory: 0, gpus: [400, 700, 0], pods: 9, model: '' };
  // The third does not fit: 5 of 10. The first fits, and needs no GPU: 2 of 10 more. To the second, 400 are too few.
  expect(model.fragments(free)).toEqual({ cpu: 4000 * 5, gpu: 1100 * 7 + 400 * 3 });
  expect(model.fragments({ ...free, pods: 0 })).toEqual({ cpu: 4000 * 10, gpu: 1100 * 10 });
});

describe('the tasks of a trace', () => {
  const nodes: readonly TraceNode[] = [
    { name: 'n', milliCpu: 10_000, memoryMi: 10_240, gpus: 2, model: 'T4' },
  ];
  const trace: readonly TraceTask[] = Array.from({ length: 50 }, (_, i) => ({
    name: `p-${i}`,
    milliCpu: 100,
    memoryMi: 10 + i,
    gpus: i % 2,
    gpuMilli: i % 2 === 0 ? 0 : 100,
    models: i === 1 ? ['T4'] : [],
    created: (50 - i) * SECOND,
    lifetime: SECOND,
  }));
  const workload = (arrival: TraceWorkload['arrival'], load = 1.5): TraceWorkload => {
    return { kind: 'trace', name: 't', nodes, tasks: trace, arrival, load };
  };

  it('are drawn again until they ask for more than there is of what runs out first', () => {
    const { tasks: drawn, classes, gpuResource } = traceTasks(workload('inflation'), 1);
    const gpu = drawn.reduce((sum, { taskClass: place }) => sum + classes[place]!.gpu, 0);
    const cpu = drawn.reduce((sum, { taskClass: place }) => sum + classes[place]!.milliCpu, 0);
    expect(gpuResource).toBe(GPU_MILLI);
    expect(cpu >= 15_000 || gpu >= 3000).toBe(true);
    const [last] = drawn.slice(-1);
    expect(cpu - 100 < 15_000 && gpu - classes[last!.taskClass]!.gpu < 3000).toBe(true);
    expect(new Set(drawn.map(({ name }) => name)).size).toBe(drawn.length);
  });

  it('come in another order with another seed, and in the same with the same', () => {
    const order = (seed: number): readonly string[] =>
      traceTasks(workload('shuffled'), seed).tasks.map(({ name }) => name);
    expect(order(1)).toEqual(order(1));
    expect(order(2)).not.toEqual(order(1));
    expect(
      order(2)
        .map((name) => name.replace(/-\d+$/, ''))
        .sort(),
    ).toEqual(trace.map(({ name }) => name).sort());
  });

  it('come at their own times', () => {
    const { tasks: own } = traceTasks(workload('recorded'), 1);
    expect(own.map(({ name }) => name).slice(0, 3)).toEqual(['p-49', 'p-48', 'p-47']);
    expect(own.map(({ arrival }) => arrival).slice(0, 3)).toEqual([0, SECOND, 2 * SECOND]);
  });

  it('ask for thousandths of a GPU, for whole ones besides, and for their models', () => {
    const { classes } = traceTasks(workload('recorded'), 1);
    const shared = classes.find(({ models }) => models.length > 0);
    expect(shared?.spec.containers[0]?.resources?.requests).toEqual({
      cpu: '100m',
      memory: `${11 * 1024 * 1024}`,
      [GPU_MILLI]: '100',
    });
    expect(JSON.stringify(shared?.spec.affinity)).toContain('T4');
  });
});
