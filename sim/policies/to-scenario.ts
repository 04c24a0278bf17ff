import type { KubeSchedulerConfiguration } from '../../controllers/scheduling/configuration/configuration.ts';
import { GPU, GPU_MILLI, GPU_MODEL_LABEL } from '../../controllers/scheduling/gpu/gpu-request.ts';
import type { NewObject } from '../../core/api/object.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { DEFAULT_START, MINUTE, type Micros } from '../../core/time.ts';
import type { ContainerBehavior, NodeGroup, Scenario, TimelineEntry } from '../scenario/scenario.ts';
import { DEFAULT_CLUSTER } from '../scenario/schema/cluster.ts';
import { tasksOf, withPolicy } from './benchmark.ts';
import { forTasks } from './for-tasks.ts';
import type { Task, Tasks } from './tasks.ts';
import type { TraceNode, Workload } from './workload.ts';

/** Names the task that a pod stands for, so that its lifetime finds it. */
const TASK_LABEL = 'task';
/** After the last task came, besides the longest lifetime: for pods that waited. */
const AFTERWARDS: Micros = 10 * MINUTE;
/** The control plane and its nodes are up. */
const FIRST_TASK: Micros = MINUTE;
/** A kubelet keeps so much of the memory back (`memory.available`): the trace tells what pods could have. */
const EVICTION_MEMORY_MI = 100;
const MILLI = 1000;

/** Machines of one shape are a node group. */
function groupsOf(nodes: readonly TraceNode[]): readonly NodeGroup[] {
  const shapes = new Map<string, { readonly node: TraceNode; count: number }>();
  for (const node of nodes) {
    const key = `${node.milliCpu} ${node.memoryMi} ${node.gpus} ${node.model}`;
    const shape = shapes.get(key);
    if (shape === undefined) shapes.set(key, { node, count: 1 });
    else shape.count += 1;
  }
  return [...shapes.values()].map(({ node, count }, index): NodeGroup => {
    const { milliCpu, memoryMi, gpus, model } = node;
    const name = `${model === '' ? 'cpu' : model.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${index + 1}`;
    return {
      name,
      count,
      min: count,
      max: count,
      zones: ['a'],
      machine: {
        cpu: `${milliCpu}m`,
        memory: `${memoryMi + EVICTION_MEMORY_MI}Mi`,
        ephemeralStorage: '100Gi',
        pods: 110,
        ...(gpus === 0 ? {} : { extendedResources: { [GPU_MILLI]: gpus * MILLI, [GPU]: gpus } }),
      },
      labels: model === '' ? {} : { [GPU_MODEL_LABEL]: model },
      taints: [],
      bootTime: 0,
      pricePerHour: 0,
    };
  });
}

function podOf({ name, taskClass, lifetime }: Task, { classes }: Tasks): NewObject<Pod> {
  // A task without an end is a server; one that is done is not started again.
  const restartPolicy = lifetime === undefined ? 'Always' : 'Never';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { [TASK_LABEL]: name } },
    spec: { ...classes[taskClass]!.spec, restartPolicy },
  };
}

function timelineOf(tasks: Tasks): readonly TimelineEntry[] {
  const byMoment = new Map<Micros, Task[]>();
  for (const task of tasks.tasks) {
    const together = byMoment.get(task.arrival);
    if (together === undefined) byMoment.set(task.arrival, [task]);
    else together.push(task);
  }
  return [...byMoment].map(([arrival, together]): TimelineEntry => {
    const objects = together.map((task) => ({ source: 'workload', object: podOf(task, tasks) as NewObject }));
    return { at: FIRST_TASK + arrival, source: 'workload', action: { op: 'apply', objects } };
  });
}

function behaviorsOf({ tasks }: Tasks): readonly ContainerBehavior[] {
  return tasks.flatMap(({ name, lifetime }): readonly ContainerBehavior[] => {
    if (lifetime === undefined) return [];
    const after = { p50: lifetime, p99: lifetime };
    return [{ match: { labels: { [TASK_LABEL]: name } }, exit: { after, code: 0 } }];
  });
}

/**
 * A workload under one policy as a scenario: the whole control plane, with kubelets that pull images and start
 * containers. The tasks are those of the benchmark; what they meet takes time here, so the places may differ.
 */
export function workloadScenario(
  benchmark: string,
  workload: Workload,
  configuration: KubeSchedulerConfiguration,
  seed: number,
): Scenario {
  if (workload.kind === 'scenario') return withPolicy(workload.scenario, configuration, seed);
  const tasks = tasksOf(workload, seed);
  const last = tasks.tasks.reduce((latest, { arrival }) => Math.max(latest, arrival), 0);
  const longest = tasks.tasks.reduce((most, { lifetime = 0 }) => Math.max(most, lifetime), 0);
  const nodeGroups = workload.kind === 'generated' ? workload.nodeGroups : groupsOf(workload.nodes);
  const scenario: Scenario = {
    name: `${benchmark}-${workload.name}`.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-'),
    seed,
    startTime: DEFAULT_START,
    duration: FIRST_TASK + last + longest + AFTERWARDS,
    cluster: { ...DEFAULT_CLUSTER, nodeGroups },
    manifests: [],
    behaviors: behaviorsOf(tasks),
    timeline: timelineOf(tasks),
    expect: [],
  };
  return withPolicy(scenario, forTasks(configuration, tasks), seed);
}
