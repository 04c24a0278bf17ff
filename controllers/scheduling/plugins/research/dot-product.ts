import type { LargestNodeArgs } from '../../configuration/plugin-args.ts';
import { DEFAULT_LARGEST_NODE } from '../../configuration/plugin-args.ts';
import type { Plugin } from '../../framework/extension-points.ts';
import { freeOn, largestNode, scoreOfShare, wantedBy } from './free-amounts.ts';

/**
 * The node whose free amounts have the smallest dot product with what the pod wants, each as a share of the largest
 * node's: the alignment of Tetris (Grandl et al., "Multi-Resource Packing for Cluster Schedulers", SIGCOMM 2014), turned
 * to packing as Weng et al. compare with (USENIX ATC 2023, section 6.1). wavetank's own.
 */
export function dotProductWith(args: LargestNodeArgs): Plugin {
  const largest = largestNode(args);
  return {
    name: 'DotProd',
    dependsOn: 'load',
    score: (_state, pod, node) => {
      const free = freeOn(node);
      const wanted = wantedBy(pod);
      const byCpu = (free.cpu / largest.cpu) * (wanted.cpu / largest.cpu);
      const byGpu = (free.gpu / largest.gpu) * (wanted.gpu / largest.gpu);
      return scoreOfShare(1 - (byCpu + byGpu) / 2);
    },
  };
}

export const dotProduct: Plugin = dotProductWith(DEFAULT_LARGEST_NODE);
