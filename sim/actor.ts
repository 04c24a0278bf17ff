import type { EventRequest } from '../controllers/controller.ts';
import type { Command, Result } from '../core/api/command.ts';
import type { KubeObject } from '../core/api/object.ts';
import type { KindRef } from '../core/kinds/kind-ref.ts';
import type { Micros } from '../core/time.ts';
import type { Timer } from './kernel/kernel.ts';
import type { RandomStream } from './random/keyed.ts';

/** The record that made an actor act, and why a timer fired where one did. */
export interface Cause {
  readonly rv: number;
  readonly reason?: string;
}

/**
 * What the simulated world gives an actor outside the control plane (a kubelet, the cloud): time, timers,
 * its own client of the API, an event recorder, and keyed draws. Nothing else reaches it.
 */
export interface ActorContext {
  readonly now: Micros;
  readonly random: RandomStream;
  /** Call `run` after `delay`. */
  after(delay: Micros, run: () => void): Timer;
  cancel(timer: Timer): void;
  /**
   * Send a request with this actor's client: it takes the client's latency (and waits for its QPS limiter),
   * is lost while the actor is cut off from the API, and answers through `done`.
   */
  send(command: Command, cause: Cause, done?: (result: Result) => void): void;
  event(request: EventRequest, cause: Cause): void;
}

/** What a kubelet has besides: it reads what its pods refer to when it prepares them. */
export interface NodeContext extends ActorContext {
  /** An object as it is now; `undefined` where there is none. A kubelet that is cut off has it cached. */
  lookup<T extends KubeObject>(kind: KindRef<T>, namespace: string, name: string): T | undefined;
}
