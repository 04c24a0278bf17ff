import type { TaskShape } from '../../controllers/scheduling/gpu/fragmentation.ts';
import { GPU_MODEL_LABEL, MILLI } from '../../controllers/scheduling/gpu/gpu-request.ts';
import { gpuCountOf } from '../../controllers/scheduling/gpu/node-gpus.ts';
import { selectGpus, tightestGpu } from '../../controllers/scheduling/gpu/select-gpus.ts';
import { resourcesOf } from '../../core/kinds/pod/resources.ts';
import type { Node } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { Measure, Measures } from '../measures/measure.ts';
import { quantileSorted } from '../statistics/bootstrap.ts';
import { FragmentationModel, type Fragments } from './fragmentation.ts';
import { measureOf, type PolicyMeasure } from './policy-measures.ts';
import { shapeOf, type Tasks } from './tasks.ts';

interface MeteredNode {
  readonly allocatableCpu: number;
  readonly model: string;
  milliCpu: number;
  memory: number;
  /** Thousandths of each. */
  gpus: readonly number[];
  pods: number;
  running: number;
  fragments: Fragments;
}

const NONE: Fragments = { cpu: 0, gpu: 0 };
const PERCENT = 100;

/** What changes with every pod that comes to a node or leaves it, each a whole number. */
const SERIES = ['cpu', 'memory', 'gpu', 'cpuFragments', 'gpuFragments', 'usedNodes'] as const;
type Series = (typeof SERIES)[number];
type Levels = Record<Series, number>;

function zeroes(): Levels {
  return { cpu: 0, memory: 0, gpu: 0, cpuFragments: 0, gpuFragments: 0, usedNodes: 0 };
}

/** Follows the cluster while a scheduler fills it. */
export class Meter {
  private readonly shapes: readonly TaskShape[];
  private readonly hasGpus: boolean;
  private readonly model: FragmentationModel;
  private readonly nodes = new Map<string, MeteredNode>();
  private readonly capacity = { cpu: 0, memory: 0, gpu: 0 };
  private readonly now = zeroes();
  private readonly sums = zeroes();
  private waiting = 0;
  private waited = 0;
  private at: Micros;
  private readonly start: Micros;
  /** The levels when the last task had come, and their means up to then. */
  private atEnd: { readonly levels: Levels; readonly means: Levels; readonly imbalance: number } | undefined;

  constructor({ nodes, classes, gpuResource }: Tasks, start: Micros) {
    this.shapes = classes.map((taskClass) => shapeOf(taskClass, gpuResource));
    this.hasGpus = gpuResource !== undefined;
    this.model = new FragmentationModel(classes, gpuResource);
    this.start = start;
    this.at = start;
    for (const node of nodes) this.add(node, gpuResource);
  }

  private add(object: Node, gpuResource: string | undefined): void {
    const { metadata, status } = object;
    const amounts = resourcesOf(status.allocatable);
    const count = gpuResource === undefined ? 0 : gpuCountOf(object);
    const node: MeteredNode = {
      allocatableCpu: amounts.milliCpu,
      model: metadata.labels?.[GPU_MODEL_LABEL] ?? '',
      milliCpu: amounts.milliCpu,
      memory: amounts.memory,
      gpus: Array.from({ length: count }, () => MILLI),
      pods: amounts.scalars.pods ?? 0,
      running: 0,
      fragments: NONE,
    };
    this.nodes.set(metadata.name, node);
    this.capacity.cpu += amounts.milliCpu;
    this.capacity.memory += amounts.memory;
    this.capacity.gpu += count * MILLI;
    this.refragment(node);
  }

  /** Time goes on. */
  private pass(now: Micros): void {
    const span = now - this.at;
    if (span === 0) return;
    if (this.atEnd === undefined) for (const series of SERIES) this.sums[series] += this.now[series] * span;
    this.waited += this.waiting * span;
    this.at = now;
  }

  arrived(now: Micros): void {
    this.pass(now);
    this.waiting += 1;
  }

  /** `gpus`: the numbers of those that it got on the node. */
  placed(taskClass: number, nodeName: string, gpus: readonly number[], now: Micros): void {
    this.pass(now);
    this.waiting -= 1;
    this.change(taskClass, nodeName, gpus, 1);
  }

  left(taskClass: number, nodeName: string, gpus: readonly number[], now: Micros): void {
    this.pass(now);
    this.change(taskClass, nodeName, gpus, -1);
  }

  /** Of a task whose GPUs nobody chose: whole ones that are free. */
  freeGpus(taskClass: number, nodeName: string): readonly number[] {
    const count = this.shapes[taskClass]?.gpus ?? 0;
    if (count === 0) return [];
    const free = this.nodes.get(nodeName)?.gpus ?? [];
    return selectGpus(free, { count, milli: MILLI }, tightestGpu) ?? [];
  }

  private change(taskClass: number, nodeName: string, gpus: readonly number[], sign: 1 | -1): void {
    const node = this.nodes.get(nodeName);
    const size = this.shapes[taskClass];
    if (node === undefined || size === undefined) throw new Error(`the node ${nodeName} is not metered`);
    node.milliCpu -= sign * size.milliCpu;
    node.memory -= sign * size.memory;
    if (gpus.length > 0) {
      const change = sign * size.gpuMilli;
      node.gpus = node.gpus.map((left, i) => (gpus.includes(i) ? left - change : left));
    }
    node.pods -= sign;
    this.now.cpu += sign * size.milliCpu;
    this.now.memory += sign * size.memory;
    this.now.gpu += sign * size.gpus * size.gpuMilli;
    if (node.running === (sign > 0 ? 0 : 1)) this.now.usedNodes += sign;
    node.running += sign;
    this.refragment(node);
  }

  private refragment(node: MeteredNode): void {
    const { cpu, gpu } = node.fragments;
    node.fragments = this.model.fragments(node);
    this.now.cpuFragments += node.fragments.cpu - cpu;
    this.now.gpuFragments += node.fragments.gpu - gpu;
  }

  /** The last task has come, and was tried. */
  arrivalsOver(now: Micros): void {
    this.pass(now);
    const span = now - this.start;
    const means = zeroes();
    for (const series of SERIES) means[series] = span === 0 ? this.now[series] : this.sums[series] / span;
    this.atEnd = { levels: { ...this.now }, means, imbalance: this.imbalance() };
  }

  private imbalance(): number {
    const shares = [...this.nodes.values()]
      .filter(({ allocatableCpu }) => allocatableCpu > 0)
      .map(({ allocatableCpu, milliCpu }) => (allocatableCpu - milliCpu) / allocatableCpu);
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    const squares = shares.reduce((sum, share) => sum + (share - mean) * (share - mean), 0);
    return shares.length === 0 ? 0 : Math.sqrt(squares / shares.length) * PERCENT;
  }

  /** The run is over. `waits`: how long each pod waited for a node, those in vain too. */
  measures(now: Micros, waits: readonly Micros[]): Measures {
    this.pass(now);
    if (this.atEnd === undefined)
      throw new Error('the measures of a run were asked for before all tasks had come');
    const { levels, means, imbalance } = this.atEnd;
    const { capacity } = this;
    const found: [string, Measure][] = [];
    const write = (name: PolicyMeasure, value: number): void => {
      found.push([name, measureOf(name, value)]);
    };
    const share = (name: PolicyMeasure, amount: number, whole: number): void =>
      write(name, whole === 0 ? 0 : (amount / whole) * PERCENT);
    const tasks = this.model.totalPopularity;
    share('cpu/allocated', levels.cpu, capacity.cpu);
    share('cpu/allocated-mean', means.cpu, capacity.cpu);
    share('memory/allocated', levels.memory, capacity.memory);
    share('memory/allocated-mean', means.memory, capacity.memory);
    if (this.hasGpus) {
      share('gpu/allocated', levels.gpu, capacity.gpu);
      share('gpu/allocated-mean', means.gpu, capacity.gpu);
      share('gpu/fragmented', levels.gpuFragments, capacity.gpu * tasks);
      share('gpu/fragmented-mean', means.gpuFragments, capacity.gpu * tasks);
    }
    share('cpu/fragmented', levels.cpuFragments, capacity.cpu * tasks);
    share('cpu/fragmented-mean', means.cpuFragments, capacity.cpu * tasks);
    write('nodes/used', levels.usedNodes);
    write('nodes/empty', this.nodes.size - levels.usedNodes);
    write('nodes/empty-mean', this.nodes.size - means.usedNodes);
    write('nodes/imbalance', imbalance);
    share('pods/scheduled', waits.length - this.waiting, waits.length);
    write('pods/pending', this.waiting);
    write('pods/pending-time', this.waited / SECOND);
    const sorted = waits.toSorted((a, b) => a - b);
    write('pods/wait-p50', sorted.length === 0 ? 0 : quantileSorted(sorted, 0.5) / SECOND);
    write('pods/wait-p99', sorted.length === 0 ? 0 : quantileSorted(sorted, 0.99) / SECOND);
    return Object.fromEntries(found);
  }
}
