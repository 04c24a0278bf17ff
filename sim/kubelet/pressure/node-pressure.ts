import { whole } from '../../../core/quantity.ts';
import type { Micros } from '../../../core/time.ts';
import type { Cause } from '../../actor.ts';
import type { Timer } from '../../kernel/kernel.ts';
import type { KubeletConfiguration } from '../../scenario/kubelet-configuration.ts';
import type { ResourceTaken } from '../../scenario/scenario.ts';
import { EvictionManager, PIDS_MAX, type Taken } from './eviction-manager.ts';
import type { PressureHost } from './host.ts';
import { type EvictionRules, evictionRules, highestThreshold } from './thresholds.ts';

const NOTHING_TAKEN: Taken = { memory: 0, disk: 0, pids: 0 };

/**
 * Whether a node is short of anything. Nearly always nobody has to look: the eviction manager is there only while
 * something takes from the machine, programs write to its disk, or its memory is nearly used up.
 */
export class NodePressure {
  private readonly host: PressureHost;
  private readonly rules: EvictionRules;
  private readonly configuration: KubeletConfiguration | undefined;
  private taken: Taken = NOTHING_TAKEN;
  private manager: EvictionManager | undefined;
  private timer: Timer | undefined;
  private cause: Cause = { rv: 0 };
  /** Bytes in use from which on the memory is worth a look. */
  private readonly memoryAlarm: number;
  /** Programs write to the disk, as far as anybody said: there is always something to find. */
  private isDiskUsed = false;

  constructor(host: PressureHost, configuration: KubeletConfiguration | undefined) {
    this.host = host;
    this.rules = evictionRules(configuration);
    this.configuration = configuration;
    const memory = whole(host.capacity.memory);
    this.memoryAlarm = memory - highestThreshold(this.rules, 'memory.available', memory);
  }

  /** Something that is no pod takes a part of the machine, or gives it back. */
  take(resource: keyof Taken, taken: ResourceTaken, on: boolean, cause: Cause): void {
    const { capacity } = this.host;
    const all =
      resource === 'pids' ? PIDS_MAX : whole(capacity[resource === 'memory' ? 'memory' : 'ephemeralStorage']);
    const amount = 'amount' in taken ? taken.amount : Math.round(all * taken.share);
    this.taken = { ...this.taken, [resource]: this.taken[resource] + (on ? amount : -amount) };
    this.watch(cause);
  }

  /** What programs hold of the memory, as it was measured. Hot path where there is traffic. */
  memoryUsed(bytes: number, cause: Cause): void {
    if (bytes > this.memoryAlarm) this.watch(cause);
  }

  diskUsed(cause: Cause): void {
    this.isDiskUsed = true;
    if (this.manager === undefined) this.watch(cause);
  }

  watch(cause: Cause): void {
    if (cause.rv >= this.cause.rv) this.cause = { rv: cause.rv };
    if (this.manager !== undefined || !this.host.running) return;
    this.manager = new EvictionManager(this.host, this.rules, this.configuration, () => this.taken);
    this.lookAfter(this.host.firstLookIn());
  }

  /** Power off. What takes from the machine goes on taking when it is back. */
  stop(): void {
    if (this.timer !== undefined) this.host.context.cancel(this.timer);
    this.timer = undefined;
    this.manager = undefined;
  }

  /** Power on. */
  resume(cause: Cause): void {
    const { memory, disk, pids } = this.taken;
    if (memory > 0 || disk > 0 || pids > 0) this.watch(cause);
  }

  private lookAfter(delay: Micros): void {
    this.timer = this.host.context.after(delay, () => this.look());
  }

  private look(): void {
    const { manager, taken } = this;
    if (manager === undefined) return;
    const next = manager.look(this.cause);
    const isTaken = taken.memory > 0 || taken.disk > 0 || taken.pids > 0;
    if (manager.isIdle && !isTaken && !this.isDiskUsed) {
      this.timer = undefined;
      this.manager = undefined;
    } else this.lookAfter(next);
  }
}
