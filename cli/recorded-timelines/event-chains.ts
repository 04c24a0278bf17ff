import type { Event } from '../../core/schema/types.generated.ts';
import type { Alias } from './names.ts';
import type { Observation } from './recording.ts';

export interface ToldEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  /** Kind and alias of what it is about. */
  readonly regarding: string;
  /** How often it was told, at last. */
  readonly count: number;
}

/** From what is told of the Events to what is compared; `undefined` leaves one out. */
export type EventEdit = (event: ToldEvent) => ToldEvent | undefined;

function told(event: Event, alias: Alias): ToldEvent {
  const { kind, name = '' } = event.involvedObject;
  return {
    type: event.type ?? '',
    reason: event.reason ?? '',
    message: alias(event.message ?? ''),
    component: event.source?.component ?? event.reportingComponent ?? '',
    regarding: `${kind}/${alias(name)}`,
    count: event.count ?? event.series?.count ?? 1,
  };
}

/**
 * For each object the Events about it, in the order in which they were first told; a repeated one by its last count.
 * `isRepeatLeftOut`: 1.20 tries an unschedulable pod again as soon as it has written its condition; today's queue
 * takes the scheduler's own write for no reason to (QueueingHint).
 */
export function eventChains(
  observations: readonly Observation[],
  alias: Alias,
  edit: EventEdit,
  isRepeatLeftOut: boolean,
): readonly string[] {
  const last = new Map<string, Event>();
  for (const { resource, object } of observations) {
    if (resource === 'events') last.set(object.metadata.name, object as Event);
  }
  const chains = new Map<string, string[]>();
  for (const event of last.values()) {
    const edited = edit(told(event, alias));
    if (edited === undefined) continue;
    const about = event.involvedObject.uid ?? '';
    const { regarding, type, reason, component, message, count } = edited;
    const text = `${type} ${reason} (${component}) ${message}${count > 1 ? ` x${count}` : ''}`;
    const chain = chains.get(about) ?? [regarding];
    if (isRepeatLeftOut && reason === 'FailedScheduling' && chain.at(-1) === text) continue;
    chains.set(about, [...chain, text]);
  }
  // The pods of one owner have one alias: their chains are compared as a multiset.
  return [...chains.values()].map((chain) => chain.join('\n')).sort();
}
