import { podRequests } from '../../core/kinds/pod/resources.ts';
import { isPodScheduled, isPodTerminal } from '../../core/kinds/pod/status.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { podStanding } from '../map/pod-status.ts';
import type { Chart } from './chart.ts';
import { StepSeries } from './step-series.ts';

type Counted = 'ready' | 'unready' | 'pending' | 'failing';

function countedAs(pod: Pod): Counted | undefined {
  switch (podStanding(pod)) {
    case 'ready':
      return 'ready';
    case 'unready':
      return 'unready';
    case 'starting':
    case 'unscheduled':
      return 'pending';
    case 'failing':
    case 'failed':
      return 'failing';
    default:
      return undefined;
  }
}

/** How many pods there are of each standing, and what they ask of the nodes. */
export class PodSeries {
  private readonly counts: Readonly<Record<Counted, StepSeries>> = {
    ready: new StepSeries(),
    unready: new StepSeries(),
    pending: new StepSeries(),
    failing: new StepSeries(),
  };
  private hasBegun = false;
  readonly requestedCpu = new StepSeries();
  readonly requestedMemory = new StepSeries();

  observe(record: LogRecord): void {
    if (!this.hasBegun) this.begin(record.t);
    if (record.type !== 'event' || record.kind !== POD) return;
    this.count(record.t, record.previous as Pod | undefined, -1);
    this.count(record.t, record.next as Pod | undefined, 1);
  }

  /** None of each: a line from the start on. */
  private begin(t: number): void {
    this.hasBegun = true;
    for (const points of Object.values(this.counts)) points.set(t, 0);
  }

  private count(t: number, pod: Pod | undefined, sign: 1 | -1): void {
    if (pod === undefined) return;
    const counted = countedAs(pod);
    if (counted !== undefined) this.counts[counted].set(t, this.counts[counted].last + sign);
    if (!isPodScheduled(pod) || isPodTerminal(pod)) return;
    const { milliCpu, memory } = podRequests(pod);
    this.requestedCpu.set(t, this.requestedCpu.last + sign * milliCpu);
    this.requestedMemory.set(t, this.requestedMemory.last + sign * memory);
  }

  charts(): readonly Chart[] {
    const { ready, unready, pending, failing } = this.counts;
    const series = [
      { label: 'ready', points: ready, color: 'good', isFilled: true },
      { label: 'pending', points: pending, color: 'pending' },
      { label: 'not ready', points: unready, color: 'warn' },
      { label: 'failing', points: failing, color: 'bad' },
    ].filter(({ points }) => points.values.some((value) => value > 0));
    return series.length === 0 ? [] : [{ id: 'pods', title: 'Pods', unit: 'count', series }];
  }
}
