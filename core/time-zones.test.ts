import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, type Micros, parseRfc3339 } from './time.ts';
import { timeZone } from './time-zones.ts';

const at = (zone: string, time: string): number | undefined => {
  const offset = timeZone(zone)?.offsetAt(parseRfc3339(time) as Micros);
  return offset === undefined ? undefined : offset / MINUTE;
};

test.each([
  ['UTC', '2026-07-01T00:00:00Z', 0],
  ['', '2026-07-01T00:00:00Z', 0],
  ['Etc/UTC', '2026-07-01T00:00:00Z', 0],
  ['Europe/Berlin', '2026-03-29T00:59:59Z', 60],
  ['Europe/Berlin', '2026-03-29T01:00:00Z', 120],
  ['America/New_York', '2026-11-01T05:59:00Z', -240],
  ['America/New_York', '2026-11-01T06:00:00Z', -300],
  ['US/Pacific', '2026-01-01T00:00:00Z', -480],
  ['Asia/Kathmandu', '2026-01-01T00:00:00Z', 345],
  ['Pacific/Kiritimati', '2026-01-01T00:00:00Z', 840],
  ['Europe/Berlin', '1999-07-01T00:00:00Z', 60],
  ['Mars/Phobos', '2026-01-01T00:00:00Z', undefined],
  ['europe/berlin', '2026-01-01T00:00:00Z', undefined],
])('%s at %s', (zone, time, minutes) => {
  expect(at(zone, time)).toBe(minutes);
});

describe('the table', () => {
  /** The engine's own: where its edition differs from the table's, the newest changes of laws differ. */
  const engine = (zone: string, t: Micros): number => {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    const text = format.formatToParts(t / 1000).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const match = /^GMT(?:([+-])(\d\d):(\d\d))?$/.exec(text);
    const minutes = Number(match?.[2] ?? 0) * 60 + Number(match?.[3] ?? 0);
    return match?.[1] === '-' ? -minutes : minutes;
  };

  test.each(['Europe/Berlin', 'America/New_York', 'Australia/Sydney', 'Asia/Tokyo'])(
    'is that of the engine: %s',
    (zone) => {
      const start = parseRfc3339('2016-01-01T00:00:00Z') as Micros;
      for (let n = 0; n < 600; n += 1) {
        const t = start + n * 13 * DAY + n * HOUR;
        expect((timeZone(zone)?.offsetAt(t) ?? 0) / MINUTE).toBe(engine(zone, t));
      }
    },
  );
});
