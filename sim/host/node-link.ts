import type { EventRequest, WatchEvent } from '../../controllers/controller.ts';
import type { Command, Result } from '../../core/api/command.ts';
import { type KubeObject, keyOf } from '../../core/api/object.ts';
import type { ApiServer } from '../../core/api/server.ts';
import type { KindRef } from '../../core/kinds/kind-ref.ts';
import { LEASE, NODE, POD } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { Cause, NodeContext } from '../actor.ts';
import { type Kernel, PRIORITY, type Target, type Timer } from '../kernel/kernel.ts';
import type { RandomStream } from '../random/keyed.ts';
import { callAfter } from './actor-link.ts';
import { ApiClient } from './api-client.ts';
import { EventRecorder } from './event-recorder.ts';
import { type ProcessSettings, watchEventOf } from './process.ts';
import { RateLimiter } from './rate-limiter.ts';

/** Whoever follows one node and its pods. */
export interface NodeObserver {
  observePod(event: WatchEvent<Pod>, cause: Cause): void;
  observeNode(event: WatchEvent<Node>, cause: Cause): void;
}

/**
 * What connects one kubelet with the API: its client and event recorder, and a watch on its node and the pods bound
 * to it, which it hears of `watchDelay` late. While it is cut off it hears nothing and what it sends is lost;
 * connected again it lists, and hears what has changed meanwhile.
 */
export class NodeLink implements NodeContext, Target {
  readonly nodeName: string;
  readonly random: RandomStream;
  private readonly kernel: Kernel;
  private readonly server: ApiServer;
  private readonly settings: ProcessSettings;
  private readonly actor: string;
  private readonly client: ApiClient;
  private readonly eventClient: ApiClient;
  /** A kubelet renews its lease with a client of its own, that no other request holds up (`HeartbeatClient`). */
  private readonly heartbeatClient: ApiClient;
  private readonly recorder: EventRecorder;
  /** What is under way, in order. Emptied in place: an array that shrank to nothing would be given room anew. */
  private readonly inbox: (EventRecord | undefined)[] = [];
  private waiting = 0;
  /** What the kubelet was told last, by the slot of the pod: no other object ever has it. */
  private readonly known = new Map<number, Pod>();
  private observer: NodeObserver | undefined;
  private connected = true;
  private scheduled = false;

  constructor(
    kernel: Kernel,
    server: ApiServer,
    nodeName: string,
    random: RandomStream,
    settings: ProcessSettings,
  ) {
    this.kernel = kernel;
    this.server = server;
    this.nodeName = nodeName;
    this.random = random;
    this.settings = settings;
    this.actor = `kubelet/${nodeName}`;
    const { qps, burst, requestLatency } = settings;
    this.client = new ApiClient(kernel, server, new RateLimiter(qps, burst), requestLatency);
    this.eventClient = new ApiClient(kernel, server, new RateLimiter(qps, burst), requestLatency);
    this.heartbeatClient = new ApiClient(kernel, server, new RateLimiter(0, 1), requestLatency);
    this.recorder = new EventRecorder('kubelet', nodeName, (command, cause, done) =>
      this.eventClient.send(command, this.actor, cause, done),
    );
  }

  get now(): Micros {
    return this.kernel.now;
  }

  attach(observer: NodeObserver): void {
    this.observer = observer;
  }

  after(delay: Micros, run: () => void): Timer {
    return callAfter(this.kernel, delay, run);
  }

  cancel(timer: Timer): void {
    this.kernel.cancel(timer);
  }

  send(command: Command, cause: Cause, done?: (result: Result) => void): void {
    if (!this.connected) return;
    const heartbeat = 'kind' in command && command.kind.index === LEASE.index;
    (heartbeat ? this.heartbeatClient : this.client).send(command, this.actor, cause, done);
  }

  event(request: EventRequest, cause: Cause): void {
    if (this.settings.events && this.connected) this.recorder.record(request, cause, this.kernel.now);
  }

  lookup<T extends KubeObject>(kind: KindRef<T>, namespace: string, name: string): T | undefined {
    return this.server.state.get(kind, namespace, name);
  }

  /** An event on a pod of this node, as it is appended. Hot path. */
  noticed(event: EventRecord): void {
    if (!this.connected) return;
    this.inbox[this.waiting] = event;
    this.waiting += 1;
    if (!this.scheduled) this.wakeFor(event);
  }

  private wakeFor(event: EventRecord): void {
    this.scheduled = true;
    this.kernel.schedule(event.t + this.settings.watchDelay, PRIORITY.watch, this, undefined);
  }

  handle(_payload: unknown, now: Micros): void {
    this.scheduled = false;
    const { inbox } = this;
    const latest = now - this.settings.watchDelay;
    let taken = 0;
    while (taken < this.waiting && (inbox[taken] as EventRecord).t <= latest) {
      this.deliver(inbox[taken] as EventRecord);
      taken += 1;
    }
    this.drop(taken);
    if (this.waiting > 0) this.wakeFor(inbox[0] as EventRecord);
  }

  /** Take the first so many out of the inbox. */
  private drop(taken: number): void {
    const { inbox } = this;
    const left = Math.max(0, this.waiting - taken);
    inbox.copyWithin(0, taken, this.waiting);
    inbox.fill(undefined, left, this.waiting);
    this.waiting = left;
  }

  /** Cut off: nothing arrives, nothing gets through. */
  disconnect(): void {
    this.connected = false;
    this.drop(this.waiting);
    this.client.disconnect();
    this.eventClient.disconnect();
    this.heartbeatClient.disconnect();
  }

  /** Connected again: list the node's pods, and tell what differs from what was known. */
  reconnect(cause: Cause): void {
    if (this.connected) return;
    this.connected = true;
    this.client.reconnect();
    this.eventClient.reconnect();
    this.heartbeatClient.reconnect();
    this.relist(cause);
  }

  /** The kubelet lost its memory: what it hears next is a list of everything on its node. */
  forget(): void {
    this.known.clear();
    this.recorder.forget();
  }

  private relist(cause: Cause): void {
    const node = this.server.state.getByKey(NODE, this.nodeName);
    if (node !== undefined)
      this.observer?.observeNode({ type: 'ADDED', object: node, previous: undefined }, cause);
    const listed = this.server.state.onNode(POD, this.nodeName);
    const slots = listed.map((pod) => this.server.state.slotOf(POD, keyOf(pod)) as number);
    const present = new Set(slots);
    const gone = [...this.known].filter(([slot]) => !present.has(slot));
    for (const [slot, pod] of gone.sort(([, a], [, b]) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
      this.known.delete(slot);
      this.observer?.observePod({ type: 'DELETED', object: pod, previous: pod }, cause);
    }
    for (const [place, pod] of listed.entries()) this.tell(slots[place] as number, pod, cause);
  }

  private tell(slot: number, pod: Pod, cause: Cause): void {
    const before = this.known.get(slot);
    if (before === pod) return;
    this.known.set(slot, pod);
    const type = before === undefined ? 'ADDED' : 'MODIFIED';
    this.observer?.observePod({ type, object: pod, previous: before }, cause);
  }

  private deliver(event: EventRecord): void {
    if (!this.connected) return;
    if (event.kind === NODE) {
      this.observer?.observeNode(watchEventOf(event) as WatchEvent<Node>, { rv: event.rv });
      return;
    }
    const cause: Cause = { rv: event.rv };
    if (event.verb !== 'delete') {
      this.tell(event.slot, event.next as Pod, cause);
      return;
    }
    const pod = event.previous as Pod;
    this.known.delete(event.slot);
    this.observer?.observePod({ type: 'DELETED', object: pod, previous: pod }, cause);
  }
}
