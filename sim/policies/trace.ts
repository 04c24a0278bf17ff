import { GPU, GPU_MILLI, GPU_MODEL_LABEL } from '../../controllers/scheduling/gpu/gpu-request.ts';
import type { Node, PodSpec } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { type RandomStream, randomStream } from '../random/keyed.ts';
import { containerSpec, type Task, TaskClasses, type Tasks } from './tasks.ts';
import type { TraceNode, TraceTask, TraceWorkload } from './workload.ts';

const MEBIBYTE = 1024 * 1024;
const MILLI = 1000;
/** Most pods on a node unless a kubelet is told otherwise (`maxPods`); the traces don't say. */
const PODS_PER_NODE = 110;
/** Where tasks come by themselves: time means nothing then, and one a second reads well. */
const GAP: Micros = SECOND;
/** More than this is no workload for a comparison, but a slip in the load. */
const TASKS_MAX = 1_000_000;

function nodeOf({ name, milliCpu, memoryMi, gpus, model }: TraceNode): Node {
  const gpuAmounts: Readonly<Record<string, string>> =
    gpus === 0 ? {} : { [GPU_MILLI]: `${gpus * MILLI}`, [GPU]: `${gpus}` };
  const amounts: Readonly<Record<string, string>> = {
    cpu: `${milliCpu}m`,
    memory: `${memoryMi}Mi`,
    pods: `${PODS_PER_NODE}`,
    ...gpuAmounts,
  };
  const labels = { 'kubernetes.io/hostname': name, ...(model === '' ? {} : { [GPU_MODEL_LABEL]: model }) };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: name, resourceVersion: '1', creationTimestamp: '', labels },
    spec: {},
    status: { capacity: amounts, allocatable: amounts, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

function gpuOf({ gpus, gpuMilli }: TraceTask): number {
  return gpus * gpuMilli;
}

/** A task that shares a GPU takes thousandths alone; one of whole GPUs also counts them. */
function specOf(size: {
  readonly milliCpu: number;
  readonly memory: number;
  readonly gpu: number;
  readonly models: readonly string[];
}): PodSpec {
  const { milliCpu, memory, gpu, models } = size;
  const requests: Record<string, string> = { cpu: `${milliCpu}m`, memory: `${memory}` };
  if (gpu > 0) requests[GPU_MILLI] = `${gpu}`;
  if (gpu > 0 && gpu % MILLI === 0) requests[GPU] = `${gpu / MILLI}`;
  if (models.length === 0) return containerSpec(requests);
  const matchExpressions = [{ key: GPU_MODEL_LABEL, operator: 'In' as const, values: models }];
  return containerSpec(requests, {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
      },
    },
  });
}

/** Tasks drawn with replacement until they ask for `load` of what there is, of the resource that runs out first. */
function inflated({ nodes, tasks, load }: TraceWorkload, random: RandomStream): readonly number[] {
  const capacity = { cpu: 0, memory: 0, gpu: 0 };
  for (const { milliCpu, memoryMi, gpus } of nodes) {
    capacity.cpu += milliCpu;
    capacity.memory += memoryMi;
    capacity.gpu += gpus * MILLI;
  }
  const asked = { cpu: 0, memory: 0, gpu: 0 };
  const drawn: number[] = [];
  while (
    asked.cpu < load * capacity.cpu &&
    asked.memory < load * capacity.memory &&
    (capacity.gpu === 0 || asked.gpu < load * capacity.gpu) &&
    drawn.length < TASKS_MAX
  ) {
    const index = random.below(tasks.length, `draw ${drawn.length}`, 'task');
    const task = tasks[index]!;
    asked.cpu += task.milliCpu;
    asked.memory += task.memoryMi;
    asked.gpu += gpuOf(task);
    drawn.push(index);
  }
  return drawn;
}

function shuffled(count: number, random: RandomStream): readonly number[] {
  return Array.from({ length: count }, (_, index) => ({ index, key: random.draw(`task ${index}`, 'order') }))
    .sort((a, b) => a.key - b.key || a.index - b.index)
    .map(({ index }) => index);
}

function recorded(tasks: readonly TraceTask[], classOf: readonly number[]): readonly Task[] {
  const first = tasks.reduce((least, { created = 0 }) => Math.min(least, created), Number.POSITIVE_INFINITY);
  return tasks
    .map(({ name, created = 0, lifetime }, index): Task => {
      const stays = lifetime === undefined ? {} : { lifetime };
      return { name, taskClass: classOf[index]!, arrival: created - first, ...stays };
    })
    .map((task, index) => ({ task, index }))
    .sort((a, b) => a.task.arrival - b.task.arrival || a.index - b.index)
    .map(({ task }) => task);
}

export function traceTasks(workload: TraceWorkload, seed: number): Tasks {
  const { nodes, tasks, arrival } = workload;
  const random = randomStream(seed, 'workload');
  const classes = new TaskClasses(specOf);
  const classOf = tasks.map((task) => {
    const { milliCpu, memoryMi, models } = task;
    return classes.numberOf({ milliCpu, memory: memoryMi * MEBIBYTE, gpu: gpuOf(task), models }, 1);
  });
  const one = (index: number, place: number): Task => ({
    // A task that is drawn twice is two pods.
    name: `${tasks[index]!.name}-${place + 1}`,
    taskClass: classOf[index]!,
    arrival: place * GAP,
  });
  const coming =
    arrival === 'recorded'
      ? recorded(tasks, classOf)
      : (arrival === 'inflation' ? inflated(workload, random) : shuffled(tasks.length, random)).map(one);
  return {
    nodes: nodes.map(nodeOf),
    tasks: coming,
    classes: classes.list,
    ...(nodes.some(({ gpus }) => gpus > 0) ? { gpuResource: GPU_MILLI } : {}),
  };
}
