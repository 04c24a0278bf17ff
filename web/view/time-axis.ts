import { DAY, HOUR, MILLISECOND, MINUTE, type Micros, SECOND } from '../../core/time.ts';

/** Distances between marks that people count in. */
const STEPS: readonly Micros[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((n) => n * MILLISECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 56, 112, 365].map((n) => n * DAY),
];
const PIXELS_BETWEEN = 84;

/** Round moments between two, since the start, as far apart as their texts need. */
export function axisMarks(from: Micros, to: Micros, start: Micros, pixels: number): readonly Micros[] {
  const least = ((to - from) / Math.max(pixels, 1)) * PIXELS_BETWEEN;
  const step = STEPS.find((candidate) => candidate >= least) ?? (STEPS.at(-1) as Micros);
  const marks: Micros[] = [];
  for (let at = Math.ceil((from - start) / step) * step; at <= to - start; at += step) marks.push(start + at);
  return marks;
}

/** The same, to the second once it is a minute: for lists, where the place in the order says the rest. */
export function shortTimeText(since: Micros): string {
  return timeText(since < MINUTE ? since : Math.floor(since / SECOND) * SECOND);
}

/** A time since the start to the second, or finer where the second says too little: `1h02m`, `5m30s`, `5m30.250s`. */
export function timeText(since: Micros): string {
  const hours = Math.floor(since / HOUR);
  const minutes = Math.floor((since % HOUR) / MINUTE);
  const rest = since % MINUTE;
  const seconds = Math.floor(rest / SECOND);
  const millis = Math.floor((rest % SECOND) / MILLISECOND);
  const fraction = millis === 0 ? '' : `.${String(millis).padStart(3, '0')}`;
  const parts: string[] = [];
  if (hours > 0) parts.push(`${hours}h`);
  if (hours > 0 || minutes > 0) parts.push(`${String(minutes).padStart(hours > 0 ? 2 : 1, '0')}m`);
  if (seconds > 0 || millis > 0 || parts.length === 0) {
    parts.push(`${parts.length > 0 ? String(seconds).padStart(2, '0') : seconds}${fraction}s`);
  }
  return parts.join('');
}
