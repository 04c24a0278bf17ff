import { milli } from '../../../../core/quantity.ts';
import type { NodeInfo } from '../../cache/node-info.ts';
import type { FgdArgs } from '../../configuration/plugin-args.ts';
import { MAX_NODE_SCORE, type Plugin } from '../../framework/extension-points.ts';
import { FragmentationMeasure, fragmentsAfter, leastFragmenting } from '../../gpu/fragmentation.ts';
import { gpuRequestOf, MILLI } from '../../gpu/gpu-request.ts';
import { freeGpus, gpuModelOf } from '../../gpu/node-gpus.ts';
import { naturalLog } from '../../natural-log.ts';
import { freeMilliCpu } from './free-amounts.ts';
import type { GpuSelection } from './gpu-share.ts';

const NAME = 'FGD';

/**
 * The integer part of 100 × sigmoid(x) is the number of these that x reaches: sigmoid(x) = k/100 at x = ln(k / (100 − k)).
 * So scores need no exponential function, which engines round differently.
 */
const STEPS = Float64Array.from({ length: MAX_NODE_SCORE - 1 }, (_, i) => {
  const k = i + 1;
  return naturalLog(k) - naturalLog(MAX_NODE_SCORE - k);
});

/** 0…100 of the GPUs that stop being fragments: 50 where nothing changes. */
export function scoreOfDescent(gpus: number): number {
  let low = 0;
  let high = STEPS.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (STEPS[middle]! <= gpus) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Before {
  readonly version: number;
  readonly free: readonly number[];
  readonly fragments: number;
}

/** A node without the pod that is to come: fragments are worked out again only when its pods have changed. */
function remembering(measure: FragmentationMeasure): (node: NodeInfo) => number {
  const known = new WeakMap<NodeInfo, Before>();
  return (node) => {
    const free = freeGpus(node);
    const before = known.get(node);
    if (before !== undefined && before.version === node.version && before.free === free)
      return before.fragments;
    const fragments = measure.fragments({
      milliCpu: freeMilliCpu(node),
      memory: Number.POSITIVE_INFINITY,
      gpus: free,
      model: gpuModelOf(node),
    });
    known.set(node, { version: node.version, free, fragments });
    return fragments;
  };
}

function measureOf({ tasks = [] }: FgdArgs): FragmentationMeasure {
  return new FragmentationMeasure(
    tasks.map(({ cpu, gpus, gpuMilli, models, popularity }) => ({
      milliCpu: milli(cpu),
      memory: 0,
      gpus,
      gpuMilli: gpus === 0 ? 0 : gpuMilli,
      models,
      popularity,
    })),
  );
}

/** `GPUShare` and `FGD` have to agree on the GPU that the score was worked out for. */
export function fragmentationSelection(args: FgdArgs): GpuSelection {
  const measure = measureOf(args);
  return (node) => (free, milli) => {
    // The pod counts on the node already.
    const after = {
      milliCpu: freeMilliCpu(node),
      memory: Number.POSITIVE_INFINITY,
      model: gpuModelOf(node),
    };
    return leastFragmenting(measure, after, free, milli)?.gpu;
  };
}

/**
 * Fragmentation gradient descent: the node, and the GPU on it, where the fragments of the workload's tasks grow least or
 * shrink most (Weng et al., "Beware of Fragmentation", USENIX ATC 2023, section 5). The score is the sigmoid of the
 * difference in whole GPUs, as the authors' plugin has it; memory is left out of account, as there. wavetank's own.
 */
export function fragmentationGradientDescentWith(args: FgdArgs): Plugin {
  const measure = measureOf(args);
  const whole = MILLI * measure.totalPopularity;
  const before = remembering(measure);
  return {
    name: NAME,
    dependsOn: 'load',
    score: (_state, { facts }, node) => {
      const free = freeGpus(node);
      if (free.length === 0) return scoreOfDescent(0);
      const after = {
        milliCpu: freeMilliCpu(node) - facts.requests.milliCpu,
        memory: Number.POSITIVE_INFINITY,
        model: gpuModelOf(node),
      };
      const fragments = fragmentsAfter(measure, after, free, gpuRequestOf(facts));
      if (whole === 0) return scoreOfDescent(0);
      return scoreOfDescent((before(node) - fragments) / whole);
    },
  };
}
