import type { KubeObject } from '../../core/api/object.ts';
import { podCondition } from '../../core/kinds/pod/status.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { Pod, PodCondition } from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';
import type { EventRequest, Request } from '../controller.ts';

/** An Event's note ends here (`NoteLengthLimit` of events.k8s.io/v1). */
const LONGEST_NOTE = 1024;

type NotScheduledReason = 'Unschedulable' | 'SchedulerError';

function withCondition(pod: Pod, condition: PodCondition): Pod {
  const conditions = pod.status.conditions ?? [];
  const held = podCondition(pod, condition.type);
  if (held === undefined)
    return { ...pod, status: { ...pod.status, conditions: [...conditions, condition] } };
  const lastTransitionTime =
    held.status === condition.status ? held.lastTransitionTime : condition.lastTransitionTime;
  const next = { ...condition, lastTransitionTime };
  return {
    ...pod,
    status: { ...pod.status, conditions: conditions.map((each) => (each === held ? next : each)) },
  };
}

function says(held: PodCondition | undefined, condition: PodCondition): boolean {
  return (
    held !== undefined &&
    held.status === condition.status &&
    held.reason === condition.reason &&
    held.message === condition.message &&
    held.observedGeneration === condition.observedGeneration
  );
}

/**
 * Brings `PodScheduled=False` up to date, and the node that the pod is nominated for where that is known; nothing
 * where the pod says so already. An empty name clears it.
 */
export function notScheduledRequests(
  pod: Pod,
  reason: NotScheduledReason,
  message: string,
  now: Micros,
  nominatedNode?: string,
): readonly Request[] {
  const condition: PodCondition = {
    type: 'PodScheduled',
    status: 'False',
    observedGeneration: pod.metadata.generation,
    lastTransitionTime: rfc3339(now),
    reason,
    message,
  };
  const nominated = nominatedNode === '' ? undefined : nominatedNode;
  const isNominated =
    nominatedNode === undefined || (pod.status.nominatedNodeName || undefined) === nominated;
  if (isNominated && says(podCondition(pod, condition.type), condition)) return [];
  return [
    {
      verb: 'patch',
      kind: POD,
      namespace: pod.metadata.namespace,
      name: pod.metadata.name,
      subresource: 'status',
      uid: pod.metadata.uid,
      // The command's `kind` says what is stored under it.
      change: (stored: KubeObject) => {
        const told = withCondition(stored as Pod, condition);
        return isNominated ? told : { ...told, status: { ...told.status, nominatedNodeName: nominated } };
      },
    },
  ];
}

/** Another pod of higher priority takes the node. */
export function clearNominationRequest(pod: Pod): Request {
  const { namespace, name, uid } = pod.metadata;
  return {
    verb: 'patch',
    kind: POD,
    namespace,
    name,
    uid,
    subresource: 'status',
    change: (stored: KubeObject) => ({
      ...(stored as Pod),
      status: { ...(stored as Pod).status, nominatedNodeName: undefined },
    }),
  };
}

/** A victim is told why it goes, and deleted with its own grace period (`prepareCandidate`). */
export function preemptRequests(
  victim: Pod,
  preemptor: Pod,
  nodeName: string,
  now: Micros,
): readonly Request[] {
  const { namespace, name, uid } = victim.metadata;
  const component = preemptor.spec.schedulerName ?? 'default-scheduler';
  const condition: PodCondition = {
    type: 'DisruptionTarget',
    status: 'True',
    observedGeneration: victim.metadata.generation,
    lastTransitionTime: rfc3339(now),
    reason: 'PreemptionByScheduler',
    message: `${component}: preempting to accommodate a higher priority pod`,
  };
  return [
    {
      verb: 'patch',
      kind: POD,
      namespace,
      name,
      uid,
      subresource: 'status',
      change: (stored: KubeObject) => withCondition(stored as Pod, condition),
    },
    { verb: 'delete', kind: POD, namespace, name, options: { preconditions: { uid } } },
    {
      verb: 'event',
      regarding: victim,
      eventType: 'Normal',
      reason: 'Preempted',
      message: `Preempted by pod ${preemptor.metadata.uid} on node ${nodeName}`,
      component,
      action: 'Preempting',
    },
  ];
}

export function failedScheduling(pod: Pod, message: string): EventRequest {
  return {
    verb: 'event',
    regarding: pod,
    eventType: 'Warning',
    reason: 'FailedScheduling',
    message: message.length > LONGEST_NOTE ? `${message.slice(0, LONGEST_NOTE - 3)}...` : message,
    component: pod.spec.schedulerName ?? 'default-scheduler',
    action: 'Scheduling',
  };
}

export function scheduled(pod: Pod, nodeName: string): EventRequest {
  const { namespace, name } = pod.metadata;
  return {
    verb: 'event',
    regarding: pod,
    eventType: 'Normal',
    reason: 'Scheduled',
    message: `Successfully assigned ${namespace}/${name} to ${nodeName}`,
    component: pod.spec.schedulerName ?? 'default-scheduler',
    action: 'Binding',
  };
}
