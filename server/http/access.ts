import { timingSafeEqual } from 'node:crypto';
import { failure, type Status } from '../../core/api/status.ts';
import { parseResourcePath } from '../../core/rest/resource-path.ts';

/** Who asks, and whether they may. There is one token, and who holds it may do anything. */

/** The user of the kubeconfig that the server writes. */
export const ADMIN = 'kubernetes-admin';
const ANONYMOUS = 'system:anonymous';

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

/** The user, or why the request goes no further. */
export function authenticate(
  authorization: string | undefined,
  token: string,
  method: string,
  path: string,
  isWatch: boolean,
): { readonly user: string } | Status {
  if (authorization === undefined || authorization === '') {
    return PUBLIC.includes(path) ? { user: ANONYMOUS } : forbiddenFor(ANONYMOUS, method, path, isWatch);
  }
  const given = /^Bearer (.+)$/.exec(authorization)?.[1] ?? '';
  return isEqual(given, token) ? { user: ADMIN } : UNAUTHORIZED;
}
