import type { KubeObject, NewObject } from '../api/object.ts';
import {
  afterUpdate,
  decodeManagers,
  encodeManagers,
  entriesOf,
  type ManagedKind,
  type Manager,
  type Writer,
} from '../api/patching/managed/managers.ts';
import { failure, type Status } from '../api/status.ts';
import type { Kind } from '../kinds/kind.ts';
import { isJsonObject } from '../schema/decoding.ts';
import { rfc3339 } from '../time.ts';
import type { RestRequest } from './request.ts';
import type { WriteContext } from './write-request.ts';

/** `managedFields` of what clients write. Who has no name for itself (a controller inside) leaves them as they are. */

/** The longest name of a manager (apimachinery `validation.FieldManagerMaxLength`). */
const MANAGER_MAX = 128;
const OPTIONS: Readonly<Record<string, string>> = { POST: 'Create', PUT: 'Update', PATCH: 'Patch' };

/** What is wrong with the name of a manager (`ValidateFieldManager`). */
export function managerProblem({ method, query }: RestRequest): Status | undefined {
  const { fieldManager = '' } = query;
  const options = OPTIONS[method];
  if (options === undefined) return undefined;
  const isPrintable = !/[\p{C}\p{Zl}\p{Zp}]/u.test(fieldManager);
  if (fieldManager.length <= MANAGER_MAX && isPrintable) return undefined;
  const detail = isPrintable
    ? `Too long: may not be more than ${MANAGER_MAX} bytes`
    : `Invalid value: ${JSON.stringify(fieldManager)}: should only contain printable characters`;
  const kind = `${options}Options`;
  return failure('Invalid', `${kind}.meta.k8s.io "" is invalid: fieldManager: ${detail}`, {
    group: 'meta.k8s.io',
    kind,
  });
}

export function managedKind({ apiVersion, kind, hasStatus, custom }: Kind): ManagedKind {
  const schema = custom?.find((version) => version.apiVersion === apiVersion)?.schema;
  return { apiVersion, kind, hasStatus, ...(schema === undefined ? {} : { schema }) };
}

/** Who writes; `undefined` where the request doesn't say. */
export function writerOf({ context, request, path }: WriteContext): Writer | undefined {
  const manager = request.query.fieldManager ?? '';
  if (manager === '') return undefined;
  const { apiVersion, subresource } = path;
  return {
    manager,
    apiVersion,
    ...(subresource === undefined ? {} : { subresource }),
    time: rfc3339(context.now),
  };
}

/** `[{}]` takes all managers away: how a client starts afresh. */
function isReset(entries: unknown): boolean {
  return (
    Array.isArray(entries) &&
    entries.length === 1 &&
    isJsonObject(entries[0]) &&
    Object.keys(entries[0]).length === 0
  );
}

/** What an object's managers are before this write: as the client sent them, or as they are stored. */
function managersBefore(sent: unknown, before: KubeObject | undefined): readonly Manager[] {
  if (isReset(sent)) return [];
  const given = decodeManagers(sent);
  return given.length > 0 ? given : decodeManagers(before?.metadata.managedFields);
}

function defaulted(kind: Kind, object: NewObject): NewObject {
  return kind.strategy.applyDefaults?.(object) ?? object;
}

/** The entries of an object that is created. */
export function managedOnCreate(write: WriteContext, object: NewObject): readonly unknown[] | undefined {
  const writer = writerOf(write);
  if (writer === undefined) return undefined;
  const { kind } = write.path;
  const after = defaulted(kind, object) as unknown as Readonly<Record<string, unknown>>;
  const managers = afterUpdate(
    decodeManagers(object.metadata.managedFields),
    writer,
    undefined,
    after,
    managedKind(kind),
  );
  return managers.length === 0 ? undefined : encodeManagers(managers);
}

/** The object as it is sent on, with the entries that the write leaves. */
export function managedOnUpdate<T extends NewObject>(write: WriteContext, before: KubeObject, object: T): T {
  const writer = writerOf(write);
  const stored = before.metadata.managedFields;
  if (writer === undefined) return object;
  const { kind } = write.path;
  const sent = object.metadata.managedFields;
  const after = defaulted(kind, object) as unknown as Readonly<Record<string, unknown>>;
  const managers = afterUpdate(
    managersBefore(sent, before),
    writer,
    before as unknown as Readonly<Record<string, unknown>>,
    after,
    managedKind(kind),
  );
  const entries = entriesOf(managers, stored) ?? [];
  return { ...object, metadata: { ...object.metadata, managedFields: entries } };
}
