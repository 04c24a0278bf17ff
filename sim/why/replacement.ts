import { controllerOf, splitKey } from '../../core/api/object.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { RecordSource } from './record-source.ts';

function controllerUid({ next, previous }: EventRecord): string | undefined {
  const object = next ?? previous;
  return object === undefined ? undefined : controllerOf(object)?.uid;
}

/** The moment from which an object no longer counts: it was marked for deletion, or went at once. */
function endingOf(events: readonly EventRecord[]): EventRecord | undefined {
  return events.find(({ verb, next }) => verb === 'delete' || next?.metadata.deletionTimestamp !== undefined);
}

/**
 * What a controller made in the place of an object that ended. Several that end together are replaced together, and
 * only the last of them is named as a cause: so endings and creations are paired in the order of the log.
 */
export function replacementOf(source: RecordSource, events: readonly EventRecord[]): string | undefined {
  const ending = endingOf(events);
  const uid = ending === undefined ? undefined : controllerUid(ending);
  if (ending === undefined || uid === undefined) return undefined;
  const endings: EventRecord[] = [];
  const creations: EventRecord[] = [];
  for (const key of source.keysOf(ending.kind)) {
    const siblings = source.eventsOf(ending.kind, key);
    const first = siblings[0];
    if (first === undefined || controllerUid(first) !== uid) continue;
    const end = endingOf(siblings);
    if (end !== undefined) endings.push(end);
    const cause = source.get(first.cause);
    const replaces = cause?.type === 'event' && cause.kind === ending.kind && controllerUid(cause) === uid;
    if (first.verb === 'create' && replaces) creations.push(first);
  }
  endings.sort((a, b) => a.rv - b.rv);
  creations.sort((a, b) => a.rv - b.rv);
  for (const end of endings) {
    const index = creations.findIndex((creation) => creation.rv > end.rv);
    if (index < 0) return undefined;
    const [creation] = creations.splice(index, 1);
    if (end === ending && creation !== undefined) {
      return `${creation.kind.singular}/${splitKey(creation.key).name}`;
    }
  }
  return undefined;
}
