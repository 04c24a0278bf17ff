import type { EventRequest } from '../../controllers/controller.ts';
import type { Command, Result } from '../../core/api/command.ts';
import type { ApiServer } from '../../core/api/server.ts';
import type { Micros } from '../../core/time.ts';
import type { ActorContext, Cause } from '../actor.ts';
import { type Kernel, PRIORITY, type Target, type Timer } from '../kernel/kernel.ts';
import type { RandomStream } from '../random/keyed.ts';
import { ApiClient } from './api-client.ts';
import { EventRecorder } from './event-recorder.ts';
import type { ProcessSettings } from './process.ts';
import { RateLimiter } from './rate-limiter.ts';

/** Runs the function that it is handed: how a timer of an actor fires. */
const CALLBACK: Target = {
  handle: (payload) => (payload as () => void)(),
};

/** An actor's timers: `run` is called after `delay`. */
export function callAfter(kernel: Kernel, delay: Micros, run: () => void): Timer {
  return kernel.schedule(kernel.now + delay, PRIORITY.actor, CALLBACK, run);
}

/** What connects an actor that watches nothing, such as the cloud, with time and the API. */
export class ActorLink implements ActorContext {
  readonly random: RandomStream;
  private readonly kernel: Kernel;
  private readonly actor: string;
  private readonly events: boolean;
  private readonly client: ApiClient;
  private readonly recorder: EventRecorder;

  constructor(
    kernel: Kernel,
    server: ApiServer,
    actor: string,
    random: RandomStream,
    settings: ProcessSettings,
  ) {
    this.kernel = kernel;
    this.actor = actor;
    this.random = random;
    this.events = settings.events;
    this.client = new ApiClient(kernel, server, new RateLimiter(0, 1), settings.requestLatency);
    this.recorder = new EventRecorder(actor, undefined, (command, cause, done) =>
      this.send(command, cause, done),
    );
  }

  get now(): Micros {
    return this.kernel.now;
  }

  after(delay: Micros, run: () => void): Timer {
    return callAfter(this.kernel, delay, run);
  }

  cancel(timer: Timer): void {
    this.kernel.cancel(timer);
  }

  send(command: Command, cause: Cause, done?: (result: Result) => void): void {
    this.client.send(command, this.actor, cause, done);
  }

  event(request: EventRequest, cause: Cause): void {
    if (this.events) this.recorder.record(request, cause, this.kernel.now);
  }
}
