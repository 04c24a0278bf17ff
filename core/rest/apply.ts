import { requesterOf } from '../api/admission/rbac-escalation.ts';
import { createObject } from '../api/create.ts';
import type { KubeObject, NewObject } from '../api/object.ts';
import type { FieldSet } from '../api/patching/managed/field-set.ts';
import {
  applyConfiguration,
  decodeManagers,
  encodeManagers,
  entriesOf,
  keptFields,
} from '../api/patching/managed/managers.ts';
import { badRequest, conflict, failure, OPTIMISTIC_LOCK, type Status } from '../api/status.ts';
import { updateObject, updateStatus } from '../api/update.ts';
import { decide } from '../rbac/access.ts';
import { isJsonObject } from '../schema/decoding.ts';
import { withStructs } from '../schema/filled.ts';
import { signedFor } from './approval.ts';
import { readBody } from './body.ts';
import { managedKind, writerOf } from './managed.ts';
import { isTrue, type RestAnswer, refusal } from './request.ts';
import { accessOf, denial, requestInfo } from './request-info.ts';
import {
  answerOf,
  isStatus,
  METHOD_NOT_ALLOWED,
  missing,
  placedAsSent,
  stored,
  type WriteContext,
} from './write-request.ts';

/**
 * Server-side apply: a PATCH that says all that one manager wants of an object, and nothing else
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
 */
export const APPLY_TYPES: readonly string[] = [
  'application/apply-patch+yaml',
  'application/apply-patch+json',
];

function invalidOptions(field: string, detail: string): Status {
  return failure('Invalid', `PatchOptions.meta.k8s.io "" is invalid: ${field}: ${detail}`, {
    group: 'meta.k8s.io',
    kind: 'PatchOptions',
    causes: [
      {
        reason: detail.startsWith('Required') ? 'FieldValueRequired' : 'FieldValueForbidden',
        message: detail,
        field,
      },
    ],
  });
}

export const NO_FORCE: Status = invalidOptions(
  'force',
  'Forbidden: may not be specified for non-apply patch',
);
const NO_MANAGER: Status = invalidOptions('fieldManager', 'Required value: is required for apply patch');

type Fields = Readonly<Record<string, unknown>>;

function isNamed(body: unknown): boolean {
  return isJsonObject(body) && typeof body.apiVersion === 'string' && typeof body.kind === 'string';
}

/** The manager under which kubectl applies unless told otherwise, and where it kept what it applied before. */
const KUBECTL = 'kubectl';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An object that kubectl has applied from its own side goes over to server-side apply without conflicts: fields that
 * still are as it applied them may be taken over (fieldmanager's `lastAppliedManager`).
 */
function fromClientSide(
  { request, path }: WriteContext,
  before: KubeObject | undefined,
): { readonly places?: FieldSet } {
  const text = before?.metadata.annotations?.[LAST_APPLIED];
  if (before === undefined || text === undefined || request.query.fieldManager !== KUBECTL) return {};
  const body = readBody(path.apiVersion, path.kind, parsed(text), { fieldValidation: 'Ignore' });
  if (!body.ok) return {};
  const [live, config] = [before, body.object] as unknown as readonly [Fields, Fields];
  return { places: keptFields(live, config, managedKind(path.kind)) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** Where kubectl's own record of what it applied is kept, it is kept up to date (`lastAppliedUpdater`). */
function withLastApplied({ request }: WriteContext, config: NewObject, object: NewObject): NewObject {
  const { annotations } = object.metadata;
  if (request.query.fieldManager !== KUBECTL || annotations?.[LAST_APPLIED] === undefined) return object;
  const text = `${JSON.stringify(sorted(config))}\n`;
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...annotations, [LAST_APPLIED]: text } },
  };
}

function creationDenial({ store, context, request }: WriteContext): Status | undefined {
  if (context.client === undefined) return undefined;
  const who = requesterOf(context.client);
  const info = { ...requestInfo(request), verb: 'create' };
  const { allowed, reason } = decide(store.state, who, accessOf(info));
  return allowed ? undefined : denial(who.name, info, reason);
}

export function apply(write: WriteContext): RestAnswer {
  const { store, context, request, path } = write;
  const { kind, apiVersion, subresource } = path;
  if (subresource === 'scale') return refusal(METHOD_NOT_ALLOWED);
  const writer = writerOf(write);
  if (writer === undefined) return refusal(NO_MANAGER);
  if (isJsonObject(request.body) && !isNamed(request.body)) {
    return refusal(badRequest(`invalid object type: /, Kind=`));
  }
  const body = readBody(apiVersion, kind, request.body, request.query);
  if (!body.ok) return refusal(body.status);
  const config = placedAsSent(body.object, path);
  if (isStatus(config)) return refusal(config);
  if ((config.metadata.managedFields?.length ?? 0) > 0) {
    return refusal(badRequest('metadata.managedFields must be nil'));
  }
  const before = stored(write);
  if (before === undefined && subresource !== undefined) return missing(write);
  const { resourceVersion, uid } = config.metadata;
  const isStale = resourceVersion !== undefined && resourceVersion !== before?.metadata.resourceVersion;
  if (isStale) return refusal(conflict(kind, path.name ?? '', OPTIMISTIC_LOCK));
  if (uid !== undefined && before !== undefined && uid !== before.metadata.uid) {
    const detail = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid}`;
    return refusal(conflict(kind, path.name ?? '', detail));
  }
  const applied = applyConfiguration(
    before as Fields | undefined,
    decodeManagers(before?.metadata.managedFields),
    config as unknown as Fields,
    writer,
    managedKind(kind),
    { everything: isTrue(request.query.force), ...fromClientSide(write, before) },
  );
  if (!applied.ok) return refusal(applied.status);
  if (before === undefined) {
    // To apply what isn't there is to make it, and takes the right to.
    const denied = creationDenial(write);
    if (denied !== undefined) return refusal(denied);
    const managedFields = encodeManagers(applied.managers);
    const object = signedFor(withStructs(config), kind, context.client);
    const command = { verb: 'create', kind, object, managedFields } as const;
    return answerOf(write, createObject(store, command, context), 201, body.warnings);
  }
  const object = withLastApplied(write, config, applied.object as unknown as NewObject);
  const managedFields = entriesOf(applied.managers, before.metadata.managedFields) ?? [];
  const next = { ...withStructs(object), metadata: { ...object.metadata, managedFields } } as KubeObject;
  const result =
    subresource === 'status'
      ? updateStatus(store, kind, next, context)
      : updateObject(store, kind, next, context);
  return answerOf(write, result, 200, body.warnings);
}
