import { z } from 'zod';
import { SERVICE } from '../../../core/kinds/registry.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../core/time.ts';
import { parseDuration } from '../duration.ts';
import { shown } from '../problem.ts';
import { DEFAULT_NAMESPACE, parseName } from '../resource-name.ts';
import type {
  Duration,
  MilliRate,
  ServiceTarget,
  TrafficFlow,
  TrafficShape,
  TrafficSpike,
} from '../scenario.ts';
import {
  duration,
  durationFrom,
  forEditors,
  listOf,
  number,
  readWith,
  strict,
  text,
  wanted,
} from './fields.ts';

const RATE_FORM = 'a rate such as 200rps or 0.5rps (a plain number is requests a second)';
/** A billion requests a second: what no Service has, and far below where integers of thousandths end. */
const RATE_MAX = 1_000_000_000;

/** Requests a second, in thousandths. */
const rate = z.union([z.string(), z.number()], wanted(RATE_FORM)).transform((value, context): MilliRate => {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(?:rps)?\s*$/.exec(`${value}`);
  const amount = match === null ? Number.NaN : Number(match[1]);
  if (amount <= RATE_MAX) return Math.round(amount * 1000);
  const message =
    amount > RATE_MAX
      ? `expected at most ${RATE_MAX}rps, got ${shown(value)}`
      : `expected ${RATE_FORM}, got ${shown(value)}`;
  context.issues.push({ code: 'custom', message, input: value });
  return z.NEVER;
});

const SERVICE_FORM = 'the name of a Service, such as service/web or service/shop/web';

export const serviceName = text(SERVICE_FORM).transform((name, context): ServiceTarget => {
  const parsed = parseName(name);
  if (!('error' in parsed) && parsed.kind === SERVICE) {
    return { namespace: parsed.namespace ?? DEFAULT_NAMESPACE, name: parsed.name };
  }
  const message = 'error' in parsed ? parsed.error : `expected ${SERVICE_FORM}, got ${shown(name)}`;
  context.issues.push({ code: 'custom', message, input: name });
  return z.NEVER;
});

const FACTOR_MAX = 1_000_000;
/** How many times the load there would be. */
export const factor = number(0, FACTOR_MAX);

const constant = strict(
  { constant: rate.describe('Requests a second, always.') },
  'a shape: { constant: 200rps }',
).transform((given): TrafficShape => ({ type: 'constant', rate: given.constant }));

const TIME_FORM = 'a time of day such as 15:00, or a duration since midnight';

const timeOfDay = z
  .union([z.string(), z.number()], wanted(TIME_FORM))
  .transform((value, context): Duration => {
    const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(`${value}`);
    if (match !== null) {
      const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
      if (hours < 24 && minutes < 60 && seconds < 60)
        return hours * HOUR + minutes * MINUTE + seconds * SECOND;
    } else {
      const parsed = parseDuration(value);
      if ('duration' in parsed) return parsed.duration;
    }
    context.issues.push({
      code: 'custom',
      message: `expected ${TIME_FORM}, got ${shown(value)}`,
      input: value,
    });
    return z.NEVER;
  });

/** The peak of a day is at 15:00; of other periods at the same part of them. */
const PEAK_OF_PERIOD = 15 / 24;

const diurnalShape = strict(
  {
    base: rate.describe('The least, half a period away from the peak.'),
    peak: rate.describe('The most.'),
    peakAt: timeOfDay.optional().describe('When the peak is, since midnight UTC; 15:00 unless given.'),
    period: durationFrom(MINUTE).default(DAY).describe('From one peak to the next.'),
  },
  'a shape: { base: 200rps, peak: 3000rps }',
).transform(
  ({ base, peak, peakAt, period }): TrafficShape => ({
    type: 'diurnal',
    base,
    peak,
    peakAt: peakAt ?? Math.round(period * PEAK_OF_PERIOD),
    period,
  }),
);
const diurnal = strict({ diurnal: diurnalShape }, 'a shape: { diurnal: { base, peak } }').transform(
  (given): TrafficShape => given.diurnal,
);

const SHAPE_FORM = '{ constant: RATE } or { diurnal: { base, peak } }';

/** The field that is there says which shape it is. */
const shape = forEditors(
  z.union([constant, diurnal]),
  z.unknown().transform((value, context): TrafficShape => {
    const given = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
    const isConstant = Object.hasOwn(given, 'constant');
    if (isConstant === Object.hasOwn(given, 'diurnal')) {
      const got = isConstant ? 'both' : shown(value);
      context.issues.push({ code: 'custom', message: `expected ${SHAPE_FORM}, got ${got}`, input: value });
      return z.NEVER;
    }
    return readWith<TrafficShape>(isConstant ? constant : diurnal, value, context);
  }),
);

const DEFAULT_RAMP: Duration = 30 * SECOND;

const spike = strict(
  {
    at: duration.describe('When it begins to rise, since the start of the run.'),
    x: factor.describe('How many times the load there would be.'),
    for: durationFrom(1).describe('How long, its rise included; then it falls as it rose.'),
    ramp: duration.default(DEFAULT_RAMP).describe('Time of the rise, and of the fall.'),
  },
  'a spike: { at: 40m, x: 8, for: 10m }',
).transform((given): TrafficSpike => given);

const flow = strict(
  {
    name: text('a name').optional().describe('Unique; the name of the Service unless given.'),
    to: serviceName.describe('The Service that is asked.'),
    shape,
    spikes: listOf(spike, 'a list of spikes').default([]).describe('When many more come.'),
  },
  'a flow: { to: service/web, shape: { constant: 200rps } }',
);

/** Flows of one Service without a name of their own are told apart by a number. */
function nameOf(given: string | undefined, to: ServiceTarget, taken: ReadonlySet<string>): string {
  if (given !== undefined) return given;
  const plain = to.namespace === DEFAULT_NAMESPACE ? to.name : `${to.namespace}/${to.name}`;
  let name = plain;
  for (let number = 2; taken.has(name); number += 1) name = `${plain}-${number}`;
  return name;
}

export const traffic = listOf(flow, 'a list of flows').transform((flows, context): readonly TrafficFlow[] => {
  const taken = new Set<string>();
  for (const [index, { name }] of flows.entries()) {
    if (name === undefined) continue;
    if (taken.has(name)) {
      const message = `there is another flow called ${JSON.stringify(name)}`;
      context.issues.push({ code: 'custom', message, input: name, path: [index, 'name'] });
    }
    taken.add(name);
  }
  return flows.map(({ name, to, shape: given, spikes }): TrafficFlow => {
    const own = nameOf(name, to, taken);
    taken.add(own);
    return { name: own, to, shape: given, spikes };
  });
});
