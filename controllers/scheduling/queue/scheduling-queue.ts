import { type Micros, SECOND } from '../../../core/time.ts';
import { type PodInfo, priorityOf } from '../cache/pod-info.ts';
import type { ClusterEvent } from '../framework/cluster-event.ts';
import type { QueueSort } from '../framework/extension-points.ts';
import { PodHeap } from './pod-heap.ts';
import type { QueuedPod, QueuePlace } from './queued-pod.ts';

export interface QueueOptions {
  readonly podInitialBackoff: Micros;
  readonly podMaxBackoff: Micros;
  /** A pod that no event has helped is tried again after this long. */
  readonly podMaxInUnschedulable: Micros;
  /** Feature `SchedulerPopFromBackoffQ`: don't sit idle while a pod waits out its back-off. */
  readonly popFromBackoff: boolean;
  readonly less: QueueSort;
  /** Whether the pre-enqueue plugins let a pod in. */
  readonly mayEnter: (pod: PodInfo) => boolean;
  /** Whether an event may help one of the plugins that refused a pod. */
  readonly helps: (pod: QueuedPod, event: ClusterEvent) => boolean;
}

/** How often the real queue looks for pods past that, and for pods whose back-off is over. */
const FLUSH_PERIOD = 30 * SECOND;
const BACKOFF_PERIOD = SECOND;

const NO_REJECTORS: ReadonlySet<string> = new Set();

/**
 * The pods that wait for a node (https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/):
 * *active*, by priority and time; in *back-off* after an attempt, 1 s doubling to 10 s; *unschedulable*, until an
 * event that may help, or five minutes; *gated*, until their gates are gone.
 */
export class SchedulingQueue {
  readonly #options: QueueOptions;
  readonly #pods = new Map<string, QueuedPod>();
  readonly #active: PodHeap;
  readonly #backoff: PodHeap;
  readonly #errorBackoff: PodHeap;
  /** In the order in which they became unschedulable: the first is due first. */
  readonly #unschedulable = new Set<QueuedPod>();
  #sequence = 0;
  /** Moment from which the periodic looks are counted: the first event. */
  #started: Micros | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
    const byBackoff = (a: { due: number; priority: number; timestamp: number }, b: typeof a): number =>
      a.due - b.due || options.less(a, b);
    this.#active = new PodHeap(options.less);
    this.#backoff = new PodHeap(byBackoff);
    this.#errorBackoff = new PodHeap(byBackoff);
  }

  has(uid: string): boolean {
    return this.#pods.has(uid);
  }

  get(uid: string): QueuedPod | undefined {
    return this.#pods.get(uid);
  }

  /** How many pods wait in each place, for the scheduler's metrics. */
  counts(): Readonly<Record<'active' | 'backoff' | 'unschedulable' | 'gated', number>> {
    let gated = 0;
    for (const { place } of this.#pods.values()) if (place === 'gated') gated += 1;
    return {
      active: this.#active.size,
      backoff: this.#backoff.size + this.#errorBackoff.size,
      unschedulable: this.#unschedulable.size,
      gated,
    };
  }

  add(info: PodInfo, cause: number, now: Micros): void {
    this.#started ??= now;
    this.#sequence += 1;
    const pod: QueuedPod = {
      info,
      priority: priorityOf(info.pod),
      timestamp: now,
      attempts: 0,
      unschedulableCount: 0,
      errorCount: 0,
      backoffUntil: now,
      rejectors: NO_REJECTORS,
      cause,
      reason: undefined,
      place: 'none',
      ticket: 0,
      sequence: this.#sequence,
    };
    this.#pods.set(info.uid, pod);
    this.#enter(pod, 'active');
  }

  /** The pod's own object changed while it waits. */
  update(info: PodInfo, event: ClusterEvent, cause: number, now: Micros): void {
    const pod = this.#pods.get(info.uid);
    if (pod === undefined) throw new Error(`the pod ${info.uid} was updated in the queue, but isn't there`);
    pod.info = info;
    const priority = priorityOf(info.pod);
    if (pod.place === 'gated') {
      if (this.#options.mayEnter(info)) this.#requeue(pod, cause, undefined, now);
    } else if (pod.place === 'unschedulable') {
      if (this.#options.helps(pod, event)) this.#requeue(pod, cause, undefined, now);
    } else if (priority !== pod.priority) {
      const { place } = pod;
      pod.priority = priority;
      this.#leave(pod);
      this.#enter(pod, place);
    }
    pod.priority = priority;
  }

  delete(uid: string): void {
    const pod = this.#pods.get(uid);
    if (pod === undefined) return;
    this.#leave(pod);
    this.#pods.delete(uid);
  }

  /** Moves what time alone moves. */
  flush(now: Micros): void {
    const tick = this.#lastTick(now, BACKOFF_PERIOD);
    for (const heap of [this.#backoff, this.#errorBackoff]) {
      for (let pod = heap.peek(); pod !== undefined && pod.backoffUntil <= tick; pod = heap.peek()) {
        this.#leave(pod);
        this.#enter(pod, 'active');
      }
    }
    const flush = this.#lastTick(now, FLUSH_PERIOD);
    for (const pod of this.#unschedulable) {
      if (flush - pod.timestamp <= this.#options.podMaxInUnschedulable) break;
      this.#requeue(pod, pod.cause, 'unschedulable for 5m0s', now);
    }
  }

  /** The next pod to try; it is in no queue until it comes back. */
  pop(): QueuedPod | undefined {
    const pod = this.#active.peek() ?? (this.#options.popFromBackoff ? this.#backoff.peek() : undefined);
    if (pod === undefined) return undefined;
    this.#leave(pod);
    this.#pods.delete(pod.info.uid);
    pod.attempts += 1;
    return pod;
  }

  /** An attempt ended without a node. */
  returnUnschedulable(pod: QueuedPod, rejectors: ReadonlySet<string>, now: Micros): void {
    if (rejectors.size === 0) {
      this.returnFailed(pod, now);
      return;
    }
    pod.unschedulableCount += 1;
    pod.errorCount = 0;
    this.#comeBack(pod, rejectors, now);
    this.#enter(pod, 'unschedulable');
  }

  /** An attempt ended in an error: it is tried again after its back-off, whatever happens. */
  returnFailed(pod: QueuedPod, now: Micros): void {
    pod.errorCount += 1;
    this.#comeBack(pod, NO_REJECTORS, now);
    this.#enter(pod, 'error-backoff');
  }

  /** Something happened in the cluster: pods that it may help are tried again. */
  move(event: ClusterEvent, cause: number, now: Micros): void {
    if (this.#unschedulable.size === 0) return;
    const helped: QueuedPod[] = [];
    for (const pod of this.#unschedulable) if (this.#options.helps(pod, event)) helped.push(pod);
    for (const pod of helped) this.#requeue(pod, cause, undefined, now);
  }

  /** When the queue should be looked at again if nothing happens. */
  nextWake(now: Micros): Micros | undefined {
    const { popFromBackoff } = this.#options;
    if (this.#active.size > 0 || (popFromBackoff && this.#backoff.size > 0)) return now;
    let wake = Number.POSITIVE_INFINITY;
    for (const heap of [this.#backoff, this.#errorBackoff]) {
      const first = heap.peek();
      if (first !== undefined) wake = Math.min(wake, this.#nextTick(first.backoffUntil, BACKOFF_PERIOD));
    }
    for (const first of this.#unschedulable) {
      wake = Math.min(
        wake,
        this.#nextTick(first.timestamp + this.#options.podMaxInUnschedulable + 1, FLUSH_PERIOD),
      );
      break;
    }
    return wake === Number.POSITIVE_INFINITY ? undefined : Math.max(wake, now);
  }

  #comeBack(pod: QueuedPod, rejectors: ReadonlySet<string>, now: Micros): void {
    this.#started ??= now;
    pod.rejectors = rejectors;
    pod.timestamp = now;
    // Ends of back-offs are aligned to the second, so that priority decides among pods of one second.
    pod.backoffUntil = Math.floor((now + this.#backoffOf(pod)) / SECOND) * SECOND;
    this.#pods.set(pod.info.uid, pod);
  }

  #backoffOf({ errorCount, unschedulableCount }: QueuedPod): Micros {
    const { podInitialBackoff, podMaxBackoff } = this.#options;
    const failures = errorCount > 0 ? errorCount : unschedulableCount;
    if (failures === 0) return 0;
    let duration = podInitialBackoff;
    for (let i = 1; i < failures; i += 1) {
      if (duration > podMaxBackoff - duration) return podMaxBackoff;
      duration += duration;
    }
    return duration;
  }

  #requeue(pod: QueuedPod, cause: number, reason: string | undefined, now: Micros): void {
    this.#leave(pod);
    pod.cause = cause;
    pod.reason = reason;
    this.#enter(pod, pod.backoffUntil > now ? 'backoff' : 'active');
  }

  #leave(pod: QueuedPod): void {
    if (pod.place === 'active') this.#active.left();
    else if (pod.place === 'backoff') this.#backoff.left();
    else if (pod.place === 'error-backoff') this.#errorBackoff.left();
    else if (pod.place === 'unschedulable') this.#unschedulable.delete(pod);
    pod.ticket += 1;
    pod.place = 'none';
  }

  #enter(pod: QueuedPod, place: QueuePlace): void {
    pod.place = place;
    if (place === 'unschedulable') {
      this.#unschedulable.add(pod);
    } else if (!this.#options.mayEnter(pod.info)) {
      pod.place = 'gated';
    } else if (place === 'active') {
      this.#active.push(pod);
    } else if (place === 'backoff') {
      this.#backoff.push(pod);
    } else {
      this.#errorBackoff.push(pod);
    }
  }

  #lastTick(now: Micros, period: Micros): Micros {
    const started = this.#started ?? now;
    return started + Math.floor((now - started) / period) * period;
  }

  #nextTick(from: Micros, period: Micros): Micros {
    const started = this.#started ?? from;
    return started + Math.ceil((from - started) / period) * period;
  }
}
