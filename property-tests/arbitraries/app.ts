import fc from 'fast-check';

/** A workload as a case draws it: numbers and choices, of which `objects.ts` makes manifests. */
export interface App {
  readonly name: string;
  readonly replicas: number;
  readonly strategy: Strategy;
  readonly milliCpu: number;
  readonly minReadySeconds: number;
  readonly isProbed: boolean;
  readonly graceSeconds: number | undefined;
  /** Seconds that its pods stay on a node that is lost; Kubernetes' 300 unless given. */
  readonly toleratesLossSeconds: number | undefined;
  readonly priority: 'system-cluster-critical' | undefined;
  readonly spread: 'none' | 'preferred' | 'required' | 'topology';
  readonly revisionHistoryLimit: number | undefined;
  readonly service: 'none' | 'plain' | 'publishes-all';
  readonly budget: Budget | undefined;
  readonly autoscaler: Autoscaler | undefined;
}

/** A HorizontalPodAutoscaler on CPU. */
export interface Autoscaler {
  readonly min: number;
  readonly max: number;
  /** Percent of what a pod requests. */
  readonly target: number;
  /** What a pod uses, as a percentage of the target: 100 leaves the size as it is. */
  readonly used: number;
}

export type Strategy =
  | { readonly type: 'Recreate' }
  | {
      readonly type: 'RollingUpdate';
      readonly maxSurge: number | string;
      readonly maxUnavailable: number | string;
    };

export type Budget =
  | { readonly minAvailable: number | string }
  | { readonly maxUnavailable: number | string };

const share = fc.constantFrom<number | string>(0, 1, 2, '25%', '50%', '100%');

export const strategy: fc.Arbitrary<Strategy> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .record({ maxSurge: share, maxUnavailable: share })
      // Kubernetes refuses a strategy that may change nothing.
      .map(
        ({ maxSurge, maxUnavailable }): Strategy => ({
          type: 'RollingUpdate',
          maxSurge: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxSurge,
          maxUnavailable,
        }),
      ),
  },
  { weight: 1, arbitrary: fc.constant<Strategy>({ type: 'Recreate' }) },
);

export const budget: fc.Arbitrary<Budget> = fc.oneof(
  fc.constantFrom<number | string>(1, 2, '50%').map((minAvailable) => ({ minAvailable })),
  fc.constantFrom<number | string>(0, 1, '50%').map((maxUnavailable) => ({ maxUnavailable })),
);

export const autoscaler: fc.Arbitrary<Autoscaler> = fc.record({
  min: fc.constantFrom(1, 2),
  max: fc.constantFrom(4, 6, 8),
  target: fc.constantFrom(50, 80),
  used: fc.constantFrom(100, 100, 100, 60, 150),
});

/** Mostly `usual`, so that a case is odd in a few ways and not in all. */
function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

/** One time in so many. */
function sometimes<T>(every: number, value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: every - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

export function app(name: string): fc.Arbitrary<App> {
  return fc.record({
    name: fc.constant(name),
    // Mostly few: what goes wrong with many pods goes wrong with two.
    replicas: fc.constantFrom(1, 1, 2, 2, 3, 4),
    strategy,
    milliCpu: mostly(100, 400, 900),
    minReadySeconds: mostly(0, 3, 10),
    isProbed: fc.boolean(),
    graceSeconds: mostly(undefined, 0, 3),
    toleratesLossSeconds: mostly<number | undefined>(undefined, 0, 10),
    priority: mostly<App['priority']>(undefined, 'system-cluster-critical'),
    spread: mostly<App['spread']>('none', 'preferred', 'required', 'topology'),
    revisionHistoryLimit: mostly<number | undefined>(undefined, 0, 1),
    service: mostly<App['service']>('plain', 'none', 'publishes-all'),
    budget: sometimes(2, budget),
    autoscaler: sometimes(4, autoscaler),
  });
}
