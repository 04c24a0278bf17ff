import { NODE } from '../../core/kinds/registry.ts';
import type { EventRecord, LogRecord } from '../../core/log/record.ts';
import type { Node } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { isNodeReady } from '../map/node-status.ts';
import { inOrder, type LaneItem, Spans } from './lane.ts';

/** Nodes that are created within this time are those that the cluster starts with: no decision of anybody's. */
const START_UP: Micros = SECOND;

/** Nodes that come and go after the start, and times in which one is not ready. */
export class NodeLanes {
  private start: Micros | undefined;
  private readonly boots = new Spans<string>();
  private readonly gone: LaneItem[] = [];
  private readonly outages = new Spans<string>();

  observe(record: LogRecord): void {
    this.start ??= record.t;
    if (record.type !== 'event' || record.kind !== NODE) return;
    const { key, t, verb } = record;
    if (verb === 'delete') {
      this.boots.end(key, t);
      this.outages.end(key, t);
      this.gone.push(this.item(record, 'down', `− ${key}`, `node ${key} is removed`));
      return;
    }
    const node = record.next as Node;
    if (isNodeReady(node)) {
      this.boots.end(key, t);
      this.outages.end(key, t);
    } else if (isNodeReady(record.previous as Node | undefined)) {
      this.outages.begin(key, this.item(record, 'bad', key, `node ${key} is not ready`));
    }
    if (verb === 'create' && t > this.start + START_UP) {
      this.boots.begin(key, this.item(record, 'up', `+ ${key}`, `node ${key} joins`));
    }
  }

  private item(record: EventRecord, tone: LaneItem['tone'], label: string, detail: string): LaneItem {
    const { t, rv, kind, key } = record;
    return { from: t, to: t, rv, tone, label, detail, object: { resource: kind.resource, key } };
  }

  scalingItems(end: Micros): readonly LaneItem[] {
    return [...this.boots.all(end), ...this.gone].sort(inOrder);
  }

  outageItems(end: Micros): readonly LaneItem[] {
    return this.outages.all(end);
  }
}
