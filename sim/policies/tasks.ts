import type { TaskShape } from '../../controllers/scheduling/gpu/fragmentation.ts';
import { GPU_MILLI, MILLI } from '../../controllers/scheduling/gpu/gpu-request.ts';
import type { Node, PodSpec } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';

/** What a workload comes to for one seed: the nodes, and the tasks in the order of their arrival. */
export interface Tasks {
  readonly nodes: readonly Node[];
  readonly tasks: readonly Task[];
  /** Every size of task there is, with how often it occurs. */
  readonly classes: readonly TaskClass[];
  /** The resource that counts as GPU; absent where no node has any. */
  readonly gpuResource?: string;
}

/** Tasks of one size: alike to every plugin. */
export interface TaskClass {
  readonly spec: PodSpec;
  readonly milliCpu: number;
  readonly memory: number;
  /** In the unit of the GPU resource. */
  readonly gpu: number;
  /** Models of GPU that will do; empty: any, or none needed. */
  readonly models: readonly string[];
  readonly popularity: number;
}

export interface Task {
  readonly name: string;
  /** Its place in the list of classes. */
  readonly taskClass: number;
  /** Since the start. */
  readonly arrival: Micros;
  /** From its binding. Absent: it stays. */
  readonly lifetime?: Micros;
}

/** A class as fragmentation is measured by; GPUs that are counted as whole ones are so. */
export function shapeOf(taskClass: TaskClass, gpuResource: string | undefined): TaskShape {
  const { milliCpu, memory, gpu, models, popularity } = taskClass;
  const size = { milliCpu, memory, models, popularity };
  if (gpu === 0) return { ...size, gpus: 0, gpuMilli: 0 };
  if (gpuResource !== GPU_MILLI) return { ...size, gpus: gpu, gpuMilli: MILLI };
  return gpu < MILLI ? { ...size, gpus: 1, gpuMilli: gpu } : { ...size, gpus: gpu / MILLI, gpuMilli: MILLI };
}

interface Size {
  readonly milliCpu: number;
  readonly memory: number;
  readonly gpu: number;
  readonly models: readonly string[];
}

/** Finds the class of a size, and makes one for a size that is new. */
export class TaskClasses {
  private readonly numbers = new Map<string, number>();
  private readonly made: TaskClass[] = [];
  private readonly specOf: (size: Size) => PodSpec;

  constructor(specOf: (size: Size) => PodSpec) {
    this.specOf = specOf;
  }

  /** `popularity` is added to the class's. */
  numberOf(size: Size, popularity: number): number {
    const key = `${size.milliCpu} ${size.memory} ${size.gpu} ${size.models.join('|')}`;
    const known = this.numbers.get(key);
    const number = known ?? this.made.length;
    if (known === undefined) this.numbers.set(key, number);
    const before = this.made[number];
    this.made[number] =
      before === undefined
        ? { ...size, spec: this.specOf(size), popularity }
        : { ...before, popularity: before.popularity + popularity };
    return number;
  }

  get list(): readonly TaskClass[] {
    return this.made;
  }
}

export function containerSpec(
  requests: Readonly<Record<string, string>>,
  more: Partial<PodSpec> = {},
): PodSpec {
  const container = {
    name: 'task',
    image: 'registry.example/task:1',
    resources: { requests, limits: requests },
  };
  return { containers: [container], restartPolicy: 'Never', schedulerName: 'default-scheduler', ...more };
}
