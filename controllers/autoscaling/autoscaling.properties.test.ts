import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type {
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
} from '../../core/schema/types.generated.ts';
import { MINUTE, type Micros, SECOND } from '../../core/time.ts';
import { DEFAULT_CONTROLLER_SETTINGS } from '../settings.ts';
import { decide, rulesOf, type ScalingHistory } from './decision.ts';
import { averageValueReplicas, utilizationReplicas } from './replica-calculator.ts';
import { NO_SCALE_EVENTS, withScaleEvent } from './scaling-limits.ts';
import { calculation, LONG_AGO, type PodLike, podOf, samplesOf } from './testing/pods.ts';
import { referenceReplicas } from './testing/reference.ts';

const RULES = DEFAULT_CONTROLLER_SETTINGS.horizontalPodAutoscaler;

const seconds = (max: number) => fc.integer({ min: 0, max }).map((n) => n * SECOND);

const podLike: fc.Arbitrary<PodLike> = fc
  .record({
    requests: fc.integer({ min: 1, max: 2000 }).map((cpu) => [cpu]),
    phase: fc.constantFrom('Running', 'Running', 'Running', 'Pending', 'Failed', 'Succeeded' as const),
    ready: fc.option(fc.boolean(), { nil: undefined, freq: 8 }),
    age: seconds(700),
    turned: seconds(700),
    deleting: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  })
  .map(({ age, ready, turned, ...rest }) => ({
    ...rest,
    age,
    turned: Math.min(age, turned),
    ...(ready === undefined ? {} : { ready }),
  }));

const usage = fc.option(fc.integer({ min: 0, max: 3000 }), { nil: undefined, freq: 6 });
const cluster = fc.array(fc.tuple(podLike, usage), { minLength: 1, maxLength: 8 });
const steadyPod: PodLike = { ready: true, age: LONG_AGO };

describe('what one metric asks for', () => {
  test('is what the description says, told a second time', () => {
    fc.assert(
      fc.property(
        cluster,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 150 }),
        (pods, current, target) => {
          const objects = pods.map(([like], index) => podOf(index, like));
          const samples = samplesOf(pods.map(([, value]) => value));
          const got = utilizationReplicas(calculation(objects, current), samples, target, 'cpu', undefined);
          const want = referenceReplicas(objects, samples, current, target, RULES);
          expect(got.ok ? got.replicas : undefined).toBe(want);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('is nothing new while the mean is within a tenth of its target', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 900, max: 1100 }),
        (count, unit, thousandths) => {
          const pods = Array.from({ length: count }, (_, index) => podOf(index, steadyPod));
          const samples = samplesOf(pods.map(() => unit * thousandths));
          const proposal = averageValueReplicas(calculation(pods, count), samples, BigInt(unit * 1000), true);
          expect(proposal).toMatchObject({ replicas: count });
        },
      ),
    );
  });

  test('never falls where a pod uses more', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 1, max: 1000 }),
        (values, at, more, target) => {
          const pods = values.map((_, index) => podOf(index, steadyPod));
          const index = at % values.length;
          const ask = (usages: readonly number[]): number => {
            const proposal = averageValueReplicas(
              calculation(pods, values.length),
              samplesOf(usages),
              BigInt(target),
              true,
            );
            return proposal.ok ? proposal.replicas : Number.NaN;
          };
          const risen = values.with(index, (values[index] as number) + more);
          expect(ask(risen)).toBeGreaterThanOrEqual(ask(values));
        },
      ),
    );
  });
});

const policy = fc.record({
  type: fc.constantFrom('Pods', 'Percent'),
  value: fc.integer({ min: 1, max: 100 }),
  periodSeconds: fc.integer({ min: 1, max: 120 }),
});

const rules = (window: number): fc.Arbitrary<HPAScalingRules> =>
  fc.record({
    policies: fc.array(policy, { minLength: 1, maxLength: 3 }),
    selectPolicy: fc.constantFrom('Max', 'Min', 'Disabled'),
    stabilizationWindowSeconds: fc.integer({ min: 0, max: window }),
  });

const behavior: fc.Arbitrary<HorizontalPodAutoscalerBehavior | undefined> = fc.option(
  fc.record({ scaleUp: rules(120), scaleDown: rules(300) }),
  { nil: undefined },
);

const syncs = fc.array(
  fc.record({ desired: fc.integer({ min: 0, max: 60 }), after: fc.integer({ min: 1, max: 90 }) }),
  { minLength: 1, maxLength: 40 },
);

interface Seen {
  readonly now: Micros;
  readonly current: number;
  readonly desired: number;
  readonly replicas: number;
}

const WINDOW = 5 * MINUTE;

/** Every sync of a life, from a size within the bounds. */
function life(
  spec: HorizontalPodAutoscalerSpec,
  steps: readonly { readonly desired: number; readonly after: number }[],
): readonly Seen[] {
  let now: Micros = 1000 * MINUTE;
  let current = spec.minReplicas ?? 1;
  let history: ScalingHistory = {
    recommendations: [{ replicas: current, time: now }],
    events: NO_SCALE_EVENTS,
  };
  return steps.map(({ after, desired }) => {
    now += after * SECOND;
    const decision = decide(spec, current, desired, history, WINDOW, now);
    const seen = { now, current, desired, replicas: decision.replicas };
    history = decision.history;
    if (decision.replicas !== current && spec.behavior !== undefined) {
      const events = withScaleEvent(history.events, current, decision.replicas, rulesOf(spec.behavior), now);
      history = { ...history, events };
    }
    current = decision.replicas;
    return seen;
  });
}

function specWith(min: number, max: number, withBehavior?: HorizontalPodAutoscalerBehavior) {
  const spec: HorizontalPodAutoscalerSpec = {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: min,
    maxReplicas: max,
    ...(withBehavior === undefined ? {} : { behavior: withBehavior }),
  };
  return spec;
}

const bounds = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 40 }))
  .map(([min, more]): [number, number] => [min, min + more]);

describe('what becomes of it', () => {
  test('stays within the bounds', () => {
    fc.assert(
      fc.property(bounds, behavior, syncs, ([min, max], how, steps) => {
        for (const { replicas } of life(specWith(min, max, how), steps)) {
          expect(replicas).toBeGreaterThanOrEqual(min);
          expect(replicas).toBeLessThanOrEqual(max);
        }
      }),
    );
  });

  test('without behavior: down to the highest of the window alone, and up to double or four', () => {
    fc.assert(
      fc.property(bounds, syncs, ([min, max], steps) => {
        const seen = life(specWith(min, max), steps);
        const asked = [{ now: 1000 * MINUTE, desired: min }, ...seen];
        for (const { current, now, replicas } of seen) {
          const highest = Math.max(
            ...asked.filter((one) => one.now <= now && one.now >= now - WINDOW).map(({ desired }) => desired),
          );
          const fastest = Math.max(2 * current, 4);
          expect(replicas).toBe(Math.max(min, Math.min(highest, max, fastest)));
        }
      }),
    );
  });

  test('with behavior: no further than every recommendation of the window agrees to', () => {
    fc.assert(
      fc.property(bounds, behavior, syncs, ([min, max], how, steps) => {
        fc.pre(how !== undefined);
        const { down, up } = rulesOf(how as HorizontalPodAutoscalerBehavior);
        const seen = life(specWith(min, max, how), steps);
        const asked = [{ now: 1000 * MINUTE, desired: min }, ...seen];
        const since = (now: Micros, window: number | undefined): readonly number[] =>
          asked
            .filter((one) => one.now === now || (one.now < now && one.now > now - (window ?? 0) * SECOND))
            .map(({ desired }) => desired);
        for (const { current, now, replicas } of seen) {
          if (replicas > current) {
            expect(replicas).toBeLessThanOrEqual(Math.min(...since(now, up.stabilizationWindowSeconds)));
          } else if (replicas < current) {
            const highest = Math.max(...since(now, down.stabilizationWindowSeconds));
            expect(replicas).toBeGreaterThanOrEqual(Math.min(highest, max));
          }
        }
      }),
    );
  });

  test('with behavior: a direction that is disabled is never taken', () => {
    fc.assert(
      fc.property(bounds, behavior, syncs, ([min, max], how, steps) => {
        for (const { current, replicas } of life(specWith(min, max, how), steps)) {
          if (how?.scaleUp?.selectPolicy === 'Disabled') expect(replicas).toBeLessThanOrEqual(current);
          if (how?.scaleDown?.selectPolicy === 'Disabled') expect(replicas).toBeGreaterThanOrEqual(current);
        }
      }),
    );
  });

  test('with one policy of pods: the changes of any period stay within it', () => {
    fc.assert(
      fc.property(
        bounds,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 120 }),
        syncs,
        ([min, max], value, periodSeconds, steps) => {
          const scaleUp: HPAScalingRules = {
            policies: [{ type: 'Pods', value, periodSeconds }],
            selectPolicy: 'Max',
            stabilizationWindowSeconds: 0,
          };
          const scaleDown: HPAScalingRules = { ...scaleUp, selectPolicy: 'Disabled' };
          const seen = life(specWith(min, max, { scaleUp, scaleDown }), steps);
          for (const { now } of seen) {
            const added = seen
              .filter((one) => one.now <= now && one.now > now - periodSeconds * SECOND)
              .reduce((sum, { current, replicas }) => sum + replicas - current, 0);
            expect(added).toBeLessThanOrEqual(value);
          }
        },
      ),
    );
  });
});
