import { hasTaint, TO_BE_DELETED } from '../../controllers/autoscaling/cluster-taints.ts';
import { EVENT, NODE } from '../../core/kinds/registry.ts';
import type { EventRecord, LogRecord } from '../../core/log/record.ts';
import type { Event, Node } from '../../core/schema/types.generated.ts';
import type { Note, Observer } from './note.ts';

const ACTOR = 'cluster-autoscaler';

/** `general 3->7 (max: 10)` of `pod triggered scale-up: [{general 3->7 (max: 10)}]`. */
function growthOf(event: Event): string | undefined {
  if (event.source?.component !== ACTOR || event.reason !== 'TriggeredScaleUp') return undefined;
  return /\[\{(.*)\}\]$/
    .exec(event.message ?? '')?.[1]
    ?.replaceAll('} {', ', ')
    .replaceAll('->', ' → ');
}

/** What went wrong, in the words of the autoscaler's own Events on its status. */
const TROUBLE = new Set(['FailedToScaleUpGroup', 'ScaleUpTimedOut', 'ScaleUpFailed', 'ClusterUnhealthy']);

function noteTrouble({ rv, t, next }: EventRecord, note: (note: Note) => void): void {
  const { reason = '', message = '', source } = (next ?? {}) as Partial<Event>;
  if (source?.component !== ACTOR || !TROUBLE.has(reason)) return;
  const text = `the cluster autoscaler is in trouble: ${message}`;
  note({ t, rv, tone: 'bad', group: `scaling/${reason}`, subject: message, text });
}

function noteGrowth({ rv, t, next }: EventRecord, note: (note: Note) => void): void {
  const growth = next === undefined ? undefined : growthOf(next as Event);
  if (growth === undefined) return;
  // All pods that it is for are told the same.
  const text = `the cluster autoscaler asks for machines: ${growth}`;
  const together = (n: number): string =>
    `the cluster autoscaler asks for machines ${n} times, first ${growth}`;
  note({ t, rv, tone: 'neutral', group: 'grows', subject: text, text, together });
}

function noteRemoval({ rv, t, previous, next, reason }: EventRecord, note: (note: Note) => void): void {
  if (previous === undefined || next === undefined) return;
  const { name } = next.metadata;
  const before = hasTaint(previous as Node, TO_BE_DELETED);
  const after = hasTaint(next as Node, TO_BE_DELETED);
  if (before === after) return;
  const why = reason?.replace(`node ${name} `, '') ?? '';
  if (after) {
    const text = `the cluster autoscaler removes node ${name}, ${why}`;
    const together = (n: number): string => `the cluster autoscaler removes ${n} nodes, the first ${why}`;
    note({ t, rv, tone: 'neutral', group: 'shrinks', text, together });
    return;
  }
  const text = `the cluster autoscaler gives up removing node ${name}: ${why}`;
  note({ t, rv, tone: 'bad', group: `kept/${name}`, text });
}

/** What the cluster autoscaler does to the cluster's size. */
export const scalingObserver: Observer = {
  observe: (record: LogRecord, note: (note: Note) => void) => {
    if (record.type !== 'event' || record.actor !== ACTOR) return;
    if (record.kind === EVENT) {
      noteGrowth(record, note);
      noteTrouble(record, note);
    } else if (record.kind === NODE) noteRemoval(record, note);
  },
};
