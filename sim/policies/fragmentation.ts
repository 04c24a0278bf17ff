import { FragmentationMeasure, type FreeAmounts } from '../../controllers/scheduling/gpu/fragmentation.ts';
import { gpusFit } from '../../controllers/scheduling/gpu/select-gpus.ts';
import { shapeOf, type TaskClass } from './tasks.ts';

/** What is free on a node. */
export interface Free extends FreeAmounts {
  readonly pods: number;
}

export interface Fragments {
  readonly cpu: number;
  readonly gpu: number;
}

/** How many states of nodes are remembered: a cluster goes through the same ones over and over. */
const MOST_KNOWN = 100_000;

/**
 * How much of what is free on a node the tasks of a workload can't use, as the expectation over its classes of tasks:
 * GPUs as `FragmentationMeasure` has it, and by the same rule CPUs, which are fragments to a class that doesn't fit.
 * Nothing fits a node that takes no more pods.
 *
 * Sums are whole numbers: amounts times the number of tasks of a class. CPUs are in thousandths, and so are GPUs.
 */
export class FragmentationModel {
  readonly #shapes: ReturnType<typeof shapeOf>[];
  readonly #gpus: FragmentationMeasure;
  readonly #known = new Map<string, Fragments>();
  readonly totalPopularity: number;

  constructor(classes: readonly TaskClass[], gpuResource: string | undefined) {
    this.#shapes = classes.map((taskClass) => shapeOf(taskClass, gpuResource));
    this.#gpus = new FragmentationMeasure(this.#shapes);
    this.totalPopularity = this.#gpus.totalPopularity;
  }

  /** Times the total popularity. */
  fragments(free: Free): Fragments {
    const key = `${free.milliCpu} ${free.memory} ${free.pods >= 1} ${free.model} ${free.gpus.join()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#count(free);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, found);
    return found;
  }

  #count(free: Free): Fragments {
    // No task wants less than nothing.
    const usable = free.pods >= 1 ? free : { ...free, milliCpu: -1 };
    let misfits = 0;
    for (const { milliCpu, memory, gpus, gpuMilli, models, popularity } of this.#shapes) {
      const fits =
        milliCpu <= usable.milliCpu &&
        memory <= free.memory &&
        (models.length === 0 || models.includes(free.model)) &&
        (gpus === 0 || gpusFit(free.gpus, { count: gpus, milli: gpuMilli }));
      if (!fits) misfits += popularity;
    }
    return { cpu: free.milliCpu * misfits, gpu: this.#gpus.fragments(usable) };
  }
}
