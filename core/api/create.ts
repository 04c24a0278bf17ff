import type { Kind } from '../kinds/kind.ts';
import { validateObjectMeta } from '../kinds/validation/object-meta.ts';
import { rfc3339 } from '../time.ts';
import { isStatus } from './admission/admission.ts';
import { admit, validateAdmission } from './admission/list.ts';
import { type Charge, commitCharges, quotaCharges } from './admission/resource-quota.ts';
import { isSentToReview, mutateCreation, validateCreation } from './admission/webhooks/verbs.ts';
import type { ApiStore } from './api-store.ts';
import { type Command, type Result, refused } from './command.ts';
import { generatedName, type RequestContext, uidOf } from './identity.ts';
import { createdMetadata, numbered } from './metadata.ts';
import { type KubeObject, type NewObject, objectKey } from './object.ts';
import { alreadyExists, badRequest, invalid, type Status } from './status.ts';

/** How many names are tried before a generated one is given up (registry/generic `maxNameGenerationCreateAttempts`). */
const NAME_ATTEMPTS = 8;

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

/** Defaulting → admission → preparation → validation → limits and quotas → one event, after those of quotas. Hot path. */
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
  const isSent = isSentToReview(server.state, context);
  const plugins = (object: NewObject): NewObject | Status => admit(object, kind, server.state, context);
  let admitted = plugins(defaulted);
  if (isSent && !isStatus(admitted)) {
    admitted = mutateCreation(admitted, kind, server.state, context, plugins);
  }
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

  const refusal = validateAdmission(prepared, kind, server.state, name, context);
  if (refusal !== undefined) return refused(refusal);
  // `prepared` has every field but the finished metadata of a stored object.
  const object = { ...withInitialStatus(prepared, kind), metadata } as KubeObject;
  const denial = isSent ? validateCreation(object, kind, server.state, context) : undefined;
  if (denial !== undefined) return refused(denial);
  const charges = quotaCharges(server, kind, prepared, name, undefined, context);
  if ('code' in charges) return refused(charges);
  const key = objectKey(metadata.namespace, name);
  if (server.state.slotOf(kind, key) !== undefined) return refused(alreadyExists(kind, name));
  if (charges.length > 0) return createCharged(server, kind, key, object, charges, context);
  server.commit('create', kind, key, undefined, object, context);
  return { ok: true, object, rv };
}

/** With the quotas charged first, the object's own number is a later one; its uid and name stay those of the first. */
function createCharged(
  server: ApiStore,
  kind: Kind,
  key: string,
  object: KubeObject,
  charges: readonly Charge[],
  context: RequestContext,
): Result {
  commitCharges(server, charges, context);
  const rv = server.journal.nextNumber;
  const next = { ...object, metadata: numbered(object.metadata, rv) };
  server.commit('create', kind, key, undefined, next, context);
  return { ok: true, object: next, rv };
}
