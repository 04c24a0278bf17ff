import type {
  ChangeWatch,
  Controller,
  EventRequest,
  Reaction,
  Request,
  RequestOptions,
  WatchEvent,
} from '../../controllers/controller.ts';
import type { Command, Result } from '../../core/api/command.ts';
import type { State } from '../../core/store/state.ts';
import type { Cause } from '../actor.ts';
import { type Kernel, PRIORITY, type Target } from '../kernel/kernel.ts';
import type { ApiClient } from './api-client.ts';
import type { EventRecorder } from './event-recorder.ts';
import { WorkQueue } from './work-queue.ts';

type ApiRequest = Command & RequestOptions;

/** One reconciliation under way: the requests that have not been sent, and how many answers are missing. */
interface Session {
  readonly key: string;
  readonly cause: Cause;
  pending: readonly Request[];
  inFlight: number;
  retry: boolean;
  requeueAfter: number | undefined;
  requeueReason: string | undefined;
}

/** Requests of one reconciliation: a controller that asks for more than this has lost its way. */
const SESSION_REQUESTS_MAX = 100_000;

const NOTHING: readonly Request[] = [];

/** What the record of a request names as its cause: what its controller knows of it besides what queued the key. */
function causeOf({ because }: ApiRequest, queued: Cause): Cause {
  if (because === undefined) return queued;
  const { reason = queued.reason, rv = 0 } = because;
  return { rv: Math.max(rv, queued.rv), ...(reason === undefined ? {} : { reason }) };
}

/**
 * Runs one controller: its work queue, its workers and its memory. Requests of a reconciliation go out one at a
 * time (those marked concurrent without waiting for each other), and each result goes back into the reducer.
 */
export class ControllerHost implements Target {
  readonly controller: Controller;
  private readonly kernel: Kernel;
  private readonly view: State;
  private readonly client: ApiClient;
  private readonly recorder: EventRecorder | undefined;
  private readonly queue: WorkQueue;
  private readonly memory = new Map<string, unknown>();
  private busy = 0;
  private dispatchPending = false;
  private running = false;
  /** Raised by each stop, so that answers to an earlier life are not taken for this one's. */
  private life = 0;

  constructor(
    kernel: Kernel,
    controller: Controller,
    view: State,
    client: ApiClient,
    recorder: EventRecorder | undefined,
  ) {
    this.kernel = kernel;
    this.controller = controller;
    this.view = view;
    this.client = client;
    this.recorder = recorder;
    this.queue = new WorkQueue(kernel, () => this.wake(), controller.backOff);
  }

  /** Keys waiting for a worker. */
  get queueLength(): number {
    return this.queue.length;
  }

  get isIdle(): boolean {
    return this.busy === 0 && this.queue.length === 0;
  }

  /** Hand a change that concerns this controller to its queue. Hot path. */
  observe(watch: ChangeWatch, event: WatchEvent, cause: Cause): void {
    const keys = watch.keys(event, this.view);
    if (keys.length === 0) return;
    const delay = watch.delay?.(event, this.kernel.now) ?? 0;
    for (const key of keys) this.queue.addAfter(key, delay, cause);
  }

  start(cause: Cause): void {
    this.running = true;
    for (const key of this.controller.startKeys ?? []) this.queue.add(key, cause);
  }

  /** The process died: queue, memory and what was under way are gone. */
  stop(): void {
    this.running = false;
    this.life += 1;
    this.queue.clear();
    this.memory.clear();
    this.busy = 0;
  }

  /** A key became ready: by a timer, or while changes are being delivered. Workers start once that is through. */
  private wake(): void {
    if (this.dispatchPending || !this.running) return;
    this.dispatchPending = true;
    this.kernel.schedule(this.kernel.now, PRIORITY.actor, this, undefined);
  }

  handle(): void {
    this.dispatchPending = false;
    this.dispatch();
  }

  /** Let free workers take what is ready. */
  private dispatch(): void {
    while (this.running && this.busy < this.controller.workers) {
      const taken = this.queue.take();
      if (taken === undefined) return;
      this.reconcile(taken.key, taken.cause);
    }
  }

  private reconcile(key: string, cause: Cause): void {
    const outcome = this.controller.reconcile(this.view, key, this.memory.get(key), this.kernel.now);
    this.remember(key, outcome.memory);
    if (outcome.requests.length === 0) {
      this.conclude(key, cause, outcome.error !== undefined, outcome.requeueAfter, outcome.requeueReason);
      return;
    }
    const session: Session = {
      key,
      cause,
      pending: outcome.requests,
      inFlight: 0,
      retry: outcome.error !== undefined,
      requeueAfter: outcome.requeueAfter,
      requeueReason: outcome.requeueReason,
    };
    this.busy += 1;
    this.proceed(session);
  }

  private remember(key: string, memory: unknown): void {
    if (memory === undefined) this.memory.delete(key);
    else this.memory.set(key, memory);
  }

  /** Send what may be sent now; end the session when nothing is left and every answer has come. */
  private proceed(session: Session): void {
    if (session.pending.length > SESSION_REQUESTS_MAX) {
      throw new Error(
        `${this.controller.name} made more than ${SESSION_REQUESTS_MAX} requests for ${session.key}`,
      );
    }
    let sent = 0;
    while (sent < session.pending.length) {
      const request = session.pending[sent] as Request;
      if (request.verb === 'event') {
        this.recordEvent(request, session.cause);
        sent += 1;
        continue;
      }
      if (session.inFlight > 0 && request.concurrent !== true) break;
      session.inFlight += 1;
      sent += 1;
      this.sendRequest(request, session);
      if (request.concurrent !== true) break;
    }
    if (sent > 0) session.pending = sent === session.pending.length ? NOTHING : session.pending.slice(sent);
    if (session.inFlight === 0 && session.pending.length === 0) this.finish(session);
  }

  private recordEvent(request: EventRequest, cause: Cause): void {
    this.recorder?.record(request, cause, this.kernel.now);
  }

  private sendRequest(request: ApiRequest, session: Session): void {
    const life = this.life;
    this.client.send(request, this.controller.name, causeOf(request, session.cause), (result) => {
      if (life !== this.life) return;
      session.inFlight -= 1;
      this.react(session, request, result);
      this.proceed(session);
      this.dispatch();
    });
  }

  private react(session: Session, request: ApiRequest, result: Result): void {
    const outcome = { request, result };
    const own = this.controller.onResult?.(
      this.memory.get(session.key),
      outcome,
      session.key,
      this.kernel.now,
    );
    if (own !== undefined) {
      this.remember(session.key, own.memory);
      this.take(session, own);
      return;
    }
    if (result.ok) return;
    if (request.verb === 'delete' && result.status.reason === 'NotFound') return;
    session.pending = NOTHING;
    session.retry = true;
  }

  private take(session: Session, reaction: Reaction<unknown>): void {
    if (reaction.stop === true) session.pending = NOTHING;
    if (reaction.requests !== undefined && reaction.requests.length > 0) {
      session.pending =
        session.pending.length === 0 ? reaction.requests : [...reaction.requests, ...session.pending];
    }
    if (reaction.retry === true) session.retry = true;
  }

  private finish(session: Session): void {
    this.busy -= 1;
    const { key, cause, retry, requeueAfter, requeueReason } = session;
    this.conclude(key, cause, retry, requeueAfter, requeueReason);
  }

  /** A reconciliation is over: when does the key come back? */
  private conclude(
    key: string,
    cause: Cause,
    retry: boolean,
    requeueAfter: number | undefined,
    reason: string | undefined,
  ): void {
    if (retry) {
      this.queue.addRateLimited(key, cause);
    } else {
      this.queue.forget(key);
      if (requeueAfter !== undefined) {
        this.queue.addAfter(key, requeueAfter, reason === undefined ? cause : { rv: cause.rv, reason });
      }
    }
    this.queue.done(key);
  }
}
