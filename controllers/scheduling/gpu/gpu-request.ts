import type { PodFacts } from '../cache/pod-info.ts';

/** Whole GPUs, as NVIDIA's device plugin advertises them. */
export const GPU = 'nvidia.com/gpu';
/** Thousandths of GPUs, added up over a node: the unit in which pods share one. */
export const GPU_MILLI = 'alibabacloud.com/gpu-milli';
export const GPU_MODEL_LABEL = 'alibabacloud.com/gpu-card-model';
/** Which GPUs of its node a pod has: `2`, or `0-1-3`. */
export const GPU_INDEX_ANNOTATION = 'alibabacloud.com/gpu-index';

export const MILLI = 1000;

/** So many GPUs, and so much of each: less than 1000 only of a single one. */
export interface GpuRequest {
  readonly count: number;
  readonly milli: number;
}

const remembered = new WeakMap<PodFacts, { readonly request: GpuRequest | undefined }>();

function readRequest({ extended }: PodFacts): GpuRequest | undefined {
  const amountOf = (resource: string): number => extended.find(({ name }) => name === resource)?.amount ?? 0;
  const whole = amountOf(GPU);
  if (whole > 0) return { count: whole, milli: MILLI };
  const milli = amountOf(GPU_MILLI);
  if (milli === 0) return undefined;
  // More than one, but not a number of whole ones, is no request that GPUs can be shared by: it takes whole ones.
  return milli < MILLI ? { count: 1, milli } : { count: Math.ceil(milli / MILLI), milli: MILLI };
}

/** What a pod wants of the GPUs of its node; `undefined` where it wants none. */
export function gpuRequestOf(facts: PodFacts): GpuRequest | undefined {
  let known = remembered.get(facts);
  if (known === undefined) {
    known = { request: readRequest(facts) };
    remembered.set(facts, known);
  }
  return known.request;
}

export function isShared({ milli }: GpuRequest): boolean {
  return milli < MILLI;
}
