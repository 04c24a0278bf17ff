import { resourcesOf } from '../../core/kinds/pod/resources.ts';
import { NODE } from '../../core/kinds/registry.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { Node } from '../../core/schema/types.generated.ts';
import { isNodeReady } from '../map/node-status.ts';
import type { Chart } from './chart.ts';
import { StepSeries } from './step-series.ts';

/** How many nodes there are, and what they offer. */
export class NodeSeries {
  private readonly ready = new StepSeries();
  private readonly notReady = new StepSeries();
  private hasBegun = false;
  readonly allocatableCpu = new StepSeries();
  readonly allocatableMemory = new StepSeries();

  observe(record: LogRecord): void {
    if (!this.hasBegun) {
      this.hasBegun = true;
      this.ready.set(record.t, 0);
      this.notReady.set(record.t, 0);
    }
    if (record.type !== 'event' || record.kind !== NODE) return;
    this.count(record.t, record.previous as Node | undefined, -1);
    this.count(record.t, record.next as Node | undefined, 1);
  }

  private count(t: number, node: Node | undefined, sign: 1 | -1): void {
    if (node === undefined) return;
    const counted = isNodeReady(node) ? this.ready : this.notReady;
    counted.set(t, counted.last + sign);
    if (!isNodeReady(node)) return;
    const { milliCpu, memory } = resourcesOf(node.status.allocatable);
    this.allocatableCpu.set(t, this.allocatableCpu.last + sign * milliCpu);
    this.allocatableMemory.set(t, this.allocatableMemory.last + sign * memory);
  }

  charts(): readonly Chart[] {
    const series = [
      { label: 'ready', points: this.ready, color: 'good', isFilled: true },
      { label: 'not ready', points: this.notReady, color: 'bad' },
    ].filter(({ points }) => points.values.some((value) => value > 0));
    return series.length === 0 ? [] : [{ id: 'nodes', title: 'Nodes', unit: 'count', series }];
  }
}
