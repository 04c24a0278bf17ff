import type { ApiStore } from '../api/api-store.ts';
import { bindPod } from '../api/bind.ts';
import type { DeleteOptions, Result } from '../api/command.ts';
import { createObject } from '../api/create.ts';
import { deleteObject } from '../api/delete.ts';
import { evictPod } from '../api/evict.ts';
import type { RequestContext } from '../api/identity.ts';
import { type KubeObject, type NewObject, objectKey } from '../api/object.ts';
import { badRequest, conflict, failure, forbidden, notFound, type Status } from '../api/status.ts';
import { updateObject, updateStatus } from '../api/update.ts';
import { NAMESPACE, POD } from '../kinds/registry.ts';
import { isJsonObject } from '../schema/decoding.ts';
import { readBody } from './body.ts';
import { patched, patchTypeOf } from './patch.ts';
import { answer, type RestAnswer, type RestRequest, refusal, success } from './request.ts';
import type { ResourcePath } from './resource-path.ts';
import { hasScale, scaled, scaleOf } from './scale.ts';
import { selectionOf } from './selection.ts';

/** Requests that write: each is one command of the API, or several for `deletecollection`. */

export interface WriteContext {
  /** Where it is written to; for a dry run a store that keeps nothing. */
  readonly store: ApiStore;
  readonly context: RequestContext;
  readonly request: RestRequest;
  readonly path: ResourcePath;
}

const METHOD_NOT_ALLOWED: Status = failure(
  'MethodNotAllowed',
  'the server does not allow this method on the requested resource',
  {},
);
const NO_SUCH_RESOURCE: Status = failure('NotFound', 'the server could not find the requested resource', {});

function answerOf(result: Result, code: number, warnings: readonly string[] = []): RestAnswer {
  return result.ok ? answer(code, result.object, warnings) : refusal(result.status);
}

/** Names and namespaces stand in the URL too, and must not say otherwise there. */
function placed(object: NewObject, { kind, namespace, name }: ResourcePath): NewObject | Status {
  const { metadata } = object;
  if (kind.namespaced && metadata.namespace !== undefined && metadata.namespace !== namespace) {
    return badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  if (name !== undefined && metadata.name !== undefined && metadata.name !== name) {
    return badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  const own = kind.namespaced ? { namespace } : {};
  return {
    ...object,
    metadata: { ...metadata, ...own, ...(name === undefined ? {} : { name }) },
  } as NewObject;
}

function isStatus(value: object): value is Status {
  return 'kind' in value && value.kind === 'Status' && 'code' in value;
}

function create({ store, context, request, path }: WriteContext): RestAnswer {
  if (path.name !== undefined) return refusal(METHOD_NOT_ALLOWED);
  const { kind, apiVersion } = path;
  const body = readBody(apiVersion, kind.kind, request.body, request.query);
  if (!body.ok) return refusal(body.status);
  const object = placed(body.object, path);
  if (isStatus(object)) return refusal(object);
  const result = createObject(store, { verb: 'create', kind, object }, context);
  return answerOf(result, 201, body.warnings);
}

function stored({ store, path }: WriteContext): KubeObject | undefined {
  return store.state.getByKey(path.kind, objectKey(path.namespace, path.name ?? ''));
}

function missing({ path }: WriteContext): RestAnswer {
  return refusal(notFound(path.kind, path.name ?? ''));
}

function put(write: WriteContext): RestAnswer {
  const { store, context, request, path } = write;
  const { kind, apiVersion, subresource } = path;
  const before = stored(write);
  if (before === undefined) return missing(write);
  if (subresource === 'scale') return putScale(write, before, request.body);
  const body = readBody(apiVersion, kind.kind, request.body, request.query);
  if (!body.ok) return refusal(body.status);
  const object = placed(body.object, path);
  if (isStatus(object)) return refusal(object);
  // A client may leave out what the server alone knows; the stored object has it.
  const whole = { ...object, metadata: { ...object.metadata } } as KubeObject;
  const result =
    subresource === 'status'
      ? updateStatus(store, kind, whole, context)
      : updateObject(store, kind, whole, context);
  return answerOf(result, 200, body.warnings);
}

function putScale({ store, context, path }: WriteContext, before: KubeObject, scale: unknown): RestAnswer {
  const next = scaled(before, scale);
  if (isStatus(next)) return refusal(next);
  const given =
    isJsonObject(scale) && isJsonObject(scale.metadata) ? scale.metadata.resourceVersion : undefined;
  const sent = {
    ...next,
    metadata: { ...next.metadata, resourceVersion: typeof given === 'string' ? given : '' },
  };
  const result = updateObject(store, path.kind, sent, context);
  return result.ok ? answer(200, scaleOf(result.object)) : refusal(result.status);
}

function patch(write: WriteContext): RestAnswer {
  const { store, context, request, path } = write;
  const { kind, apiVersion, subresource } = path;
  const type = patchTypeOf(request.contentType);
  if (type === undefined) {
    return answer(415, {
      ...failure('BadRequest', '415: Unsupported Media Type', {}),
      reason: 'UnsupportedMediaType',
      code: 415,
    });
  }
  const before = stored(write);
  if (before === undefined) return missing(write);
  const isScale = subresource === 'scale';
  const next = patched(type, isScale ? scaleOf(before) : before, request.body, path);
  if (!next.ok) return refusal(next.status);
  if (isScale) return putScale(write, before, next.value);
  const body = readBody(apiVersion, kind.kind, next.value, request.query);
  if (!body.ok) return refusal(body.status);
  const object = placed(body.object, path);
  if (isStatus(object)) return refusal(object);
  const sentVersion = versionIn(request.body);
  if (sentVersion !== undefined && sentVersion !== before.metadata.resourceVersion) {
    const detail =
      'the object has been modified; please apply your changes to the latest version and try again';
    return refusal(conflict(kind, path.name ?? '', detail));
  }
  const result =
    subresource === 'status'
      ? updateStatus(store, kind, object as KubeObject, context)
      : updateObject(store, kind, object as KubeObject, context);
  return answerOf(result, 200, body.warnings);
}

/** A patch that names a resourceVersion holds for that version alone. */
function versionIn(body: unknown): string | undefined {
  if (!isJsonObject(body) || !isJsonObject(body.metadata)) return undefined;
  const { resourceVersion } = body.metadata;
  return typeof resourceVersion === 'string' && resourceVersion !== '' ? resourceVersion : undefined;
}

/** `DeleteOptions` in the body, and those that may stand in the query. */
function deleteOptions({ body, query }: RestRequest): DeleteOptions | Status {
  const given = isJsonObject(body) ? body : {};
  const seconds =
    given.gracePeriodSeconds ??
    (query.gracePeriodSeconds === undefined ? undefined : Number(query.gracePeriodSeconds));
  const policy = given.propagationPolicy ?? query.propagationPolicy;
  if (seconds !== undefined && (typeof seconds !== 'number' || !Number.isSafeInteger(seconds))) {
    return badRequest('gracePeriodSeconds must be an integer');
  }
  if (policy !== undefined && policy !== 'Background' && policy !== 'Foreground' && policy !== 'Orphan') {
    const message = `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: ${JSON.stringify(policy)}: supported values: "Background", "Foreground", "Orphan"`;
    return failure('Invalid', message, { group: 'meta.k8s.io', kind: 'DeleteOptions' });
  }
  const { uid, resourceVersion } = isJsonObject(given.preconditions) ? given.preconditions : {};
  return {
    ...(seconds === undefined ? {} : { gracePeriodSeconds: seconds }),
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    preconditions: {
      ...(typeof uid === 'string' ? { uid } : {}),
      ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    },
  };
}

/** Kinds whose deletion answers with the object (`ReturnDeletedObject`). */
const RETURNED: readonly string[] = [
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'podtemplates',
  'resourcequotas',
  'serviceaccounts',
  'services',
];

function remove(write: WriteContext): RestAnswer {
  const { store, context, request, path } = write;
  const { kind, namespace, name = '' } = path;
  const options = deleteOptions(request);
  if (isStatus(options)) return refusal(options);
  const result = deleteObject(store, { verb: 'delete', kind, namespace, name, options }, context);
  if (!result.ok) return refusal(result.status);
  const isGone = store.state.getByKey(kind, objectKey(namespace, name)) === undefined;
  const isReturned = RETURNED.includes(kind.resource) || !isGone;
  return answer(200, isReturned ? result.object : success(result.object, kind.group, kind.plural));
}

/** `deletecollection`: one after the other; what was deleted is answered as a list. */
function removeMany(write: WriteContext): RestAnswer {
  const { store, context, request, path } = write;
  const { kind, namespace } = path;
  if (kind === NAMESPACE) return refusal(METHOD_NOT_ALLOWED);
  const options = deleteOptions(request);
  if (isStatus(options)) return refusal(options);
  const selection = selectionOf(kind, request.query);
  if (!selection.ok) return refusal(selection.status);
  const items: KubeObject[] = [];
  for (const object of store.state.list(kind, namespace).filter(selection.selects)) {
    const { name } = object.metadata;
    const of = object.metadata.namespace;
    const result = deleteObject(store, { verb: 'delete', kind, namespace: of, name, options }, context);
    if (result.ok) items.push(result.object);
    else if (result.status.reason !== 'NotFound') return refusal(result.status);
  }
  const metadata = { resourceVersion: String(store.state.version) };
  return answer(200, { kind: `${kind.kind}List`, apiVersion: path.apiVersion, metadata, items });
}

/** POST to a subresource of a pod. */
function act(write: WriteContext): RestAnswer {
  const { store, context, request, path } = write;
  const { namespace = '', name = '', subresource } = path;
  const body = isJsonObject(request.body) ? request.body : {};
  if (subresource === 'eviction') {
    const options = deleteOptions({ ...request, body: body.deleteOptions });
    if (isStatus(options)) return refusal(options);
    const result = evictPod(store, { namespace, name, options }, context);
    return result.ok ? answer(201, DONE) : refusal(result.status);
  }
  if (subresource === 'binding') {
    const pod = stored(write);
    if (pod === undefined) return missing(write);
    const nodeName = isJsonObject(body.target) ? body.target.name : undefined;
    if (typeof nodeName !== 'string') return refusal(badRequest('target.name: Required value'));
    const result = bindPod(
      store,
      { verb: 'bind', namespace, name, uid: pod.metadata.uid, nodeName },
      context,
    );
    return result.ok ? answer(201, DONE) : refusal(result.status);
  }
  return refusal(NO_SUCH_RESOURCE);
}

const DONE = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

function isServed({ kind, subresource }: ResourcePath, method: RestRequest['method']): boolean {
  if (subresource === undefined) return true;
  if (subresource === 'status') return kind.hasStatus && method !== 'DELETE';
  if (subresource === 'scale') return hasScale(kind.resource) && method !== 'DELETE' && method !== 'POST';
  return kind === POD && method === 'POST';
}

function namespaceProblem({ request, path }: WriteContext): Status | undefined {
  if (!path.kind.namespaced || path.namespace !== undefined || request.method === 'DELETE') return undefined;
  return request.method === 'POST'
    ? badRequest('an empty namespace may not be set during creation')
    : forbidden(path.kind, path.name ?? '', 'a namespace is needed');
}

export function serveWrite(write: WriteContext): RestAnswer {
  const { request, path } = write;
  if (!isServed(path, request.method)) return refusal(NO_SUCH_RESOURCE);
  const problem = namespaceProblem(write);
  if (problem !== undefined) return refusal(problem);
  switch (request.method) {
    case 'POST':
      return path.subresource === undefined ? create(write) : act(write);
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
