import type { Command, Result } from '../../core/api/command.ts';
import { controllerOf } from '../../core/api/object.ts';
import { podCondition } from '../../core/kinds/pod/status.ts';
import { DEPLOYMENT, ENDPOINT_SLICE, NODE, POD, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { EventRecord, LogRecord, StimulusRecord } from '../../core/log/record.ts';
import type { EndpointSlice, Node, Pod, ReplicaSet } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';

/** An answer of the API server to a request. */
export interface Answer {
  readonly command: Command;
  readonly actor: string;
  readonly result: Result;
}

/**
 * Something that a campaign should have seen: an invariant that holds where nothing happens says little. Each is
 * looked for in every run, until it is found there.
 */
export interface Situation {
  readonly name: string;
  readonly about: string;
  /** A record was appended: is this it? */
  readonly event?: (record: EventRecord, view: View) => boolean;
  readonly stimulus?: (record: StimulusRecord, view: View) => boolean;
  /** The same of answers, which are no records. */
  readonly answer?: (answer: Answer) => boolean;
}

function isMidRollout(view: View): boolean {
  return view
    .list(DEPLOYMENT)
    .some(
      ({ metadata }) =>
        view.ownedBy(REPLICA_SET, metadata.uid).filter((one) => (one.spec.replicas ?? 1) > 0).length > 1,
    );
}

function isFault(record: StimulusRecord, fault: string): boolean {
  return record.action.op === 'fault' && record.action.fault === fault;
}

function readyOf(node: Node | undefined): string | undefined {
  return node?.status.conditions?.find(({ type }) => type === 'Ready')?.status;
}

function isGoing(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** A pod is marked for deletion, by this component. */
function marked({ kind, actor, previous, next }: EventRecord, by: string): boolean {
  return (
    kind === POD &&
    actor === by &&
    previous !== undefined &&
    next !== undefined &&
    isGoing(next as Pod) &&
    !isGoing(previous as Pod)
  );
}

function restarts(pod: Pod | undefined): number {
  return (pod?.status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

function waits(pod: Pod, reason: string): boolean {
  return (pod.status.containerStatuses ?? []).some(({ state }) => state?.waiting?.reason === reason);
}

export const SITUATIONS: readonly Situation[] = [
  {
    name: 'crash-amid-rollout',
    about: 'kube-controller-manager crashes while a rollout is under way',
    stimulus: (record, view) =>
      isFault(record, 'controller-crash') &&
      record.action.controller === 'kube-controller-manager' &&
      isMidRollout(view),
  },
  {
    name: 'node-lost-amid-rollout',
    about: 'a node crashes or is cut off while a rollout is under way',
    stimulus: (record, view) =>
      (isFault(record, 'node-crash') ||
        isFault(record, 'node-partition') ||
        isFault(record, 'zone-outage')) &&
      isMidRollout(view),
  },
  {
    name: 'late-cache-amid-rollout',
    about: 'the watch of a controller becomes slow while a rollout is under way',
    stimulus: (record, view) => isFault(record, 'watch-delay') && isMidRollout(view),
  },
  {
    name: 'scaled-amid-rollout',
    about: 'a Deployment is scaled while a rollout is under way',
    stimulus: (record, view) => record.action.op === 'scale' && isMidRollout(view),
  },
  {
    name: 'changed-amid-rollout',
    about: 'a rollout is overtaken by the next one',
    stimulus: (record, view) =>
      (record.action.op === 'setImage' || record.action.op === 'apply') && isMidRollout(view),
  },
  {
    name: 'deleted-amid-rollout',
    about: 'a Deployment is deleted while its rollout is under way',
    stimulus: (record, view) => record.action.op === 'delete' && isMidRollout(view),
  },
  {
    name: 'rolled-back',
    about: 'a rollout returns to a ReplicaSet that had been scaled to zero',
    event: ({ kind, actor, previous, next }) =>
      kind === REPLICA_SET &&
      actor === 'deployment-controller' &&
      previous !== undefined &&
      next !== undefined &&
      (previous as ReplicaSet).spec.replicas === 0 &&
      ((next as ReplicaSet).spec.replicas ?? 1) > 0,
  },
  {
    name: 'adopted',
    about: 'a controller adopts what nobody owns',
    event: ({ previous, next, actor }) =>
      previous !== undefined &&
      next !== undefined &&
      (actor === 'deployment-controller' || actor === 'replicaset-controller') &&
      previous.metadata.ownerReferences !== next.metadata.ownerReferences &&
      controllerOf(previous) === undefined &&
      controllerOf(next) !== undefined,
  },
  {
    name: 'node-unreachable',
    about: 'a node is not heard of for long enough to be called unreachable',
    event: ({ kind, previous, next }) =>
      kind === NODE &&
      readyOf(previous as Node | undefined) === 'True' &&
      readyOf(next as Node | undefined) === 'Unknown',
  },
  {
    name: 'node-back',
    about: 'a node that was called unreachable is ready again',
    event: ({ kind, previous, next }) =>
      kind === NODE &&
      readyOf(previous as Node | undefined) === 'Unknown' &&
      readyOf(next as Node | undefined) === 'True',
  },
  {
    name: 'evicted-by-taint',
    about: 'a pod is evicted from a node that is lost',
    event: (record) => marked(record, 'taint-eviction-controller'),
  },
  {
    name: 'evicted-by-drain',
    about: 'a pod is evicted by kubectl drain',
    event: ({ kind, previous, next }) =>
      kind === POD &&
      previous !== undefined &&
      next !== undefined &&
      podCondition(next as Pod, 'DisruptionTarget')?.reason === 'EvictionByEvictionAPI' &&
      podCondition(previous as Pod, 'DisruptionTarget') === undefined,
  },
  {
    name: 'eviction-refused',
    about: 'an eviction is refused by a PodDisruptionBudget',
    answer: ({ command, result }) =>
      command.verb === 'evict' && !result.ok && result.status.reason === 'TooManyRequests',
  },
  {
    name: 'conflict',
    about: 'a Deployment is rolled out by an old state, and the write is refused',
    answer: ({ actor, command, result }) =>
      actor === 'deployment-controller' &&
      command.verb === 'update' &&
      !result.ok &&
      result.status.reason === 'Conflict',
  },
  {
    name: 'unschedulable',
    about: 'no node has room for a pod',
    event: ({ kind, next }) =>
      kind === POD &&
      next !== undefined &&
      podCondition(next as Pod, 'PodScheduled')?.reason === 'Unschedulable',
  },
  {
    name: 'preempted',
    about: 'a pod is taken away for one that matters more',
    event: ({ kind, next }) =>
      kind === POD &&
      next !== undefined &&
      podCondition(next as Pod, 'DisruptionTarget')?.reason === 'PreemptionByScheduler',
  },
  {
    name: 'container-restarted',
    about: 'a container ends and is started again',
    event: ({ kind, previous, next }) =>
      kind === POD &&
      next !== undefined &&
      previous !== undefined &&
      restarts(next as Pod) > restarts(previous as Pod),
  },
  {
    name: 'image-missing',
    about: 'an image can not be pulled',
    event: ({ kind, next }) => kind === POD && next !== undefined && waits(next as Pod, 'ImagePullBackOff'),
  },
  {
    name: 'terminating-endpoint',
    about: 'a Service shows a pod that is on its way out',
    event: ({ kind, next }) =>
      kind === ENDPOINT_SLICE &&
      next !== undefined &&
      ((next as EndpointSlice).endpoints ?? []).some(({ conditions }) => conditions?.terminating === true),
  },
  {
    name: 'autoscaled',
    about: 'an autoscaler changes the size of a workload',
    event: ({ actor, kind }) => actor === 'horizontal-pod-autoscaler-controller' && kind === DEPLOYMENT,
  },
];

/** Looks for every situation in one run. */
export class SituationFinder {
  readonly found: boolean[];
  private readonly open: Set<number>;

  constructor() {
    this.found = SITUATIONS.map(() => false);
    this.open = new Set(SITUATIONS.keys());
  }

  /** Hot path of a campaign. */
  observe(record: LogRecord, view: View): void {
    if (record.type === 'sample') return;
    for (const index of this.open) {
      const { event, stimulus } = SITUATIONS[index] as Situation;
      const isIt = record.type === 'event' ? event?.(record, view) : stimulus?.(record, view);
      if (isIt === true) this.take(index);
    }
  }

  answered(answer: Answer): void {
    for (const index of this.open) if (SITUATIONS[index]?.answer?.(answer) === true) this.take(index);
  }

  private take(index: number): void {
    this.found[index] = true;
    this.open.delete(index);
  }
}
