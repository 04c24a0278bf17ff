import type { EventRequest, WatchEvent } from '../../controllers/controller.ts';
import type { Command, Result } from '../../core/api/command.ts';
import type { KubeObject } from '../../core/api/object.ts';
import { LEASE, NODE } from '../../core/kinds/registry.ts';
import type { HostIP, Node, Pod } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { Cause, NodeContext } from '../actor.ts';
import type { Timer } from '../kernel/kernel.ts';
import { drawBetween } from '../random/distribution.ts';
import type { BehaviorSource } from './behavior.ts';
import { ImagePuller } from './image-puller.ts';
import type { ImageRegistry } from './image-registry.ts';
import { NodeAdmission } from './node-admission.ts';
import { NODE_LEASE_NAMESPACE, NodeWriter, renewalsEnded } from './node-object.ts';
import type { NodeServices } from './node-services.ts';
import { PodAddresses } from './pod-addresses.ts';
import type { PodControl } from './pod-control.ts';
import { PodWorker } from './pod-worker.ts';
import type { PodPrograms, ProgramListener } from './program.ts';
import {
  type KubeletSettings,
  NODE_READY_LEAST,
  NODE_READY_MOST,
  NODE_STATUS_MAX_IMAGES,
  type NodeMachine,
  RELIST_PERIOD,
  STATUS_RETRY_PERIOD,
} from './settings.ts';

/** How a fault ends a container. */
export interface ContainerKill {
  readonly exitCode: number;
  /** `OOMKilled`; by the code unless given. */
  readonly reason?: string;
}

function isCalledUnknown(node: Node | undefined): boolean {
  return (
    node?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'Unknown') === true
  );
}

/**
 * The kubelet of one node with the machine under it: registers the node, keeps its lease, and runs the pods that
 * are bound to it. Steady heartbeats make no events: the lease says that it is renewed, and is written again when
 * renewals end or resume.
 */
export class Kubelet implements NodeServices {
  readonly nodeName: string;
  readonly context: NodeContext;
  readonly behaviors: BehaviorSource;
  readonly registry: ImageRegistry;
  readonly images: ImagePuller;
  readonly events: boolean;
  readonly hostAddress: string;
  readonly hostIps: readonly HostIP[];
  addresses: PodAddresses;
  admission: NodeAdmission;
  programs: ProgramListener | undefined;
  private readonly settings: KubeletSettings;
  private readonly writer: NodeWriter;
  /** Every node relists at a moment of its own within the second. */
  private readonly relistPhase: Micros;
  private informed: Node | undefined;
  private workers = new Map<string, PodWorker>();
  /** Told while the power was off, by a connection that came back before the machine: what its first list holds. */
  private waiting = new Map<string, Pod>();
  private power = false;
  private partitioned = false;
  private boots = 0;
  /** When the lease was first renewed in this stretch of renewals; `undefined` while it isn't being renewed. */
  private renewedFrom: Micros | undefined;
  /** Since this boot. */
  private registered = false;
  /** Whether it reports its node as ready, since this boot. */
  private ready = false;
  private timers: Timer[] = [];
  private imagesDueAt: Micros | undefined;
  private why: Cause = { rv: 0 };

  constructor(
    nodeName: string,
    context: NodeContext,
    behaviors: BehaviorSource,
    settings: KubeletSettings,
    registry: ImageRegistry,
  ) {
    this.nodeName = nodeName;
    this.context = context;
    this.behaviors = behaviors;
    this.settings = settings;
    this.registry = registry;
    this.events = settings.events;
    this.hostAddress = settings.machine.address;
    this.hostIps = [{ ip: settings.machine.address }];
    this.writer = new NodeWriter(settings, context.random);
    this.relistPhase = context.random.below(RELIST_PERIOD, nodeName, 'relist');
    this.addresses = new PodAddresses(settings.machine.podCidr);
    this.admission = new NodeAdmission(settings.machine);
    this.images = new ImagePuller(nodeName, context, registry, settings.serializeImagePulls, () =>
      this.imageArrived(),
    );
  }

  get running(): boolean {
    return this.power;
  }

  get connected(): boolean {
    return this.power && !this.partitioned;
  }

  get node(): Node | undefined {
    return this.informed;
  }

  /** A pod of this machine, as long as the machine runs. */
  podByUid(uid: string): PodPrograms | undefined {
    return this.workers.get(uid);
  }

  /** What the machine under it is. */
  get machine(): NodeMachine {
    return this.settings.machine;
  }

  /** Boot, or be there from the start: register the node and its lease. Pods are told of by `observePod`. */
  start(cause: Cause): void {
    if (this.power) return;
    this.power = true;
    this.why = cause;
    this.boots += 1;
    // In a turn of its own, so that the host may connect it before or after.
    this.after(0, () => {
      if (this.connected) this.register(cause);
    });
    const { waiting } = this;
    this.waiting = new Map();
    for (const pod of waiting.values()) this.add(pod, cause);
  }

  /** What the kubelet's informer of its own node delivers; without it, labels and taints aren't checked. */
  observeNode(event: WatchEvent<Node>, cause: Cause): void {
    this.informed = event.type === 'DELETED' ? undefined : event.object;
    if (event.type === 'MODIFIED' && isCalledUnknown(event.object) && !isCalledUnknown(event.previous))
      this.contradict(cause);
  }

  /**
   * The control plane, late or mistaken, calls the node's condition unknown. Each status update reads the node first
   * and writes what differs (`tryUpdateNodeStatus` of pkg/kubelet/kubelet_node_status.go).
   */
  private contradict(cause: Cause): void {
    if (!this.ready || this.renewedFrom === undefined) return;
    const { now, random } = this.context;
    const delay = random.below(this.settings.nodeStatusUpdateFrequency, this.nodeName, `status@${now}`);
    this.after(delay, () => {
      if (!this.connected || !this.ready) return;
      const reason = 'its status was called unknown, and the node runs';
      this.patchNode(this.writer.reported(true, this.context.now), { rv: cause.rv, reason });
    });
  }

  /** Pods bound to this node, as the informer delivers them, in order. Hot path. */
  observePod(event: WatchEvent<Pod>, cause: Cause): void {
    const pod = event.object;
    if (!this.power) {
      if (event.type === 'DELETED') this.waiting.delete(pod.metadata.uid);
      else this.waiting.set(pod.metadata.uid, pod);
      return;
    }
    const worker = this.workers.get(pod.metadata.uid);
    if (event.type === 'DELETED') {
      worker?.removed(pod, cause);
    } else if (worker !== undefined) {
      worker.update(pod, cause);
    } else {
      this.add(pod, cause);
    }
  }

  // Faults.

  /** Power off: containers die, nobody renews the lease, everything in memory is lost. Images are on disk. */
  crash(cause: Cause): void {
    if (!this.power) return;
    this.endRenewals(cause);
    for (const worker of this.workers.values()) {
      worker.vanish();
      this.programs?.podGone(worker.uid, cause);
    }
    for (const timer of this.timers) this.context.cancel(timer);
    this.timers = [];
    this.imagesDueAt = undefined;
    this.images.crash();
    this.workers = new Map();
    this.waiting = new Map();
    this.addresses = new PodAddresses(this.settings.machine.podCidr);
    this.admission = new NodeAdmission(this.settings.machine);
    this.informed = undefined;
    this.registered = false;
    this.ready = false;
    this.power = false;
  }

  /** The machine boots again; its containers start over as soon as the kubelet is told of its pods. */
  recover(cause: Cause): void {
    this.start(cause);
  }

  /** Cut off from the API, containers go on: nothing can be posted, no lease renewed. On return it all catches up. */
  setPartitioned(on: boolean, cause: Cause): void {
    if (on === this.partitioned) return;
    if (on) this.endRenewals(cause);
    this.partitioned = on;
    this.programs?.nodeChanged(this.nodeName, cause);
    if (on || !this.power) return;
    this.why = cause;
    this.after(0, () => {
      if (!this.connected) return;
      if (this.registered) this.resumeHeartbeats(cause);
      else this.register(cause);
      for (const worker of this.sortedWorkers()) worker.reconnected(cause);
    });
  }

  /** A container dies now; the first main one unless named. Whether there was one running. */
  killContainer(podKey: string, container: string | undefined, how: ContainerKill, cause: Cause): boolean {
    let killed = false;
    for (const worker of this.sortedWorkers()) {
      if (worker.key !== podKey) continue;
      if (worker.kill(container, how.exitCode, how.reason, cause)) killed = true;
    }
    return killed;
  }

  // What workers use.

  relistAfter(moment: Micros): Micros {
    return this.tickAfter(moment, RELIST_PERIOD);
  }

  statusSyncAfter(moment: Micros): Micros {
    return this.tickAfter(moment, STATUS_RETRY_PERIOD);
  }

  private tickAfter(moment: Micros, period: Micros): Micros {
    const into = (((moment - this.relistPhase) % period) + period) % period;
    return into === 0 ? moment : moment + period - into;
  }

  send(command: Command, cause: Cause, done: (result: Result) => void): void {
    this.context.send(command, cause, done);
  }

  tell(request: EventRequest, cause: Cause): void {
    if (this.events && this.connected) this.context.event(request, cause);
  }

  forget(worker: PodControl): void {
    if (this.workers.get(worker.uid) === worker) this.workers.delete(worker.uid);
  }

  // The node object and its lease.

  private add(pod: Pod, cause: Cause): void {
    const worker = new PodWorker(pod, this, cause);
    this.workers.set(pod.metadata.uid, worker);
    worker.begin();
  }

  private sortedWorkers(): readonly PodWorker[] {
    return [...this.workers.values()].sort((a, b) =>
      a.key < b.key ? -1 : a.key > b.key ? 1 : a.uid < b.uid ? -1 : 1,
    );
  }

  private after(delay: Micros, run: () => void): void {
    const timer = this.context.after(delay, () => {
      this.timers = this.timers.filter((other) => other !== timer);
      run();
    });
    this.timers.push(timer);
  }

  private register(cause: Cause): void {
    const { now } = this.context;
    const ready = this.settings.startsReady && this.boots === 1;
    this.registered = true;
    const object = this.writer.node(ready, now, this.boots);
    this.context.send({ verb: 'create', kind: NODE, object }, cause, (result) => {
      if (result.ok) this.nodeWritten(result.object as Node, ready, cause);
      else if (result.status.reason === 'AlreadyExists') this.rejoin(cause);
      else this.retryRegistration(cause);
    });
  }

  /** The API refused for another reason: the kubelet tries again, at last every 7 s (`registerWithAPIServer`). */
  private retryRegistration(cause: Cause): void {
    this.after(7 * SECOND, () => {
      if (this.connected) this.register(cause);
    });
  }

  /** The node is known already: its status is what changes. */
  private rejoin(cause: Cause): void {
    const { now } = this.context;
    this.patchNode(this.writer.started(false, now, this.boots), cause, (node) => {
      if (this.boots > 1) {
        const bootId = node.status.nodeInfo?.bootID ?? '';
        this.tellNode(
          node,
          'Warning',
          'Rebooted',
          `Node ${this.nodeName} has been rebooted, boot id: ${bootId}`,
          cause,
        );
      }
      this.nodeWritten(node, false, cause);
    });
  }

  private nodeWritten(node: Node, ready: boolean, cause: Cause): void {
    if (!this.connected) return;
    this.beginRenewals(node.metadata.uid, cause);
    this.ready = ready;
    if (ready) return;
    this.tellNode(node, 'Normal', 'Starting', 'Starting kubelet.', cause);
    for (const reason of ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID']) {
      this.tellNode(node, 'Normal', reason, `Node ${this.nodeName} status is now: ${reason}`, cause);
    }
    const unit = this.context.random.unit(this.nodeName, `ready#${this.boots}`);
    this.after(drawBetween(NODE_READY_LEAST, NODE_READY_MOST, unit), () => this.becomeReady(cause));
  }

  private becomeReady(cause: Cause): void {
    if (!this.connected) return;
    this.ready = true;
    const reason = 'the network plugin of the node is up';
    this.patchNode(this.writer.reported(true, this.context.now), { rv: cause.rv, reason }, (node) => {
      this.tellNode(node, 'Normal', 'NodeReady', `Node ${this.nodeName} status is now: NodeReady`, cause);
    });
  }

  private patchNode(
    change: (stored: KubeObject) => KubeObject,
    cause: Cause,
    done?: (node: Node) => void,
  ): void {
    this.context.send(
      { verb: 'patch', kind: NODE, namespace: undefined, name: this.nodeName, subresource: 'status', change },
      cause,
      (result) => {
        if (result.ok) done?.(result.object as Node);
      },
    );
  }

  private tellNode(
    node: Node,
    eventType: 'Normal' | 'Warning',
    reason: string,
    message: string,
    cause: Cause,
  ): void {
    if (!this.events) return;
    this.tell({ verb: 'event', regarding: node, eventType, reason, message, component: 'kubelet' }, cause);
  }

  private beginRenewals(nodeUid: string | undefined, cause: Cause): void {
    const { now } = this.context;
    this.renewedFrom = now;
    const lease = this.writer.lease(now, nodeUid);
    this.context.send({ verb: 'create', kind: LEASE, object: lease }, cause, (result) => {
      if (!result.ok && result.status.reason === 'AlreadyExists') {
        this.patchLease(this.writer.renewing(now), cause);
      }
    });
  }

  private patchLease(change: (stored: KubeObject) => KubeObject, cause: Cause): void {
    this.context.send(
      { verb: 'patch', kind: LEASE, namespace: NODE_LEASE_NAMESPACE, name: this.nodeName, change },
      cause,
    );
  }

  /** Write the true last renewal, with what the world knows and the API can't. */
  private endRenewals(cause: Cause): void {
    if (this.renewedFrom === undefined) return;
    const every = this.writer.leaseEverySeconds * SECOND;
    const last = this.renewedFrom + Math.floor((this.context.now - this.renewedFrom) / every) * every;
    this.renewedFrom = undefined;
    this.patchLease(renewalsEnded(last), cause);
  }

  /** At the next turn of each: the lease, and the node's status, which the API has come to call unknown. */
  private resumeHeartbeats(cause: Cause): void {
    const period = this.settings.nodeStatusUpdateFrequency;
    const delay = this.context.random.below(period, this.nodeName, `resume@${this.context.now}`);
    this.after(delay, () => {
      if (!this.connected) return;
      const { now } = this.context;
      const reason = 'the node is connected again';
      this.renewedFrom = now;
      this.ready = true;
      this.patchLease(this.writer.renewing(now), { rv: cause.rv, reason });
      this.patchNode(this.writer.reported(true, now), { rv: cause.rv, reason });
    });
  }

  /** The images of a node are part of its status; they change together, at the next status update. */
  private imageArrived(): void {
    if (this.imagesDueAt !== undefined) return;
    const { now } = this.context;
    const period = this.settings.nodeStatusUpdateFrequency;
    this.imagesDueAt = now + period;
    this.after(period, () => {
      this.imagesDueAt = undefined;
      if (!this.connected) return;
      const images = this.images.present
        .map((image) => this.registry.describe(image))
        .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.reference < b.reference ? -1 : 1))
        .slice(0, NODE_STATUS_MAX_IMAGES)
        .map(({ id, reference, sizeBytes }) => ({ names: [id, reference], sizeBytes }));
      const reason = 'images were pulled';
      this.patchNode(this.writer.images(images), { rv: this.why.rv, reason });
    });
  }
}
