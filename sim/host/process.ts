import type { ChangeWatch, Controller, WatchEvent } from '../../controllers/controller.ts';
import type { KubeObject } from '../../core/api/object.ts';
import type { ApiServer } from '../../core/api/server.ts';
import { allKinds } from '../../core/kinds/custom/lookup.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { KINDS } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import { State } from '../../core/store/state.ts';
import type { Micros } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { ApiClient } from './api-client.ts';
import { ControllerHost } from './controller-host.ts';
import { EventRecorder } from './event-recorder.ts';
import { RateLimiter } from './rate-limiter.ts';
import { WatchReader, type WatchStream } from './watch-stream.ts';

/** How a process of the control plane talks to the API. */
export interface ProcessSettings {
  /** `--kube-api-qps`, `--kube-api-burst`: of each controller's own client. 0: no limit. */
  readonly qps: number;
  readonly burst: number;
  /** From sending a request to its answer. */
  readonly requestLatency: Micros;
  /** From an event to its arrival in the informers' cache. */
  readonly watchDelay: Micros;
  /** Whether v1.Event objects are written. */
  readonly events: boolean;
}

interface Subscription {
  readonly host: ControllerHost;
  readonly watch: ChangeWatch;
}

/** What the log says of an object when an informer hands it on. */
export function watchEventOf(event: EventRecord): WatchEvent {
  if (event.verb === 'create')
    return { type: 'ADDED', object: event.next as KubeObject, previous: undefined };
  if (event.verb === 'update') {
    return { type: 'MODIFIED', object: event.next as KubeObject, previous: event.previous };
  }
  return { type: 'DELETED', object: event.previous as KubeObject, previous: event.previous };
}

/**
 * A process that hosts controllers on one shared informer cache, as kube-controller-manager does. The cache is
 * a consistent earlier state of the cluster: it follows the store at `watchDelay`. A crash loses cache, queues
 * and memories; after the restart everything is listed anew.
 */
export class ControllerProcess {
  readonly name: string;
  private readonly kernel: Kernel;
  private readonly server: ApiServer;
  private readonly stream: WatchStream;
  private readonly settings: ProcessSettings;
  private readonly controllers: readonly Controller[];
  /** What its informers know; absent: everything. */
  private readonly kinds: readonly Kind[] | undefined;
  private hosts: readonly ControllerHost[] = [];
  private clients: readonly ApiClient[] = [];
  private view = new State();
  private subscriptions: readonly (readonly Subscription[])[] = [];
  /** Of all kinds that definitions add. */
  private customSubscriptions: readonly Subscription[] = [];
  private reader: WatchReader | undefined;
  private lag: Micros = 0;

  constructor(
    kernel: Kernel,
    server: ApiServer,
    stream: WatchStream,
    name: string,
    controllers: readonly Controller[],
    settings: ProcessSettings,
    kinds?: readonly Kind[],
  ) {
    this.kernel = kernel;
    this.server = server;
    this.stream = stream;
    this.name = name;
    this.controllers = controllers;
    this.settings = settings;
    this.kinds = kinds;
  }

  get running(): boolean {
    return this.reader !== undefined;
  }

  /** The shared informer cache. */
  get cache(): State {
    return this.view;
  }

  get isIdle(): boolean {
    return this.hosts.every((host) => host.isIdle);
  }

  /** List everything, hand it to the controllers as added, and follow from there. */
  start(cause: Cause): void {
    if (this.running) return;
    this.view = this.server.state.copy(this.kinds);
    const { qps, burst, requestLatency, watchDelay, events } = this.settings;
    const clients: ApiClient[] = [];
    this.hosts = this.controllers.map((controller) => {
      const scale = controller.clientScale ?? { qps: 1, burst: 1 };
      const limiter = new RateLimiter(qps * scale.qps, burst * scale.burst);
      const client = new ApiClient(this.kernel, this.server, limiter, requestLatency);
      clients.push(client);
      const eventClient = new ApiClient(this.kernel, this.server, new RateLimiter(0, 1), requestLatency);
      clients.push(eventClient);
      const recorder = events
        ? new EventRecorder(controller.component, undefined, (command, why, done) =>
            eventClient.send(command, controller.name, why, done),
          )
        : undefined;
      return new ControllerHost(this.kernel, controller, this.view, client, recorder);
    });
    this.clients = clients;
    const subscriptions: Subscription[][] = KINDS.map(() => []);
    for (const host of this.hosts) {
      for (const watch of host.controller.watches) subscriptions[watch.kind.index]?.push({ host, watch });
    }
    this.subscriptions = subscriptions;
    this.customSubscriptions = this.hosts.flatMap((host) =>
      (host.controller.customWatches ?? []).map((watch) => ({ host, watch })),
    );
    const delay = watchDelay + this.lag;
    this.reader = new WatchReader(
      this.kernel,
      this.stream,
      delay,
      (event) => this.deliver(event),
      this.kinds,
    );
    for (const host of this.hosts) host.start(cause);
    this.deliverInitial(cause);
  }

  /** Its informers hear of everything so much later than usual; 0 ends that. A restart does not. */
  delayWatch(by: Micros): void {
    this.lag = by;
    this.reader?.setDelay(this.settings.watchDelay + by);
  }

  /** The process dies now. */
  crash(): void {
    this.reader?.stop();
    this.reader = undefined;
    for (const host of this.hosts) host.stop();
    for (const client of this.clients) client.disconnect();
  }

  private deliverInitial(cause: Cause): void {
    for (const kind of allKinds(this.view)) {
      const subscriptions = this.subscriptions[kind.index] ?? this.customSubscriptions;
      if (subscriptions.length === 0) continue;
      for (const object of this.view.list(kind)) {
        const event: WatchEvent = { type: 'ADDED', object, previous: undefined };
        for (const { host, watch } of subscriptions) host.observe(watch, event, cause);
      }
    }
  }

  /** Hot path. */
  private deliver(event: EventRecord): void {
    this.view.apply(event);
    const subscriptions = this.subscriptions[event.kind.index] ?? this.customSubscriptions;
    if (subscriptions.length === 0) return;
    const watchEvent = watchEventOf(event);
    const cause: Cause = { rv: event.rv };
    for (const { host, watch } of subscriptions) host.observe(watch, watchEvent, cause);
  }
}
