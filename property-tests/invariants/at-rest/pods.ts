import { DEFAULT_SCHEDULER_OPTIONS } from '../../../controllers/scheduling/options.ts';
import { Scheduler } from '../../../controllers/scheduling/scheduler.ts';
import { controllerOf, keyOf } from '../../../core/api/object.ts';
import type { KindRef } from '../../../core/kinds/kind-ref.ts';
import { isPodTerminal, podCondition } from '../../../core/kinds/pod/status.ts';
import { NAMESPACE, NODE, PERSISTENT_VOLUME_CLAIM, POD } from '../../../core/kinds/registry.ts';
import type { Pod } from '../../../core/schema/types.generated.ts';
import { MINUTE, type Micros, parseRfc3339 } from '../../../core/time.ts';
import type { Finding, Moment } from '../invariant.ts';

/** Why a container may wait for as long as it likes: its program or its configuration says so. */
const ITS_OWN_FAULT = new Set([
  'CrashLoopBackOff',
  'RunContainerError',
  'CreateContainerConfigError',
  'CreateContainerError',
]);

/** More than a pod takes to be bound and to start, or to stop. */
const UNDER_WAY: Micros = 2 * MINUTE;

/** A pod of a Job that has just come, or is to go: schedules, back-offs and deadlines do that though all is quiet. */
function comesByItself(pod: Pod, now: Micros): boolean {
  if (controllerOf(pod)?.kind !== 'Job') return false;
  const { creationTimestamp, deletionTimestamp } = pod.metadata;
  return now - (parseRfc3339(deletionTimestamp ?? creationTimestamp) ?? 0) < UNDER_WAY;
}

/** What a scheduler reads of a cluster, in the order in which it must be told. */
const WATCHED: readonly KindRef[] = [NAMESPACE, NODE, PERSISTENT_VOLUME_CLAIM, POD];

function isBound({ spec }: Pod): boolean {
  return spec.nodeName !== undefined && spec.nodeName !== '';
}

/** A scheduler that has seen all there is, to ask it about pods that have no node. */
function schedulerOf({ view, now }: Moment): Scheduler {
  const scheduler = new Scheduler({ ...DEFAULT_SCHEDULER_OPTIONS, draw: () => 0 });
  for (const kind of WATCHED)
    for (const object of view.list(kind))
      scheduler.observe({ type: 'ADDED', object, previous: undefined }, 0, now);
  return scheduler;
}

function finding(pod: Pod, message: string): Finding {
  return { kind: POD, key: keyOf(pod), message: `pod/${pod.metadata.name} ${message}` };
}

/** A pod that fits a node gets one. */
export function podsWithoutNode(moment: Moment): readonly Finding[] {
  const unbound = moment.view
    .list(POD)
    .filter(
      (pod) =>
        !isBound(pod) &&
        !isPodTerminal(pod) &&
        !comesByItself(pod, moment.now) &&
        (pod.spec.schedulingGates ?? []).length === 0 &&
        (pod.spec.schedulerName ?? 'default-scheduler') === 'default-scheduler',
    );
  if (unbound.length === 0) return [];
  const scheduler = schedulerOf(moment);
  return unbound.flatMap((pod) => {
    const node = scheduler.explain(pod).nodes.find(({ feasible }) => feasible);
    return node === undefined ? [] : [finding(pod, `has no node, and would fit ${node.node}`)];
  });
}

/** A pod that is to go goes, and one that has a node starts there. */
export function podsUnderWay({ view, now }: Moment): readonly Finding[] {
  return view.list(POD).flatMap((pod) => {
    if (comesByItself(pod, now)) return [];
    if (pod.metadata.deletionTimestamp !== undefined) {
      if ((pod.metadata.finalizers ?? []).length > 0) return [];
      return [finding(pod, 'is being deleted, and still there')];
    }
    if (!isBound(pod) || pod.status.phase !== 'Pending') return [];
    const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
    const waits = statuses.map(({ state }) => state?.waiting?.reason ?? '');
    if (waits.some((reason) => ITS_OWN_FAULT.has(reason))) return [];
    // An init container that runs takes its time.
    if (statuses.some(({ state }) => state?.running !== undefined)) return [];
    if (podCondition(pod, 'PodReadyToStartContainers')?.status === 'False' && waits.length === 0) return [];
    return [
      finding(
        pod,
        `is on node ${pod.spec.nodeName} and has not started (${waits.join(', ') || 'no status'})`,
      ),
    ];
  });
}
