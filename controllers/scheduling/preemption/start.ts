import type { Pod } from '../../../core/schema/types.generated.ts';
import { type Micros, parseRfc3339 } from '../../../core/time.ts';

/** One that has not started counts as starting now, later than any other (`GetPodStartTime`). */
export function startOf({ status }: Pod): Micros {
  const { startTime } = status;
  return (startTime === undefined ? undefined : parseRfc3339(startTime)) ?? Number.POSITIVE_INFINITY;
}
