import type { EventRecord } from '../../core/log/record.ts';

/** When the labels and the owners of objects last changed after their creation, by uid: few objects' ever do. */
export class ClaimChanges {
  private readonly changed = new Map<string, number>();

  observe({ previous, next, rv }: EventRecord): void {
    if (previous === undefined) return;
    if (next === undefined) this.changed.delete(previous.metadata.uid);
    else if (
      previous.metadata.labels !== next.metadata.labels ||
      previous.metadata.ownerReferences !== next.metadata.ownerReferences
    )
      this.changed.set(next.metadata.uid, rv);
  }

  /** The last change before the record that is judged: call it before `observe`. */
  lastOf(uid: string): number {
    return this.changed.get(uid) ?? 0;
  }
}
