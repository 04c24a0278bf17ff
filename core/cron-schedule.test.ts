import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSchedule } from './cron-schedule.ts';
import { MINUTE, type Micros, parseRfc3339, rfc3339 } from './time.ts';

function after(schedule: string, time: string, zone = 'UTC', count = 1): readonly string[] {
  const outcome = parseSchedule(schedule, zone);
  if (!outcome.ok) throw new Error(outcome.message);
  const times: string[] = [];
  let at: Micros | undefined = parseRfc3339(time) as Micros;
  for (let i = 0; i < count; i += 1) {
    at = outcome.schedule.next(at);
    if (at === undefined) return [...times, 'never'];
    times.push(rfc3339(at));
  }
  return times;
}

// Cases of the kind that robfig/cron's own table has.
test.each([
  ['0/15 * * * *', '2012-07-09T14:45:00Z', '2012-07-09T15:00:00Z'],
  ['0/15 * * * *', '2012-07-09T14:59:59Z', '2012-07-09T15:00:00Z'],
  ['20-35/15 * * * *', '2012-07-09T15:45:00Z', '2012-07-09T16:20:00Z'],
  ['*/15 * * * *', '2012-12-31T23:45:00Z', '2013-01-01T00:00:00Z'],
  ['0 0 9 Apr-Oct ?', '2012-07-09T23:35:00Z', '2012-08-09T00:00:00Z'],
  ['0 0 */5 Apr,Aug,Oct Mon', '2012-07-09T23:35:00Z', '2012-08-01T00:00:00Z'],
  ['0 0 * Feb Mon', '2012-07-09T23:35:00Z', '2013-02-04T00:00:00Z'],
  ['0 0 29 2 *', '2013-07-09T23:35:00Z', '2016-02-29T00:00:00Z'],
  ['0 0 13 * 5', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  ['@hourly', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z'],
  ['@daily', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  ['@weekly', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00Z'],
  ['@monthly', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'],
  ['@yearly', '2026-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  ['@every 1h30m', '2026-01-01T00:00:10Z', '2026-01-01T01:30:10Z'],
  ['0 0 31 2 *', '2026-01-01T00:00:00Z', 'never'],
])('%s after %s: %s', (schedule, from, next) => {
  expect(after(schedule, from)).toEqual([next]);
});

test.each([
  ['', 'empty spec string'],
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['60 * * * *', 'end of range (60) above maximum (59): 60'],
  ['0 0 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['* * * * 7', 'end of range (7) above maximum (6): 7'],
  ['5-3 * * * *', 'beginning of range (5) beyond end of range (3): 5-3'],
  ['*/0 * * * *', 'step of range should be a positive number: */0'],
  ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
  ['*/2/3 * * * *', 'too many slashes: */2/3'],
  ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
  ['@never', 'unrecognized descriptor: @never'],
  ['@every 5', 'failed to parse duration @every 5: time: missing unit in duration "5"'],
  ['TZ=Mars/Phobos 0 * * * *', 'provided bad location Mars/Phobos: unknown time zone Mars/Phobos'],
])('%j is refused: %s', (schedule, message) => {
  expect(parseSchedule(schedule)).toEqual({ ok: false, message });
});

// Clocks go forward at 01:00Z on 2026-03-29 in Europe, at 10:00Z on 2026-03-08 on the west coast of America.
test.each([
  ['Europe/Berlin', '0 9 * * *', '2026-01-01T00:00:00Z', ['2026-01-01T08:00:00Z', '2026-01-02T08:00:00Z']],
  ['Europe/Berlin', '0 9 * * *', '2026-03-28T00:00:00Z', ['2026-03-28T08:00:00Z', '2026-03-29T07:00:00Z']],
  // The half hour that clocks skip has no run, the one that they show twice has two.
  ['Europe/Berlin', '30 2 * * *', '2026-03-28T00:00:00Z', ['2026-03-28T01:30:00Z', '2026-03-30T00:30:00Z']],
  ['Europe/Berlin', '30 2 * * *', '2026-10-25T00:00:00Z', ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z']],
  ['America/Los_Angeles', '@daily', '2026-03-08T00:00:00Z', ['2026-03-08T08:00:00Z', '2026-03-09T07:00:00Z']],
  ['Asia/Calcutta', '15 12 * * 1', '2026-01-01T00:00:00Z', ['2026-01-05T06:45:00Z', '2026-01-12T06:45:00Z']],
  [
    'Australia/Lord_Howe',
    '0 0 1 * *',
    '2026-04-02T00:00:00Z',
    ['2026-04-30T13:30:00Z', '2026-05-31T13:30:00Z'],
  ],
  // Midnight itself is skipped.
  ['Africa/Cairo', '0 0 * * *', '2026-04-23T00:00:00Z', ['2026-04-24T21:00:00Z', '2026-04-25T21:00:00Z']],
])('in %s, %s after %s', (zone, schedule, from, times) => {
  expect(after(schedule, from, zone, 2)).toEqual(times);
});

test('a zone in the schedule itself', () => {
  expect(after('CRON_TZ=Asia/Tokyo 0 9 * * *', '2026-01-01T00:00:00Z')).toEqual(['2026-01-02T00:00:00Z']);
});

describe('next', () => {
  const number = (min: number, max: number) => fc.integer({ min, max }).map(String);
  const field = (min: number, max: number) =>
    fc.oneof(
      fc.constant('*'),
      number(min, max),
      fc.integer({ min: 2, max: 7 }).map((step) => `*/${step}`),
      fc.tuple(number(min, max), number(min, max)).map((pair) => pair.join(',')),
    );
  const schedules = fc
    .tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6))
    .map((fields) => fields.join(' '));

  /** Minute by minute, with the calendar of the engine. */
  function fits(schedule: string, time: Micros): boolean {
    const date = new Date(time / 1000);
    const parts = schedule.split(' ');
    const has = (text: string, min: number, value: number): boolean =>
      text.split(',').some((one) => {
        if (one === '*') return true;
        if (one.startsWith('*/')) return (value - min) % Number(one.slice(2)) === 0;
        return Number(one) === value;
      });
    const [minute = '', hour = '', day = '', month = '', weekday = ''] = parts;
    const inMonth = has(day, 1, date.getUTCDate());
    const inWeek = has(weekday, 0, date.getUTCDay());
    return (
      has(minute, 0, date.getUTCMinutes()) &&
      has(hour, 0, date.getUTCHours()) &&
      has(month, 1, date.getUTCMonth() + 1) &&
      (day === '*' || weekday === '*' ? inMonth && inWeek : inMonth || inWeek)
    );
  }

  test('is the first minute that fits, as a count of all minutes finds it', () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: 0, max: 4 * 365 * 1440 }), (schedule, minute) => {
        const outcome = parseSchedule(schedule);
        if (!outcome.ok) throw new Error(outcome.message);
        const from = (parseRfc3339('2026-01-01T00:00:00Z') as Micros) + minute * MINUTE + 1;
        const next = outcome.schedule.next(from) as Micros;
        expect(next).toBeGreaterThan(from);
        expect(fits(schedule, next)).toBe(true);
        // What lies far ahead is counted near its end alone.
        const start = Math.max(from, next - 3000 * MINUTE);
        let earlier: Micros | undefined;
        for (let t = Math.ceil(start / MINUTE) * MINUTE; t < next && earlier === undefined; t += MINUTE) {
          if (fits(schedule, t)) earlier = t;
        }
        expect(earlier).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });
});
