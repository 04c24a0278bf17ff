import type { Result } from '../../core/api/command.ts';
import type { Micros } from '../../core/time.ts';
import type { Request } from '../controller.ts';
import { type AssumedPod, bindRequests, unreserve } from './assumed-pod.ts';
import { BindingWaits } from './binding-waits.ts';
import type { ClusterCache } from './cache/cluster-cache.ts';
import { failedScheduling, notScheduledRequests, scheduled } from './pod-scheduled.ts';
import type { SchedulingQueue } from './queue/scheduling-queue.ts';

/** What is to be sent for a pod that has waited for more than its node. */
export interface FollowUp {
  /** Of a binding: whose result goes to `bound`. */
  readonly podUid: string | undefined;
  readonly cause: number;
  readonly requests: readonly Request[];
}

const NO_FOLLOW_UPS: readonly FollowUp[] = [];

/** Pods that were given a node, until that has come to be: what becomes of their bindings. */
export class Bindings {
  readonly #cache: ClusterCache;
  readonly #queue: SchedulingQueue;
  readonly #assumed = new Map<string, AssumedPod>();
  readonly #waits: BindingWaits;

  constructor(cache: ClusterCache, queue: SchedulingQueue) {
    this.#cache = cache;
    this.#queue = queue;
    this.#waits = new BindingWaits(cache);
  }

  get(uid: string): AssumedPod | undefined {
    return this.#assumed.get(uid);
  }

  add(assumed: AssumedPod): void {
    this.#assumed.set(assumed.info.uid, assumed);
  }

  delete(uid: string): void {
    this.#assumed.delete(uid);
  }

  /** The result of a binding, or of the request before it that failed. Answers with what is to be sent then. */
  answered(podUid: string, result: Result, now: Micros): readonly Request[] {
    const assumed = this.#assumed.get(podUid);
    if (assumed === undefined)
      throw new Error(`a binding's result came for the pod ${podUid}, which was not assumed`);
    const { waitsFor } = assumed;
    if (!result.ok) {
      const { message } = result.status;
      const text =
        waitsFor === undefined
          ? `binding rejected: running Bind plugin "DefaultBinder": ${message}`
          : `running PreBind plugin "${waitsFor.name}": ${waitsFor.preBindWait?.prefix}${message}`;
      return this.#failed(assumed, text, now);
    }
    if (waitsFor !== undefined) {
      // That was only what others are to act on.
      assumed.waitsFor = undefined;
      if (assumed.gone) this.#giveUp(assumed, now);
      else this.#waits.add(assumed, waitsFor, now);
      return [];
    }
    const { pod } = assumed.info;
    assumed.bound = true;
    if (assumed.confirmed || assumed.gone) this.#assumed.delete(podUid);
    const requests: Request[] = [scheduled(pod, assumed.nodeName)];
    for (const { plugin } of assumed.served.profile.plugins) {
      if (plugin.postBind !== undefined) requests.push(...plugin.postBind(pod, assumed.nodeName));
    }
    return requests;
  }

  /** Something changed that a binding may wait for. */
  observed(cause: number, now: Micros): void {
    if (this.#waits.size > 0) this.#waits.observed(cause, now);
  }

  /** Bindings that have waited long enough, and what is to be told of those that failed meanwhile. */
  followUps(now: Micros): readonly FollowUp[] {
    if (this.#waits.size === 0) return NO_FOLLOW_UPS;
    return this.#waits.takeDue(now).map(({ assumed, cause = assumed.queued.cause, failure }) => {
      if (failure !== undefined) {
        return { podUid: undefined, cause, requests: this.#failed(assumed, failure, now) };
      }
      return { podUid: assumed.info.uid, cause, requests: bindRequests(assumed) };
    });
  }

  /** When `followUps` will have something to say. */
  nextDue(): Micros | undefined {
    return this.#waits.size === 0 ? undefined : this.#waits.nextDue();
  }

  /** The pod is gone; whether it was waiting for nothing but what comes before its binding. */
  endWait(assumed: AssumedPod, now: Micros): boolean {
    if (!this.#waits.delete(assumed.info.uid)) return false;
    this.#giveUp(assumed, now);
    return true;
  }

  #failed(assumed: AssumedPod, message: string, now: Micros): readonly Request[] {
    const { pod } = assumed.info;
    this.#giveUp(assumed, now);
    if (assumed.gone || assumed.confirmed) return [failedScheduling(pod, message)];
    assumed.queued.info = assumed.info;
    this.#queue.returnFailed(assumed.queued, now);
    return [failedScheduling(pod, message), ...notScheduledRequests(pod, 'SchedulerError', message, now, '')];
  }

  /** What was taken for the pod is given back; others may want it. */
  #giveUp(assumed: AssumedPod, now: Micros): void {
    const { info, queued } = assumed;
    const { pod } = info;
    this.#assumed.delete(info.uid);
    unreserve(assumed);
    if (assumed.confirmed) return;
    this.#cache.remove(info.uid);
    this.#queue.move({ resource: 'AssignedPod', action: 'Delete', previous: pod, pod }, queued.cause, now);
  }
}
