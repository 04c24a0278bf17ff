import { NODE } from '../../core/kinds/registry.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { ActorContext, Cause } from '../actor.ts';
import type { CloudScope, FaultCloud } from '../faults/fault.ts';
import type { Timer } from '../kernel/kernel.ts';
import type { NodeMachine } from '../kubelet/settings.ts';
import type { NodeGroup, SlowBoot } from '../scenario/scenario.ts';
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

/** A machine as the cloud knows it. */
export interface CloudMachine {
  readonly machine: NodeMachine;
  /** `failed`: it was lost before it had booted; it is there until somebody removes it. */
  readonly state: 'booting' | 'running' | 'failed';
  /** Absent for those that were there from the start. */
  readonly requestedAt: Micros | undefined;
  /** The record that led to its failure. */
  readonly failedBy?: number;
}

interface Held extends CloudMachine {
  readonly bootTimer?: Timer;
}

/** What a request for a machine came to. */
export type MachineRequest =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly error: string };

interface SlowGroup {
  readonly group: string | undefined;
  readonly boot: SlowBoot;
}

/**
 * The cloud: node groups and their machines. Machines are called GROUP-1, GROUP-2 and so on, a number never twice;
 * zones in turn, and past those that have no machine to give. The nodes themselves are registered by the kubelets,
 * and deleted here once their machine is gone.
 */
export class Cloud implements FaultCloud {
  private readonly groups = new Map<string, NodeGroup>();
  private readonly context: ActorContext;
  private readonly host: MachineHost;
  private readonly notReadyAfter: Micros;
  private readonly bits: number;
  private readonly created = new Map<string, number>();
  private readonly machines = new Map<string, Held>();
  private readonly listeners: ((cause: Cause) => void)[] = [];
  /** How many outages each zone is in. */
  private readonly dark = new Map<string, number>();
  private readonly slow = new Map<string, SlowGroup>();
  private readonly refusing = new Map<string, CloudScope>();
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
      for (let i = 0; i < group.count; i += 1) this.powerOn(this.nextMachine(group), undefined, cause);
    }
    this.changed(cause);
  }

  /** Called whenever a machine comes, goes or fails, with what led to it. */
  listen(listener: (cause: Cause) => void): void {
    this.listeners.push(listener);
  }

  /** Machines that run, in the order of their creation. */
  get running(): readonly NodeMachine[] {
    return this.all.filter(({ state }) => state === 'running').map(({ machine }) => machine);
  }

  /** All machines, in the order in which they were asked for. */
  get all(): readonly CloudMachine[] {
    return [...this.machines.values()];
  }

  machine(name: string): CloudMachine | undefined {
    return this.machines.get(name);
  }

  group(name: string): NodeGroup | undefined {
    return this.groups.get(name);
  }

  /** Machines of a group, those included that still boot, or failed to. */
  sizeOf(groupName: string): number {
    let size = 0;
    for (const { machine } of this.machines.values()) if (machine.group === groupName) size += 1;
    return size;
  }

  /** What a group's next machines would be, as far as the cloud has any to give. */
  nextMachines(groupName: string, count: number): readonly NodeMachine[] {
    const group = this.known(groupName);
    const number = this.created.get(groupName) ?? 0;
    const machines: NodeMachine[] = [];
    for (let i = 0; i < count; i += 1) {
      const zone = this.zoneFor(group, number + 1 + i) ?? zoneInTurn(group, number + 1 + i);
      machines.push(this.describe(group, number + 1 + i, this.ordinal + i, zone));
    }
    return machines;
  }

  /** Ask for one more machine; its node registers after the group's boot time. The name it will have. */
  addNode(groupName: string, cause: Cause): MachineRequest {
    const group = this.known(groupName);
    const zone = this.zoneFor(group, (this.created.get(groupName) ?? 0) + 1);
    if (zone === undefined) return { ok: false, error: `the cloud has no machine to give to ${groupName}` };
    const machine = this.nextMachine(group, zone);
    const requestedAt = this.context.now;
    const asked = cause.reason === undefined ? '' : ` (${cause.reason})`;
    const bootTimer = this.context.after(this.bootTime(group), () => {
      this.powerOn(machine, requestedAt, {
        rv: cause.rv,
        reason: `machine ${machine.name} has booted${asked}`,
      });
    });
    this.machines.set(machine.name, { machine, state: 'booting', requestedAt, bootTimer });
    this.changed(cause);
    return { ok: true, name: machine.name };
  }

  /** Power a machine off for good. Whether there was one of the name. */
  removeNode(name: string, cause: Cause): boolean {
    const held = this.machines.get(name);
    if (held === undefined) return false;
    this.machines.delete(name);
    if (held.bootTimer !== undefined) this.context.cancel(held.bootTimer);
    this.changed(cause);
    if (held.state !== 'running') return true;
    this.host.remove(name, cause);
    const { now } = this.context;
    const due = Math.ceil((now + this.notReadyAfter) / MONITOR_PERIOD) * MONITOR_PERIOD;
    this.context.after(due - now, () => this.deleteNode(name, cause));
    return true;
  }

  scoped({ group, zone }: CloudScope): readonly string[] {
    if (group !== undefined && !this.groups.has(group)) return [];
    const groups = group === undefined ? [...this.groups.values()] : [this.known(group)];
    if (zone !== undefined && !groups.some(({ zones }) => zones.includes(zone))) return [];
    const parts: string[] = [];
    if (group !== undefined) parts.push(`group ${group}`);
    if (zone !== undefined) parts.push(`zone ${zone}`);
    return parts.length > 0 ? parts : groups.map(({ name }) => `group ${name}`);
  }

  cutZone(zone: string, cause: Cause): readonly string[] {
    this.dark.set(zone, (this.dark.get(zone) ?? 0) + 1);
    const names: string[] = [];
    for (const held of this.machines.values()) {
      const { machine, state, requestedAt, bootTimer } = held;
      if (machine.zone !== zone) continue;
      if (state === 'running') names.push(machine.name);
      if (state !== 'booting') continue;
      if (bootTimer !== undefined) this.context.cancel(bootTimer);
      this.machines.set(machine.name, { machine, state: 'failed', requestedAt, failedBy: cause.rv });
    }
    this.changed(cause);
    return names;
  }

  restoreZone(zone: string): void {
    const outages = (this.dark.get(zone) ?? 0) - 1;
    if (outages > 0) this.dark.set(zone, outages);
    else this.dark.delete(zone);
  }

  slowBoots(id: string, group: string | undefined, boot: SlowBoot): void {
    this.slow.set(id, { group, boot });
  }

  usualBoots(id: string): void {
    this.slow.delete(id);
  }

  refuse(id: string, scope: CloudScope): void {
    this.refusing.set(id, scope);
  }

  accept(id: string): void {
    this.refusing.delete(id);
  }

  private known(groupName: string): NodeGroup {
    const group = this.groups.get(groupName);
    if (group === undefined) throw new Error(`there is no node group "${groupName}"`);
    return group;
  }

  private changed(cause: Cause): void {
    for (const listener of this.listeners) listener(cause);
  }

  private deleteNode(name: string, cause: Cause): void {
    const reason = 'its machine does not exist any more';
    this.context.send({ verb: 'delete', kind: NODE, namespace: undefined, name }, { rv: cause.rv, reason });
  }

  private powerOn(machine: NodeMachine, requestedAt: Micros | undefined, cause: Cause): void {
    this.machines.set(machine.name, { machine, state: 'running', requestedAt });
    this.host.add(machine, requestedAt === undefined, cause);
  }

  /** The longest of what holds for the group now. */
  private bootTime({ name, bootTime }: NodeGroup): Micros {
    let longest = bootTime;
    for (const { group, boot } of this.slow.values()) {
      if (group !== undefined && group !== name) continue;
      const time = 'times' in boot ? Math.round(bootTime * boot.times) : boot.bootTime;
      longest = Math.max(longest, time);
    }
    return longest;
  }

  private isAvailable(group: NodeGroup, zone: string): boolean {
    if (this.dark.has(zone)) return false;
    for (const scope of this.refusing.values()) {
      if ((scope.group ?? group.name) === group.name && (scope.zone ?? zone) === zone) return false;
    }
    return true;
  }

  /** The zone whose turn it is, or the next that has a machine to give. */
  private zoneFor(group: NodeGroup, number: number): string | undefined {
    for (let i = 0; i < group.zones.length; i += 1) {
      const zone = zoneInTurn(group, number + i);
      if (this.isAvailable(group, zone)) return zone;
    }
    return undefined;
  }

  private nextMachine(group: NodeGroup, givenZone?: string): NodeMachine {
    const number = (this.created.get(group.name) ?? 0) + 1;
    this.created.set(group.name, number);
    const ordinal = this.ordinal;
    this.ordinal += 1;
    return this.describe(group, number, ordinal, givenZone ?? zoneInTurn(group, number));
  }

  private describe(group: NodeGroup, number: number, ordinal: number, zone: string): NodeMachine {
    const name = `${group.name}-${number}`;
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
      ...(group.staticPods === undefined ? {} : { staticPods: group.staticPods }),
    };
  }
}

function zoneInTurn({ name, zones }: NodeGroup, number: number): string {
  const zone = zones[(number - 1) % zones.length];
  if (zone === undefined) throw new Error(`the node group "${name}" has no zone`);
  return zone;
}
