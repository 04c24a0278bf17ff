import type { KubeObject } from '../../core/api/object.ts';
import type { View } from '../../core/store/view.ts';
import { humanDuration } from '../../core/text/human-duration.ts';
import { type Micros, parseRfc3339, rfc3339, SECOND } from '../../core/time.ts';

/** What a description may read beside its object. */
export interface DescribeContext {
  readonly view: View;
  readonly now: Micros;
  /** `--show-events`. */
  readonly showEvents: boolean;
}

/** The text of `kubectl describe` for one object. */
export type Describer<T extends KubeObject = KubeObject> = (object: T, context: DescribeContext) => string;

/** How long ago a time of the API was, or `<unknown>` where it is none (kubectl `translateTimestampSince`). */
export function since(timestamp: string | undefined, now: Micros): string {
  const time = timestamp === undefined ? undefined : parseRfc3339(timestamp);
  return time === undefined ? '<unknown>' : humanDuration(now - time);
}

const WEEKDAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const SECONDS_A_DAY = 86_400;
/** Go's zero time, which an absent one decodes to. */
const ZERO_TIME = 'Mon, 01 Jan 0001 00:00:00 +0000';

/** RFC 1123 with a numeric zone, in UTC: `Tue, 24 Nov 2026 14:13:46 +0000`. */
export function rfc1123(timestamp: string | undefined): string {
  const time = timestamp === undefined ? undefined : parseRfc3339(timestamp);
  if (time === undefined) return ZERO_TIME;
  const day = Math.floor(time / SECOND / SECONDS_A_DAY);
  // 1970-01-01 was a Thursday.
  const weekday = WEEKDAYS[((day % 7) + 7) % 7];
  const text = rfc3339(time);
  const month = MONTHS[Number(text.slice(5, 7)) - 1];
  return `${weekday}, ${text.slice(8, 10)} ${month} ${text.slice(0, 4)} ${text.slice(11, 19)} +0000`;
}
