import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { badRequest, failure, type Status } from '../../core/api/status.ts';
import { MASTERS, mayUse, mayVisit, type Requester, rulesFor } from '../../core/rest/access.ts';
import { parseResourcePath } from '../../core/rest/resource-path.ts';
import type { View } from '../../core/store/view.ts';

/**
 * Who asks, and whether they may. There is one token, and who holds it may do anything; also be somebody else for a
 * request (`kubectl --as`), who may do what roles allow.
 */

const AUTHENTICATED = 'system:authenticated';
/** The user of the kubeconfig that the server writes. */
const ADMIN: Requester = { name: 'kubernetes-admin', groups: [MASTERS, AUTHENTICATED] };
const ANONYMOUS: Requester = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** What anybody may read (`system:public-info-viewer`). */
const PUBLIC: readonly string[] = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

const UNAUTHORIZED = failure('Unauthorized', 'Unauthorized');

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

function verbOf(method: string, hasName: boolean, isWatch: boolean): string {
  if (method === 'GET') return isWatch ? 'watch' : hasName ? 'get' : 'list';
  if (method === 'DELETE') return hasName ? 'delete' : 'deletecollection';
  return VERBS[method] ?? method.toLowerCase();
}

/** The words of a denial (`apiserver/pkg/endpoints/handlers/responsewriters` `forbiddenMessage`). */
function forbiddenFor(user: string, method: string, path: string, isWatch: boolean): Status {
  const resource = parseResourcePath(path);
  if (typeof resource === 'string') {
    return failure(
      'Forbidden',
      `forbidden: User "${user}" cannot ${method.toLowerCase()} path "${path}"`,
      {},
    );
  }
  const { kind, namespace, name, subresource } = resource;
  const plural = subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`;
  const verb = verbOf(method, name !== undefined, isWatch || resource.isWatch);
  const place = namespace === undefined ? ' at the cluster scope' : ` in the namespace "${namespace}"`;
  const subject = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
  const quoted = name === undefined ? '' : ` "${name}"`;
  const message = `${subject}${quoted} is forbidden: User "${user}" cannot ${verb} resource "${plural}" in API group "${kind.group}"${place}`;
  const details = {
    ...(name === undefined ? {} : { name }),
    ...(kind.group === '' ? {} : { group: kind.group }),
    kind: kind.plural,
  };
  return failure('Forbidden', message, details);
}

/** What a request asks for, as far as that decides whether it is served. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly isWatch: boolean;
}

/** The groups that a user is in by name: a service account is in those of its kind. */
function groupsOf(name: string, given: readonly string[]): readonly string[] {
  const [, namespace] = /^system:serviceaccount:([^:]+):/.exec(name) ?? [];
  const own =
    namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  return [...new Set([...given, ...own, AUTHENTICATED])];
}

/** Whom the holder of the token is for this request (`Impersonate-User`, `Impersonate-Group`). */
function impersonated(headers: IncomingHttpHeaders): Requester | Status {
  const user = headers['impersonate-user'];
  const group = headers['impersonate-group'];
  if (user === undefined && group === undefined) return ADMIN;
  if (typeof user !== 'string' || user === '') {
    return badRequest('requested groups without impersonating a user');
  }
  // Several headers of one name come as one, with commas between.
  const groups = group === undefined ? [] : String(group).split(/,\s*/);
  return { name: user, groups: groupsOf(user, groups) };
}

/** Who asks, or why the request goes no further. */
export function authenticate(
  headers: IncomingHttpHeaders,
  token: string,
  { method, path, isWatch }: Asked,
): Requester | Status {
  const { authorization } = headers;
  if (authorization === undefined || authorization === '') {
    return PUBLIC.includes(path) ? ANONYMOUS : forbiddenFor(ANONYMOUS.name, method, path, isWatch);
  }
  const given = /^Bearer (.+)$/.exec(authorization)?.[1] ?? '';
  return isEqual(given, token) ? impersonated(headers) : UNAUTHORIZED;
}

/** What everybody who is known may read (`system:discovery`). */
const DISCOVERY = /^\/(?:api|apis|openapi)(?:\/|$)/;
/** Questions about oneself, which need no role (`system:basic-user`). */
const OWN_QUESTION = /^\/apis\/auth(?:entication|orization)\.k8s\.io\/v1\/selfsubject[a-z]+$/;

/** Why this user may not; `undefined` where they may. */
export function authorize(view: View, who: Requester, { method, path, isWatch }: Asked): Status | undefined {
  if (who.groups.includes(MASTERS) || PUBLIC.includes(path) || OWN_QUESTION.test(path)) return undefined;
  const resource = parseResourcePath(path);
  if (typeof resource === 'string') {
    const access = { verb: method.toLowerCase(), path };
    if (method === 'GET' && DISCOVERY.test(path)) return undefined;
    return mayVisit(rulesFor(view, who, ''), access)
      ? undefined
      : forbiddenFor(who.name, method, path, isWatch);
  }
  const { kind, namespace = '', name, subresource } = resource;
  const access = {
    verb: verbOf(method, name !== undefined, isWatch || resource.isWatch),
    group: kind.group,
    resource: subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`,
    namespace,
    name: name ?? '',
  };
  return mayUse(rulesFor(view, who, namespace), access)
    ? undefined
    : forbiddenFor(who.name, method, path, isWatch);
}
