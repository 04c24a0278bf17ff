import type { Pod, PodStatus } from '../../core/schema/types.generated.ts';
import { type Micros, parseRfc3339 } from '../../core/time.ts';
import type { MetricSample, MetricSamples } from './metric-samples.ts';
import { remembered } from './remembered.ts';

/** How a pod counts when its metrics are averaged. */
export interface PodGroups {
  /** Pods whose sample counts as it is. */
  readonly ready: number;
  /** Pods whose sample doesn't count, since they have only begun: names, in key order. */
  readonly unready: readonly string[];
  /** Running pods without a sample. */
  readonly missing: readonly string[];
  /** Pods that are going, or have failed. */
  readonly ignored: readonly string[];
}

export interface ReadinessRules {
  /** `--horizontal-pod-autoscaler-cpu-initialization-period`. */
  readonly cpuInitializationPeriod: Micros;
  /** `--horizontal-pod-autoscaler-initial-readiness-delay`. */
  readonly initialReadinessDelay: Micros;
}

function timeOf(text: string | undefined): Micros | undefined {
  return text === undefined ? undefined : parseRfc3339(text);
}

/** What a status says of a pod's start. */
interface Start {
  readonly at: Micros;
  readonly isReady: boolean;
  /** When it turned ready, or unready. */
  readonly turned: Micros;
}

const startOf = remembered((status: PodStatus, type: string): Start | 'unknown' => {
  const ready = status.conditions?.find((condition) => condition.type === type);
  const at = timeOf(status.startTime);
  if (ready === undefined || at === undefined) return 'unknown';
  // Go's zero time, which an absent one decodes to, lies before all others.
  const turned = timeOf(ready.lastTransitionTime) ?? Number.NEGATIVE_INFINITY;
  // A condition that is Unknown is not False.
  return { at, isReady: ready.status !== 'False', turned };
});

/**
 * Whether the CPU that a pod used says nothing yet: programs use more of it while they start. In the
 * initialisation period a sample counts once a whole window of it was measured since the pod turned ready; later,
 * unless the pod is unready and was so since it started.
 */
function isStarting(pod: Pod, sample: MetricSample, rules: ReadinessRules, now: Micros): boolean {
  const start = startOf(pod.status, 'Ready');
  if (start === 'unknown') return true;
  const { at, isReady, turned } = start;
  if (at + rules.cpuInitializationPeriod > now) {
    return !isReady || sample.timestamp < turned + sample.window;
  }
  return !isReady && at + rules.initialReadinessDelay > turned;
}

/** `groupPods`: only the CPU is known to mislead while a pod starts. */
export function groupPods(
  pods: readonly Pod[],
  samples: MetricSamples,
  isCpu: boolean,
  rules: ReadinessRules,
  now: Micros,
): PodGroups {
  const unready: string[] = [];
  const missing: string[] = [];
  const ignored: string[] = [];
  let ready = 0;
  for (const pod of pods) {
    const { deletionTimestamp, name } = pod.metadata;
    const { phase } = pod.status;
    const sample = samples.get(name);
    if (deletionTimestamp !== undefined || phase === 'Failed') ignored.push(name);
    else if (phase === 'Pending') unready.push(name);
    else if (sample === undefined) missing.push(name);
    else if (isCpu && isStarting(pod, sample, rules, now)) unready.push(name);
    else ready += 1;
  }
  return { ready, unready, missing, ignored };
}
