import { describe, expect, test } from 'vitest';
import { HORIZONTAL_POD_AUTOSCALER } from '../../core/kinds/registry.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerSpec,
} from '../../core/schema/types.generated.ts';
import { MINUTE, type Micros, SECOND } from '../../core/time.ts';
import { type Decision, decide, rulesOf, type ScalingHistory, tolerancesOf } from './decision.ts';
import { NO_SCALE_EVENTS, withScaleEvent } from './scaling-limits.ts';

const DOWNSCALE_STABILIZATION = 5 * MINUTE;
const SYNC = 15 * SECOND;

/** Defaults filled in, as the API server does. */
function specOf(
  min: number,
  max: number,
  behavior?: HorizontalPodAutoscalerBehavior,
): HorizontalPodAutoscalerSpec {
  const sent = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: min,
      maxReplicas: max,
      ...(behavior === undefined ? {} : { behavior }),
    },
  };
  const { spec } = HORIZONTAL_POD_AUTOSCALER.strategy.applyDefaults!(sent) as HorizontalPodAutoscaler;
  return spec;
}

/** An autoscaler whose target does as it says at once: sizes after each sync, for what the metrics ask. */
class Scaler {
  readonly spec: HorizontalPodAutoscalerSpec;
  size: number;
  now: Micros = 1000 * MINUTE;
  last: Decision | undefined;
  private history: ScalingHistory;

  constructor(spec: HorizontalPodAutoscalerSpec, size: number) {
    this.spec = spec;
    this.size = size;
    this.history = { recommendations: [{ replicas: size, time: this.now }], events: NO_SCALE_EVENTS };
  }

  sync(desired: number, after: Micros = SYNC): number {
    this.now += after;
    const before = this.size;
    this.last = decide(this.spec, before, desired, this.history, DOWNSCALE_STABILIZATION, this.now);
    this.history = this.last.history;
    this.size = this.last.replicas;
    const { behavior } = this.spec;
    if (this.size !== before && behavior !== undefined) {
      const events = withScaleEvent(this.history.events, before, this.size, rulesOf(behavior), this.now);
      this.history = { ...this.history, events };
    }
    return this.size;
  }

  /** The distinct sizes on the way to what is asked for, one sync after the other. */
  steps(desired: number, syncs: number, after: Micros = SYNC): readonly number[] {
    const sizes: number[] = [];
    for (let n = 0; n < syncs; n += 1) {
      const size = this.sync(desired, after);
      if (size !== sizes.at(-1)) sizes.push(size);
    }
    return sizes;
  }
}

describe('without behavior', () => {
  test('up to double at each sync, but four at least', () => {
    expect(new Scaler(specOf(1, 100), 1).steps(50, 6)).toEqual([4, 8, 16, 32, 50]);
  });

  test('what limits it is said', () => {
    const scaler = new Scaler(specOf(2, 6), 2);
    scaler.sync(50);
    expect(scaler.last?.limit).toMatchObject({ replicas: 4, reason: 'ScaleUpLimit', isLimited: true });
    scaler.sync(50);
    expect(scaler.last?.limit).toMatchObject({ replicas: 6, reason: 'TooManyReplicas', isLimited: true });
    scaler.sync(6);
    // The highest of the window is still 50.
    expect(scaler.last?.limit).toMatchObject({ replicas: 6, reason: 'TooManyReplicas' });
    const low = new Scaler(specOf(2, 6), 2);
    low.sync(1, 6 * MINUTE);
    expect(low.last?.limit).toMatchObject({ replicas: 2, reason: 'TooFewReplicas', isLimited: true });
    low.sync(2);
    expect(low.last?.limit).toMatchObject({ replicas: 2, reason: 'DesiredWithinRange', isLimited: false });
  });

  test('down to the highest recommendation of the last five minutes', () => {
    const scaler = new Scaler(specOf(1, 100), 10);
    expect(scaler.sync(3)).toBe(10);
    expect(scaler.last?.stabilization.reason).toBe('ScaleDownStabilized');
    expect(scaler.sync(5)).toBe(10);
    // The size that was found at first is out of the window; the 3 and the 5 are in it.
    expect(scaler.sync(2, DOWNSCALE_STABILIZATION - SYNC)).toBe(5);
    expect(scaler.sync(2)).toBe(5);
    expect(scaler.sync(2)).toBe(2);
    expect(scaler.last?.stabilization.reason).toBe('ReadyForNewScale');
  });

  test('the list of recommendations stays as short as the window', () => {
    const scaler = new Scaler(specOf(1, 100), 10);
    for (let n = 0; n < 1000; n += 1) scaler.sync(5 + (n % 3));
    expect(scaler.last?.history.recommendations.length).toBeLessThanOrEqual(22);
  });
});

/** https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior */
describe('the documentation’s examples of behavior', () => {
  const FAST = { stabilizationWindowSeconds: 0 };

  test('four pods or a tenth a minute, whichever is more: 80 to 72 to 64, and by four below 40', () => {
    const behavior = {
      scaleDown: {
        ...FAST,
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 60 },
          { type: 'Percent', value: 10, periodSeconds: 60 },
        ],
      },
    };
    const sizes = new Scaler(specOf(10, 100, behavior), 80).steps(10, 20, MINUTE);
    expect(sizes).toEqual([72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20, 16, 12, 10]);
  });

  test('syncs within the period allow no more than one would', () => {
    const behavior = { scaleDown: { ...FAST, policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] } };
    const scaler = new Scaler(specOf(1, 100, behavior), 40);
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(() => scaler.sync(10))).toEqual([36, 36, 36, 36, 32, 32, 32, 32]);
    expect(scaler.last?.limit.reason).toBe('ScaleDownLimit');
  });

  test('no faster than five pods a minute: the policy with the least change', () => {
    const behavior = {
      scaleDown: {
        ...FAST,
        policies: [
          { type: 'Percent', value: 10, periodSeconds: 60 },
          { type: 'Pods', value: 5, periodSeconds: 60 },
        ],
        selectPolicy: 'Min',
      },
    };
    const sizes = new Scaler(specOf(10, 100, behavior), 80).steps(30, 14, MINUTE);
    expect(sizes).toEqual([75, 70, 65, 60, 55, 50, 45, 40, 36, 32, 30]);
  });

  test('scaling down disabled', () => {
    const scaler = new Scaler(specOf(1, 100, { scaleDown: { selectPolicy: 'Disabled' } }), 20);
    expect(scaler.steps(1, 40, MINUTE)).toEqual([20]);
    expect(scaler.sync(30)).toBe(30);
  });

  test('a window of one minute for scaling down', () => {
    const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };
    const scaler = new Scaler(specOf(1, 100, behavior), 20);
    expect([1, 2, 3, 4].map(() => scaler.sync(5))).toEqual([20, 20, 20, 5]);
  });

  test('the defaults: a window of five minutes down, none up; as fast as without', () => {
    const scaler = new Scaler(specOf(1, 100, {}), 1);
    expect(scaler.steps(50, 6)).toEqual([5, 10, 20, 40, 50]);
    expect(scaler.steps(1, 19)).toEqual([50]);
    expect(scaler.steps(1, 2)).toEqual([1]);
  });
});

/** https://github.com/kubernetes/enhancements/tree/master/keps/sig-autoscaling/853-configurable-hpa-scale-velocity */
describe('the stories of KEP 853', () => {
  test('up as fast as possible: ×10 a minute', () => {
    const behavior = { scaleUp: { policies: [{ type: 'Percent', value: 900, periodSeconds: 60 }] } };
    expect(new Scaler(specOf(1, 1000, behavior), 1).steps(1000, 4, MINUTE)).toEqual([10, 100, 1000]);
  });

  test('down very gradually: one pod in ten minutes', () => {
    const behavior = {
      scaleDown: {
        stabilizationWindowSeconds: 0,
        policies: [{ type: 'Pods', value: 1, periodSeconds: 600 }],
      },
    };
    const scaler = new Scaler(specOf(1, 1000, behavior), 1000);
    const sizes = Array.from({ length: 21 }, () => scaler.sync(1, MINUTE));
    expect(sizes.slice(0, 11)).toEqual([...new Array<number>(10).fill(999), 998]);
    expect(sizes.at(-1)).toBe(997);
  });

  test('up very gradually: one pod at a time', () => {
    const behavior = { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 15 }] } };
    expect(new Scaler(specOf(1, 100, behavior), 1).steps(100, 5)).toEqual([2, 3, 4, 5, 6]);
  });

  test('a window for scaling up waits for the lowest recommendation', () => {
    const behavior = { scaleUp: { stabilizationWindowSeconds: 60 } };
    const scaler = new Scaler(specOf(1, 100, behavior), 2);
    expect([9, 8, 9, 9].map((desired) => scaler.sync(desired))).toEqual([2, 2, 2, 6]);
    expect(scaler.last?.stabilization.reason).toBe('ScaleUpStabilized');
    expect(scaler.last?.limit.reason).toBe('ScaleUpLimit');
  });
});

describe('policies', () => {
  test('changes of both directions count to where a period began', () => {
    const behavior = {
      scaleUp: { policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }] },
      scaleDown: {
        stabilizationWindowSeconds: 0,
        policies: [{ type: 'Pods', value: 4, periodSeconds: 60 }],
      },
    };
    const scaler = new Scaler(specOf(1, 100, behavior), 10);
    expect(scaler.sync(50)).toBe(14);
    // It began with 10: four fewer are 6.
    expect(scaler.sync(1)).toBe(6);
    expect(scaler.sync(50)).toBe(14);
    expect(scaler.sync(1, 61 * SECOND)).toBe(10);
  });

  test('a share of few pods is rounded up, so that it adds one', () => {
    const behavior = { scaleUp: { policies: [{ type: 'Percent', value: 1, periodSeconds: 15 }] } };
    expect(new Scaler(specOf(1, 100, behavior), 3).sync(50)).toBe(4);
  });

  test('the remembered changes stay as few as the longest period has syncs', () => {
    const behavior = { scaleUp: {}, scaleDown: { stabilizationWindowSeconds: 0 } };
    const scaler = new Scaler(specOf(1, 100, behavior), 10);
    for (let n = 0; n < 1000; n += 1) scaler.sync(n % 2 === 0 ? 20 : 5);
    expect(scaler.last?.history.events.up.length).toBeLessThanOrEqual(3);
  });
});

test('the tolerance of the flag, or of each direction its own', () => {
  expect(tolerancesOf(undefined, 0.1)).toEqual({ scaleDown: 100_000_000n, scaleUp: 100_000_000n });
  expect(tolerancesOf({ scaleUp: { tolerance: '50m' } }, 0.15)).toEqual({
    scaleDown: 150_000_000n,
    scaleUp: 50_000_000n,
  });
});
