import { type Micros, SECOND } from '../../core/time.ts';
import type { AssumedPod } from './assumed-pod.ts';
import type { ClusterView } from './cache/cluster-view.ts';
import type { Plugin, PreBindWait } from './framework/extension-points.ts';

/** How often a plugin looks whether it is through (`BindPodVolumes` polls every second, for the first time after one). */
const POLL: Micros = SECOND;
const NEVER = Number.POSITIVE_INFINITY;

interface Waiting {
  readonly assumed: AssumedPod;
  readonly plugin: Plugin;
  readonly wait: PreBindWait;
  readonly since: Micros;
  /** The first poll that will find an end. */
  dueAt: Micros;
  /** The record that brought it about. */
  cause: number | undefined;
}

/** A wait that has ended, well or not. */
export interface EndedWait {
  readonly assumed: AssumedPod;
  readonly cause: number | undefined;
  /** As the pod's Event says it. */
  readonly failure: string | undefined;
}

export function waitOf({ served, state }: AssumedPod): Plugin | undefined {
  return served.profile.plugins.find(({ plugin }) => plugin.preBindWait?.isNeeded(state) === true)?.plugin;
}

/** Pods with a node whose binding waits for something that others have to do first, such as making their volumes. */
export class BindingWaits {
  readonly #cluster: ClusterView;
  readonly #waiting = new Map<string, Waiting>();

  constructor(cluster: ClusterView) {
    this.#cluster = cluster;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(assumed: AssumedPod, plugin: Plugin, now: Micros): void {
    const wait = plugin.preBindWait;
    if (wait === undefined) throw new Error(`the plugin ${plugin.name} waits for nothing before a binding`);
    const waiting: Waiting = {
      assumed,
      plugin,
      wait,
      since: now,
      dueAt: now + wait.timeout,
      cause: undefined,
    };
    this.#waiting.set(assumed.info.uid, waiting);
    this.#look(waiting, undefined, now);
  }

  delete(uid: string): boolean {
    return this.#waiting.delete(uid);
  }

  /** Something changed that one may wait for. */
  observed(cause: number, now: Micros): void {
    for (const waiting of this.#waiting.values()) this.#look(waiting, cause, now);
  }

  nextDue(): Micros {
    let due = NEVER;
    for (const { dueAt } of this.#waiting.values()) if (dueAt < due) due = dueAt;
    return due;
  }

  takeDue(now: Micros): readonly EndedWait[] {
    const ended: EndedWait[] = [];
    for (const [uid, waiting] of this.#waiting) {
      const { assumed, cause, dueAt, plugin, since, wait } = waiting;
      if (dueAt > now) continue;
      const progress = this.#progressOf(waiting);
      const isLate = now - since >= wait.timeout;
      if (progress === 'wait' && !isLate) {
        waiting.dueAt = since + wait.timeout;
        continue;
      }
      this.#waiting.delete(uid);
      const why =
        progress === 'done'
          ? undefined
          : progress === 'wait'
            ? 'context deadline exceeded'
            : progress.failure;
      const failure =
        why === undefined ? undefined : `running PreBind plugin "${plugin.name}": ${wait.prefix}${why}`;
      ended.push({ assumed, cause, failure });
    }
    return ended;
  }

  #progressOf({ assumed, wait }: Waiting): ReturnType<PreBindWait['progress']> {
    return wait.progress(assumed.state, assumed.nodeName, this.#cluster);
  }

  #look(waiting: Waiting, cause: number | undefined, now: Micros): void {
    const { since, wait } = waiting;
    const deadline = since + wait.timeout;
    if (this.#progressOf(waiting) === 'wait') {
      waiting.dueAt = deadline;
      return;
    }
    if (waiting.dueAt < deadline) return;
    waiting.cause = cause;
    const polls = Math.max(1, Math.ceil((now - since) / POLL));
    waiting.dueAt = Math.min(since + polls * POLL, deadline);
  }
}
