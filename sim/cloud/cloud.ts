import { NODE } from '../../core/kinds/registry.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { ActorContext, Cause } from '../actor.ts';
import type { Timer } from '../kernel/kernel.ts';
import type { NodeMachine } from '../kubelet/settings.ts';
import type { NodeGroup } from '../scenario/scenario.ts';
import { maskBits, nodeAddress, podCidr } from './address-plan.ts';

/** Where machines run: the pool of kubelets. */
export interface MachineHost {
  /** `startsReady`: it was there before the run. */
  add(machine: NodeMachine, startsReady: boolean, cause: Cause): void;
  remove(name: string, cause: Cause): void;
}

/** The one region of the simulated cloud; the zones are those of the node groups. */
const REGION = 'wavetank';
/** `--node-monitor-period` of the cloud's node lifecycle controller. */
const MONITOR_PERIOD: Micros = 5 * SECOND;
/**
 * It looks for the machines of nodes that aren't ready; that a node isn't, is known after kube-controller-manager's
 * `--node-monitor-grace-period` (50 s since 1.32).
 */
const DEFAULT_GRACE: Micros = 50 * SECOND;

interface Booting {
  readonly machine: NodeMachine;
  readonly timer: Timer;
}

/**
 * The cloud: node groups and their machines. Machines are called GROUP-1, GROUP-2 and so on, a number never twice;
 * zones in turn. The nodes themselves are registered by the kubelets, and deleted here once their machine is gone.
 */
export class Cloud {
  private readonly groups = new Map<string, NodeGroup>();
  private readonly context: ActorContext;
  private readonly host: MachineHost;
  private readonly notReadyAfter: Micros;
  private readonly bits: number;
  private readonly created = new Map<string, number>();
  private readonly machines = new Map<string, NodeMachine>();
  private readonly booting = new Map<string, Booting>();
  private ordinal = 0;

  constructor(
    groups: readonly NodeGroup[],
    context: ActorContext,
    host: MachineHost,
    notReadyAfter: Micros = DEFAULT_GRACE,
  ) {
    for (const group of groups) this.groups.set(group.name, group);
    this.context = context;
    this.host = host;
    this.notReadyAfter = notReadyAfter;
    this.bits = maskBits(groups.reduce((most, { machine }) => Math.max(most, machine.pods), 0));
  }

  /** The machines that are there from the start, all ready. */
  start(cause: Cause): void {
    for (const group of this.groups.values()) {
      for (let i = 0; i < group.count; i += 1) this.powerOn(this.nextMachine(group), true, cause);
    }
  }

  /** Machines that run, in the order of their creation. */
  get running(): readonly NodeMachine[] {
    return [...this.machines.values()];
  }

  group(name: string): NodeGroup | undefined {
    return this.groups.get(name);
  }

  /** Machines of a group, those included that still boot. */
  sizeOf(groupName: string): number {
    let size = 0;
    for (const { group } of this.machines.values()) if (group === groupName) size += 1;
    for (const { machine } of this.booting.values()) if (machine.group === groupName) size += 1;
    return size;
  }

  /** Ask for one more machine; its node registers after the group's boot time. The name it will have. */
  addNode(groupName: string, cause: Cause): string {
    const group = this.groups.get(groupName);
    if (group === undefined) throw new Error(`there is no node group "${groupName}"`);
    const machine = this.nextMachine(group);
    const timer = this.context.after(group.bootTime, () => {
      this.booting.delete(machine.name);
      this.powerOn(machine, false, { rv: cause.rv, reason: `machine ${machine.name} has booted` });
    });
    this.booting.set(machine.name, { machine, timer });
    return machine.name;
  }

  /** Power a machine off for good. Whether there was one of the name. */
  removeNode(name: string, cause: Cause): boolean {
    const booting = this.booting.get(name);
    if (booting !== undefined) {
      this.context.cancel(booting.timer);
      return this.booting.delete(name);
    }
    if (!this.machines.delete(name)) return false;
    this.host.remove(name, cause);
    const { now } = this.context;
    const due = Math.ceil((now + this.notReadyAfter) / MONITOR_PERIOD) * MONITOR_PERIOD;
    this.context.after(due - now, () => this.deleteNode(name, cause));
    return true;
  }

  private deleteNode(name: string, cause: Cause): void {
    const reason = 'its machine does not exist any more';
    this.context.send({ verb: 'delete', kind: NODE, namespace: undefined, name }, { rv: cause.rv, reason });
  }

  private powerOn(machine: NodeMachine, startsReady: boolean, cause: Cause): void {
    this.machines.set(machine.name, machine);
    this.host.add(machine, startsReady, cause);
  }

  private nextMachine(group: NodeGroup): NodeMachine {
    const number = (this.created.get(group.name) ?? 0) + 1;
    this.created.set(group.name, number);
    const ordinal = this.ordinal;
    this.ordinal += 1;
    const name = `${group.name}-${number}`;
    const zone = group.zones[(number - 1) % group.zones.length];
    if (zone === undefined) throw new Error(`the node group "${group.name}" has no zone`);
    return {
      name,
      group: group.name,
      zone,
      region: REGION,
      instanceType: group.name,
      machine: group.machine,
      labels: group.labels,
      taints: group.taints,
      address: nodeAddress(ordinal),
      podCidr: podCidr(ordinal, this.bits),
      providerId: `wavetank:///${zone}/${name}`,
    };
  }
}
