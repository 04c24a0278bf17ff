import { isShared, MILLI } from './gpu-request.ts';

/** One size of task that a workload is made of. */
export interface TaskShape {
  readonly milliCpu: number;
  readonly memory: number;
  /** GPUs, and thousandths of each; none: 0 of both. */
  readonly gpus: number;
  readonly gpuMilli: number;
  /** Models that will do; empty: any. */
  readonly models: readonly string[];
  /** How often it occurs, against the others. */
  readonly popularity: number;
}

/** What is free on a node. */
export interface FreeAmounts {
  readonly milliCpu: number;
  /** Infinite where memory is left out of account. */
  readonly memory: number;
  /** Thousandths of each GPU. */
  readonly gpus: readonly number[];
  /** Of its GPUs; empty where it has none. */
  readonly model: string;
}

/** Tasks that want the same of the GPUs, by their CPUs. */
interface Group {
  readonly gpus: number;
  readonly gpuMilli: number;
  readonly milliCpu: Float64Array;
  readonly memory: Float64Array;
  readonly popularity: Float64Array;
  readonly total: number;
}

interface ModelView {
  readonly groups: readonly Group[];
  /** Of the tasks that may not run here, or need no GPU: to them all free GPUs are fragments, whatever is free. */
  readonly elsewhere: number;
}

function groupsOf(shapes: readonly TaskShape[]): readonly Group[] {
  const byGpu = new Map<string, TaskShape[]>();
  for (const shape of shapes) {
    const key = `${shape.gpus} ${shape.gpuMilli}`;
    const alike = byGpu.get(key);
    if (alike === undefined) byGpu.set(key, [shape]);
    else alike.push(shape);
  }
  return [...byGpu.values()].map((alike): Group => {
    const sorted = alike.toSorted((a, b) => a.milliCpu - b.milliCpu || a.memory - b.memory);
    return {
      gpus: sorted[0]!.gpus,
      gpuMilli: sorted[0]!.gpuMilli,
      milliCpu: Float64Array.from(sorted, ({ milliCpu }) => milliCpu),
      memory: Float64Array.from(sorted, ({ memory }) => memory),
      popularity: Float64Array.from(sorted, ({ popularity }) => popularity),
      total: sorted.reduce((sum, { popularity }) => sum + popularity, 0),
    };
  });
}

/**
 * How much of the free GPUs of a node the tasks of a workload can't use, as the expectation over its tasks (Weng et al.,
 * "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent", USENIX ATC 2023,
 * section 3): F(node) = Σ popularity × F(node, task). To a task that does not fit, or may not run there, or needs no
 * GPU, all that is free is a fragment; to one that fits, the GPUs that have less left than it takes of one.
 *
 * What is summed are whole numbers, thousandths of GPUs times popularities: `totalPopularity` divides them. Tasks that
 * want the same of the GPUs are taken together, in the order of their CPUs, so that one number is worked out for all.
 */
export class FragmentationMeasure {
  readonly totalPopularity: number;
  readonly #shapes: readonly TaskShape[];
  readonly #views = new Map<string, ModelView>();

  constructor(shapes: readonly TaskShape[]) {
    this.#shapes = shapes.filter(({ popularity }) => popularity > 0);
    this.totalPopularity = this.#shapes.reduce((sum, { popularity }) => sum + popularity, 0);
  }

  /** Thousandths of GPUs, times the total popularity. Hot path. */
  fragments({ milliCpu, memory, gpus, model }: FreeAmounts): number {
    let free = 0;
    for (let i = 0; i < gpus.length; i += 1) free += gpus[i]!;
    if (free === 0) return 0;
    const { groups, elsewhere } = this.#viewOf(model);
    let sum = free * elsewhere;
    for (const group of groups) {
      const { gpuMilli } = group;
      let places = 0;
      let small = 0;
      for (let i = 0; i < gpus.length; i += 1) {
        if (gpus[i]! >= gpuMilli) places += 1;
        else small += gpus[i]!;
      }
      const fitting = places < group.gpus ? 0 : fittingPopularity(group, milliCpu, memory);
      sum += fitting * small + (group.total - fitting) * free;
    }
    return sum;
  }

  #viewOf(model: string): ModelView {
    let view = this.#views.get(model);
    if (view === undefined) {
      const here = this.#shapes.filter(
        ({ gpus, models }) => gpus > 0 && (models.length === 0 || models.includes(model)),
      );
      const popularity = here.reduce((sum, shape) => sum + shape.popularity, 0);
      view = { groups: groupsOf(here), elsewhere: this.totalPopularity - popularity };
      this.#views.set(model, view);
    }
    return view;
  }
}

function fittingPopularity({ milliCpu, memory, popularity }: Group, cpu: number, bytes: number): number {
  let sum = 0;
  for (let i = 0; i < milliCpu.length && milliCpu[i]! <= cpu; i += 1)
    if (memory[i]! <= bytes) sum += popularity[i]!;
  return sum;
}

/** The GPU whose use for a shared task leaves the fewest fragments; the first of several. */
export function leastFragmenting(
  measure: FragmentationMeasure,
  after: Omit<FreeAmounts, 'gpus'>,
  free: readonly number[],
  milli: number,
): { readonly gpu: number; readonly fragments: number } | undefined {
  let best: { readonly gpu: number; readonly fragments: number } | undefined;
  for (let i = 0; i < free.length; i += 1) {
    // GPUs with the same left are alike.
    if (free[i]! < milli || free.indexOf(free[i]!) < i) continue;
    const gpus = free.with(i, free[i]! - milli);
    const fragments = measure.fragments({ ...after, gpus });
    if (best === undefined || fragments < best.fragments) best = { gpu: i, fragments };
  }
  return best;
}

/** The fragments of a node after a task came to it. */
export function fragmentsAfter(
  measure: FragmentationMeasure,
  after: Omit<FreeAmounts, 'gpus'>,
  free: readonly number[],
  request: { readonly count: number; readonly milli: number } | undefined,
): number {
  if (request === undefined) return measure.fragments({ ...after, gpus: free });
  if (isShared(request))
    return leastFragmenting(measure, after, free, request.milli)?.fragments ?? Number.POSITIVE_INFINITY;
  let wanted = request.count;
  const gpus = free.map((left) => {
    if (left < MILLI || wanted === 0) return left;
    wanted -= 1;
    return 0;
  });
  return wanted > 0 ? Number.POSITIVE_INFINITY : measure.fragments({ ...after, gpus });
}
