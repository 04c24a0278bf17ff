import { nodeActionRefusal } from '../api/admission/node-restriction.ts';
import { admitBody, reviewed } from '../api/admission/webhooks/verbs.ts';
import { bindPod } from '../api/bind.ts';
import { evictPod } from '../api/evict.ts';
import type { KubeObject, NewObject } from '../api/object.ts';
import { badRequest, failure } from '../api/status.ts';
import { updateObject } from '../api/update.ts';
import type { Kind } from '../kinds/kind.ts';
import { NAMESPACE, POD, SERVICE_ACCOUNT } from '../kinds/registry.ts';
import { isJsonObject } from '../schema/decoding.ts';
import { rfc3339, SECOND } from '../time.ts';
import { approve, CSR } from './approval.ts';
import { decodeBase64Text } from './base64-url.ts';
import { deleteOptions } from './deletion.ts';
import { patched, patchTypeOf } from './patch.ts';
import { answer, type RestAnswer, refusal } from './request.ts';
import { unsignedToken } from './tokens/token-request.ts';
import {
  answerOf,
  isStatus,
  METHOD_NOT_ALLOWED,
  missing,
  stored,
  type WriteContext,
} from './write-request.ts';

/** Subresources that a kind has for itself, and that are an action rather than a part of the object. */

const DONE = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

type Serve = (write: WriteContext, body: Readonly<Record<string, unknown>>) => RestAnswer;

function evict(write: WriteContext, body: Readonly<Record<string, unknown>>): RestAnswer {
  const { store, context, request, path } = write;
  const { namespace = '', name = '' } = path;
  const options = deleteOptions({ ...request, body: body.deleteOptions });
  if (isStatus(options)) return refusal(options);
  const result = evictPod(store, { namespace, name, options }, context);
  return result.ok ? answer(201, DONE) : refusal(result.status);
}

function bind(write: WriteContext, body: Readonly<Record<string, unknown>>): RestAnswer {
  const { store, context, path } = write;
  const { namespace = '', name = '' } = path;
  const pod = stored(write);
  if (pod === undefined) return missing(write);
  const nodeName = isJsonObject(body.target) ? body.target.name : undefined;
  if (typeof nodeName !== 'string') return refusal(badRequest('target.name: Required value'));
  const { uid } = pod.metadata;
  const result = bindPod(store, { verb: 'bind', namespace, name, uid, nodeName }, context);
  return result.ok ? answer(201, DONE) : refusal(result.status);
}

const UNSIGNED = failure('MethodNotAllowed', 'tokens are signed by a server, and nothing here has its key');

/** A token of a service account. What has signed it is outside: the request brings it along. */
function token(write: WriteContext, body: Readonly<Record<string, unknown>>): RestAnswer {
  const { namespace = '', name = '' } = write.path;
  const { now } = write.context;
  const unsigned = unsignedToken(write.store.state, namespace, name, body, now);
  if ('code' in unsigned) return refusal(unsigned);
  const signed = write.request.outside?.token;
  if (signed === undefined) return refusal(UNSIGNED);
  // It was signed a moment before this one.
  const claims = parsedJson(decodeBase64Text(signed.split('.')[1] ?? ''));
  const exp = isJsonObject(claims) && typeof claims.exp === 'number' ? claims.exp : unsigned.claims.exp;
  return answer(201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: rfc3339(now) },
    spec: unsigned.spec,
    status: { token: signed, expirationTimestamp: rfc3339(exp * SECOND) },
  });
}

function parsedJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function versionOf(body: Readonly<Record<string, unknown>>): string {
  const { resourceVersion } = isJsonObject(body.metadata) ? body.metadata : {};
  return typeof resourceVersion === 'string' ? resourceVersion : '';
}

/** A namespace's own finalizers, which its controller takes away when nothing is left in it. */
function finalize(write: WriteContext, body: Readonly<Record<string, unknown>>): RestAnswer {
  const before = stored(write) as (KubeObject & { readonly spec?: object }) | undefined;
  if (before === undefined) return missing(write);
  const finalizers =
    isJsonObject(body.spec) && Array.isArray(body.spec.finalizers) ? body.spec.finalizers : [];
  const metadata = { ...before.metadata, resourceVersion: versionOf(body) };
  const next = { ...before, metadata, spec: { ...before.spec, finalizers } };
  return answerOf(write, updateObject(write.store, write.path.kind, next, write.context), 200);
}

/** A patch of the approval: of what `approve` may write, nothing else counts. */
function patchApproval(write: WriteContext): RestAnswer {
  const before = stored(write);
  if (before === undefined) return missing(write);
  const type = patchTypeOf(write.request.contentType);
  if (type === undefined) return refusal(badRequest('an approval takes no configuration to apply'));
  const next = patched(type, before, write.request.body, write.path);
  return next.ok ? approve(write, isJsonObject(next.value) ? next.value : {}) : refusal(next.status);
}

interface Subresource {
  readonly kind: Kind | undefined;
  readonly name: string;
  readonly method: 'POST' | 'PUT';
  readonly serve: Serve;
  /** The kind of the body, where it isn't the object itself: webhooks are asked about the body then. */
  readonly body?: { readonly apiVersion: string; readonly kind: string };
}

const EVICTION = { apiVersion: 'policy/v1', kind: 'Eviction' };
const TOKEN_REQUEST = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' };

const SUBRESOURCES: readonly Subresource[] = [
  { kind: POD, name: 'binding', method: 'POST', serve: bind, body: { apiVersion: 'v1', kind: 'Binding' } },
  { kind: POD, name: 'eviction', method: 'POST', serve: evict, body: EVICTION },
  { kind: SERVICE_ACCOUNT, name: 'token', method: 'POST', serve: token, body: TOKEN_REQUEST },
  { kind: CSR, name: 'approval', method: 'PUT', serve: approve },
  { kind: NAMESPACE, name: 'finalize', method: 'PUT', serve: finalize },
];

function find(kind: Kind, name: string): Subresource | undefined {
  return SUBRESOURCES.find((subresource) => subresource.kind === kind && subresource.name === name);
}

export function isOwnSubresource(kind: Kind, name: string): boolean {
  return find(kind, name) !== undefined;
}

export function serveSubresource(write: WriteContext, name: string): RestAnswer {
  const subresource = find(write.path.kind, name);
  if (write.request.method === 'PATCH' && subresource?.serve === approve) return patchApproval(write);
  if (subresource?.method !== write.request.method) return refusal(METHOD_NOT_ALLOWED);
  const body = isJsonObject(write.request.body) ? write.request.body : {};
  if (subresource.body === undefined || stored(write) === undefined) return subresource.serve(write, body);
  const { namespace, name: subject = '', kind } = write.path;
  const { state } = write.store;
  const denial = nodeActionRefusal(kind, name, namespace ?? '', subject, body, state, write.context);
  if (denial !== undefined) return refusal(denial);
  const metadata = { ...(isJsonObject(body.metadata) ? body.metadata : {}), name: subject, namespace };
  const whole = { ...subresource.body, ...body, metadata } as NewObject;
  const path = { kind, namespace, name: subject };
  const admitted = admitBody(whole, undefined, path, state, write.context);
  if (isStatus(admitted)) return refusal(admitted);
  const context = reviewed(write.context);
  return subresource.serve({ ...write, context }, admitted as unknown as Readonly<Record<string, unknown>>);
}
