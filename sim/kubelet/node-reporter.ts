import type { EventRequest } from '../../controllers/controller.ts';
import type { KubeObject } from '../../core/api/object.ts';
import { NODE } from '../../core/kinds/registry.ts';
import type { Node } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { Cause, NodeContext } from '../actor.ts';
import type { Timer } from '../kernel/kernel.ts';
import { drawBetween } from '../random/distribution.ts';
import type { ImagePuller } from './image-puller.ts';
import type { ImageFacts, ImageRegistry } from './image-registry.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { AT_EASE, NodeWriter } from './node-object.ts';
import { pressureEvents } from './pressure/node-words.ts';
import type { Pressure } from './pressure/thresholds.ts';
import {
  type KubeletSettings,
  NODE_READY_LEAST,
  NODE_READY_MOST,
  NODE_STATUS_MAX_IMAGES,
} from './settings.ts';

/** What the reporter has of its kubelet. */
export interface ReportingNode {
  readonly connected: boolean;
  readonly events: boolean;
  tell(request: EventRequest, cause: Cause): void;
  /** The API has the node. */
  nodeRegistered(node: Node, cause: Cause): void;
}

/** What a kubelet tells of its node: the object, its conditions, its lease. */
export class NodeReporter {
  private readonly nodeName: string;
  private readonly context: NodeContext;
  private readonly settings: KubeletSettings;
  private readonly registry: ImageRegistry;
  private readonly kubelet: ReportingNode;
  private readonly writer: NodeWriter;
  private readonly lease: LeaseKeeper;
  /** As it registered. */
  private written: Node | undefined;
  private boots = 0;
  /** Since this boot. */
  private registered = false;
  /** Whether it reports its node as ready, since this boot. */
  private ready = false;
  private timers: Timer[] = [];
  private imagesDueAt: Micros | undefined;

  constructor(
    context: NodeContext,
    settings: KubeletSettings,
    registry: ImageRegistry,
    kubelet: ReportingNode,
  ) {
    this.nodeName = settings.machine.name;
    this.context = context;
    this.settings = settings;
    this.registry = registry;
    this.kubelet = kubelet;
    this.writer = new NodeWriter(settings, context.random);
    this.lease = new LeaseKeeper(this.nodeName, context, this.writer);
  }

  private get connected(): boolean {
    return this.kubelet.connected;
  }

  /** In a turn of its own, so that the host may connect it before or after. */
  boot(cause: Cause): void {
    this.boots += 1;
    this.after(0, () => {
      if (this.connected) this.register(cause);
    });
  }

  /** The API can be reached again. */
  reconnected(cause: Cause): void {
    if (this.registered) this.resumeHeartbeats(cause);
    else this.register(cause);
  }

  endRenewals(cause: Cause): void {
    this.lease.end(cause);
  }

  /** Power off: all that was to come is lost. */
  crash(): void {
    for (const timer of this.timers) this.context.cancel(timer);
    this.timers = [];
    this.imagesDueAt = undefined;
    this.writer.state = AT_EASE;
    this.registered = false;
    this.ready = false;
  }

  /**
   * The control plane, late or mistaken, calls the node's condition unknown. Each status update reads the node first
   * and writes what differs (`tryUpdateNodeStatus` of pkg/kubelet/kubelet_node_status.go).
   */
  contradict(cause: Cause): void {
    if (!this.ready || !this.lease.isRenewed) return;
    const { now, random } = this.context;
    const delay = random.below(this.settings.nodeStatusUpdateFrequency, this.nodeName, `status@${now}`);
    this.after(delay, () => {
      if (!this.connected || !this.ready) return;
      const reason = 'its status was called unknown, and the node runs';
      this.patchNode(this.writer.reported(true, this.context.now), { rv: cause.rv, reason });
    });
  }

  /** For as long as the machine has power. */
  after(delay: Micros, run: () => void): void {
    const timer = this.context.after(delay, () => {
      this.timers = this.timers.filter((other) => other !== timer);
      run();
    });
    this.timers.push(timer);
  }

  /** The conditions of pressure become these. */
  pressuresAfter(delay: Micros, pressures: readonly Pressure[], cause: Cause): void {
    this.after(delay, () => {
      const before = this.writer.state.pressures;
      this.writer.state = { ...this.writer.state, pressures };
      if (!this.connected) return;
      this.patchNode(this.writer.reported(this.ready, this.context.now), cause, (node) => {
        for (const reason of pressureEvents(before, pressures)) {
          this.tellNode(node, 'Normal', reason, `Node ${this.nodeName} status is now: ${reason}`, cause);
        }
      });
    });
  }

  /** Its node is not ready while it shuts down, and says so at once. */
  shuttingDown(isShuttingDown: boolean, cause: Cause): void {
    this.writer.state = { ...this.writer.state, isShuttingDown };
    if (!this.connected) return;
    this.patchNode(this.writer.reported(this.ready, this.context.now), cause, (node) => {
      const reason = isShuttingDown ? 'NodeNotReady' : 'NodeReady';
      this.tellNode(node, 'Normal', reason, `Node ${this.nodeName} status is now: ${reason}`, cause);
    });
  }

  /** An Event on the node, as it was seen or else written last. */
  tellNow(
    seen: Node | undefined,
    eventType: 'Normal' | 'Warning',
    reason: string,
    message: string,
    cause: Cause,
  ): void {
    const node = seen ?? this.written;
    if (node !== undefined) this.tellNode(node, eventType, reason, message, cause);
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
    this.written = node;
    this.kubelet.nodeRegistered(node, cause);
    this.lease.begin(node.metadata.uid, cause);
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
    if (!this.kubelet.events) return;
    this.kubelet.tell(
      { verb: 'event', regarding: node, eventType, reason, message, component: 'kubelet' },
      cause,
    );
  }

  /** At the next turn of each: the lease, and the node's status, which the API has come to call unknown. */
  private resumeHeartbeats(cause: Cause): void {
    const period = this.settings.nodeStatusUpdateFrequency;
    const delay = this.context.random.below(period, this.nodeName, `resume@${this.context.now}`);
    this.after(delay, () => {
      if (!this.connected) return;
      const { now } = this.context;
      const reason = 'the node is connected again';
      this.ready = true;
      this.lease.resume({ rv: cause.rv, reason });
      this.patchNode(this.writer.reported(true, now), { rv: cause.rv, reason });
    });
  }

  /** The images of a node are part of its status; they change together, at the next status update. */
  imagesChanged(puller: ImagePuller, cause: Cause, look: (present: readonly ImageFacts[]) => void): void {
    if (this.imagesDueAt !== undefined) return;
    const { now } = this.context;
    const period = this.settings.nodeStatusUpdateFrequency;
    this.imagesDueAt = now + period;
    this.after(period, () => {
      this.imagesDueAt = undefined;
      const present = puller.present.map((image) => this.registry.describe(image));
      look(present);
      if (!this.connected) return;
      const images = present
        .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.reference < b.reference ? -1 : 1))
        .slice(0, NODE_STATUS_MAX_IMAGES)
        .map(({ id, reference, sizeBytes }) => ({ names: [id, reference], sizeBytes }));
      this.patchNode(this.writer.images(images), { rv: cause.rv, reason: 'images were pulled' });
    });
  }
}
