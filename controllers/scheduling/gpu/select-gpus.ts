import { type GpuRequest, isShared, MILLI } from './gpu-request.ts';

/** Chooses one GPU of a node for a pod that shares it. `free`: thousandths, by the GPU's number. */
export type GpuChoice = (free: readonly number[], milli: number) => number | undefined;

/** On the GPU that has least left over. */
export const tightestGpu: GpuChoice = (free, milli) => {
  let best: number | undefined;
  for (let i = 0; i < free.length; i += 1)
    if (free[i]! >= milli && (best === undefined || free[i]! < free[best]!)) best = i;
  return best;
};

export const firstGpu: GpuChoice = (free, milli) => {
  const found = free.findIndex((left) => left >= milli);
  return found < 0 ? undefined : found;
};

/** `draw`: uniform in [0, 2^32). */
export function drawnGpu(draw: () => number): GpuChoice {
  return (free, milli) => {
    const fitting = free.flatMap((left, i) => (left >= milli ? [i] : []));
    return fitting[draw() % Math.max(1, fitting.length)];
  };
}

/** Whether the GPUs of a node have room for a request: whole ones need GPUs that nobody else has a part of. */
export function gpusFit(free: readonly number[], { count, milli }: GpuRequest): boolean {
  let wanted = count;
  for (let i = 0; i < free.length && wanted > 0; i += 1) if (free[i]! >= milli) wanted -= 1;
  return wanted === 0;
}

/** The numbers of the GPUs that a request gets, ascending; `undefined` where there is no room. */
export function selectGpus(
  free: readonly number[],
  request: GpuRequest,
  choose: GpuChoice,
): readonly number[] | undefined {
  if (isShared(request)) {
    const chosen = choose(free, request.milli);
    return chosen === undefined ? undefined : [chosen];
  }
  const whole = free.flatMap((left, i) => (left === MILLI ? [i] : [])).slice(0, request.count);
  return whole.length < request.count ? undefined : whole;
}
