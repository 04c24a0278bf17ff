import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { badRequest, failure, type Status } from '../../core/api/status.ts';
import { decide } from '../../core/rbac/access.ts';
import {
  ANONYMOUS,
  AUTHENTICATED,
  accountGroups,
  accountOf,
  type Requester,
  UNAUTHENTICATED,
} from '../../core/rbac/requester.ts';
import { type Asked, accessOf, denial, type RequestInfo, requestInfo } from '../../core/rest/request-info.ts';
import type { View } from '../../core/store/view.ts';
import { MILLISECOND, type Micros } from '../../core/time.ts';
import { certificateOf, certifiedUser } from '../auth/client-certificate.ts';
import { type Credentials, tokenUser } from '../auth/credentials.ts';

/** Who asks (https://kubernetes.io/docs/reference/access-authn-authz/authentication/), and whether they may. */

const UNAUTHORIZED = failure('Unauthorized', 'Unauthorized');

/** The state by which credentials are judged. */
export interface Moment {
  readonly view: View;
  readonly now: Micros;
}

function authenticated(user: Requester): Requester {
  return user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] };
}

/**
 * A certificate comes before a token; what is wrong with one does not matter where the other is right. Who says nothing
 * is `system:anonymous` (`--anonymous-auth`, which is on by default), and may read what `system:public-info-viewer` may.
 */
function known(
  request: IncomingMessage,
  credentials: Credentials,
  { view, now }: Moment,
): Requester | Status {
  const certificate = certificateOf(request.socket as TLSSocket);
  const certified =
    certificate === undefined
      ? undefined
      : certifiedUser(certificate, credentials.authority, now / MILLISECOND);
  if (certified !== undefined) return authenticated(certified);
  const { authorization = '' } = request.headers;
  if (authorization === '') return certificate === undefined ? ANONYMOUS : UNAUTHORIZED;
  const [, token = ''] = /^bearer +(\S+) *$/i.exec(authorization) ?? [];
  if (token === '') return UNAUTHORIZED;
  const judged = tokenUser(credentials, token, view, now);
  return 'error' in judged ? UNAUTHORIZED : judged.user;
}

const EXTRA = 'impersonate-extra-';

function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** Whom the client wants to be for this request; `undefined` where it is content. */
function wantedUser(headers: NodeJS.Dict<string[]>): Requester | undefined | Status {
  const [name = ''] = headers['impersonate-user'] ?? [];
  const [uid = ''] = headers['impersonate-uid'] ?? [];
  const groups = headers['impersonate-group'] ?? [];
  const extra: Record<string, readonly string[]> = {};
  for (const [header, values] of Object.entries(headers)) {
    if (header.startsWith(EXTRA)) extra[decodedKey(header.slice(EXTRA.length))] = values ?? [];
  }
  const more = Object.keys(extra).length > 0;
  if (name === '') {
    return groups.length > 0 || uid !== '' || more
      ? badRequest('requested groups, uid or extra without impersonating a user')
      : undefined;
  }
  return {
    name,
    groups,
    ...(uid === '' ? {} : { uid }),
    ...(more ? { extra } : {}),
  };
}

/** Each thing that is impersonated is a resource of its own (apiserver `WithImpersonation`). */
function neededFor({ name, groups, uid, extra = {} }: Requester): readonly RequestInfo[] {
  const on = (resource: string, named: string, more: Partial<RequestInfo> = {}): RequestInfo =>
    ({
      isResource: true,
      verb: 'impersonate',
      group: '',
      version: 'v1',
      namespace: '',
      resource,
      subresource: '',
      name: named,
      ...more,
    }) as RequestInfo;
  const own = { group: 'authentication.k8s.io' };
  const account = accountOf(name);
  return [
    account === undefined
      ? on('users', name)
      : on('serviceaccounts', account.name, { namespace: account.namespace }),
    ...groups.map((group) => on('groups', group)),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => on('userextras', value, { ...own, subresource: key })),
    ),
    ...(uid === undefined ? [] : [on('uids', uid, own)]),
  ];
}

function withGroups(user: Requester): Requester {
  const account = accountOf(user.name);
  const groups =
    user.groups.length === 0 && account !== undefined ? accountGroups(account.namespace) : user.groups;
  const added = user.name === ANONYMOUS.name ? UNAUTHENTICATED : AUTHENTICATED;
  const isSaid = groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED);
  return { ...user, groups: isSaid ? groups : [...groups, added] };
}

function refusalOf(view: View, who: Requester, info: RequestInfo): Status | undefined {
  const { allowed, reason } = decide(view, who, accessOf(info));
  return allowed ? undefined : denial(who.name, info, reason);
}

/** Who asks, or why the request goes no further. */
export function authenticate(
  request: IncomingMessage,
  credentials: Credentials,
  moment: Moment,
): Requester | Status {
  const who = known(request, credentials, moment);
  if ('status' in who) return who;
  const wanted = wantedUser(request.headersDistinct);
  if (wanted === undefined || 'status' in wanted) return wanted ?? who;
  for (const info of neededFor(wanted)) {
    const refused = refusalOf(moment.view, who, info);
    if (refused !== undefined) return refused;
  }
  return withGroups(wanted);
}

/** Why this user may not; `undefined` where they may. */
export function authorize(view: View, who: Requester, asked: Asked): Status | undefined {
  return refusalOf(view, who, requestInfo(asked));
}
