import { isJsonObject } from '../../../schema/decoding.ts';
import { emptyOf } from '../../../schema/protobuf-numbers.ts';
import { structNameOf } from '../../../schema/table.ts';
import type { JSONSchemaProps } from '../../../schema/types.generated.ts';
import { equalValues } from '../../equal.ts';
import { failure, type Status, type StatusCause } from '../../status.ts';
import {
  difference,
  EMPTY,
  equalSets,
  type FieldSet,
  fromFieldsV1,
  intersection,
  isEmptySet,
  pathText,
  placesOf,
  toFieldsV1,
  union,
} from './field-set.ts';
import { placeOfKind } from './place.ts';
import { type Comparison, compare, fieldsOf, merged, without } from './walk.ts';

/**
 * Who manages which field (https://kubernetes.io/docs/reference/using-api/server-side-apply/): the entries of
 * `metadata.managedFields`, what a write does to them, and what they do to an apply.
 */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly set: FieldSet;
}

/** Who writes, and when. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  /** RFC 3339. */
  readonly time: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Who manages the fields of an object that was there before anybody's fields were kept. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

/** What the server alone writes, and nobody manages. */
const SYSTEM_METADATA: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'name',
  'namespace',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** `metadata` itself is nobody's, whoever names something in it. */
const UNOWNED: FieldSet = fromFieldsV1({ 'f:metadata': {} });

function textIn(fields: Fields, field: string): string {
  const value = fields[field];
  return typeof value === 'string' ? value : '';
}

export function decodeManagers(entries: unknown): readonly Manager[] {
  if (!Array.isArray(entries)) return [];
  return entries.filter(isJsonObject).map((entry): Manager => {
    const [subresource, time] = [textIn(entry, 'subresource'), textIn(entry, 'time')];
    return {
      manager: textIn(entry, 'manager'),
      operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
      apiVersion: textIn(entry, 'apiVersion'),
      ...(subresource === '' ? {} : { subresource }),
      ...(time === '' ? {} : { time }),
      set: fromFieldsV1(entry.fieldsV1),
    };
  });
}

/** First who applied, then who updated; each by time, then by name. */
function orderOf({ operation, time = '', manager, apiVersion, subresource = '' }: Manager): string {
  return [operation, time, manager, apiVersion, subresource].join('\u0000');
}

export function encodeManagers(managers: readonly Manager[]): readonly unknown[] {
  return managers
    .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
    .map(({ manager, operation, apiVersion, subresource, time, set }) => ({
      apiVersion,
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(set),
      manager,
      operation,
      ...(subresource === undefined ? {} : { subresource }),
      ...(time === undefined ? {} : { time }),
    }));
}

/** What of an object can be managed through this resource or subresource. */
function ownable(object: Fields, subresource: string | undefined, hasStatus: boolean): Fields {
  if (subresource === 'status') return { status: object.status };
  const { apiVersion: _apiVersion, kind: _kind, metadata, status, ...rest } = object;
  const own = isJsonObject(metadata)
    ? Object.fromEntries(Object.entries(metadata).filter(([field]) => !SYSTEM_METADATA.has(field)))
    : {};
  return { ...rest, metadata: own, ...(hasStatus ? {} : { status }) };
}

function isWriter(entry: Manager, writer: Writer, operation: Manager['operation']): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === operation &&
    entry.subresource === writer.subresource &&
    (operation === 'Apply' || entry.apiVersion === writer.apiVersion)
  );
}

/** The other managers once what was changed is the writer's, and what was removed nobody's. */
function afterChange(
  managers: readonly Manager[],
  { added, modified, removed }: Comparison,
  isOwn: (entry: Manager) => boolean,
): readonly Manager[] {
  const changed = union(added, modified);
  return managers
    .map((entry) =>
      isOwn(entry) ? entry : { ...entry, set: difference(difference(entry.set, changed), removed) },
    )
    .filter((entry) => isOwn(entry) || !isEmptySet(entry.set));
}

/** An object's kind, and whether its status is a resource of its own. */
export interface ManagedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly hasStatus: boolean;
  /** Of a custom kind. */
  readonly schema?: JSONSchemaProps;
}

const emptyObjects = new Map<string, Fields>();

function emptyObject({ apiVersion, kind }: ManagedKind): Fields {
  const known = emptyObjects.get(`${apiVersion} ${kind}`);
  if (known !== undefined) return known;
  const struct = structNameOf(apiVersion, kind);
  const empty = { metadata: {}, ...(struct === undefined ? {} : emptyOf(struct)) };
  if (struct !== undefined) emptyObjects.set(`${apiVersion} ${kind}`, empty);
  return empty;
}

/** The managers after a write that is no apply. `before` is absent for a creation. */
export function afterUpdate(
  managers: readonly Manager[],
  writer: Writer,
  before: Fields | undefined,
  after: Fields,
  kind: ManagedKind,
): readonly Manager[] {
  const place = placeOfKind(kind.apiVersion, kind.kind, kind.schema);
  const { subresource, manager, apiVersion, time } = writer;
  const comparison = compare(
    ownable(before ?? emptyObject(kind), subresource, kind.hasStatus),
    ownable(after, subresource, kind.hasStatus),
    place,
  );
  const isOwn = (entry: Manager): boolean => isWriter(entry, writer, 'Update');
  const others = afterChange(managers, comparison, isOwn);
  const own = others.find(isOwn);
  const changed = union(comparison.added, comparison.modified);
  const kept = difference(own?.set ?? EMPTY, comparison.removed);
  const set = difference(union(kept, changed), UNOWNED);
  const previous = managers.find(isOwn);
  const isSame = previous !== undefined && equalSets(previous.set, set);
  const next: Manager = {
    manager,
    operation: 'Update',
    apiVersion,
    ...(subresource === undefined ? {} : { subresource }),
    time: isSame ? (previous.time ?? time) : time,
    set,
  };
  const rest = others.filter((entry) => !isOwn(entry));
  return isEmptySet(set) ? rest : [...rest, next];
}

export type Applied =
  | { readonly ok: true; readonly object: Fields; readonly managers: readonly Manager[] }
  | { readonly ok: false; readonly status: Status };

/** As messages name a manager. */
function managerText({ manager, operation, apiVersion, subresource }: Manager): string {
  const quoted = JSON.stringify(manager);
  const whole =
    subresource === undefined ? quoted : `${quoted} with subresource ${JSON.stringify(subresource)}`;
  // Times are no part of what tells managers apart, and so of no message.
  return operation === 'Apply' ? whole : `${whole} using ${apiVersion}`;
}

interface Conflict {
  readonly manager: string;
  readonly path: string;
}

function conflictStatus(conflicts: readonly Conflict[]): Status {
  const causes: readonly StatusCause[] = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${manager}`,
    field: path,
  }));
  const [first] = conflicts;
  const names = [...new Set(conflicts.map(({ manager }) => manager))].sort();
  const listed = names.map((name) => {
    const paths = conflicts.filter(({ manager }) => manager === name).map(({ path }) => `- ${path}`);
    return `conflicts with ${name}:\n${paths.join('\n')}`;
  });
  const message =
    conflicts.length === 1 && first !== undefined
      ? `Apply failed with 1 conflict: conflict with ${first.manager}: ${first.path}`
      : `Apply failed with ${conflicts.length} conflicts: ${listed.join('\n')}`;
  return failure('Conflict', message, { causes });
}

/** What was applied before and is no more, and nobody else manages: neither it nor anything below it. */
function abandoned(last: FieldSet, managers: readonly Manager[]): FieldSet {
  const kept = managers.reduce((all, { set }) => union(all, set), EMPTY);
  const walk = (set: FieldSet, others: FieldSet): FieldSet => {
    const children = new Map<string, FieldSet>();
    for (const [step, child] of set.children) {
      const left = walk(child, others.children.get(step) ?? EMPTY);
      if (!isEmptySet(left)) children.set(step, left);
    }
    return { isMember: set.isMember && isEmptySet(others), children };
  };
  return walk(last, kept);
}

/** The places that a configuration speaks of, and of which an object still has its values. */
export function keptFields(live: Fields, config: Fields, kind: ManagedKind): FieldSet {
  const place = placeOfKind(kind.apiVersion, kind.kind, kind.schema);
  const spoken = ownable(config, undefined, kind.hasStatus);
  const { modified } = compare(ownable(live, undefined, kind.hasStatus), spoken, place);
  return difference(fieldsOf(spoken, place), modified);
}

/** What an apply may take from other managers: everything, or certain places. */
export interface Force {
  readonly everything: boolean;
  readonly places?: FieldSet;
}

/** A configuration applied to what is there, or to nothing. */
export function applyConfiguration(
  live: Fields | undefined,
  managers: readonly Manager[],
  config: Fields,
  writer: Writer,
  kind: ManagedKind,
  force: Force,
): Applied {
  const place = placeOfKind(kind.apiVersion, kind.kind, kind.schema);
  const { subresource, manager, time } = writer;
  const isOwn = (entry: Manager): boolean => isWriter(entry, writer, 'Apply');
  let known = managers;
  if (live !== undefined && known.length === 0) {
    const first = { ...writer, manager: BEFORE_FIRST_APPLY };
    known = afterUpdate([], first, undefined, live, kind);
  }
  const last = known.find(isOwn);
  const spoken = ownable(config, subresource, kind.hasStatus);
  const set = difference(fieldsOf(spoken, place), UNOWNED);
  const own: Manager = {
    manager,
    operation: 'Apply',
    apiVersion: writer.apiVersion,
    ...(subresource === undefined ? {} : { subresource }),
    time: last !== undefined && equalSets(last.set, set) ? (last.time ?? time) : time,
    set,
  };
  const all = [...known.filter((entry) => !isOwn(entry)), own];
  if (live === undefined) return { ok: true, object: config, managers: all };
  const before = ownable(live, subresource, kind.hasStatus);
  const whole = merged(before, spoken, place);
  const gone = last === undefined ? EMPTY : abandoned(last.set, all);
  const after = (without(whole, gone, place) ?? {}) as Fields;
  const comparison = compare(before, after, place);
  const changed = union(comparison.added, comparison.modified);
  const conflicts = all
    .filter((entry) => !isOwn(entry))
    .flatMap((entry) =>
      placesOf(difference(intersection(entry.set, changed), force.places ?? EMPTY)).map((path) => ({
        manager: managerText(entry),
        path: pathText(path),
      })),
    );
  if (conflicts.length > 0 && !force.everything) return { ok: false, status: conflictStatus(conflicts) };
  const { metadata, ...rest } = after;
  const object = {
    ...live,
    ...Object.fromEntries(Object.keys(before).map((field) => [field, undefined])),
    ...rest,
    metadata: { ...systemMetadata(live), ...(isJsonObject(metadata) ? metadata : {}) },
  };
  return { ok: true, object, managers: afterChange(all, comparison, isOwn) };
}

function systemMetadata({ metadata }: Fields): Fields {
  if (!isJsonObject(metadata)) return {};
  return Object.fromEntries(Object.entries(metadata).filter(([field]) => SYSTEM_METADATA.has(field)));
}

/** The entries to store: the very ones that are stored where nothing about them changed. */
export function entriesOf(managers: readonly Manager[], stored: unknown): readonly unknown[] | undefined {
  const entries = encodeManagers(managers);
  if (Array.isArray(stored) && equalValues(stored, entries)) return stored;
  return entries.length === 0 ? undefined : entries;
}
