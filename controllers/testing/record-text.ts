import { equalValues } from '../../core/api/equal.ts';
import type { KubeObject } from '../../core/api/object.ts';
import type { EventRecord } from '../../core/log/record.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import { type Micros, parseRfc3339, SECOND } from '../../core/time.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What every write changes and no reader of a timeline wants to see. */
const UNTOLD: ReadonlySet<string> = new Set(['metadata.resourceVersion', 'metadata.generation']);

const UID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

function isConditions(value: unknown): value is readonly Condition[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => isJsonObject(item) && 'type' in item && 'status' in item)
  );
}

/** Seconds since the start of the run: `0.003`. */
function timeText(t: Micros, start: Micros): string {
  return ((t - start) / SECOND).toFixed(3);
}

/** A value on one line; times are told from the start of the run. */
export function valueText(value: unknown, start: Micros): string {
  if (value === undefined) return '-';
  if (isConditions(value)) {
    return `[${value.map((item) => `${item.type}=${item.status}${item.reason === undefined ? '' : `/${item.reason}`}`).join(' ')}]`;
  }
  if (typeof value === 'string') {
    if (UID.test(value)) return 'UID';
    const time = parseRfc3339(value);
    return time === undefined ? value : `+${timeText(time, start).replace('.000', '')}s`;
  }
  if (Array.isArray(value)) return `[${value.map((item) => valueText(item, start)).join(', ')}]`;
  if (!isJsonObject(value)) return String(value);
  const fields = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .map((key) => `${key}: ${valueText(value[key], start)}`);
  return `{${fields.join(', ')}}`;
}

/** The fields that differ, one `path: before -> after` each, in the order of the path. */
function changes(before: KubeObject, after: KubeObject, start: Micros): readonly string[] {
  const found: string[] = [];
  const walk = (path: string, left: unknown, right: unknown): void => {
    if (UNTOLD.has(path) || equalValues(left, right)) return;
    if (isJsonObject(left) && isJsonObject(right)) {
      const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
      for (const key of keys) walk(path === '' ? key : `${path}.${key}`, left[key], right[key]);
      return;
    }
    const from = valueText(left, start);
    const to = valueText(right, start);
    found.push(from === to ? `${path}: ${to} (renewed)` : `${path}: ${from} -> ${to}`);
  };
  walk('', before, after);
  return found;
}

interface EventLike extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
}

function newObjectText(object: KubeObject): string {
  const spec = (object as KubeObject & { readonly spec?: Fields }).spec;
  const replicas = spec?.replicas;
  return typeof replicas === 'number' ? ` replicas=${replicas}` : '';
}

/** One line for a record, with the changes of an update indented under it. */
export function recordText(record: EventRecord, start: Micros): readonly string[] {
  const head = `t=${timeText(record.t, start)} ${record.actor}`;
  if (record.kind.kind === 'Event') {
    const event = (record.next ?? record.previous) as EventLike;
    const times = (event.count ?? 1) > 1 ? ` (x${event.count})` : '';
    const about = `${event.involvedObject?.kind}/${event.involvedObject?.name}`;
    return [`${head} event ${about} ${event.type} ${event.reason}: ${event.message}${times}`];
  }
  const subject = `${head} ${record.verb} ${record.kind.resource} ${record.key}`;
  const why = record.reason === undefined ? '' : ` because ${record.reason}`;
  if (record.verb === 'create') return [`${subject}${newObjectText(record.next as KubeObject)}${why}`];
  if (record.verb === 'delete') return [`${subject}${why}`];
  const lines = changes(record.previous as KubeObject, record.next as KubeObject, start);
  return [`${subject}${why}`, ...lines.map((line) => `  ${line}`)];
}
