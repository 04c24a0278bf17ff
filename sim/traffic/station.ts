import { SECOND } from '../../core/time.ts';
import type { DownstreamCall } from '../scenario/scenario.ts';
import type { ContainerLoad, ContainerTerms, PodLoad } from './pod-load.ts';
import { type QueueState, solveQueue } from './queue.ts';

/**
 * A pod as a request sees it. Its first container with a cost queues requests for its CPU: as many servers as its CPU
 * has cores, rounded up, each as fast as its part of that CPU. With half a core a request takes twice its CPU time;
 * with one core this is M/M/1, with four M/M/4. Further containers that a request passes through, such as a proxy
 * beside the program, queue in the same way, and add their mean.
 */
export interface Passage {
  /** Of the first container that costs CPU. Absent: none does. */
  readonly queue: QueueState | undefined;
  /** The part of the requests that nobody serves in time. */
  readonly lost: number;
  /** The part that takes CPU: what is served, or what is begun in vain. */
  readonly worked: number;
  /** Seconds besides the queue: waiting for nothing that is modelled, and further containers. */
  readonly fixed: number;
  /** Seconds that it all takes a request that finds nobody before it; its calls not included, as in `mean`. */
  readonly alone: number;
  /** Seconds, the mean of all this. */
  readonly mean: number;
  /** Seconds after which the client gives up. */
  readonly timeout: number;
  readonly calls: readonly DownstreamCall[];
}

const NO_CALLS: readonly DownstreamCall[] = [];
const MILLI = 1000;
/** Of a pod whose programs nobody told what a request costs. */
const DEFAULT_TIMEOUT = 1;

/** What a container does to requests that come at a rate, each with so many seconds left to wait. */
function queueOf(
  { terms: { cost }, available }: ContainerLoad,
  arrivals: number,
  patience: number,
): QueueState | undefined {
  if (cost === undefined || cost.cpu === 0) return undefined;
  const cores = available / MILLI;
  const servers = Math.max(1, Math.ceil(cores));
  const serviceRate = (cores / servers) * (SECOND / cost.cpu);
  return solveQueue({ arrivals, servers, serviceRate, patience });
}

/** Seconds that a request is served for, were it alone. */
function serviceTime({ terms: { cost }, available }: ContainerLoad): number {
  if (cost === undefined || cost.cpu === 0) return 0;
  const cores = available / MILLI;
  const servers = Math.max(1, Math.ceil(cores));
  return ((cost.cpu / SECOND) * servers) / cores;
}

/** Pods of a Service are mostly alike, and so they are a moment later: what was worked out last is kept. */
interface Memo {
  readonly arrivals: number;
  readonly byAvailable: Map<number, Passage>;
}
const memos = new WeakMap<ContainerTerms, Memo>();

const NOWHERE: Passage = {
  queue: undefined,
  lost: 0,
  worked: 1,
  fixed: 0,
  alone: 0,
  mean: 0,
  timeout: DEFAULT_TIMEOUT,
  calls: NO_CALLS,
};

/** What happens to requests at a pod that serves. */
export function passageOf(pod: PodLoad): Passage {
  const { stations, arrivals } = pod;
  const [first] = stations;
  if (first === undefined) return NOWHERE;
  if (stations.length > 1) return work(pod);
  let memo = memos.get(first.terms);
  if (memo?.arrivals !== arrivals) {
    memo = { arrivals, byAvailable: new Map() };
    memos.set(first.terms, memo);
  }
  let passage = memo.byAvailable.get(first.available);
  if (passage === undefined) {
    passage = work(pod);
    memo.byAvailable.set(first.available, passage);
  }
  return passage;
}

function work({ stations, arrivals }: PodLoad): Passage {
  let latency = 0;
  let service = 0;
  let timeout = Number.POSITIVE_INFINITY;
  for (const station of stations) {
    const { cost } = station.terms;
    if (cost === undefined) continue;
    latency += cost.latency / SECOND;
    timeout = Math.min(timeout, cost.timeout / SECOND);
    service += serviceTime(station);
  }
  const calls =
    stations.length === 1
      ? (stations[0]!.terms.cost?.calls ?? NO_CALLS)
      : stations.flatMap(({ terms: { cost } }) => cost?.calls ?? NO_CALLS);
  if (!(latency + service < timeout)) {
    // Even a request that finds nobody before it takes too long.
    return {
      queue: undefined,
      lost: 1,
      worked: 1,
      fixed: timeout,
      alone: timeout,
      mean: timeout,
      timeout,
      calls,
    };
  }
  const patience = timeout - latency - service;
  let queue: QueueState | undefined;
  let kept = 1;
  let fixed = latency;
  let mean = latency;
  for (const station of stations) {
    const state = queueOf(station, arrivals, patience);
    if (state === undefined) continue;
    kept *= 1 - state.lost;
    const own = state.meanWait + 1 / state.serviceRate;
    mean += own;
    if (queue === undefined) queue = state;
    else fixed += own;
  }
  return { queue, lost: 1 - kept, worked: kept, fixed, alone: latency + service, mean, timeout, calls };
}
