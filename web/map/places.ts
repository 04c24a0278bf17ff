import { NODE, POD } from '../../core/kinds/registry.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import { zoneOf } from './node-status.ts';

/** Numbers from 0 on, each given to one holder at a time: the lowest that is free. */
class Numbers {
  private readonly taken: boolean[] = [];
  private free = 0;

  take(): number {
    while (this.taken[this.free] === true) this.free++;
    const number = this.free;
    this.taken[number] = true;
    return number;
  }

  give(number: number): void {
    this.taken[number] = false;
    if (number < this.free) this.free = number;
  }

  /** One more than the highest that was ever taken. */
  get size(): number {
    return this.taken.length;
  }
}

export interface NodePlace {
  readonly zone: string;
  readonly number: number;
}

/**
 * Where each node and pod stands on the map: for its whole life, so that nothing jumps while the time is dragged.
 * Keyed by slot, which is one object's for good.
 */
export class Places {
  private readonly nodes = new Map<number, NodePlace>();
  private readonly pods = new Map<number, { readonly node: string; readonly number: number }>();
  private readonly zones = new Map<string, Numbers>();
  private readonly perNode = new Map<string, Numbers>();
  private podsMax = 0;

  observe(record: LogRecord): void {
    if (record.type !== 'event') return;
    if (record.kind === NODE) this.node(record.slot, record.next as Node | undefined);
    else if (record.kind === POD) this.pod(record.slot, record.next as Pod | undefined);
  }

  private node(slot: number, node: Node | undefined): void {
    const place = this.nodes.get(slot);
    if (node === undefined) {
      if (place !== undefined) this.zones.get(place.zone)?.give(place.number);
      return;
    }
    if (place !== undefined) return;
    const zone = zoneOf(node);
    this.nodes.set(slot, { zone, number: numbersOf(this.zones, zone).take() });
  }

  private pod(slot: number, pod: Pod | undefined): void {
    const place = this.pods.get(slot);
    if (pod === undefined) {
      if (place !== undefined) this.perNode.get(place.node)?.give(place.number);
      return;
    }
    const node = pod.spec.nodeName;
    if (place !== undefined || node === undefined || node === '') return;
    const numbers = numbersOf(this.perNode, node);
    this.pods.set(slot, { node, number: numbers.take() });
    this.podsMax = Math.max(this.podsMax, numbers.size);
  }

  ofNode(slot: number): NodePlace | undefined {
    return this.nodes.get(slot);
  }

  /** Its number within its node. */
  ofPod(slot: number): number | undefined {
    return this.pods.get(slot)?.number;
  }

  /** Each zone with the number of places that it needs, by name. */
  get zoneSizes(): readonly { readonly zone: string; readonly size: number }[] {
    return [...this.zones]
      .map(([zone, numbers]) => ({ zone, size: numbers.size }))
      .sort((a, b) => (a.zone < b.zone ? -1 : 1));
  }

  /** The most places that a node needs. */
  get podsPerNodeMax(): number {
    return this.podsMax;
  }
}

function numbersOf(all: Map<string, Numbers>, name: string): Numbers {
  let numbers = all.get(name);
  if (numbers === undefined) {
    numbers = new Numbers();
    all.set(name, numbers);
  }
  return numbers;
}
