import type { Pod } from '../../../core/schema/types.generated.ts';
import { MINUTE, type Micros, rfc3339, SECOND } from '../../../core/time.ts';
import { DEFAULT_CONTROLLER_SETTINGS } from '../../settings.ts';
import type { MetricSamples } from '../metric-samples.ts';
import type { Calculation } from '../replica-calculator.ts';

/** The moment at which the tests of calculations look. */
export const NOW: Micros = 2_000_000_000 * SECOND;

/** A pod as far as an autoscaler looks at it. */
export interface PodLike {
  /** Milli-CPU that its containers request, one each; 1000 for one container unless given, `null` for no request. */
  readonly requests?: readonly (number | null)[];
  readonly phase?: 'Pending' | 'Running' | 'Failed' | 'Succeeded';
  /** Absent: it has no Ready condition. */
  readonly ready?: boolean;
  /** How long ago it started; long ago unless given. */
  readonly age?: Micros;
  /** How long ago it turned ready, or unready; right after its start unless given. */
  readonly turned?: Micros;
  readonly deleting?: boolean;
}

export const LONG_AGO: Micros = 60 * MINUTE;

export function podOf(index: number, like: PodLike = {}): Pod {
  const { age = LONG_AGO, deleting = false, phase = 'Running', ready, requests = [1000] } = like;
  const turned = like.turned ?? age;
  const conditions =
    ready === undefined
      ? []
      : [
          {
            type: 'Ready',
            status: ready ? 'True' : 'False',
            lastTransitionTime: rfc3339(NOW - turned),
          },
        ];
  const startTime = phase === 'Pending' ? {} : { startTime: rfc3339(NOW - age) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: nameOf(index),
      namespace: 'default',
      uid: nameOf(index),
      resourceVersion: '1',
      creationTimestamp: rfc3339(NOW - age),
      ...(deleting ? { deletionTimestamp: rfc3339(NOW) } : {}),
    },
    spec: {
      containers: requests.map((cpu, container) => ({
        name: `c${container}`,
        image: 'app',
        resources: cpu === null ? {} : { requests: { cpu: `${cpu}m` } },
      })),
    },
    status: { phase, conditions, ...startTime },
  };
}

function nameOf(index: number): string {
  return `pod-${String(index).padStart(3, '0')}`;
}

/** One sample for each pod in order, measured in the last 15 s; `undefined` where there is none. */
export function samplesOf(values: readonly (number | undefined)[]): MetricSamples {
  return new Map(
    values.flatMap((value, index) =>
      value === undefined
        ? []
        : [[nameOf(index), { value: BigInt(value), timestamp: NOW, window: 15 * SECOND }] as const],
    ),
  );
}

export function calculation(pods: readonly Pod[], currentReplicas: number): Calculation {
  const readiness = DEFAULT_CONTROLLER_SETTINGS.horizontalPodAutoscaler;
  return {
    pods,
    currentReplicas,
    tolerances: { scaleDown: 100_000_000n, scaleUp: 100_000_000n },
    readiness,
    now: NOW,
  };
}
