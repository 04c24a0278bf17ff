import { MAX_NODE_SCORE, type Plugin } from '../../framework/extension-points.ts';
import { gpuRequestOf, MILLI } from '../../gpu/gpu-request.ts';
import { freeGpus } from '../../gpu/node-gpus.ts';

const HALF = Math.floor(MAX_NODE_SCORE / 2);
const THIRD = Math.floor(MAX_NODE_SCORE / 3);

/**
 * GPUs that are shared already before free ones, and those of nodes in use before those of idle nodes: 50 to 100 for
 * shared GPUs, the less is left on them the more; 33 to 50 for free GPUs beside ones in use; below that for a node whose
 * GPUs are all free, less the more it has (Weng et al., USENIX ATC 2023, section 6.1). wavetank's own.
 */
export const gpuPacking: Plugin = {
  name: 'Packing',
  dependsOn: 'load',
  score: (_state, { facts }, node) => {
    const request = gpuRequestOf(facts);
    if (request === undefined) return 0;
    const free = freeGpus(node);
    const idle = free.filter((left) => left === MILLI).length;
    if (idle === free.length) return Math.min(MAX_NODE_SCORE, Math.max(THIRD - idle, idle));
    const used = free
      .filter((left) => left >= request.milli)
      .sort((a, b) => a - b)
      .slice(0, request.count);
    const opened = used.filter((left) => left === MILLI).length;
    if (opened > 0) return Math.max(HALF - opened, THIRD);
    const left = used.reduce((sum, each) => sum + Math.floor((each * 100) / MILLI), 0);
    return Math.max(MAX_NODE_SCORE - Math.floor(left / 10), HALF);
  },
};
