import type { EventRequest, Request, WatchEvent } from '../../controllers/controller.ts';
import { VOLUME_KINDS } from '../../controllers/scheduling/cache/volume-store.ts';
import type { SchedulerOptions } from '../../controllers/scheduling/options.ts';
import { Scheduler } from '../../controllers/scheduling/scheduler.ts';
import type { Command, Result } from '../../core/api/command.ts';
import type { ApiServer } from '../../core/api/server.ts';
import type { Kind } from '../../core/kinds/kind.ts';
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
import type { EventRecord } from '../../core/log/record.ts';
import { MILLISECOND, type Micros } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import { type Kernel, PRIORITY, type Target, type Timer } from '../kernel/kernel.ts';
import type { RandomStream } from '../random/keyed.ts';
import type { SchedulerSettings } from '../scenario/flags.ts';
import { ApiClient } from './api-client.ts';
import { EventRecorder } from './event-recorder.ts';
import { type ProcessSettings, watchEventOf } from './process.ts';
import { RateLimiter } from './rate-limiter.ts';
import { schedulerOptions, withClientConnection } from './scheduler-options.ts';
import { WatchReader, type WatchStream } from './watch-stream.ts';

/** The actor of the scheduler's events in the log. */
const ACTOR = 'kube-scheduler';
/** The component of its Events, and the default `schedulerName`. */
const COMPONENT = 'default-scheduler';

/**
 * What one scheduling cycle takes: kube-scheduler decides a few hundred to a thousand pods a second
 * (`scheduling_algorithm_duration_seconds` of a healthy cluster is about a millisecond).
 */
const CYCLE: Micros = MILLISECOND;

/** Kinds that the scheduler looks at, in the order in which its cache is filled. */
const WATCHED: readonly Kind[] = [
  NAMESPACE,
  NODE,
  ...VOLUME_KINDS,
  SERVICE,
  REPLICATION_CONTROLLER,
  REPLICA_SET,
  STATEFUL_SET,
  POD_DISRUPTION_BUDGET,
  POD,
];

/**
 * The kube-scheduler process: one scheduling cycle after the other, each taking its time; bindings go out beside
 * them. A crash loses queue and cache; after the restart everything is listed anew.
 */
export class SchedulerProcess implements Target {
  readonly name = ACTOR;
  private readonly kernel: Kernel;
  private readonly server: ApiServer;
  private readonly stream: WatchStream;
  private readonly options: SchedulerOptions;
  private readonly settings: ProcessSettings;
  private scheduler: Scheduler;
  private client: ApiClient;
  private eventClient: ApiClient;
  private recorder: EventRecorder;
  private reader: WatchReader | undefined;
  private wakeTimer: Timer | undefined;
  /** The current cycle ends then; no other begins before. */
  private busyUntil: Micros = 0;
  private lag: Micros = 0;

  constructor(
    kernel: Kernel,
    server: ApiServer,
    stream: WatchStream,
    random: RandomStream,
    flags: SchedulerSettings,
    settings: ProcessSettings,
  ) {
    this.kernel = kernel;
    this.server = server;
    this.stream = stream;
    this.settings = withClientConnection(settings, flags);
    this.options = schedulerOptions(flags, random);
    this.scheduler = new Scheduler(this.options);
    this.client = this.newClient();
    this.eventClient = this.newClient();
    this.recorder = this.newRecorder();
  }

  get running(): boolean {
    return this.reader !== undefined;
  }

  /** The scheduler itself, for those who ask it to explain. */
  get current(): Scheduler {
    return this.scheduler;
  }

  start(cause: Cause): void {
    if (this.running) return;
    this.scheduler = new Scheduler(this.options);
    this.client = this.newClient();
    this.eventClient = this.newClient();
    this.recorder = this.newRecorder();
    const { kernel, stream } = this;
    const deliver = (event: EventRecord): void => this.deliver(event);
    this.reader = new WatchReader(kernel, stream, this.settings.watchDelay + this.lag, deliver, WATCHED);
    for (const kind of WATCHED) {
      for (const object of this.server.state.list(kind)) {
        this.scheduler.observe({ type: 'ADDED', object, previous: undefined }, cause.rv, this.kernel.now);
      }
    }
    this.plan();
  }

  /** Its informers hear of everything so much later than usual; 0 ends that. A restart does not. */
  delayWatch(by: Micros): void {
    this.lag = by;
    this.reader?.setDelay(this.settings.watchDelay + by);
  }

  crash(): void {
    this.reader?.stop();
    this.reader = undefined;
    this.client.disconnect();
    this.eventClient.disconnect();
    if (this.wakeTimer !== undefined) this.kernel.cancel(this.wakeTimer);
    this.wakeTimer = undefined;
  }

  /** A scheduling cycle is due. */
  handle(_payload: unknown, now: Micros): void {
    this.wakeTimer = undefined;
    if (!this.running) return;
    for (const { podUid, cause, requests } of this.scheduler.followUps(now)) {
      this.submit(requests, 0, { rv: cause }, podUid);
    }
    const decision = this.scheduler.next(now);
    if (decision !== undefined) {
      this.busyUntil = now + CYCLE;
      const { cause: rv, reason } = decision;
      const cause: Cause = reason === undefined ? { rv } : { rv, reason };
      const assumed = decision.outcome.kind === 'assumed';
      this.submit(decision.requests, 0, cause, assumed ? decision.pod.metadata.uid : undefined);
    }
    this.plan();
  }

  private newClient(): ApiClient {
    const { qps, burst, requestLatency } = this.settings;
    return new ApiClient(this.kernel, this.server, new RateLimiter(qps, burst), requestLatency);
  }

  private newRecorder(): EventRecorder {
    const client = this.eventClient;
    return new EventRecorder(COMPONENT, undefined, (command, cause, done) =>
      client.send(command, ACTOR, cause, done),
    );
  }

  /** Hot path. */
  private deliver(event: EventRecord): void {
    const watchEvent: WatchEvent = watchEventOf(event);
    this.scheduler.observe(watchEvent, event.rv, this.kernel.now);
    this.plan();
  }

  /** See to it that the next cycle begins when it can, and is needed. */
  private plan(): void {
    const { now } = this.kernel;
    const wanted = this.scheduler.nextWake(now);
    if (wanted === undefined) return;
    const at = Math.max(now, wanted, this.busyUntil);
    const planned = this.wakeTimer;
    if (planned !== undefined) {
      if (planned.time <= at) return;
      this.kernel.cancel(planned);
    }
    this.wakeTimer = this.kernel.schedule(at, PRIORITY.actor, this, undefined);
  }

  /**
   * Send requests from `place` on, one after the other. For an assumed pod the result of the last, or the first failure, is the
   * binding's, and what the scheduler makes of it is sent in turn.
   */
  private submit(
    requests: readonly Request[],
    place: number,
    cause: Cause,
    boundUid: string | undefined,
  ): void {
    for (let i = place; i < requests.length; i += 1) {
      const request = requests[i] as Request;
      if (request.verb === 'event') {
        this.record(request, cause);
        continue;
      }
      this.client.send(request as Command, ACTOR, cause, (result) =>
        this.answered(result, requests, i + 1, cause, boundUid),
      );
      return;
    }
  }

  private answered(
    result: Result,
    requests: readonly Request[],
    place: number,
    cause: Cause,
    boundUid: string | undefined,
  ): void {
    const isLast = place === requests.length;
    if (boundUid !== undefined && (isLast || !result.ok)) {
      this.submit(this.scheduler.bound(boundUid, result, this.kernel.now), 0, cause, undefined);
      this.plan();
      return;
    }
    // What goes out beside a binding stands by itself: a victim that is gone already keeps no other from going.
    this.submit(requests, place, cause, boundUid);
  }

  private record(request: EventRequest, cause: Cause): void {
    if (this.settings.events) this.recorder.record(request, cause, this.kernel.now);
  }
}
