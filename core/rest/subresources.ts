import { bindPod } from '../api/bind.ts';
import { evictPod } from '../api/evict.ts';
import type { KubeObject, NewObject } from '../api/object.ts';
import { badRequest } from '../api/status.ts';
import { updateObject, updateStatus } from '../api/update.ts';
import type { Kind } from '../kinds/kind.ts';
import { kindByResource, NAMESPACE, POD, SERVICE_ACCOUNT } from '../kinds/registry.ts';
import { isJsonObject } from '../schema/decoding.ts';
import { rfc3339, SECOND } from '../time.ts';
import { encodeBase64Text } from './base64-url.ts';
import { deleteOptions } from './deletion.ts';
import { answer, type RestAnswer, refusal } from './request.ts';
import {
  answerOf,
  isStatus,
  METHOD_NOT_ALLOWED,
  missing,
  stored,
  type WriteContext,
} from './write-request.ts';

/** Subresources that a kind has for itself, and that are an action rather than a part of the object. */

const CSR = kindByResource('certificatesigningrequests.certificates.k8s.io');
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

/** An hour: what a token is good for where nothing else is asked. */
const TOKEN_SECONDS = 3600;
const TOKEN_SECONDS_MIN = 600;
const ISSUER = 'https://kubernetes.default.svc.cluster.local';

/**
 * A token of a service account: a JWT with the claims of a real one, and without a signature. It says who it would
 * be, and opens nothing: there is one token that does.
 */
function token(write: WriteContext, body: Readonly<Record<string, unknown>>): RestAnswer {
  const account = stored(write);
  if (account === undefined) return missing(write);
  const { now } = write.context;
  const spec = isJsonObject(body.spec) ? body.spec : {};
  const seconds = spec.expirationSeconds ?? TOKEN_SECONDS;
  if (typeof seconds !== 'number' || seconds < TOKEN_SECONDS_MIN) {
    const text = 'may not specify a duration less than 10 minutes';
    return refusal(badRequest(`spec.expirationSeconds: Invalid value: ${String(seconds)}: ${text}`));
  }
  const given = Array.isArray(spec.audiences) ? spec.audiences : [];
  const audiences = given.length === 0 ? [ISSUER] : given;
  const { name, namespace, uid } = account.metadata;
  const issued = Math.floor(now / SECOND);
  const claims = {
    aud: audiences,
    exp: issued + seconds,
    iat: issued,
    iss: ISSUER,
    'kubernetes.io': { namespace, serviceaccount: { name, uid } },
    nbf: issued,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  const parts = [{ alg: 'none', typ: 'JWT' }, claims].map((part) => encodeBase64Text(JSON.stringify(part)));
  return answer(201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: rfc3339(now) },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token: `${parts.join('.')}.`, expirationTimestamp: rfc3339(now + seconds * SECOND) },
  });
}

function versionOf(body: Readonly<Record<string, unknown>>): string {
  const { resourceVersion } = isJsonObject(body.metadata) ? body.metadata : {};
  return typeof resourceVersion === 'string' ? resourceVersion : '';
}

/** A certificate signing request's conditions, which say whether it is approved. */
function approve(write: WriteContext, body: Readonly<Record<string, unknown>>): RestAnswer {
  const before = stored(write) as (KubeObject & { readonly status?: object }) | undefined;
  if (before === undefined) return missing(write);
  const conditions = isJsonObject(body.status) ? body.status.conditions : undefined;
  const timed = (Array.isArray(conditions) ? conditions : []).map((condition: unknown) => ({
    lastTransitionTime: rfc3339(write.context.now),
    ...(isJsonObject(condition) ? withoutNulls(condition) : {}),
  }));
  const metadata = { ...before.metadata, resourceVersion: versionOf(body) };
  const next = { ...before, metadata, status: { ...before.status, conditions: timed } };
  return answerOf(write, updateStatus(write.store, write.path.kind, next, write.context), 200);
}

function withoutNulls(object: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

/** Who asks for a certificate is written down by the server, whatever was sent (certificates `csrStrategy`). */
export function signedFor(object: NewObject, kind: Kind, user: string): NewObject {
  if (kind !== CSR) return object;
  const { spec } = object as NewObject & { readonly spec?: object };
  const asked = {
    ...spec,
    username: user,
    groups: ['system:authenticated'],
    uid: undefined,
    extra: undefined,
  };
  return { ...object, spec: asked } as NewObject;
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

interface Subresource {
  readonly kind: Kind | undefined;
  readonly name: string;
  readonly method: 'POST' | 'PUT';
  readonly serve: Serve;
}

const SUBRESOURCES: readonly Subresource[] = [
  { kind: POD, name: 'binding', method: 'POST', serve: bind },
  { kind: POD, name: 'eviction', method: 'POST', serve: evict },
  { kind: SERVICE_ACCOUNT, name: 'token', method: 'POST', serve: token },
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
  if (subresource?.method !== write.request.method) return refusal(METHOD_NOT_ALLOWED);
  return subresource.serve(write, isJsonObject(write.request.body) ? write.request.body : {});
}
