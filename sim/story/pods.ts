import { controllerOf } from '../../core/api/object.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import type { Note, Observer } from './note.ts';

function ownerName(pod: Pod): string {
  return controllerOf(pod)?.name ?? pod.metadata.name;
}

function restarts(pod: Pod | undefined): number {
  let total = 0;
  for (const status of pod?.status.containerStatuses ?? []) total += status.restartCount;
  return total;
}

function waitingReasons(pod: Pod | undefined): readonly string[] {
  return (pod?.status.containerStatuses ?? []).flatMap((status) => status.state?.waiting?.reason ?? []);
}

function unschedulable(pod: Pod | undefined): string | undefined {
  const condition = pod?.status.conditions?.find((candidate) => candidate.type === 'PodScheduled');
  return condition?.status === 'False' && condition.reason === 'Unschedulable'
    ? condition.message
    : undefined;
}

const TROUBLE = new Set([
  'CrashLoopBackOff',
  'ErrImagePull',
  'ImagePullBackOff',
  'CreateContainerConfigError',
]);

const EVICTORS = new Set(['taint-eviction-controller', 'cluster-autoscaler']);

/** Pods that are evicted, restart, wait in vain, or find no node. */
export const podObserver: Observer = {
  observe: (record: LogRecord, note: (note: Note) => void) => {
    if (record.type !== 'event' || record.kind !== POD) return;
    const { t, rv } = record;
    const previous = record.previous as Pod | undefined;
    const next = record.next as Pod | undefined;
    if (next === undefined || previous === undefined) return;
    if (
      next.status === previous.status &&
      next.metadata.deletionTimestamp === previous.metadata.deletionTimestamp
    )
      return;
    const { name } = next.metadata;
    const node = next.spec.nodeName ?? '';
    if (
      EVICTORS.has(record.actor) &&
      previous.metadata.deletionTimestamp === undefined &&
      next.metadata.deletionTimestamp !== undefined
    ) {
      const text = `pod ${name} is evicted from ${node}`;
      // One node after the other: a line for each would be all that there is to read.
      const moved = record.actor === 'cluster-autoscaler';
      note({
        t,
        rv,
        tone: moved ? 'neutral' : 'bad',
        group: moved ? 'moved' : `evicted/${node}`,
        text,
        together: (n) => `${n} pods are evicted from ${moved ? 'nodes that are to go' : node}`,
      });
    }
    if (restarts(next) > restarts(previous)) {
      const owner = ownerName(next);
      const text = `a container of pod ${name} restarts`;
      note({
        t,
        rv,
        tone: 'bad',
        group: `restarts/${owner}`,
        text,
        together: (n) => `${n} container restarts in pods of ${owner}`,
      });
    }
    const before = waitingReasons(previous);
    for (const reason of waitingReasons(next)) {
      if (!TROUBLE.has(reason) || before.includes(reason)) continue;
      const owner = ownerName(next);
      const text = `pod ${name} is in ${reason}`;
      note({
        t,
        rv,
        tone: 'bad',
        group: `${reason}/${owner}`,
        text,
        together: (n) => `pods of ${owner} are in ${reason} (${n} times)`,
      });
    }
    const message = unschedulable(next);
    if (message !== undefined && unschedulable(previous) === undefined) {
      // What preemption would find is for `why`.
      const reasons = message.replace(/ preemption: .*$/s, '');
      note({
        t,
        rv,
        tone: 'bad',
        group: `unschedulable/${reasons}`,
        subject: name,
        text: `pod ${name} finds no node: ${reasons}`,
        together: (_count, pods) => `${pods} pods find no node: ${reasons}`,
      });
    }
  },
};
