import type { KindRef } from '../../core/kinds/kind-ref.ts';
import type { EventRecord, LogRecord } from '../../core/log/record.ts';

/** What `why` asks of a log. */
export interface RecordSource {
  get(rv: number): LogRecord | undefined;
  /** All events of one object's key, oldest first. */
  eventsOf(kind: KindRef, key: string): readonly EventRecord[];
  /** Every key of a kind that the log tells of, in the order in which they came. */
  keysOf(kind: KindRef): readonly string[];
}

/** A source over records in memory; take them as they come. */
export class RecordIndex implements RecordSource {
  private readonly records = new Map<number, LogRecord>();
  private readonly byKey = new Map<number, Map<string, EventRecord[]>>();

  add(record: LogRecord): void {
    this.records.set(record.rv, record);
    if (record.type !== 'event') return;
    const { kind, key } = record;
    let keys = this.byKey.get(kind.index);
    if (keys === undefined) {
      keys = new Map();
      this.byKey.set(kind.index, keys);
    }
    const events = keys.get(key);
    if (events === undefined) keys.set(key, [record]);
    else events.push(record);
  }

  get(rv: number): LogRecord | undefined {
    return this.records.get(rv);
  }

  eventsOf(kind: KindRef, key: string): readonly EventRecord[] {
    return this.byKey.get(kind.index)?.get(key) ?? [];
  }

  keysOf(kind: KindRef): readonly string[] {
    return [...(this.byKey.get(kind.index)?.keys() ?? [])];
  }
}

export function indexRecords(records: Iterable<LogRecord>): RecordSource {
  const index = new RecordIndex();
  for (const record of records) index.add(record);
  return index;
}
