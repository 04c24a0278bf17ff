import type { LogRecord, StimulusRecord } from '../../core/log/record.ts';
import type { Micros } from '../../core/time.ts';
import type { Action } from '../../sim/scenario/scenario.ts';
import { actionText, loadText } from '../../sim/story/actions.ts';
import { inOrder, type LaneItem } from './lane.ts';

/** Nobody did these to the cluster; the end of a spike is told by its beginning. */
const OF_THE_RUN: ReadonlySet<string> = new Set(['scenario', 'end', 'load-end']);

const FAULT_PREFIX = 'fault: ';

/** Stimuli of a log are the actions that this program wrote; of one it does not know, the name remains. */
function textOf({ action }: StimulusRecord): string {
  return actionText(action as unknown as Action) ?? action.op;
}

function sourceOf({ action }: StimulusRecord): string {
  return typeof action.source === 'string' && action.source !== '' ? ` (${action.source})` : '';
}

interface Entry {
  item: LaneItem;
  /** Absent: to the end of the run, unless something ends it. */
  lasts: Micros | undefined;
}

/** What was done from outside: faults with the time that they lasted, and what users did. */
export class StimulusLanes {
  private readonly faults: Entry[] = [];
  private readonly byRv = new Map<number, Entry>();
  private readonly operations: LaneItem[] = [];

  observe(record: LogRecord): void {
    if (record.type !== 'stimulus') return;
    const { action } = record;
    if (action.op === 'fault') this.fault(record);
    else if (action.op === 'fault-end') this.faultEnd(record);
    else if (action.op === 'load') this.load(record);
    else if (!OF_THE_RUN.has(action.op)) this.operation(record);
  }

  private fault(record: StimulusRecord): void {
    const { rv, t, action } = record;
    const text = textOf(record);
    const isLoad = action.fault === 'load-spike';
    const label = text.startsWith(FAULT_PREFIX) ? text.slice(FAULT_PREFIX.length) : text;
    const detail = `${label}${sourceOf(record)}`;
    const entry = {
      item: { from: t, to: t, rv, tone: isLoad ? 'load' : 'bad', label, detail } as LaneItem,
      // What happens once has no duration: the crash of a container is over when it happened.
      lasts: typeof action.for === 'number' ? action.for : action.fault === 'container-crash' ? 0 : undefined,
    };
    this.faults.push(entry);
    this.byRv.set(rv, entry);
  }

  /** More or less traffic, as the scenario has it. */
  private load(record: StimulusRecord): void {
    const { rv, t, action } = record;
    const detail = loadText(action);
    const label = `×${String(action.x)} ${String(action.flow)}`;
    const item: LaneItem = { from: t, to: t, rv, tone: 'load', label, detail };
    this.faults.push({ item, lasts: typeof action.for === 'number' ? action.for : undefined });
  }

  private faultEnd({ t, cause, action }: StimulusRecord): void {
    const entry = this.byRv.get(cause);
    if (entry === undefined) return;
    const hit = Array.isArray(action.hit) ? action.hit.map(String) : [];
    const label = hit.length === 0 ? entry.item.label : `${String(action.fault)} ${hit.join(', ')}`;
    const detail = `${entry.item.detail}: ${hit.join(', ')}`;
    entry.item = { ...entry.item, to: t, label, detail };
    entry.lasts = t - entry.item.from;
  }

  private operation(record: StimulusRecord): void {
    const { rv, t } = record;
    const label = textOf(record);
    this.operations.push({
      from: t,
      to: t,
      rv,
      tone: 'action',
      label,
      detail: `${record.actor}: ${label}${sourceOf(record)}`,
    });
  }

  faultItems(end: Micros): readonly LaneItem[] {
    const faults = this.faults.map(({ item, lasts }) => ({
      ...item,
      to: lasts === undefined ? end : Math.min(item.from + lasts, end),
    }));
    return faults.sort(inOrder);
  }

  operationItems(): readonly LaneItem[] {
    return this.operations;
  }
}
