import type { Kind } from '../kinds/kind.ts';
import { validateObjectMeta } from '../kinds/validation/object-meta.ts';
import { rfc3339 } from '../time.ts';
import { isStatus } from './admission/admission.ts';
import { ADMISSION_PLUGINS } from './admission/list.ts';
import type { ApiStore } from './api-store.ts';
import { type Command, type Result, refused } from './command.ts';
import { generatedName, type RequestContext, uidOf } from './identity.ts';
import { createdMetadata } from './metadata.ts';
import { type KubeObject, type NewObject, objectKey } from './object.ts';
import { alreadyExists, badRequest, invalid, type Status } from './status.ts';

/** How many names are tried before a generated one is given up (registry/generic `maxNameGenerationCreateAttempts`). */
const NAME_ATTEMPTS = 8;

/** Admission in order; the first refusal ends it. */
function admit(object: NewObject, kind: Kind, server: ApiStore): NewObject | Status {
  let admitted = object;
  for (const plugin of ADMISSION_PLUGINS) {
    if (!plugin.handles(kind)) continue;
    const outcome = plugin.admit(admitted, kind, server.state);
    if (isStatus(outcome)) return outcome;
    admitted = outcome;
  }
  return admitted;
}

/** A free name, or the last one tried. Another draw for each attempt, all keyed by the record's number. */
function chooseName(server: ApiStore, kind: Kind, object: NewObject, rv: number): string {
  const given = object.metadata.name;
  if (given !== undefined && given !== '') return given;
  const prefix = object.metadata.generateName ?? '';
  // Neither: validation says what is missing.
  if (prefix === '') return '';
  let name = '';
  for (let attempt = 0; attempt < NAME_ATTEMPTS; attempt += 1) {
    name = generatedName(server.draw, prefix, rv, attempt);
    if (server.state.slotOf(kind, objectKey(object.metadata.namespace, name)) === undefined) break;
  }
  return name;
}

/** What a client sends as status on creation is dropped, unless the kind's own strategy decides about it. */
function withInitialStatus(object: NewObject, kind: Kind): NewObject {
  if (!kind.hasStatus || kind.strategy.prepareForCreate !== undefined) return object;
  return { ...object, status: {} } as NewObject;
}

/** Admission → defaulting → preparation → validation → one event. Hot path. */
export function createObject(
  server: ApiStore,
  command: Extract<Command, { verb: 'create' }>,
  context: RequestContext,
): Result {
  const { kind } = command;
  const { strategy } = kind;
  if (command.object.metadata.resourceVersion)
    return refused(badRequest('resourceVersion should not be set on objects to be created'));
  const defaulted = strategy.applyDefaults?.(command.object) ?? command.object;
  const admitted = admit(defaulted, kind, server);
  if (isStatus(admitted)) return refused(admitted);
  const prepared = strategy.prepareForCreate?.(admitted, server.strategyContext(context)) ?? admitted;
  if (isStatus(prepared)) return refused(prepared);

  const rv = server.journal.nextNumber;
  const name = chooseName(server, kind, prepared, rv);
  const generation = strategy.countsGenerations === false ? undefined : 1;
  const metadata = createdMetadata(
    prepared,
    name,
    uidOf(server.draw, rv),
    rv,
    rfc3339(context.now),
    generation,
    command.managedFields,
  );
  const metaErrors = validateObjectMeta(metadata, kind.namespaced, strategy.nameRule ?? 'subdomain');
  const errors = strategy.validate?.(prepared) ?? [];
  if (metaErrors.length > 0 || errors.length > 0)
    return refused(invalid(kind, name, [...metaErrors, ...errors]));

  const key = objectKey(metadata.namespace, name);
  if (server.state.slotOf(kind, key) !== undefined) return refused(alreadyExists(kind, name));
  // `prepared` has every field but the finished metadata of a stored object.
  const object = { ...withInitialStatus(prepared, kind), metadata } as KubeObject;
  server.commit('create', kind, key, undefined, object, context);
  return { ok: true, object, rv };
}
