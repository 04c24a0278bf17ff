import type { LargestNodeArgs } from '../../configuration/plugin-args.ts';
import { DEFAULT_LARGEST_NODE } from '../../configuration/plugin-args.ts';
import type { Plugin } from '../../framework/extension-points.ts';
import { freeOn, largestNode, scoreOfShare, wantedBy } from './free-amounts.ts';

/**
 * The node that is left with least: half of it by CPUs, half by GPUs, each as a share of the largest node's
 * (as Weng et al. compare with, USENIX ATC 2023, section 6.1). wavetank's own.
 */
export function bestFitWith(args: LargestNodeArgs): Plugin {
  const largest = largestNode(args);
  return {
    name: 'BestFit',
    dependsOn: 'load',
    score: (_state, pod, node) => {
      const free = freeOn(node);
      const wanted = wantedBy(pod);
      const left = (free.cpu - wanted.cpu) / largest.cpu + (free.gpu - wanted.gpu) / largest.gpu;
      return scoreOfShare(1 - left / 2);
    },
  };
}

export const bestFit: Plugin = bestFitWith(DEFAULT_LARGEST_NODE);
