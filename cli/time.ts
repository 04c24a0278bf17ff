import { MINUTE, type Micros, parseRfc3339, SECOND } from '../core/time.ts';
import { parseDuration } from '../sim/scenario/duration.ts';

/** A moment in a log: a virtual time, or the record with a number. */
export type Moment =
  | { readonly type: 'time'; readonly t: Micros }
  | { readonly type: 'rv'; readonly rv: number };

export type ParsedMoment =
  | { readonly ok: true; readonly moment: Moment }
  | { readonly ok: false; readonly error: string };

const RV = /^rv:(\d{1,15})$/;

/** `--at`: `5m30s` since the start, `2026-01-01T00:05:30Z`, or `rv:1234`. */
export function parseMoment(text: string, start: Micros): ParsedMoment {
  const wanted = text.trim();
  const rv = RV.exec(wanted)?.[1];
  if (rv !== undefined) return { ok: true, moment: { type: 'rv', rv: Number(rv) } };
  const absolute = parseRfc3339(wanted);
  if (absolute !== undefined) {
    if (absolute >= start) return { ok: true, moment: { type: 'time', t: absolute } };
    return { ok: false, error: `${wanted} is before the start of the run` };
  }
  const span = parseDuration(wanted);
  if ('duration' in span) return { ok: true, moment: { type: 'time', t: start + span.duration } };
  const form = 'a time since the start (5m30s), a date (2026-01-01T00:05:30Z) or a record (rv:1234)';
  return { ok: false, error: `expected ${form}, got ${JSON.stringify(text)}` };
}

/** A time since the start with hours only where there are any: `0s`, `42.250s`, `5m0s`, `1h2m30.000125s`. */
export function formatVirtualTime(span: Micros): string {
  if (span < 0) return `-${formatVirtualTime(-span)}`;
  const minutes = Math.floor(span / MINUTE);
  const seconds = `${Math.floor((span % MINUTE) / SECOND)}${fraction(span % SECOND)}s`;
  if (minutes === 0) return seconds;
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

/** Thousandths, or millionths where those tell more; none for a whole second. */
function fraction(micros: number): string {
  if (micros === 0) return '';
  const digits = `${micros}`.padStart(6, '0');
  return `.${digits.endsWith('000') ? digits.slice(0, 3) : digits}`;
}
