import { podCondition } from '../../core/kinds/pod/status.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { type Micros, parseRfc3339 } from '../../core/time.ts';
import type { MetricSample, MetricSamples } from './metric-samples.ts';

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

/**
 * Whether the CPU that a pod used says nothing yet: programs use more of it while they start. In the
 * initialisation period a sample counts once a whole window of it was measured since the pod turned ready; later,
 * unless the pod is unready and was so since it started.
 */
function isStarting(pod: Pod, sample: MetricSample, rules: ReadinessRules, now: Micros): boolean {
  const ready = podCondition(pod, 'Ready');
  const start = timeOf(pod.status.startTime);
  if (ready === undefined || start === undefined) return true;
  const unready = ready.status === 'False';
  // Go's zero time, which an absent one decodes to, lies before all others.
  const changed = timeOf(ready.lastTransitionTime) ?? Number.NEGATIVE_INFINITY;
  if (start + rules.cpuInitializationPeriod > now) {
    return unready || sample.timestamp < changed + sample.window;
  }
  return unready && start + rules.initialReadinessDelay > changed;
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
