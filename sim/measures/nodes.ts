import type { EventRecord, SampleRecord } from '../../core/log/record.ts';
import type { Node } from '../../core/schema/types.generated.ts';
import { HOUR, type Micros } from '../../core/time.ts';
import type { NodeGroup } from '../scenario/scenario.ts';
import { type MeasureWriter, seconds } from './measure.ts';
import { Step } from './step.ts';

/** A simulated machine's type is the name of its node group. */
const INSTANCE_TYPE = 'node.kubernetes.io/instance-type';
/** `cluster/cost` is in millionths of the currency. */
const PER_UNIT = 1_000_000;

function isReady(node: Node | undefined): boolean {
  return node?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

/** How many nodes there were, how long some were not ready, and what they cost. */
export class NodeMeasures {
  private readonly count: Step;
  private readonly notReady: Step;
  /** Of all nodes together, an hour. */
  private readonly price: Step;
  private readonly prices: ReadonlyMap<string, number>;
  private sampledCost: number | undefined;

  /** The first nodes come up in the first moments; they count from `begin` on. */
  constructor(groups: readonly NodeGroup[], start: Micros, begin: Micros) {
    this.count = new Step(0, begin);
    this.notReady = new Step(0, start);
    this.price = new Step(0, start);
    this.prices = new Map(groups.map(({ name, pricePerHour }) => [name, pricePerHour]));
  }

  observe(record: EventRecord): void {
    const previous = record.previous as Node | undefined;
    const next = record.next as Node | undefined;
    const { t } = record;
    const wasNotReady = previous !== undefined && !isReady(previous);
    const isNotReady = next !== undefined && !isReady(next);
    this.notReady.set(this.notReady.value + Number(isNotReady) - Number(wasNotReady), t);
    if (previous !== undefined && next !== undefined) return;
    const change = next === undefined ? -1 : 1;
    this.count.set(this.count.value + change, t);
    const group = (next ?? previous)?.metadata.labels?.[INSTANCE_TYPE] ?? '';
    this.price.set(this.price.value + change * (this.prices.get(group) ?? 0), t);
  }

  observeSample({ series, value }: SampleRecord): void {
    if (series === 'cluster/cost') this.sampledCost = value;
  }

  write(writer: MeasureWriter, now: Micros): void {
    writer.total('nodes/min', this.count.min(now));
    writer.total('nodes/mean', this.count.mean(now));
    writer.total('nodes/max', this.count.max(now));
    writer.total('nodes/not-ready-time', seconds(this.notReady.integral(now)));
    const computed = this.price.integral(now) / HOUR;
    const cost = this.sampledCost === undefined ? computed : this.sampledCost / PER_UNIT;
    if (cost > 0 || [...this.prices.values()].some((price) => price > 0)) writer.total('cluster/cost', cost);
  }
}
