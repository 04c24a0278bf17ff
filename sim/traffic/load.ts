import type { Micros } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import type { FaultLoad } from '../faults/fault.ts';
import type { CpuTaken, MilliRate, ServiceTarget, TrafficFlow } from '../scenario/scenario.ts';
import { flowRate } from './flow-rate.ts';

/** Who hears that the world puts another load on the cluster. */
export interface LoadListener {
  flowsChanged(cause: Cause): void;
  nodeTaken(node: string, cause: Cause): void;
}

function without<T>(list: readonly T[], item: T, same: (a: T, b: T) => boolean): readonly T[] {
  const place = list.findIndex((other) => same(other, item));
  return place < 0 ? list : [...list.slice(0, place), ...list.slice(place + 1)];
}

function sameTaken(a: CpuTaken, b: CpuTaken): boolean {
  if ('cpu' in a) return 'cpu' in b && a.cpu === b.cpu;
  return 'share' in b && a.share === b.share;
}

/** What the world outside puts on the cluster: the scenario's flows, and what faults make of them. */
export class Load implements FaultLoad {
  readonly flows: readonly TrafficFlow[];
  listener: LoadListener | undefined;
  private readonly start: Micros;
  /** By the name of a flow: every fault that goes on multiplies it. */
  private readonly factors = new Map<string, readonly number[]>();
  private readonly taken = new Map<string, readonly CpuTaken[]>();

  constructor(flows: readonly TrafficFlow[], start: Micros) {
    this.flows = flows;
    this.start = start;
  }

  /** Requests a second that a flow brings, in thousandths. */
  rate(flow: TrafficFlow, now: Micros): MilliRate {
    let rate = flowRate(flow, this.start, now);
    for (const factor of this.factors.get(flow.name) ?? []) rate *= factor;
    return Math.round(rate);
  }

  /** Milli-CPU of a node that no pod can have, out of `capacity`. */
  takenOf(node: string, capacity: number): number {
    let sum = 0;
    for (const taken of this.taken.get(node) ?? []) {
      sum += 'cpu' in taken ? taken.cpu : Math.round(taken.share * capacity);
    }
    return Math.min(sum, capacity);
  }

  /** Whether a fault takes CPU of any node. */
  get takesCpu(): boolean {
    return this.taken.size > 0;
  }

  multiply(to: ServiceTarget | undefined, x: number, cause: Cause): readonly string[] {
    const hit = this.flows
      .filter((flow) => to === undefined || (flow.to.namespace === to.namespace && flow.to.name === to.name))
      .map(({ name }) => name);
    for (const name of hit) this.factors.set(name, [...(this.factors.get(name) ?? []), x]);
    if (hit.length > 0) this.listener?.flowsChanged(cause);
    return hit;
  }

  divide(flows: readonly string[], x: number, cause: Cause): void {
    for (const name of flows) {
      this.factors.set(
        name,
        without(this.factors.get(name) ?? [], x, (a, b) => a === b),
      );
    }
    if (flows.length > 0) this.listener?.flowsChanged(cause);
  }

  takeCpu(node: string, taken: CpuTaken, on: boolean, cause: Cause): void {
    const before = this.taken.get(node) ?? [];
    const after = on ? [...before, taken] : without(before, taken, sameTaken);
    if (after.length === 0) this.taken.delete(node);
    else this.taken.set(node, after);
    this.listener?.nodeTaken(node, cause);
  }
}
