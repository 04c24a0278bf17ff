import type { TaskClass } from './tasks.ts';

/** What is free on a node. */
export interface Free {
  readonly milliCpu: number;
  readonly memory: number;
  readonly gpu: number;
  readonly pods: number;
  /** Of its GPUs; empty where it has none. */
  readonly model: string;
}

export interface Fragments {
  readonly cpu: number;
  readonly gpu: number;
}

/**
 * How much of what is free on a node the tasks of a workload can't use, as the expectation over its classes of tasks
 * (Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent",
 * USENIX ATC 2023, section 3): F(node) = Σ popularity × F(node, class). All free GPUs of a node are fragments to a class that doesn't fit
 * there, and to one that needs none; CPUs, to a class that doesn't fit. GPUs are added up over a node here, so that
 * what lies in pieces on several GPUs of it counts as whole.
 *
 * Sums are whole numbers: amounts times the number of tasks of a class.
 */
export class FragmentationModel {
  private readonly cpu: Float64Array;
  private readonly memory: Float64Array;
  private readonly gpu: Float64Array;
  private readonly popularity: Float64Array;
  private readonly models: readonly (readonly string[])[];
  readonly totalPopularity: number;

  constructor(classes: readonly TaskClass[]) {
    this.cpu = Float64Array.from(classes, ({ milliCpu }) => milliCpu);
    this.memory = Float64Array.from(classes, ({ memory }) => memory);
    this.gpu = Float64Array.from(classes, ({ gpu }) => gpu);
    this.popularity = Float64Array.from(classes, ({ popularity }) => popularity);
    this.models = classes.map(({ models }) => models);
    this.totalPopularity = classes.reduce((sum, { popularity }) => sum + popularity, 0);
  }

  /** Times the total popularity. Hot path. */
  fragments(free: Free): Fragments {
    const { cpu, memory, gpu, popularity } = this;
    let misfits = 0;
    let withoutGpu = 0;
    for (let i = 0; i < cpu.length; i += 1) {
      const fits =
        cpu[i]! <= free.milliCpu &&
        memory[i]! <= free.memory &&
        gpu[i]! <= free.gpu &&
        free.pods >= 1 &&
        (this.models[i]!.length === 0 || this.models[i]!.includes(free.model));
      if (!fits) misfits += popularity[i]!;
      else if (gpu[i] === 0) withoutGpu += popularity[i]!;
    }
    return { cpu: free.milliCpu * misfits, gpu: free.gpu * (misfits + withoutGpu) };
  }
}
