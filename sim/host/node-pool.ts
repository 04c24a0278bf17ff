import type { ApiServer } from '../../core/api/server.ts';
import { NODE, POD } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Cause } from '../actor.ts';
import type { MachineHost } from '../cloud/cloud.ts';
import type { FaultNodes, NodeResource } from '../faults/fault.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { type BehaviorSource, compileBehaviors } from '../kubelet/behavior.ts';
import { ImageRegistry } from '../kubelet/image-registry.ts';
import { type ContainerKill, Kubelet } from '../kubelet/kubelet.ts';
import type { PodPrograms, ProgramListener } from '../kubelet/program.ts';
import { DEFAULT_KUBELET_SETTINGS, type KubeletSettings, type NodeMachine } from '../kubelet/settings.ts';
import { type RandomStream, randomStream } from '../random/keyed.ts';
import type { ResourceTaken, Scenario } from '../scenario/scenario.ts';
import { NodeLink } from './node-link.ts';
import type { ProcessSettings } from './process.ts';

/** A machine with its kubelet, and the kubelet's connection to the API. */
export interface PoolNode {
  readonly kubelet: Kubelet;
  readonly link: NodeLink;
}

/** The machines of the cluster: which kubelet runs where, and what each of them hears. */
export class NodePool implements MachineHost, FaultNodes {
  readonly registry: ImageRegistry;
  /** Who follows what programs do; set before the first machine is there. */
  programs: ProgramListener | undefined;
  private readonly kernel: Kernel;
  private readonly server: ApiServer;
  private readonly settings: ProcessSettings;
  private readonly scenario: Scenario;
  private readonly random: RandomStream;
  private readonly behaviors: BehaviorSource;
  private readonly nodes = new Map<string, PoolNode>();
  /** How many crashes each machine waits for the end of: with power gone twice, it boots when both are over. */
  private readonly crashes = new Map<string, number>();

  constructor(kernel: Kernel, server: ApiServer, scenario: Scenario, settings: ProcessSettings) {
    this.kernel = kernel;
    this.server = server;
    this.scenario = scenario;
    this.settings = settings;
    this.random = randomStream(scenario.seed, 'kubelet');
    this.registry = new ImageRegistry(randomStream(scenario.seed, 'registry'));
    this.behaviors = compileBehaviors(scenario.behaviors);
  }

  /** A machine is powered on: its kubelet starts and registers the node. */
  add(machine: NodeMachine, startsReady: boolean, cause: Cause): void {
    if (this.nodes.has(machine.name)) throw new Error(`there is a machine ${machine.name} already`);
    const link = new NodeLink(this.kernel, this.server, machine.name, this.random, this.settings);
    const kubelet = new Kubelet(
      machine.name,
      link,
      this.behaviors,
      this.kubeletSettings(machine, startsReady),
      this.registry,
    );
    kubelet.programs = this.programs;
    link.attach(kubelet);
    this.nodes.set(machine.name, { kubelet, link });
    kubelet.start(cause);
  }

  /** A machine is gone for good. */
  remove(name: string, cause: Cause): void {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    node.kubelet.crash(cause);
    node.link.disconnect();
    this.nodes.delete(name);
    this.crashes.delete(name);
  }

  get(name: string): PoolNode | undefined {
    return this.nodes.get(name);
  }

  /** A pod on a machine that can be reached. */
  programsOf(nodeName: string, uid: string): PodPrograms | undefined {
    const kubelet = this.nodes.get(nodeName)?.kubelet;
    return kubelet?.connected === true ? kubelet.podByUid(uid) : undefined;
  }

  /** Names of all machines, in order. */
  get names(): readonly string[] {
    return [...this.nodes.keys()].sort((a, b) => (a < b ? -1 : 1));
  }

  /** An event on a pod that is bound to a node, or on a node: it concerns the kubelet there alone. Hot path. */
  noticed(nodeName: string, event: EventRecord): void {
    this.nodes.get(nodeName)?.link.noticed(event);
  }

  crash(name: string, cause: Cause): void {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    const crashes = (this.crashes.get(name) ?? 0) + 1;
    this.crashes.set(name, crashes);
    if (crashes > 1) return;
    node.kubelet.crash(cause);
    node.link.disconnect();
    node.link.forget();
  }

  shutdown(name: string, cause: Cause): void {
    this.nodes.get(name)?.kubelet.shutdown(cause, () => this.crash(name, cause));
  }

  recover(name: string, cause: Cause): void {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    if (node.kubelet.running) {
      node.kubelet.cancelShutdown(cause);
      return;
    }
    const crashes = (this.crashes.get(name) ?? 1) - 1;
    if (crashes > 0) {
      this.crashes.set(name, crashes);
      return;
    }
    this.crashes.delete(name);
    // The kubelet is up before its first list arrives.
    node.kubelet.recover(cause);
    node.link.reconnect(cause);
  }

  partition(name: string, on: boolean, cause: Cause): void {
    const node = this.nodes.get(name);
    if (node === undefined) return;
    if (on) {
      node.kubelet.setPartitioned(true, cause);
      node.link.disconnect();
      return;
    }
    // The kubelet has its connection before it learns what it has missed.
    node.link.reconnect(cause);
    node.kubelet.setPartitioned(false, cause);
  }

  killContainer(
    nodeName: string,
    podKey: string,
    container: string | undefined,
    how: ContainerKill,
    cause: Cause,
  ): boolean {
    return this.nodes.get(nodeName)?.kubelet.killContainer(podKey, container, how, cause) === true;
  }

  take(name: string, resource: NodeResource, taken: ResourceTaken, on: boolean, cause: Cause): void {
    this.nodes.get(name)?.kubelet.take(resource, taken, on, cause);
  }

  private kubeletSettings(machine: NodeMachine, startsReady: boolean): KubeletSettings {
    const { kubernetes } = this.scenario.cluster;
    const flags = kubernetes.kubelet;
    return {
      ...DEFAULT_KUBELET_SETTINGS,
      machine,
      startsReady,
      version: kubernetes.version,
      events: kubernetes.events,
      nodeStatusUpdateFrequency: flags['node-status-update-frequency'],
      nodeLeaseDurationSeconds: flags.nodeLeaseDurationSeconds,
      serializeImagePulls: flags['serialize-image-pulls'],
      ...(flags.configuration === undefined ? {} : { configuration: flags.configuration }),
    };
  }
}

/** The node whose kubelet an event concerns, or nothing. Hot path. */
export function nodeConcerned(event: EventRecord): string | undefined {
  if (event.kind === NODE) return event.key;
  if (event.kind !== POD) return undefined;
  const pod = (event.next ?? event.previous) as { readonly spec?: { readonly nodeName?: string } };
  return pod.spec?.nodeName;
}
