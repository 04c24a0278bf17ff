import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../core/time.ts';
import type { Outage } from '../scenario/scenario.ts';
import {
  applyPlan,
  newProbe,
  nextPlan,
  type Outcome,
  outcomesOf,
  type ProbeKind,
  type ProbeRun,
  probeNow,
} from './probe.ts';

function seconds(outcomes: readonly Outcome[]): string {
  return outcomes.map(({ at, passes }) => `${at / SECOND}:${passes ? 'passes' : 'fails'}`).join(' ');
}

describe('outcomesOf', () => {
  it.each<[string, readonly Outage[], string]>([
    ['a program without outages', [], '-Infinity:fails 3:passes'],
    ['one outage', [{ after: 10 * SECOND, for: 5 * SECOND }], '-Infinity:fails 3:passes 13:fails 18:passes'],
    ['one for good', [{ after: 10 * SECOND }], '-Infinity:fails 3:passes 13:fails'],
    ['one from the start', [{ after: 0, for: 5 * SECOND }], '-Infinity:fails 8:passes'],
    [
      'two that overlap',
      [
        { after: 12 * SECOND, for: 9 * SECOND },
        { after: 10 * SECOND, for: 5 * SECOND },
      ],
      '-Infinity:fails 3:passes 13:fails 24:passes',
    ],
  ])('%s', (_name, outages, expected) => {
    expect(seconds(outcomesOf(3 * SECOND, outages))).toBe(expected);
  });
});

interface Change {
  readonly at: number;
  readonly passes: boolean;
}

function changesByPlan(probe: ProbeRun, until: number, tellsFailures: boolean): readonly Change[] {
  const changes: Change[] = [];
  for (;;) {
    const plan = nextPlan(probe, tellsFailures);
    if (plan === undefined || plan.at > until) return changes;
    if (plan.changes) changes.push({ at: plan.at, passes: plan.passes });
    applyPlan(probe, plan);
  }
}

/** Tick by tick, as the real worker does. */
function changesByTicks(probe: ProbeRun, until: number): readonly Change[] {
  const changes: Change[] = [];
  let { value, last, inRow } = probe;
  for (let t = probe.base; t <= until; t += probe.period) {
    if (t < probe.from) continue;
    const passes = probe.outcomes.findLast(({ at }) => at <= t)!.passes;
    inRow = last === passes ? inRow + 1 : 1;
    last = passes;
    const threshold = passes ? (probe.spec.successThreshold ?? 1) : (probe.spec.failureThreshold ?? 3);
    if (inRow >= threshold && value !== passes) {
      value = passes;
      changes.push({ at: t, passes });
    }
  }
  return changes;
}

const outages = fc.array(
  fc.record(
    { after: fc.integer({ min: 0, max: 200 * SECOND }), for: fc.integer({ min: 1, max: 60 * SECOND }) },
    { requiredKeys: ['after'] },
  ),
  { maxLength: 5 },
);

describe('nextPlan', () => {
  it('finds the changes that probing at every tick would', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<ProbeKind>('startup', 'liveness', 'readiness'),
        fc.record({
          periodSeconds: fc.integer({ min: 1, max: 20 }),
          failureThreshold: fc.integer({ min: 1, max: 5 }),
          successThreshold: fc.integer({ min: 1, max: 4 }),
          initialDelaySeconds: fc.integer({ min: 0, max: 30 }),
        }),
        fc.integer({ min: 0, max: 60 * SECOND }),
        outages,
        fc.boolean(),
        (kind, spec, servesAt, given, tellsFailures) => {
          const make = (): ProbeRun =>
            newProbe(kind, spec, outcomesOf(servesAt, given), 0, 2 * SECOND, 3 * SECOND);
          const until = 500 * SECOND;
          expect(changesByPlan(make(), until, tellsFailures)).toEqual(changesByTicks(make(), until));
        },
      ),
    );
  });

  it('has nothing to do for a probe that goes on passing', () => {
    const probe = newProbe('liveness', {}, outcomesOf(0, []), 0, 0, 0);
    expect(nextPlan(probe, true)).toBeUndefined();
  });
});

describe('probeNow', () => {
  it('asks a container that is not ready at once, after its initial delay', () => {
    const probe = newProbe('readiness', { initialDelaySeconds: 5 }, outcomesOf(0, []), 0, 0, SECOND);
    expect(probeNow(probe, 4 * SECOND)).toBeUndefined();
    expect(probeNow(probe, 5 * SECOND)).toMatchObject({ passes: true, changes: true });
  });
});
