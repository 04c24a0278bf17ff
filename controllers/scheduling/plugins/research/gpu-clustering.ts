import { MAX_NODE_SCORE, type Plugin } from '../../framework/extension-points.ts';
import { gpuKind, gpuKindsOn } from '../../gpu/node-gpus.ts';
import { freeMilliGpu } from './free-amounts.ts';

/** The most GPUs of one machine of the trace, in thousandths. */
const MOST = 8000;
const QUARTER = MAX_NODE_SCORE / 4;

/**
 * Pods that want alike of the GPUs lie together: best on a node with none but such pods, then on one that has some
 * among others, then on an empty one, last on one that has only others; within these where fewest GPUs are free (Weng
 * et al., USENIX ATC 2023, section 6.1, after Gandiva). wavetank's own.
 */
export const gpuClustering: Plugin = {
  name: 'Clustering',
  dependsOn: 'load',
  score: (_state, pod, node) => {
    const kind = gpuKind(pod);
    if (kind === undefined) return 0;
    const kinds = gpuKindsOn(node);
    const filled = Math.max(0, Math.floor((QUARTER * (MOST - freeMilliGpu(node))) / MOST));
    if (kinds.has(kind)) return filled + (kinds.size === 1 ? 3 : 2) * QUARTER;
    return filled + (kinds.size === 0 ? QUARTER : 0);
  },
};
