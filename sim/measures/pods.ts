import { controllerOf } from '../../core/api/object.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { ContainerStatus, Pod, ReplicaSet } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import { quantileSorted } from '../statistics/bootstrap.ts';
import type { DeploymentMeasures } from './deployments.ts';
import { type MeasureWriter, seconds } from './measure.ts';
import type { Serving } from './serving.ts';
import { Step } from './step.ts';

const CAUSES = ['crash', 'deletion', 'eviction', 'node', 'oom', 'preemption'] as const;
type Cause = (typeof CAUSES)[number];

/** https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions */
const CAUSE_OF_DISRUPTION: Readonly<Record<string, Cause>> = {
  DeletionByPodGC: 'node',
  DeletionByTaintManager: 'node',
  EvictionByEvictionAPI: 'eviction',
  PreemptionByScheduler: 'preemption',
  TerminationByKubelet: 'eviction',
};

/** Who acts from outside, as the log names it. */
function isUser(actor: string): boolean {
  return actor === 'user' || actor.startsWith('client/');
}

function containersOf(pod: Pod): readonly ContainerStatus[] {
  return [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
}

function disruptionOf(pod: Pod): Cause | undefined {
  const target = pod.status.conditions?.find(({ type }) => type === 'DisruptionTarget');
  return target?.status === 'True' ? CAUSE_OF_DISRUPTION[target.reason ?? ''] : undefined;
}

/** Why a pod ends, where that is a loss; nothing for what its owner or a rollout wanted, nor for a node's daemons. */
function causeOfEnd(pod: Pod, record: EventRecord): Cause | undefined {
  const cause = causeOf(pod, record);
  return cause === 'node' && controllerOf(pod)?.kind === 'DaemonSet' ? undefined : cause;
}

function causeOf(pod: Pod, record: EventRecord): Cause | undefined {
  const disruption = disruptionOf(pod);
  if (disruption !== undefined) return disruption;
  if (pod.status.phase === 'Failed') {
    if (pod.status.reason === 'Evicted') return 'eviction';
    // https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/
    if (pod.status.reason === 'Terminated' || pod.status.reason === 'NodeShutdown') return 'node';
    if (record.actor.startsWith('pod-garbage-collector')) return 'node';
    const ends = containersOf(pod).map(({ state }) => state?.terminated);
    return ends.some((end) => end?.reason === 'OOMKilled') ? 'oom' : 'crash';
  }
  return isUser(record.actor) ? 'deletion' : undefined;
}

/** Restarts of a pod's containers between two versions, and how many followed a lack of memory. */
function restartsBetween(
  previous: Pod,
  next: Pod,
): { readonly all: number; readonly oom: number } | undefined {
  if (previous.status.containerStatuses === next.status.containerStatuses) return undefined;
  let all = 0;
  let oom = 0;
  for (const status of next.status.containerStatuses ?? []) {
    const before = previous.status.containerStatuses?.find(({ name }) => name === status.name);
    const count = status.restartCount - (before?.restartCount ?? 0);
    if (count <= 0) continue;
    all += count;
    if (status.lastState?.terminated?.reason === 'OOMKilled') oom += count;
  }
  return all === 0 ? undefined : { all, oom };
}

/** Pods that are lost, wait or restart. */
export class PodMeasures {
  private readonly deployments: DeploymentMeasures;
  private readonly serving: Serving;
  /** By uid: the Deployment of a ReplicaSet. */
  private readonly deploymentOfSet = new Map<string, string>();
  /** By slot: pods that no node was found for yet, and when they were created. */
  private readonly unscheduled = new Map<number, Micros>();
  private readonly lost = new Set<string>();
  private readonly lostBy = new Map<Cause, number>();
  private readonly latencies: Micros[] = [];
  private readonly pending: Step;
  private restarts = 0;
  private oomRestarts = 0;

  constructor(deployments: DeploymentMeasures, serving: Serving, start: Micros) {
    this.deployments = deployments;
    this.serving = serving;
    this.pending = new Step(0, start);
  }

  observeReplicaSet({ next, key }: EventRecord): void {
    if (next === undefined) return;
    const { metadata } = next as ReplicaSet;
    const owner = controllerOf(next);
    if (owner?.kind !== 'Deployment' || this.deploymentOfSet.has(metadata.uid)) return;
    this.deploymentOfSet.set(metadata.uid, `${key.slice(0, key.indexOf('/'))}/${owner.name}`);
  }

  observe(record: EventRecord): void {
    const previous = record.previous as Pod | undefined;
    const next = record.next as Pod | undefined;
    this.followPending(previous, next, record);
    this.followScheduling(previous, next, record);
    this.followEnd(previous, next, record);
    this.serving.observePod(record, next === undefined ? undefined : this.deploymentOf(next));
    const restarts =
      previous === undefined || next === undefined ? undefined : restartsBetween(previous, next);
    if (restarts === undefined || next === undefined) return;
    this.restarts += restarts.all;
    this.oomRestarts += restarts.oom;
    const deployment = this.deploymentOf(next);
    if (deployment !== undefined) this.deployments.restarted(deployment, restarts.all);
  }

  private deploymentOf(pod: Pod): string | undefined {
    const owner = controllerOf(pod);
    return owner === undefined ? undefined : this.deploymentOfSet.get(owner.uid);
  }

  private followPending(previous: Pod | undefined, next: Pod | undefined, { t }: EventRecord): void {
    const was = previous?.status.phase === 'Pending';
    const is = next?.status.phase === 'Pending';
    if (was !== is) this.pending.set(this.pending.value + (is ? 1 : -1), t);
  }

  private followScheduling(previous: Pod | undefined, next: Pod | undefined, record: EventRecord): void {
    const { slot, t } = record;
    const isBound = next?.spec.nodeName !== undefined && next.spec.nodeName !== '';
    if (previous === undefined) {
      if (!isBound) this.unscheduled.set(slot, t);
      return;
    }
    if (!isBound && next !== undefined) return;
    const since = this.unscheduled.get(slot);
    if (since === undefined) return;
    this.unscheduled.delete(slot);
    if (isBound) this.latencies.push(t - since);
  }

  private followEnd(previous: Pod | undefined, next: Pod | undefined, record: EventRecord): void {
    const pod = next ?? previous;
    if (previous === undefined || pod === undefined) return;
    const isGoing =
      next === undefined
        ? previous.metadata.deletionTimestamp === undefined
        : next.metadata.deletionTimestamp !== undefined && previous.metadata.deletionTimestamp === undefined;
    const hasFailed = next?.status.phase === 'Failed' && previous.status.phase !== 'Failed';
    if (!isGoing && !hasFailed) return;
    // It has ended by itself, as it should, and is only put away.
    if (pod.status.phase === 'Succeeded') return;
    const cause = causeOfEnd(pod, record);
    const { uid } = pod.metadata;
    if (cause === undefined || this.lost.has(uid)) return;
    // What fails while it goes was told to go.
    if (hasFailed && previous.metadata.deletionTimestamp !== undefined) return;
    this.lost.add(uid);
    this.lostBy.set(cause, (this.lostBy.get(cause) ?? 0) + 1);
    const deployment = this.deploymentOf(pod);
    if (deployment !== undefined) this.deployments.podLost(deployment);
  }

  write(writer: MeasureWriter, now: Micros): void {
    writer.total('pods/lost', this.lost.size);
    for (const cause of CAUSES) writer.total(`pods/lost/${cause}`, this.lostBy.get(cause) ?? 0);
    writer.total('pods/restarts', this.restarts);
    writer.total('pods/restarts/oom', this.oomRestarts);
    writer.total('pods/pending-time', seconds(this.pending.integral(now)));
    writer.total('pods/unscheduled', this.unscheduled.size);
    if (this.latencies.length === 0) return;
    const sorted = [...this.latencies].sort((a, b) => a - b);
    writer.total('pods/scheduling-p50', seconds(quantileSorted(sorted, 0.5)));
    writer.total('pods/scheduling-p99', seconds(quantileSorted(sorted, 0.99)));
  }
}
