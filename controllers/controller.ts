import type { Command, Result } from '../core/api/command.ts';
import type { KubeObject } from '../core/api/object.ts';
import type { Kind } from '../core/kinds/kind.ts';
import type { View } from '../core/store/view.ts';
import type { Micros } from '../core/time.ts';

/** A change as an informer hands it on: `previous` and `object` as its own cache saw them. */
export interface WatchEvent<T extends KubeObject = KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
  /** What the cache held before; absent for ADDED. */
  readonly previous: T | undefined;
}

/** Which keys of a controller's queue a change concerns. Pure. `view` already holds the change. */
export interface ChangeWatch {
  readonly keys: (event: WatchEvent, view: View) => readonly string[];
  /** How much later they enter the queue; at once unless given. Of several delays of a key the shortest counts. */
  readonly delay?: (event: WatchEvent, now: Micros) => Micros;
}

/** The same, of one kind. */
export interface Watch extends ChangeWatch {
  readonly kind: Kind;
}

/** A `v1.Event` to record: the recorder of the host counts repeats and limits their rate, as client-go's does. */
export interface EventRequest {
  readonly verb: 'event';
  readonly regarding: KubeObject;
  readonly eventType: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** `reportingComponent`/`source.component`; the controller's own `component` unless given. */
  readonly component?: string;
  /** `fieldPath` of the involved object: `spec.containers{web}`. */
  readonly fieldPath?: string;
  /** Set by writers of events.k8s.io/v1, as the scheduler: `Scheduling`, `Binding`. */
  readonly action?: string;
}

/** One request of a reconciliation. */
export type Request = (Command & RequestOptions) | EventRequest;

/** Why a request is sent: for its record in the log. */
export interface Because {
  /** A record that led to it, such as the one that changed what was measured; the newer of this and the key's counts. */
  readonly rv?: number;
  /** In words: `cpu resource utilization (percentage of request) above target`. */
  readonly reason?: string;
}

export interface RequestOptions {
  /** Sent without waiting for the result of the request before it, where that one says so too. */
  readonly concurrent?: boolean;
  /** A word by which `onResult` knows the request again. */
  readonly tag?: string;
  /** What the log is to say of why, where the controller knows more than what put the key into the queue. */
  readonly because?: Because;
}

/** The outcome of one reconciliation. */
export interface Reconciliation<M> {
  /** Sent one at a time; an event request takes no time and has no result. */
  readonly requests: readonly Request[];
  /** What the controller keeps for this key until its next turn. `undefined` forgets. A crash loses it. */
  readonly memory: M | undefined;
  /** Put the key back into the queue after this long. */
  readonly requeueAfter?: Micros;
  /** Why, for the log: it becomes the `reason` of what the timer leads to (`not ready for 5m0s`). */
  readonly requeueReason?: string;
  /** Set when the reconciliation failed by itself: the key returns with rate-limited back-off. */
  readonly error?: string;
}

/** The result of one request, as the reducer sees it. */
export interface RequestResult {
  readonly request: Command & RequestOptions;
  readonly result: Result;
}

/** What the reducer makes of a result. */
export interface Reaction<M> {
  readonly memory: M | undefined;
  /** Sent next, before the rest of the reconciliation's requests. */
  readonly requests?: readonly Request[];
  /** Drop the requests that have not been sent. */
  readonly stop?: boolean;
  /** The key returns with rate-limited back-off when the reconciliation ends. */
  readonly retry?: boolean;
}

/**
 * A controller: pure reducers, and data that tells the host how to run them. `reconcile` looks at one key in a
 * view that may be stale, and answers with requests; each result comes back through `onResult`. Without an
 * `onResult`, or where it returns `undefined`, the host does the usual: on failure it drops what has not been
 * sent and retries the key with back-off (a NotFound of a delete counts as done).
 */
export interface Controller<M = unknown> {
  /** Name as `--controllers` has it: `replicaset-controller`. Also the actor of its events in the log. */
  readonly name: string;
  /** The component that its Events come from: `deployment-controller`, `replicaset-controller`. */
  readonly component: string;
  /** Concurrent workers, the real default. */
  readonly workers: number;
  /** How many times as many requests a second, and at once, its client may send as those of its neighbours. */
  readonly clientScale?: { readonly qps: number; readonly burst: number };
  /** The first and the longest wait of a key that fails again and again, where its queue has not the usual ones. */
  readonly backOff?: { readonly base: Micros; readonly max: Micros };
  readonly watches: readonly Watch[];
  /** Of all kinds that CustomResourceDefinitions add. */
  readonly customWatches?: readonly ChangeWatch[];
  readonly reconcile: (view: View, key: string, memory: M | undefined, now: Micros) => Reconciliation<M>;
  readonly onResult?: (
    memory: M | undefined,
    outcome: RequestResult,
    key: string,
    now: Micros,
  ) => Reaction<M> | undefined;
  /** Keys to reconcile when the controller starts, apart from what its informers deliver as ADDED. */
  readonly startKeys?: readonly string[];
}

export const DONE: Reconciliation<never> = { requests: [], memory: undefined };
