import type { KubeObject } from '../../core/api/object.ts';
import { EVENT } from '../../core/kinds/registry.ts';
import type { Event } from '../../core/schema/types.generated.ts';
import { parseRfc3339 } from '../../core/time.ts';
import type { DescribeText } from './describe-text.ts';
import { type DescribeContext, since } from './describer.ts';

/** What the events of an object are searched by: its uid, and for a node its name too, as the kubelet writes it. */
function isAbout(event: Event, object: KubeObject): boolean {
  const { involvedObject } = event;
  const { name, namespace, uid } = object.metadata;
  if (involvedObject.name !== name || (involvedObject.namespace ?? '') !== (namespace ?? '')) return false;
  // kubectl's search for a pod leaves out the kind; names and uids tell enough.
  if (object.kind !== 'Pod' && involvedObject.kind !== object.kind) return false;
  return involvedObject.uid === uid || (object.kind === 'Node' && involvedObject.uid === name);
}

function lastTimestamp(event: Event): number {
  const time = event.lastTimestamp === undefined ? undefined : parseRfc3339(event.lastTimestamp);
  return time ?? Number.NEGATIVE_INFINITY;
}

/** Those of an object, by their last timestamp, then in key order (kubectl `SortableEvents`). */
function eventsOf(object: KubeObject, { view }: DescribeContext): readonly Event[] {
  const { namespace } = object.metadata;
  const events = view.list(EVENT, namespace).filter((event) => isAbout(event, object));
  return events.sort((a, b) => {
    const left = lastTimestamp(a);
    const right = lastTimestamp(b);
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

/** `5s`, or `5s (x3 over 20s)` for what happened more often. */
export function eventAge(event: Event, now: number): string {
  const first = since(event.eventTime ?? event.firstTimestamp, now);
  if (event.series !== undefined) {
    return `${since(event.series.lastObservedTime, now)} (x${event.series.count ?? 0} over ${first})`;
  }
  const count = event.count ?? 0;
  return count > 1 ? `${since(event.lastTimestamp, now)} (x${count} over ${first})` : first;
}

/** The table at the end of a description. */
export function describeEvents(text: DescribeText, object: KubeObject, context: DescribeContext): void {
  if (!context.showEvents) return;
  const events = eventsOf(object, context);
  if (events.length === 0) {
    text.line(0, 'Events:', '<none>');
    return;
  }
  text.line(0, 'Events:');
  text.line(1, 'Type', 'Reason', 'Age', 'From', 'Message');
  text.line(1, '----', '------', '----', '----', '-------');
  for (const event of events) {
    const component = event.source?.component;
    const from = component === undefined || component === '' ? (event.reportingComponent ?? '') : component;
    const message = (event.message ?? '').trim();
    const field = event.involvedObject.fieldPath;
    const told = field === undefined || field === '' ? message : `${field}: ${message}`;
    text.line(1, event.type ?? '', event.reason ?? '', eventAge(event, context.now), from, told);
  }
}
