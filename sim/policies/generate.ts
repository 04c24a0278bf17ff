import { GPU } from '../../controllers/scheduling/gpu/gpu-request.ts';
import { resourcesOf } from '../../core/kinds/pod/resources.ts';
import type { Node } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { allocatableOf } from '../kubelet/node-object.ts';
import { drawSpread, naturalLog } from '../random/distribution.ts';
import { type RandomStream, randomStream } from '../random/keyed.ts';
import type { NodeGroup } from '../scenario/scenario.ts';
import { containerSpec, type Task, TaskClasses, type Tasks } from './tasks.ts';
import type { GeneratedArrival, GeneratedClass, GeneratedWorkload } from './workload.ts';

/** Nodes as their kubelets would register them. */
function nodesOf(groups: readonly NodeGroup[]): readonly Node[] {
  return groups.flatMap(({ name, count, zones, machine, labels, taints }) =>
    Array.from({ length: count }, (_, index): Node => {
      const nodeName = `${name}-${index + 1}`;
      const amounts = allocatableOf({ machine });
      return {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: {
          name: nodeName,
          uid: nodeName,
          resourceVersion: '1',
          creationTimestamp: '',
          labels: {
            'kubernetes.io/hostname': nodeName,
            'node.kubernetes.io/instance-type': name,
            'topology.kubernetes.io/zone': zones[index % zones.length]!,
            ...labels,
          },
        },
        spec: taints.length === 0 ? {} : { taints },
        status: { capacity: amounts, allocatable: amounts, conditions: [{ type: 'Ready', status: 'True' }] },
      };
    }),
  );
}

function arrivals(arrival: GeneratedArrival, count: number, random: RandomStream): readonly Micros[] {
  if (arrival.type === 'at-once') return Array.from({ length: count }, () => 0);
  let at = 0;
  return Array.from({ length: count }, (_, index) => {
    // The gaps of a Poisson process are exponential; a uniform draw has 32 bits, and is never 1.
    at += -naturalLog(1 - random.unit(`task ${index}`, 'gap')) / arrival.perSecond;
    return Math.round(at * SECOND);
  });
}

function classOf(classes: readonly GeneratedClass[], unit: number): GeneratedClass {
  const total = classes.reduce((sum, { weight }) => sum + weight, 0);
  let rest = unit * total;
  for (const each of classes) {
    rest -= each.weight;
    if (rest < 0) return each;
  }
  return classes.at(-1)!;
}

/** Every draw is keyed by the task's number: more tasks leave the first ones as they were. */
export function generatedTasks(workload: GeneratedWorkload, seed: number): Tasks {
  const { pods, arrival, classes: given } = workload;
  const random = randomStream(seed, 'workload');
  const nodes = nodesOf(workload.nodeGroups);
  const classes = new TaskClasses(({ milliCpu, memory, gpu }) =>
    containerSpec({
      cpu: `${milliCpu}m`,
      memory: `${memory}`,
      ...(gpu === 0 ? {} : { [GPU]: `${gpu}` }),
    }),
  );
  const times = arrivals(arrival, pods, random);
  const tasks = times.map((at, index): Task => {
    const entity = `task ${index}`;
    const drawn = classOf(given, random.unit(entity, 'class'));
    const pick = (from: readonly number[], purpose: string): number =>
      from[random.below(from.length, entity, purpose)] ?? 0;
    const size = {
      milliCpu: pick(drawn.milliCpu, 'cpu'),
      memory: pick(drawn.memory, 'memory'),
      gpu: pick(drawn.gpus, 'gpu'),
      models: [],
    };
    const { lifetime } = drawn;
    return {
      name: `${drawn.name}-${index + 1}`,
      taskClass: classes.numberOf(size, 1),
      arrival: at,
      ...(lifetime === undefined
        ? {}
        : { lifetime: Math.max(1, drawSpread(lifetime, random.unit(entity, 'lifetime'))) }),
    };
  });
  const hasGpus = nodes.some(({ status }) => (resourcesOf(status.allocatable).scalars[GPU] ?? 0) > 0);
  return { nodes, tasks, classes: classes.list, ...(hasGpus ? { gpuResource: GPU } : {}) };
}
