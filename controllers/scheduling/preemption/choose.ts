import type { Micros } from '../../../core/time.ts';
import { type PodInfo, priorityOf } from '../cache/pod-info.ts';
import { startOf } from './start.ts';

/** What taking a node would cost: number by number, the first that differs decides, and less is better. */
export type Costs = readonly number[];

/** Makes every priority positive, so that one more victim never makes a sum smaller. */
const OFFSET = 2 ** 31;

/** When the first of the most important victims started: the later, the less is lost. */
function earliestStart(pods: readonly PodInfo[], highest: number): Micros {
  let earliest = Number.POSITIVE_INFINITY;
  for (const { pod } of pods) if (priorityOf(pod) === highest) earliest = Math.min(earliest, startOf(pod));
  return earliest;
}

/** The rules of `pickOneNodeForPreemption`, in their order, for pods of which the most important comes first. */
export function costsOf(pods: readonly PodInfo[], violations: number): Costs {
  const [first] = pods;
  const highest = first === undefined ? Number.NEGATIVE_INFINITY : priorityOf(first.pod);
  const sum = pods.reduce((total, { pod }) => total + priorityOf(pod) + OFFSET, 0);
  return [violations, highest, sum, pods.length, -earliestStart(pods, highest)];
}

function compare(a: Costs, b: Costs): number {
  for (let i = 0; i < a.length; i += 1) {
    if (a[i]! < b[i]!) return -1;
    if (a[i]! > b[i]!) return 1;
  }
  return 0;
}

/** Where eviction costs least; among equals the one that the tie-break points at. */
export function cheapest<T extends { readonly costs: Costs }>(
  candidates: readonly T[],
  tieBreak: () => number,
): T | undefined {
  let equals: T[] = [];
  for (const each of candidates) {
    const order = equals.length === 0 ? 0 : compare(each.costs, equals[0]!.costs);
    if (order > 0) continue;
    if (order < 0) equals = [];
    equals.push(each);
  }
  return equals.length <= 1 ? equals[0] : equals[tieBreak() % equals.length];
}
