import type { Result } from '../../core/api/command.ts';
import type { KubeObject } from '../../core/api/object.ts';
import { isPodScheduled, isPodTerminal } from '../../core/kinds/pod/status.ts';
import {
  NAMESPACE,
  NODE,
  POD,
  POD_DISRUPTION_BUDGET,
  REPLICA_SET,
  REPLICATION_CONTROLLER,
  SERVICE,
  STATEFUL_SET,
} from '../../core/kinds/registry.ts';
import type {
  Namespace,
  Node,
  Pod,
  PodDisruptionBudget,
  Service,
} from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { Request, WatchEvent } from '../controller.ts';
import {
  type AssumedPod,
  bindRequests,
  reserve,
  type ServedProfile,
  servedBy,
  unreserve,
} from './assumed-pod.ts';
import { waitOf } from './binding-waits.ts';
import { Bindings, type FollowUp } from './bindings.ts';
import { ClusterCache } from './cache/cluster-cache.ts';
import { type PodInfo, podInfo, priorityOf } from './cache/pod-info.ts';
import type { PodOwner } from './cache/pod-owners.ts';
import { countedReasons, decisionOf, type SchedulingDecision } from './decision.ts';
import { type Explanation, explanationOf } from './explanation.ts';
import { type Placement, Placer } from './fast/placement.ts';
import { type ClusterEvent, NO_NODE_CHANGES, type StorageEvent } from './framework/cluster-event.ts';
import { CycleState } from './framework/cycle-state.ts';
import type { Profile, QueueSort } from './framework/extension-points.ts';
import type { Rejection } from './framework/rejection.ts';
import { type FitFailure, fitMessage } from './message.ts';
import { nodeChanges } from './node-changes.ts';
import { nodesToFind, type SchedulerOptions } from './options.ts';
import { DEFAULT_SCHEDULER_NAME } from './plugins/default-plugins.ts';
import {
  clearNominationRequest,
  failedScheduling,
  notScheduledRequests,
  preemptRequests,
} from './pod-scheduled.ts';
import type { QueuedPod } from './queue/queued-pod.ts';
import { SchedulingQueue } from './queue/scheduling-queue.ts';
import { evaluate, type NodeSearch } from './reference.ts';

const BY_TIME: QueueSort = (a, b) => a.timestamp - b.timestamp;

/**
 * kube-scheduler as a state machine: events of the informers and results of bindings go in, decisions come out.
 * There is no clock and no I/O, and what it answers depends on nothing but its inputs and their order. Unlike
 * other controllers it isn't a pure function of a view: its cache of nodes, its queue and the indexes of `fast/`
 * are folded from the inputs in place, because a decision has about ten microseconds and they are what makes it
 * possible. A scheduler that restarts is a new object that observes everything again.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #cache = new ClusterCache();
  readonly #queue: SchedulingQueue;
  readonly #profiles = new Map<string, ServedProfile>();
  readonly #bindings: Bindings;
  #nextStart = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    for (const profile of options.profiles) {
      if (this.#profiles.has(profile.schedulerName)) {
        throw new Error(`two profiles are named ${profile.schedulerName}; a pod couldn't say which it wants`);
      }
      this.#profiles.set(profile.schedulerName, servedBy(profile, new Placer(profile, this.#cache)));
    }
    const sorter = options.profiles[0]?.plugins.find(({ plugin }) => plugin.less !== undefined)?.plugin;
    this.#queue = new SchedulingQueue({
      podInitialBackoff: options.podInitialBackoff,
      podMaxBackoff: options.podMaxBackoff,
      podMaxInUnschedulable: options.podMaxInUnschedulable,
      popFromBackoff: options.popFromBackoff,
      less: sorter?.less ?? BY_TIME,
      mayEnter: (info) => this.#gateOf(info) === undefined,
      helps: (pod, event) => this.#helps(pod, event),
    });
    this.#bindings = new Bindings(this.#cache, this.#queue);
  }

  /** An informer's event. `cause` is the number of its record. */
  observe(event: WatchEvent, cause: number, now: Micros): void {
    // The kind of an object says its type.
    switch (event.object.kind) {
      case POD.kind:
        this.#observePod(event as WatchEvent<Pod & KubeObject>, cause, now);
        return;
      case NODE.kind:
        this.#observeNode(event as WatchEvent<Node & KubeObject>, cause, now);
        return;
      case NAMESPACE.kind:
        this.#cache.setNamespace(event.object as Namespace, event.type !== 'DELETED');
        return;
      case REPLICA_SET.kind:
      case STATEFUL_SET.kind:
      case REPLICATION_CONTROLLER.kind:
        // Nearly all of its changes are in its counts of pods.
        if (
          (event.previous as PodOwner | undefined)?.spec === (event.object as PodOwner).spec &&
          event.type === 'MODIFIED'
        )
          return;
        this.#cache.setOwner(event.object as PodOwner, event.type !== 'DELETED');
        return;
      case POD_DISRUPTION_BUDGET.kind:
        this.#cache.budgets.set(event.object as PodDisruptionBudget, event.type !== 'DELETED');
        return;
      case SERVICE.kind:
        this.#cache.setService(event.object as Service, event.type !== 'DELETED');
        return;
      default:
        this.#observeStorage(event, cause, now);
    }
  }

  /** Runs a scheduling cycle for the next pod that is due, if there is one. */
  next(now: Micros): SchedulingDecision | undefined {
    this.#queue.flush(now);
    const queued = this.#queue.pop();
    if (queued === undefined) return undefined;
    const { info } = queued;
    const { pod } = info;
    const served = this.#servedFor(pod);
    if (served === undefined)
      throw new Error(`the pod ${pod.metadata.name} was queued without a profile for it`);
    if (pod.metadata.deletionTimestamp !== undefined) return this.#skip(queued);
    const search = this.#search(served.profile);
    const nominatedNode = this.#cache.nominations.nodeOf(info.uid);
    // The node is kept free for this very pod, not from it.
    if (nominatedNode !== undefined) this.#cache.nominate(info, undefined);
    const placement = served.placer.place(
      info,
      () => this.#tieBreak(info.uid, served),
      search,
      nominatedNode,
    );
    if (search !== undefined && this.#cache.nodes.length > 0) {
      this.#nextStart = (search.start + (placement.examined ?? 0)) % this.#cache.nodes.length;
    }
    return placement.node === undefined
      ? this.#unschedulable(queued, placement, nominatedNode, now)
      : this.#assume(queued, served, placement.node.name, placement.state ?? new CycleState(), now);
  }

  /** The result of a binding, or of the request before it that failed. Answers with what is to be sent then. */
  bound(podUid: string, result: Result, now: Micros): readonly Request[] {
    return this.#bindings.answered(podUid, result, now);
  }

  /** Bindings that have waited long enough, and what is to be told of those that failed meanwhile. */
  followUps(now: Micros): readonly FollowUp[] {
    return this.#bindings.followUps(now);
  }

  /** When to call `followUps` and `next` again if nothing is observed until then; `undefined`: not before an event. */
  nextWake(now: Micros): Micros | undefined {
    const wake = this.#queue.nextWake(now);
    const due = this.#bindings.nextDue();
    return due === undefined ? wake : Math.max(now, Math.min(wake ?? due, due));
  }

  /** How many pods wait, and where. */
  pending(): ReturnType<SchedulingQueue['counts']> {
    return this.#queue.counts();
  }

  /** What every plugin says of every node for this pod, as things stand; a pod that has a place is taken off first. */
  explain(pod: Pod): Explanation {
    const served = this.#servedFor(pod);
    if (served === undefined)
      throw new Error(`no profile serves the scheduler name ${pod.spec.schedulerName}`);
    const unbound: Pod = { ...pod, spec: { ...pod.spec, nodeName: undefined } };
    const info = podInfo(unbound);
    const node = this.#cache.placedOn(info.uid);
    const placed = this.#cache.placedPod(info.uid);
    this.#cache.remove(info.uid);
    const evaluation = evaluate(served.profile, info, this.#cache);
    if (node !== undefined && placed !== undefined) this.#cache.place(placed, node.name);
    return explanationOf(evaluation);
  }

  #servedFor(pod: Pod): ServedProfile | undefined {
    return this.#profiles.get(pod.spec.schedulerName ?? DEFAULT_SCHEDULER_NAME);
  }

  #tieBreak(uid: string, { tieBreak = this.#options.tieBreak }: ServedProfile): number {
    return tieBreak === 'first' ? 0 : this.#options.draw(uid, 'tie');
  }

  #search(profile: Profile): NodeSearch | undefined {
    const percentage = profile.percentageOfNodesToScore ?? this.#options.percentageOfNodesToScore;
    // All of them, which has a faster way.
    if (percentage === undefined || percentage >= 100) return undefined;
    return { start: this.#nextStart, wanted: nodesToFind(percentage, this.#cache.nodes.length) };
  }

  #gateOf({ pod }: PodInfo): Rejection | undefined {
    for (const { plugin } of this.#servedFor(pod)?.profile.plugins ?? []) {
      const rejection = plugin.preEnqueue?.(pod);
      if (rejection !== undefined) return rejection;
    }
    return undefined;
  }

  #helps(queued: QueuedPod, event: ClusterEvent): boolean {
    if (event.resource === 'TargetPod' && event.pod.metadata.uid !== queued.info.uid) return false;
    const served = this.#servedFor(queued.info.pod);
    for (const name of queued.rejectors) {
      if (served?.byName.get(name)?.hint?.(queued.info, event) === true) return true;
    }
    return false;
  }

  #observePod(event: WatchEvent<Pod & KubeObject>, cause: number, now: Micros): void {
    const pod: Pod = event.object;
    const { uid } = pod.metadata;
    // A pod that has ended is as good as deleted: the real informer doesn't even see it.
    if (event.type === 'DELETED' || isPodTerminal(pod)) {
      this.#observeGone(pod, cause, now);
      return;
    }
    const assumed = this.#bindings.get(uid);
    if (isPodScheduled(pod)) {
      this.#observeAssigned(event, assumed, cause, now);
    } else if (assumed !== undefined) {
      assumed.info = podInfo(pod);
    } else if (this.#servedFor(pod) !== undefined) {
      this.#observeWaiting(pod, cause, now);
    }
  }

  #observeWaiting(pod: Pod, cause: number, now: Micros): void {
    const info = podInfo(pod);
    const queued = this.#queue.get(info.uid);
    if (queued === undefined) {
      this.#queue.add(info, cause, now);
      if (pod.status.nominatedNodeName) this.#cache.nominate(info, pod.status.nominatedNodeName);
      return;
    }
    const previous = queued.info.pod;
    this.#observeNomination(previous, info);
    this.#queue.update(info, { resource: 'TargetPod', action: 'Update', previous, pod }, cause, now);
  }

  /** What is nominated here and not told yet stays: an update that speaks of no nomination says nothing of it. */
  #observeNomination(previous: Pod, info: PodInfo): void {
    const { nominatedNodeName } = info.pod.status;
    if (nominatedNodeName !== previous.status.nominatedNodeName) {
      this.#cache.nominate(info, nominatedNodeName);
      return;
    }
    const held = this.#cache.nominations.nodeOf(info.uid);
    if (held !== undefined) this.#cache.nominate(info, held);
  }

  #observeAssigned(
    event: WatchEvent<Pod & KubeObject>,
    assumed: AssumedPod | undefined,
    cause: number,
    now: Micros,
  ): void {
    const pod: Pod = event.object;
    const info = podInfo(pod);
    const before = this.#cache.place(info, pod.spec.nodeName!)?.pod;
    // What has a place and isn't being bound waits for none.
    if (before === undefined || assumed !== undefined) {
      this.#queue.delete(info.uid);
      this.#forgetNomination(info);
    }
    if (assumed !== undefined) {
      assumed.confirmed = true;
      if (assumed.bound) this.#bindings.delete(info.uid);
    }
    if (assumed !== undefined || before === undefined) {
      this.#queue.move({ resource: 'AssignedPod', action: 'Add', previous: undefined, pod }, cause, now);
    } else if (before.spec !== pod.spec || before.metadata.labels !== pod.metadata.labels) {
      this.#queue.move({ resource: 'AssignedPod', action: 'Update', previous: before, pod }, cause, now);
    }
  }

  #observeGone(pod: Pod, cause: number, now: Micros): void {
    const { uid } = pod.metadata;
    this.#queue.delete(uid);
    this.#forgetNomination(podInfo(pod));
    const assumed = this.#bindings.get(uid);
    if (assumed !== undefined) {
      assumed.gone = true;
      if (this.#bindings.endWait(assumed, now)) return;
      // Its place is given back when the binding's result is known, unless the binding was seen already.
      if (!isPodScheduled(pod)) return;
      assumed.confirmed = true;
      if (assumed.bound) this.#bindings.delete(uid);
    }
    const held = this.#cache.placedPod(uid);
    if (held === undefined) return;
    this.#cache.remove(uid);
    this.#queue.move({ resource: 'AssignedPod', action: 'Delete', previous: held.pod, pod }, cause, now);
  }

  #forgetNomination(info: PodInfo): void {
    if (this.#cache.nominations.nodeOf(info.uid) !== undefined) this.#cache.nominate(info, undefined);
  }

  #observeNode(event: WatchEvent<Node & KubeObject>, cause: number, now: Micros): void {
    const node: Node = event.object;
    const previous = this.#cache.node(node.metadata.name)?.node;
    if (event.type === 'DELETED') {
      this.#cache.removeNode(node.metadata.name);
      this.#queue.move(
        { resource: 'Node', action: 'Delete', changes: NO_NODE_CHANGES, previous, node },
        cause,
        now,
      );
      return;
    }
    this.#cache.setNode(node);
    if (previous === undefined) {
      this.#queue.move(
        { resource: 'Node', action: 'Add', changes: NO_NODE_CHANGES, previous, node },
        cause,
        now,
      );
      return;
    }
    const changes = nodeChanges(previous, node);
    this.#queue.move({ resource: 'Node', action: 'Update', changes, previous, node }, cause, now);
  }

  /** Volumes and what they come from. */
  #observeStorage({ type, object, previous }: WatchEvent, cause: number, now: Micros): void {
    this.#cache.volumes.set(object, type !== 'DELETED');
    this.#bindings.observed(cause, now);
    const action = type === 'ADDED' ? 'Add' : type === 'DELETED' ? 'Delete' : 'Update';
    // The kinds that the store takes are those of the events.
    this.#queue.move({ resource: object.kind, action, previous, object } as StorageEvent, cause, now);
  }

  #skip(queued: QueuedPod): SchedulingDecision {
    const { pod } = queued.info;
    const message = `skip schedule deleting pod: ${pod.metadata.namespace}/${pod.metadata.name}`;
    return decisionOf(queued, { kind: 'skipped', message }, [failedScheduling(pod, message)]);
  }

  #unschedulable(
    queued: QueuedPod,
    { failure, rejectors, way }: Placement & { readonly node: undefined },
    nominatedBefore: string | undefined,
    now: Micros,
  ): SchedulingDecision {
    const { message, nominatedNode, victims } = way;
    const { info } = queued;
    const { pod } = info;
    this.#cache.nominate(info, nominatedNode ?? nominatedBefore);
    this.#queue.returnUnschedulable(queued, rejectors, now);
    const requests: Request[] = [
      failedScheduling(pod, message),
      ...notScheduledRequests(pod, 'Unschedulable', message, now, nominatedNode),
    ];
    if (victims.length > 0 && nominatedNode !== undefined) {
      for (const other of this.#cache.nominations.on(nominatedNode)) {
        if (priorityOf(other.pod) < priorityOf(pod)) requests.push(clearNominationRequest(other.pod));
      }
      for (const victim of victims) requests.push(...preemptRequests(victim.pod, pod, nominatedNode, now));
    }
    const reasons = countedReasons(failure);
    return decisionOf(
      queued,
      {
        kind: 'unschedulable',
        message,
        reasons,
        ...(victims.length === 0 ? {} : { victims: victims.map((victim) => victim.pod) }),
      },
      requests,
    );
  }

  #assume(
    queued: QueuedPod,
    served: ServedProfile,
    nodeName: string,
    state: CycleState,
    now: Micros,
  ): SchedulingDecision {
    const { info } = queued;
    this.#cache.place(info, nodeName);
    const assumed: AssumedPod = {
      queued,
      served,
      state,
      nodeName,
      info,
      waitsFor: undefined,
      bound: false,
      confirmed: false,
      gone: false,
    };
    const rejection = reserve(assumed, this.#cache, this.#options.draw);
    if (rejection !== undefined) {
      unreserve(assumed);
      this.#cache.remove(info.uid);
      const histogram = [{ rejection, nodes: 1 }];
      const { length: nodeCount } = this.#cache.nodes;
      const failure: FitFailure = { nodeCount, preFilterRejection: undefined, histogram };
      const rejectors = new Set([rejection.plugin]);
      const way = { message: fitMessage(failure, []), nominatedNode: '', victims: [] };
      return this.#unschedulable(queued, { node: undefined, failure, rejectors, way }, undefined, now);
    }
    this.#bindings.add(assumed);
    const requests: Request[] = [];
    for (const { plugin } of served.profile.plugins) {
      if (plugin.preBind !== undefined) requests.push(...plugin.preBind(state, info, nodeName));
    }
    if (requests.length > 0) assumed.waitsFor = waitOf(assumed);
    if (assumed.waitsFor === undefined) requests.push(...bindRequests(assumed));
    return decisionOf(queued, { kind: 'assumed', node: nodeName }, requests);
  }
}
