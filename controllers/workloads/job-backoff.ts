import { podCondition } from '../../core/kinds/pod/status.ts';
import type { ContainerStatus, Pod } from '../../core/schema/types.generated.ts';
import { MINUTE, type Micros, parseRfc3339, SECOND } from '../../core/time.ts';

/**
 * Pods that fail are replaced after 10 s, 20 s, 40 s and so on, up to six minutes
 * (https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy). A success starts anew.
 */
const FIRST_DELAY: Micros = 10 * SECOND;
const LONGEST_DELAY: Micros = 6 * MINUTE;

/** The failures of a Job since its last success. Kept in memory alone: a controller that restarts begins anew. */
export interface Failures {
  readonly count: number;
  readonly last: Micros;
}

function latestEnd(statuses: readonly ContainerStatus[]): Micros | undefined {
  let latest: Micros | undefined;
  for (const { state } of statuses) {
    const finishedAt = state?.terminated?.finishedAt;
    const time = finishedAt === undefined ? undefined : parseRfc3339(finishedAt);
    if (time === undefined) return undefined;
    if (latest === undefined || time > latest) latest = time;
  }
  return latest;
}

/**
 * When a pod ended (`getFinishedTime`): with its last container, sidecars among them; else when it turned unready;
 * else when its deletion was asked for; else when it was created.
 */
export function finishTime(pod: Pod): Micros {
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const containers = [
    ...(pod.status.containerStatuses ?? []),
    ...(pod.status.initContainerStatuses ?? []).filter((status) =>
      sidecars.some(({ name }) => name === status.name),
    ),
  ];
  const ended = latestEnd(containers);
  if (ended !== undefined) return ended;
  const ready = podCondition(pod, 'Ready');
  if (ready?.status === 'False' && ready.lastTransitionTime !== undefined) {
    const time = parseRfc3339(ready.lastTransitionTime);
    if (time !== undefined) return time;
  }
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined) {
    return (parseRfc3339(deletionTimestamp) ?? 0) - deletionGracePeriodSeconds * SECOND;
  }
  return parseRfc3339(creationTimestamp) ?? 0;
}

/** The record after pods that ended and were not counted yet (`newBackoffRecord`). */
export function failuresAfter(
  known: Failures | undefined,
  succeeded: readonly Pod[],
  failed: readonly Pod[],
): Failures | undefined {
  if (succeeded.length === 0 && failed.length === 0) return known;
  const failures = failed.map(finishTime);
  if (succeeded.length === 0) {
    return { count: (known?.count ?? 0) + failed.length, last: Math.max(...failures) };
  }
  const lastSuccess = Math.max(...succeeded.map(finishTime));
  const since = failures.filter((time) => time > lastSuccess);
  return since.length === 0 ? undefined : { count: since.length, last: Math.max(...since) };
}

/** How long until the next pod may be made. */
export function remainingDelay(failures: Failures | undefined, now: Micros): Micros {
  if (failures === undefined || failures.count === 0) return 0;
  let delay = FIRST_DELAY;
  for (let n = 1; n < failures.count && delay < LONGEST_DELAY; n += 1) delay *= 2;
  return Math.max(0, failures.last + Math.min(delay, LONGEST_DELAY) - now);
}
