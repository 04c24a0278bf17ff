import { allKinds } from '../../core/kinds/custom/lookup.ts';
import { EVENT } from '../../core/kinds/registry.ts';
import type { Event } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, parseRfc3339 } from '../../core/time.ts';
import { DEFAULT_NAMESPACE } from '../../sim/scenario/resource-name.ts';
import { eventAge } from '../describe/events-table.ts';
import { alignColumns, escapeTerminal, TABLE_SPACING } from '../print/elastic-tabs.ts';
import { type Printed, printed, printedError } from '../print/printed.ts';
import { parseResources } from '../print/resources.ts';

export interface EventsOptions {
  /** `-n`; `default` unless given. */
  readonly namespace?: string;
  /** `-A`. */
  readonly allNamespaces?: boolean;
  /** `--for KIND/NAME`. */
  readonly for?: string;
  /** `--types Normal,Warning`. */
  readonly types?: readonly string[];
  readonly noHeaders?: boolean;
}

const TYPES = ['Normal', 'Warning'];

/** When it was last seen: what events are sorted by. */
function lastSeen({ series, lastTimestamp, eventTime }: Event): Micros {
  const text = series?.lastObservedTime ?? lastTimestamp ?? eventTime;
  const time = text === undefined ? undefined : parseRfc3339(text);
  return time ?? Number.NEGATIVE_INFINITY;
}

function concerns(event: Event, kind: string, name: string): boolean {
  return event.involvedObject.kind === kind && event.involvedObject.name === name;
}

/** `kubectl events`: what happened, by the time at which it was last seen. */
export function events(view: View, now: Micros, options: EventsOptions): Printed {
  const unknown = options.types?.find((type) => !TYPES.some((known) => same(known, type)));
  if (unknown !== undefined) return printedError(`valid --types are ${TYPES.join(' or ')}, got "${unknown}"`);
  let wanted: (event: Event) => boolean = () => true;
  if (options.for !== undefined) {
    const parsed = parseResources([options.for], allKinds(view));
    if (!parsed.ok) return printedError(parsed.error);
    const [request] = parsed.requests;
    const [name] = request?.names ?? [];
    if (request === undefined || name === undefined) {
      return printedError('--for must be in resource/name form');
    }
    wanted = (event) => concerns(event, request.kind.kind, name);
  }
  const namespace = options.namespace ?? DEFAULT_NAMESPACE;
  const all = view.list(EVENT, options.allNamespaces === true ? undefined : namespace);
  const shown = all
    .filter(wanted)
    .filter(({ type = '' }) => options.types?.some((one) => same(one, type)) ?? true)
    .sort((a, b) => {
      const left = lastSeen(a);
      const right = lastSeen(b);
      return left < right ? -1 : left > right ? 1 : 0;
    });
  if (shown.length === 0) {
    const where = options.allNamespaces === true ? '' : ` in ${namespace} namespace`;
    return printed('', `No events found${where}.\n`);
  }
  return printed(table(shown, now, options));
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function table(shown: readonly Event[], now: Micros, options: EventsOptions): string {
  const lines: string[] = [];
  const add = (namespace: string, ...cells: readonly string[]): void => {
    const row = options.allNamespaces === true ? [namespace, ...cells] : cells;
    lines.push(escapeTerminal(row.join('\t')));
  };
  if (options.noHeaders !== true) add('NAMESPACE', 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE');
  for (const event of shown) {
    const { metadata, involvedObject, type = '', reason = '', message = '' } = event;
    const object = `${involvedObject.kind ?? ''}/${involvedObject.name ?? ''}`;
    add(metadata.namespace ?? '', eventAge(event, now), type, reason, object, message.trim());
  }
  return alignColumns(`${lines.join('\n')}\n`, TABLE_SPACING);
}
