import { isPodReady, isPodScheduled, podCondition } from '../../core/kinds/pod/status.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { type Micros, parseRfc3339 } from '../../core/time.ts';

/** An annotation of a pod: the lower the cost, the sooner it is deleted. */
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
/** Digits without leading zeros or a plus sign, within an int32 (`GetDeletionCostFromPodAnnotations`). */
const INTEGER = /^(0|-?[1-9]\d{0,9})$/;
const INT32_MIN = -2_147_483_648;
const INT32_MAX = 2_147_483_647;

const NANOSECONDS_PER_MICRO = 1000;
const TWO_TO_32 = 0x1_0000_0000;

interface Candidate {
  readonly pod: Pod;
  readonly assigned: boolean;
  readonly phase: number;
  readonly ready: boolean;
  readonly cost: number;
  /** How many related pods share its node. */
  readonly crowd: number;
  readonly readySince: Micros | undefined;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly created: Micros | undefined;
}

function phaseRank(pod: Pod): number {
  const { phase } = pod.status;
  return phase === 'Pending' ? 0 : phase === 'Unknown' ? 1 : 2;
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST];
  if (text === undefined || !INTEGER.test(text)) return 0;
  const cost = Number(text);
  return cost < INT32_MIN || cost > INT32_MAX ? 0 : cost;
}

/** The most restarts of any one container, and of any one sidecar (`maxContainerRestarts`). */
function maxRestarts(pod: Pod): { readonly regular: number; readonly sidecar: number } {
  let regular = 0;
  for (const status of pod.status.containerStatuses ?? []) {
    regular = Math.max(regular, status.restartCount ?? 0);
  }
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  let sidecar = 0;
  if (sidecars.length > 0) {
    for (const status of pod.status.initContainerStatuses ?? []) {
      if (sidecars.some(({ name }) => name === status.name))
        sidecar = Math.max(sidecar, status.restartCount ?? 0);
    }
  }
  return { regular, sidecar };
}

function candidateOf(pod: Pod, crowds: ReadonlyMap<string, number>): Candidate {
  const ready = isPodReady(pod);
  const since = ready ? podCondition(pod, 'Ready')?.lastTransitionTime : undefined;
  const restarts = maxRestarts(pod);
  return {
    pod,
    assigned: isPodScheduled(pod),
    phase: phaseRank(pod),
    ready,
    cost: deletionCost(pod),
    crowd: crowds.get(pod.spec.nodeName ?? '') ?? 0,
    readySince: since === undefined ? undefined : parseRfc3339(since),
    restarts: restarts.regular,
    sidecarRestarts: restarts.sidecar,
    created: parseRfc3339(pod.metadata.creationTimestamp),
  };
}

/** The integer part of the logarithm to base 2 of a positive integer below 2^53. */
function floorLog2(value: number): number {
  const high = Math.floor(value / TWO_TO_32);
  return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(value);
}

/**
 * Ages count by their power of two in nanoseconds, so that among pods of about one age the choice is not
 * always the newest (`logarithmicRankDiff`). An age of nothing comes first.
 */
function ageRank(since: Micros, now: Micros): number {
  const age = (now - since) * NANOSECONDS_PER_MICRO;
  return age > 0 ? floorLog2(age) : -1;
}

function compareUids(a: Candidate, b: Candidate): number {
  return a.pod.metadata.uid < b.pod.metadata.uid ? -1 : 1;
}

function compareAges(a: Micros, b: Micros, now: Micros, left: Candidate, right: Candidate): number {
  const difference = ageRank(a, now) - ageRank(b, now);
  return difference === 0 ? compareUids(left, right) : difference;
}

/** Negative where `a` is to be deleted before `b` (`ActivePodsWithRanks.Less` of pkg/controller/controller_utils.go). */
function compareCandidates(a: Candidate, b: Candidate, now: Micros): number {
  if (a.assigned !== b.assigned) return a.assigned ? 1 : -1;
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.ready !== b.ready) return a.ready ? 1 : -1;
  if (a.cost !== b.cost) return a.cost - b.cost;
  if (a.crowd !== b.crowd) return b.crowd - a.crowd;
  if (a.ready && a.readySince !== b.readySince) {
    // A time that is missing counts as the most recent (`afterOrZero`).
    if (a.readySince === undefined) return -1;
    if (b.readySince === undefined) return 1;
    return compareAges(a.readySince, b.readySince, now, a, b);
  }
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  if (a.sidecarRestarts !== b.sidecarRestarts) return b.sidecarRestarts - a.sidecarRestarts;
  if (a.created !== b.created && a.created !== undefined && b.created !== undefined) {
    return compareAges(a.created, b.created, now, a, b);
  }
  return compareUids(a, b);
}

/**
 * The `count` of `pods` that a ReplicaSet deletes first. `crowds` says how many pods of the ReplicaSets of the
 * same owner stand on each node: pods that are doubled up go before others.
 */
export function podsToDelete(
  pods: readonly Pod[],
  count: number,
  crowds: ReadonlyMap<string, number>,
  now: Micros,
): readonly Pod[] {
  // Where all go, their order doesn't matter.
  if (count >= pods.length) return pods;
  return pods
    .map((pod) => candidateOf(pod, crowds))
    .sort((a, b) => compareCandidates(a, b, now))
    .slice(0, count)
    .map(({ pod }) => pod);
}
