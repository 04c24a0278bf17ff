import { admitBody, reviewed } from '../api/admission/webhooks/verbs.ts';
import { createObject } from '../api/create.ts';
import type { KubeObject, NewObject } from '../api/object.ts';
import { badRequest, conflict, failure, forbidden, invalid, type Status } from '../api/status.ts';
import { updateObject, updatePodPart, updateStatus } from '../api/update.ts';
import { inVersion } from '../kinds/conversion.ts';
import { isTerminating } from '../kinds/custom/lookup.ts';
import type { Kind } from '../kinds/kind.ts';
import { POD } from '../kinds/registry.ts';
import { isPodPart } from '../kinds/validation/pod-parts.ts';
import { isJsonObject } from '../schema/decoding.ts';
import { APPLY_TYPES, apply, NO_FORCE } from './apply.ts';
import { signedFor } from './approval.ts';
import { readBody } from './body.ts';
import { remove, removeMany } from './deletion.ts';
import { managedOnCreate, managedOnUpdate, managerProblem } from './managed.ts';
import { notSimulated } from './not-simulated.ts';
import { patched, patchTypeOf } from './patch.ts';
import { answer, type RestAnswer, type RestRequest, refusal } from './request.ts';
import type { ResourcePath } from './resource-path.ts';
import { hasScale, scaled, scaleOf } from './scale.ts';
import { isOwnSubresource, serveSubresource } from './subresources.ts';
import {
  answerOf,
  isStatus,
  METHOD_NOT_ALLOWED,
  missing,
  NO_SUCH_RESOURCE,
  placed,
  stored,
  type WriteContext,
} from './write-request.ts';

/** Requests that write: each is one command of the API, or several for `deletecollection`. */

function create(write: WriteContext): RestAnswer {
  const { store, context, request, path } = write;
  if (path.name !== undefined) return refusal(METHOD_NOT_ALLOWED);
  const { kind, apiVersion } = path;
  if (kind.custom !== undefined && isTerminating(store.state, kind)) return refusal(terminating(kind));
  const body = readBody(apiVersion, kind, request.body, request.query);
  if (!body.ok) return refusal(body.status);
  const sent = placed(body.object, path);
  if (isStatus(sent)) return refusal(sent);
  // Storage refuses a version at a creation, and a dry run never gets there.
  const signed = signedFor(sent, kind, context.client);
  const object = write.isDry ? withoutVersion(signed) : signed;
  const managedFields = managedOnCreate(write, object);
  const command = {
    verb: 'create',
    kind,
    object,
    ...(managedFields === undefined ? {} : { managedFields }),
  } as const;
  return answerOf(write, createObject(store, command, context), 201, body.warnings);
}

/** The definition waits for its objects to go: there will be no more (apiextensions `customresource_handler.go`). */
function terminating({ group, plural }: Kind): Status {
  const message = 'create not allowed while custom resource definition is terminating';
  return failure('MethodNotAllowed', message, { group, kind: plural });
}

function withoutVersion(object: NewObject): NewObject {
  const { resourceVersion: _version, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** A patch may not make another object of it (apimachinery `ValidateObjectMetaUpdate`). */
function immutableUid(
  { path }: WriteContext,
  { metadata }: NewObject,
  before: KubeObject,
): Status | undefined {
  const { uid } = metadata;
  if (uid === undefined || uid === before.metadata.uid) return undefined;
  const body = `Invalid value: ${JSON.stringify(uid)}: field is immutable`;
  return invalid(path.kind, before.metadata.name, [
    { type: 'FieldValueInvalid', field: 'metadata.uid', body },
  ]);
}

function put(write: WriteContext): RestAnswer {
  const { store, context, request, path } = write;
  const { kind, apiVersion, subresource } = path;
  const before = stored(write);
  if (before === undefined) return missing(write);
  if (subresource === 'scale') return putScale(write, before, request.body);
  const body = readBody(apiVersion, kind, request.body, request.query);
  if (!body.ok) return refusal(body.status);
  const object = placed(body.object, path);
  if (isStatus(object)) return refusal(object);
  const whole = managedOnUpdate(write, before, object) as KubeObject;
  const result =
    subresource === 'status'
      ? updateStatus(store, kind, whole, context)
      : kind === POD && isPodPart(subresource)
        ? updatePodPart(store, subresource, whole, context)
        : updateObject(store, kind, whole, context);
  return answerOf(write, result, 200, body.warnings);
}

function putScale(write: WriteContext, before: KubeObject, scale: unknown): RestAnswer {
  const { store, context, path } = write;
  const next = scaled(path.kind, before, scale);
  if (isStatus(next)) return refusal(next);
  const given =
    isJsonObject(scale) && isJsonObject(scale.metadata) ? scale.metadata.resourceVersion : undefined;
  const sent = {
    ...next,
    metadata: { ...next.metadata, resourceVersion: typeof given === 'string' ? given : '' },
  };
  // Webhooks are asked about the Scale, and not about what it scales.
  const { namespace, name = '', kind } = path;
  const scales = [scaleOf(path.kind, next), scaleOf(path.kind, before)] as unknown as readonly [
    NewObject,
    NewObject,
  ];
  const admitted = admitBody(...scales, { kind, namespace, name }, store.state, context);
  if (isStatus(admitted)) return refusal(admitted);
  const final = admitted === scales[0] ? sent : scaled(path.kind, sent, admitted);
  if (isStatus(final)) return refusal(final);
  const whole = managedOnUpdate(write, before, final);
  const result = updateObject(store, kind, whole, reviewed(context));
  return result.ok ? answer(200, scaleOf(path.kind, result.object)) : refusal(result.status);
}

/** Nobody knows how lists of a custom kind are to be merged. */
const NO_STRATEGIC =
  'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';

function unsupported(message: string): RestAnswer {
  return answer(415, { ...failure('BadRequest', message, {}), reason: 'UnsupportedMediaType', code: 415 });
}

function patch(write: WriteContext): RestAnswer {
  const { store, context, request, path } = write;
  const { kind, apiVersion, subresource } = path;
  if (APPLY_TYPES.includes(request.contentType ?? '')) return apply(write);
  if (request.query.force !== undefined) return refusal(NO_FORCE);
  const type = patchTypeOf(request.contentType);
  if (type === undefined) return unsupported('415: Unsupported Media Type');
  if (type === 'strategic' && kind.custom !== undefined) return unsupported(NO_STRATEGIC);
  const before = stored(write);
  if (before === undefined) return missing(write);
  const isScale = subresource === 'scale';
  const document = isScale ? scaleOf(kind, before) : inVersion(before, apiVersion);
  const next = patched(type, document, request.body, path);
  if (!next.ok) return refusal(next.status);
  if (isScale) return putScale(write, before, next.value);
  const body = readBody(apiVersion, kind, next.value, request.query);
  if (!body.ok) return refusal(body.status);
  const object = placed(body.object, path);
  if (isStatus(object)) return refusal(object);
  const otherUid = immutableUid(write, object, before);
  if (otherUid !== undefined) return refusal(otherUid);
  const sentVersion = versionIn(request.body);
  if (sentVersion !== undefined && sentVersion !== before.metadata.resourceVersion) {
    const detail =
      'the object has been modified; please apply your changes to the latest version and try again';
    return refusal(conflict(kind, path.name ?? '', detail));
  }
  const whole = managedOnUpdate(write, before, object) as KubeObject;
  const result =
    subresource === 'status'
      ? updateStatus(store, kind, whole, context)
      : kind === POD && isPodPart(subresource)
        ? updatePodPart(store, subresource, whole, context)
        : updateObject(store, kind, whole, context);
  return answerOf(write, result, 200, body.warnings);
}

/** A patch that names a resourceVersion holds for that version alone. */
function versionIn(body: unknown): string | undefined {
  if (!isJsonObject(body) || !isJsonObject(body.metadata)) return undefined;
  const { resourceVersion } = body.metadata;
  return typeof resourceVersion === 'string' && resourceVersion !== '' ? resourceVersion : undefined;
}

function isServed({ kind, subresource }: ResourcePath, method: RestRequest['method']): boolean {
  if (subresource === undefined) return true;
  if (isOwnSubresource(kind, subresource)) return true;
  if (subresource === 'status') return kind.hasStatus && method !== 'DELETE';
  if (kind === POD && isPodPart(subresource)) return method === 'PUT' || method === 'PATCH';
  if (subresource === 'scale') return hasScale(kind) && method !== 'DELETE' && method !== 'POST';
  return false;
}

function namespaceProblem({ request, path }: WriteContext): Status | undefined {
  if (!path.kind.namespaced || path.namespace !== undefined || request.method === 'DELETE') return undefined;
  return request.method === 'POST'
    ? badRequest('an empty namespace may not be set during creation')
    : forbidden(path.kind, path.name ?? '', 'a namespace is needed');
}

export function serveWrite(write: WriteContext): RestAnswer {
  const { request, path } = write;
  const refused = notSimulated(path.kind, path.name ?? '', path.subresource);
  if (refused !== undefined) return refusal(refused);
  if (!isServed(path, request.method)) return refusal(NO_SUCH_RESOURCE);
  const problem = namespaceProblem(write) ?? managerProblem(request);
  if (problem !== undefined) return refusal(problem);
  if (path.subresource !== undefined && isOwnSubresource(path.kind, path.subresource)) {
    return serveSubresource(write, path.subresource);
  }
  switch (request.method) {
    case 'POST':
      return path.subresource === undefined ? create(write) : refusal(METHOD_NOT_ALLOWED);
    case 'PUT':
      return path.name === undefined ? refusal(METHOD_NOT_ALLOWED) : put(write);
    case 'PATCH':
      return path.name === undefined ? refusal(METHOD_NOT_ALLOWED) : patch(write);
    case 'DELETE':
      return path.name === undefined ? removeMany(write) : remove(write);
    case 'GET':
      return refusal(METHOD_NOT_ALLOWED);
  }
}
