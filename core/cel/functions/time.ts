import { timeZone } from '../../time-zones.ts';
import { CelError } from '../error.ts';
import { fn, type Library, type Overload } from '../overload.ts';
import { type Civil, civil, SECOND_NANOS } from '../time-text.ts';
import type { Duration, Timestamp, Value } from '../value.ts';

/** Parts of moments and durations; zones are those of the program's own table, or `+02:00`. */
const MINUTE_NANOS = 60n * SECOND_NANOS;

function zoneOffset(zone: string, nanos: bigint): bigint {
  const [, sign = '', hours, minutes = '0'] = /^([-+]?)(\d{1,2}):(\d\d)$/.exec(zone) ?? [];
  if (hours !== undefined) {
    const offset = BigInt(Number(hours) * 60 + Number(minutes)) * MINUTE_NANOS;
    return sign === '-' ? -offset : offset;
  }
  const found = timeZone(zone);
  if (found === undefined) throw new CelError(`unknown time zone ${zone}`);
  return BigInt(found.offsetAt(Number(nanos / 1000n))) * 1000n;
}

function part(name: string, of: (civil: Civil) => number): Overload[] {
  const read = (time: Value, zone: string): bigint => {
    const { nanos } = time as Timestamp;
    return BigInt(of(civil(nanos + zoneOffset(zone, nanos))));
  };
  return [
    fn(name, 'timestamp.() int', ([time]) => read(time as Value, 'UTC')),
    fn(name, 'timestamp.(string) int', ([time, zone]) => read(time as Value, zone as string)),
  ];
}

function span(name: string, of: (nanos: bigint) => bigint): Overload {
  return fn(name, 'duration.() int', ([duration]) => of((duration as Duration).nanos));
}

export const TIME: Library = [
  ...part('getFullYear', ({ year }) => year),
  ...part('getMonth', ({ month }) => month - 1),
  ...part('getDate', ({ day }) => day),
  ...part('getDayOfMonth', ({ day }) => day - 1),
  ...part('getDayOfWeek', ({ weekDay }) => weekDay),
  ...part('getDayOfYear', ({ yearDay }) => yearDay),
  ...part('getHours', ({ hours }) => hours),
  ...part('getMinutes', ({ minutes }) => minutes),
  ...part('getSeconds', ({ seconds }) => seconds),
  ...part('getMilliseconds', ({ nanos }) => Math.floor(nanos / 1_000_000)),
  span('getHours', (nanos) => nanos / (60n * MINUTE_NANOS)),
  span('getMinutes', (nanos) => nanos / MINUTE_NANOS),
  span('getSeconds', (nanos) => nanos / SECOND_NANOS),
  span('getMilliseconds', (nanos) => (nanos / 1_000_000n) % 1000n),
];
