import { priorityOf } from '../cache/pod-info.ts';
import { startOf, type Victims } from './victims.ts';

/** Makes every priority positive, so that one more victim never makes a sum smaller. */
const OFFSET = 2 ** 31;

/** When the first of the most important victims started: the later, the less is lost. */
function earliestStart({ pods }: Victims): number {
  const [first] = pods;
  if (first === undefined) return Number.POSITIVE_INFINITY;
  const highest = priorityOf(first.pod);
  let earliest = Number.POSITIVE_INFINITY;
  for (const { pod } of pods) if (priorityOf(pod) === highest) earliest = Math.min(earliest, startOf(pod));
  return earliest;
}

/** The rules in their order, each in the form "less is better" (`pickOneNodeForPreemption`). */
const COSTS: readonly ((victims: Victims) => number)[] = [
  ({ violations }) => violations,
  ({ pods: [first] }) => (first === undefined ? Number.NEGATIVE_INFINITY : priorityOf(first.pod)),
  ({ pods }) => pods.reduce((sum, { pod }) => sum + priorityOf(pod) + OFFSET, 0),
  ({ pods }) => pods.length,
  (victims) => -earliestStart(victims),
];

/** Where eviction costs least; among equals the one that the tie-break points at. */
export function cheapest(candidates: readonly Victims[], tieBreak: () => number): Victims | undefined {
  let equals = candidates;
  for (const cost of COSTS) {
    if (equals.length <= 1) break;
    let least = Number.POSITIVE_INFINITY;
    let best: Victims[] = [];
    for (const each of equals) {
      const costs = cost(each);
      if (costs > least) continue;
      if (costs < least) best = [];
      least = costs;
      best.push(each);
    }
    equals = best;
  }
  return equals.length <= 1 ? equals[0] : equals[tieBreak() % equals.length];
}
