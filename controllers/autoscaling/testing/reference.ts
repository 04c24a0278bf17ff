import type { Pod } from '../../../core/schema/types.generated.ts';
import { parseRfc3339 } from '../../../core/time.ts';
import type { MetricSamples } from '../metric-samples.ts';
import type { ReadinessRules } from '../pod-groups.ts';
import { NOW } from './pods.ts';

/**
 * The algorithm once more, from its description alone
 * (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details): each pod is judged
 * by itself, and the whole is done in fractions of whole numbers that are only compared at the end.
 */
interface Judged {
  readonly state: 'counts' | 'not yet ready' | 'missing metrics' | 'set aside';
  readonly usage: bigint;
  readonly request: bigint;
}

function judge(pod: Pod, samples: MetricSamples, rules: ReadinessRules): Judged {
  const sample = samples.get(pod.metadata.name);
  const cpu = String(pod.spec.containers[0]?.resources?.requests?.cpu ?? '0m');
  const request = BigInt(cpu.replace('m', ''));
  const as = (state: Judged['state']): Judged => ({ state, usage: sample?.value ?? 0n, request });
  if (pod.metadata.deletionTimestamp !== undefined || pod.status.phase === 'Failed') return as('set aside');
  if (pod.status.phase === 'Pending') return as('not yet ready');
  if (sample === undefined) return as('missing metrics');
  const condition = pod.status.conditions?.[0];
  const started = parseRfc3339(pod.status.startTime ?? '');
  if (condition === undefined || started === undefined) return as('not yet ready');
  const turned = parseRfc3339(condition.lastTransitionTime ?? '') as number;
  const isReady = condition.status === 'True';
  const inInitialization = NOW - started < rules.cpuInitializationPeriod;
  if (inInitialization) {
    return as(isReady && sample.timestamp - sample.window >= turned ? 'counts' : 'not yet ready');
  }
  return as(isReady || turned - started >= rules.initialReadinessDelay ? 'counts' : 'not yet ready');
}

function percent(pods: readonly Judged[]): bigint {
  const usage = pods.reduce((sum, pod) => sum + pod.usage, 0n);
  const request = pods.reduce((sum, pod) => sum + pod.request, 0n);
  return (usage * 100n) / request;
}

function ceilOf(numerator: bigint, denominator: bigint): number {
  return Number(numerator / denominator) + (numerator % denominator === 0n ? 0 : 1);
}

/** Replicas for a utilisation, with a tolerance of a tenth; `undefined` where nothing can be said. */
export function referenceReplicas(
  pods: readonly Pod[],
  samples: MetricSamples,
  current: number,
  targetPercent: number,
  rules: ReadinessRules,
): number | undefined {
  const judged = pods.map((pod) => judge(pod, samples, rules));
  const counting = judged.filter(({ state }) => state === 'counts');
  if (counting.length === 0) return undefined;
  const target = BigInt(targetPercent);
  const isNear = (value: bigint): boolean => 10n * value >= 9n * target && 10n * value <= 11n * target;
  const first = percent(counting);
  const scalesUp = first > target;
  const scalesDown = first < target;
  const assumed: Judged[] = judged.flatMap((pod): Judged[] => {
    if (pod.state === 'counts') return [pod];
    if (pod.state === 'set aside') return [];
    if (pod.state === 'not yet ready') return scalesUp ? [{ ...pod, usage: 0n }] : [];
    if (scalesUp) return [{ ...pod, usage: 0n }];
    const whole = target > 100n ? target : 100n;
    return scalesDown ? [{ ...pod, usage: (pod.request * whole) / 100n }] : [];
  });
  const second = percent(assumed);
  if (isNear(second)) return current;
  if (assumed.length > counting.length) {
    if (scalesUp && second < target) return current;
    if (scalesDown && second > target) return current;
  }
  const replicas = ceilOf(second * BigInt(assumed.length), target);
  // Only what has made assumptions is kept from going the other way.
  const hasAssumed = judged.some(
    ({ state }) => state === 'missing metrics' || (scalesUp && state === 'not yet ready'),
  );
  if (hasAssumed && second < target && replicas > current) return current;
  if (hasAssumed && second > target && replicas < current) return current;
  return replicas;
}
