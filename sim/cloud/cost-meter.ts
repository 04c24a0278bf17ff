import type { Journal } from '../../core/log/journal.ts';
import { seriesName } from '../../core/log/series.ts';
import { HOUR, MINUTE, type Micros } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import { type Kernel, PRIORITY, type Target } from '../kernel/kernel.ts';
import type { NodeGroup } from '../scenario/scenario.ts';
import type { Cloud } from './cloud.ts';

/** How often what the machines have cost so far is written down. */
const SAMPLE_EVERY: Micros = MINUTE;
/** Of the series: millionths of the currency. */
const UNIT = 1_000_000;

/**
 * What the machines cost, from the moment at which each is asked for until it is given back, as clouds bill. Summed in
 * whole numbers, so that nothing is lost however long a run: millionths of the currency an hour, times microseconds.
 */
export class CostMeter implements Target {
  private readonly kernel: Kernel;
  private readonly journal: Journal;
  private readonly cloud: Cloud;
  private readonly prices: ReadonlyMap<string, number>;
  private readonly series = seriesName('cluster', '', 'cost');
  private accrued = 0n;
  private rate = 0;
  private rateSince: Micros;
  private cause = 0;
  private written = -1;

  constructor(kernel: Kernel, journal: Journal, cloud: Cloud, groups: readonly NodeGroup[]) {
    this.kernel = kernel;
    this.journal = journal;
    this.cloud = cloud;
    this.prices = new Map(groups.map(({ name, pricePerHour }) => [name, Math.round(pricePerHour * UNIT)]));
    this.rateSince = kernel.now;
    cloud.listen((cause) => this.machinesChanged(cause));
  }

  start(cause: Cause): void {
    this.cause = cause.rv;
    this.write();
    this.kernel.schedule(this.kernel.now + SAMPLE_EVERY, PRIORITY.observer, this, undefined);
  }

  handle(): void {
    this.write();
    this.kernel.schedule(this.kernel.now + SAMPLE_EVERY, PRIORITY.observer, this, undefined);
  }

  /** Write what it has come to by now, unless that is known. */
  write(): void {
    this.accrue();
    const value = Number(this.accrued / BigInt(HOUR));
    if (value === this.written) return;
    this.written = value;
    this.journal.sample(this.kernel.now, this.cause, this.series, value);
  }

  private accrue(): void {
    const { now } = this.kernel;
    this.accrued += BigInt(this.rate) * BigInt(now - this.rateSince);
    this.rateSince = now;
  }

  private machinesChanged({ rv }: Cause): void {
    this.accrue();
    this.cause = rv;
    this.rate = 0;
    for (const { machine } of this.cloud.all) this.rate += this.prices.get(machine.group) ?? 0;
  }
}
