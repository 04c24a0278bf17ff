import type { EventRequest, WatchEvent } from '../../controllers/controller.ts';
import type { Command, Result } from '../../core/api/command.ts';
import { keyOf } from '../../core/api/object.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { HostIP, Node, Pod } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { Cause, NodeContext } from '../actor.ts';
import type { Machine, ResourceTaken } from '../scenario/scenario.ts';
import type { BehaviorSource } from './behavior.ts';
import { ImagePuller } from './image-puller.ts';
import type { ImageRegistry } from './image-registry.ts';
import { NodeAdmission } from './node-admission.ts';
import { NodeReporter } from './node-reporter.ts';
import type { NodeServices } from './node-services.ts';
import { NodeShutdown, shutdownPeriods } from './node-shutdown.ts';
import { PodAddresses } from './pod-addresses.ts';
import type { PodControl } from './pod-control.ts';
import { PodWorker } from './pod-worker.ts';
import { MONITORING_PERIOD } from './pressure/eviction-manager.ts';
import type { PressureHost } from './pressure/host.ts';
import { NodePressure } from './pressure/node-pressure.ts';
import { isMuch } from './pressure/node-words.ts';
import type { Pressure } from './pressure/thresholds.ts';
import type { PodPrograms, ProgramListener } from './program.ts';
import { type KubeletSettings, type NodeMachine, RELIST_PERIOD, STATUS_RETRY_PERIOD } from './settings.ts';
import { KILLED } from './shutdown.ts';
import { isMirror, StaticPods } from './static-pods.ts';

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
export class Kubelet implements NodeServices, PressureHost {
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
  private readonly reporter: NodeReporter;
  private readonly pressure: NodePressure;
  /** Where it has static pods. */
  private readonly files: StaticPods | undefined;
  /** Every node relists at a moment of its own within the second. */
  private readonly relistPhase: Micros;
  private informed: Node | undefined;
  private workers = new Map<string, PodWorker>();
  /** Told while the power was off, by a connection that came back before the machine: what its first list holds. */
  private waiting = new Map<string, Pod>();
  private power = false;
  private goingDown: NodeShutdown | undefined;
  private partitioned = false;
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
    this.reporter = new NodeReporter(context, settings, registry, this);
    this.relistPhase = context.random.below(RELIST_PERIOD, nodeName, 'relist');
    this.addresses = new PodAddresses(settings.machine.podCidr);
    this.admission = new NodeAdmission(settings.machine);
    this.images = new ImagePuller(nodeName, context, registry, settings.serializeImagePulls, () =>
      this.imagesChanged(),
    );
    const { staticPods = [] } = settings.machine;
    this.files = staticPods.length === 0 ? undefined : new StaticPods(this, staticPods);
    this.pressure = new NodePressure(this, settings.configuration);
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
    // In a turn of its own, so that the host may connect it before or after.
    this.reporter.boot(cause);
    this.pressure.resume(cause);
    const { waiting } = this;
    this.waiting = new Map();
    for (const pod of waiting.values()) this.add(pod, cause);
  }

  /** What the kubelet's informer of its own node delivers; without it, labels and taints aren't checked. */
  observeNode(event: WatchEvent<Node>, cause: Cause): void {
    this.informed = event.type === 'DELETED' ? undefined : event.object;
    if (event.type === 'MODIFIED' && isCalledUnknown(event.object) && !isCalledUnknown(event.previous))
      this.reporter.contradict(cause);
  }

  /** Pods bound to this node, as the informer delivers them, in order. Hot path. */
  observePod(event: WatchEvent<Pod>, cause: Cause): void {
    const pod = event.object;
    if (!this.power) {
      if (event.type === 'DELETED') this.waiting.delete(pod.metadata.uid);
      else this.waiting.set(pod.metadata.uid, pod);
      return;
    }
    if (this.files !== undefined && isMirror(pod) && this.keptFromFile(event, cause)) return;
    const worker = this.workers.get(pod.metadata.uid);
    if (event.type === 'DELETED') {
      worker?.removed(pod, cause);
    } else if (worker !== undefined) {
      worker.update(pod, cause);
    } else {
      this.add(pod, cause);
    }
  }

  nodeRegistered(node: Node, cause: Cause): void {
    this.files?.registered(node, cause);
  }

  /** A mirror that goes takes nothing with it: what runs is the file's, and has another mirror soon. */
  private keptFromFile({ type, object: pod, previous }: WatchEvent<Pod>, cause: Cause): boolean {
    const { uid, deletionTimestamp, name, namespace } = pod.metadata;
    if (type === 'DELETED') {
      this.files?.mirrorGone(pod, cause);
      return this.workers.has(uid);
    }
    if (deletionTimestamp !== undefined) {
      if (previous?.metadata.deletionTimestamp !== undefined) return true;
      const options = { gracePeriodSeconds: 0, preconditions: { uid } };
      this.send({ verb: 'delete', kind: POD, namespace, name, options }, cause, () => {});
      return true;
    }
    const key = keyOf(pod);
    const runs = this.sortedWorkers().find((worker) => worker.key === key && worker.uid !== uid);
    if (runs === undefined) return false;
    this.workers.delete(runs.uid);
    this.programs?.podGone(runs.uid, cause);
    runs.mirrored(pod, cause);
    this.workers.set(uid, runs);
    return true;
  }

  // Faults.

  /** Power off: containers die, nobody renews the lease, everything in memory is lost. Images are on disk. */
  crash(cause: Cause): void {
    if (!this.power) return;
    this.reporter.endRenewals(cause);
    for (const worker of this.workers.values()) {
      worker.vanish();
      this.programs?.podGone(worker.uid, cause);
    }
    this.reporter.crash();
    this.goingDown = undefined;
    this.pressure.stop();
    this.images.crash();
    this.workers = new Map();
    this.waiting = new Map();
    this.addresses = new PodAddresses(this.settings.machine.podCidr);
    this.admission = new NodeAdmission(this.settings.machine);
    this.informed = undefined;
    this.power = false;
  }

  /** The machine boots again; its containers start over as soon as the kubelet is told of its pods. */
  recover(cause: Cause): void {
    this.start(cause);
  }

  /** The machine is told to shut down: pods are stopped first, where the configuration gives them time. */
  shutdown(cause: Cause, powerOff: () => void): void {
    if (!this.power || this.goingDown !== undefined) return;
    const periods = shutdownPeriods(this.settings.configuration);
    if (periods.length === 0) {
      powerOff();
      return;
    }
    this.goingDown = new NodeShutdown(this, periods, cause, powerOff);
    this.admission.isShuttingDown = true;
    this.reporter.shuttingDown(true, { rv: cause.rv, reason: 'node is shutting down' });
    this.goingDown.begin();
  }

  /** It stays on after all. Pods that were stopped are lost. */
  cancelShutdown(cause: Cause): void {
    if (this.goingDown === undefined) return;
    this.goingDown.cancel();
    this.goingDown = undefined;
    this.admission.isShuttingDown = false;
    this.reporter.shuttingDown(false, { rv: cause.rv, reason: 'the shutdown was called off' });
  }

  get now(): Micros {
    return this.context.now;
  }

  after(delay: Micros, run: () => void): void {
    this.reporter.after(delay, run);
  }

  /** Cut off from the API, containers go on: nothing can be posted, no lease renewed. On return it all catches up. */
  setPartitioned(on: boolean, cause: Cause): void {
    if (on === this.partitioned) return;
    if (on) this.reporter.endRenewals(cause);
    this.partitioned = on;
    this.programs?.nodeChanged(this.nodeName, cause);
    if (on || !this.power) return;
    this.why = cause;
    this.reporter.after(0, () => {
      if (!this.connected) return;
      this.reporter.reconnected(cause);
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

  /** A part of the machine is taken by what is no pod, or given back. */
  take(resource: 'memory' | 'disk' | 'pids', taken: ResourceTaken, on: boolean, cause: Cause): void {
    this.pressure.take(resource, taken, on, cause);
  }

  /** What all programs hold of the memory, as it was measured. */
  memoryUsed(bytes: number, cause: Cause): void {
    this.pressure.memoryUsed(bytes, cause);
  }

  // What the eviction manager uses.

  get capacity(): Machine {
    return this.settings.machine.machine;
  }

  firstLookIn(): Micros {
    const { now } = this.context;
    return this.tickAfter(now + 1, MONITORING_PERIOD) - now;
  }

  evictablePods(): readonly PodWorker[] {
    return this.sortedWorkers();
  }

  killProcess(podKey: string, container: string, cause: Cause): void {
    this.killContainer(podKey, container, { exitCode: KILLED, reason: 'OOMKilled' }, cause);
  }

  tellNodeOf(eventType: 'Normal' | 'Warning', reason: string, message: string, cause: Cause): void {
    this.reporter.tellNow(this.informed, eventType, reason, message, cause);
  }

  /** Admission knows at once; the node's conditions say it at the next update of its status. */
  pressuresChanged(pressures: readonly Pressure[], cause: Cause): void {
    this.admission.pressures = pressures;
    const { now } = this.context;
    const delay = this.tickAfter(now, this.settings.nodeStatusUpdateFrequency) - now;
    this.reporter.pressuresAfter(delay, pressures, cause);
  }

  imagesChanged(): void {
    this.reporter.imagesChanged(this.images, this.why, (present) => {
      if (isMuch(present, this.capacity)) this.pressure.watch(this.why);
    });
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

  roomMade(): void {
    const waits = ({ mode, changes }: PodWorker): boolean => mode === 'running' && changes.isResizePending;
    if (![...this.workers.values()].some(waits)) return;
    this.reporter.after(0, () => {
      for (const worker of this.sortedWorkers())
        if (waits(worker)) worker.changes.tryResize(this.context.now);
    });
  }

  forget(worker: PodControl): void {
    if (this.workers.get(worker.uid) === worker) this.workers.delete(worker.uid);
  }

  // The node object and its lease.

  private add(pod: Pod, cause: Cause): void {
    const worker = new PodWorker(pod, this, cause);
    this.workers.set(pod.metadata.uid, worker);
    worker.begin();
    if (this.behaviors.usesDisk === true) this.pressure.diskUsed(cause);
  }

  private sortedWorkers(): readonly PodWorker[] {
    return [...this.workers.values()].sort((a, b) =>
      a.key < b.key ? -1 : a.key > b.key ? 1 : a.uid < b.uid ? -1 : 1,
    );
  }
}
