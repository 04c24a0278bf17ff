import { milli } from '../../../../core/quantity.ts';
import type { NodeInfo } from '../../cache/node-info.ts';
import type { PodInfo } from '../../cache/pod-info.ts';
import type { LargestNodeArgs } from '../../configuration/plugin-args.ts';
import { gpuRequestOf, MILLI } from '../../gpu/gpu-request.ts';
import { freeGpus } from '../../gpu/node-gpus.ts';

/** CPUs and GPUs, both in thousandths. */
export interface CpuAndGpu {
  readonly cpu: number;
  readonly gpu: number;
}

export function freeMilliCpu({ table, slot }: NodeInfo): number {
  return table.allocatableCpu[slot]! - table.requestedCpu[slot]!;
}

export function freeMilliGpu(node: NodeInfo): number {
  let sum = 0;
  for (const left of freeGpus(node)) sum += left;
  return sum;
}

export function freeOn(node: NodeInfo): CpuAndGpu {
  return { cpu: freeMilliCpu(node), gpu: freeMilliGpu(node) };
}

export function wantedBy({ facts }: PodInfo): CpuAndGpu {
  const request = gpuRequestOf(facts);
  return {
    cpu: facts.requests.milliCpu,
    gpu: request === undefined ? 0 : request.count * request.milli,
  };
}

export function largestNode({ largestNode: { cpu, gpus } }: LargestNodeArgs): CpuAndGpu {
  return { cpu: milli(cpu), gpu: gpus * MILLI };
}

/** An integer from 0 to 100 of a share. */
export function scoreOfShare(share: number): number {
  return Math.max(0, Math.min(100, Math.floor(share * 100)));
}
