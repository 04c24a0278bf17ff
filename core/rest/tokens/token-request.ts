import { badRequest, conflict, invalid, notFound, type Status } from '../../api/status.ts';
import type { Kind } from '../../kinds/kind.ts';
import { NODE, POD, SECRET, SERVICE_ACCOUNT } from '../../kinds/registry.ts';
import { invalidValue } from '../../kinds/validation/fields.ts';
import { accountUser } from '../../rbac/requester.ts';
import { isJsonObject } from '../../schema/decoding.ts';
import type { Pod } from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import { type Micros, SECOND } from '../../time.ts';
import { type AccountClaims, type BoundClaims, ISSUER, type ObjectReference } from './claims.ts';

/** `serviceaccounts/token`: a token that ends, perhaps with an object (registry/core/serviceaccount `TokenREST`). */

/** An hour: what a token is good for where nothing else is asked. */
const SECONDS = 3600;
const SECONDS_MIN = 600;
const SECONDS_MAX = 2 ** 32;
const TOKEN_REQUEST = { group: 'authentication.k8s.io', kind: 'TokenRequest', plural: 'tokenrequests' };

type Fields = Readonly<Record<string, unknown>>;

/** What a token is asked for, with its defaults. */
export interface TokenSpec {
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  readonly boundObjectRef: Fields | null;
}

/** What is to be signed. */
export interface Unsigned {
  readonly spec: TokenSpec;
  readonly claims: Omit<BoundClaims, 'jti'>;
}

function problemOf({ expirationSeconds }: TokenSpec): Status | undefined {
  const detail =
    expirationSeconds < SECONDS_MIN
      ? 'may not specify a duration less than 10 minutes'
      : expirationSeconds > SECONDS_MAX
        ? 'may not specify a duration larger than 2^32 seconds'
        : undefined;
  if (detail === undefined) return undefined;
  return invalid(TOKEN_REQUEST, '', [invalidValue('spec.expirationSeconds', expirationSeconds, detail)]);
}

function specOf(body: Fields): TokenSpec | Status {
  const spec = isJsonObject(body.spec) ? body.spec : {};
  const { expirationSeconds = SECONDS, audiences, boundObjectRef } = spec;
  if (typeof expirationSeconds !== 'number' || !Number.isInteger(expirationSeconds)) {
    return badRequest('spec.expirationSeconds: a whole number of seconds is expected');
  }
  const given = Array.isArray(audiences) ? audiences.filter((one) => typeof one === 'string') : [];
  return {
    audiences: given.length === 0 ? [ISSUER] : given,
    expirationSeconds,
    boundObjectRef: isJsonObject(boundObjectRef) ? boundObjectRef : null,
  };
}

function textIn(fields: Fields, field: string): string {
  const value = fields[field];
  return typeof value === 'string' ? value : '';
}

const BINDABLE = { Pod: POD, Secret: SECRET, Node: NODE } as unknown as Readonly<Record<string, Kind>>;

function isStatus(value: object): value is Status {
  return 'status' in value && 'code' in value;
}

/** The object that a token ends with, and of a pod the node that it is on. */
function boundTo(
  view: View,
  namespace: string,
  account: string,
  ref: Fields,
): Omit<AccountClaims, 'namespace' | 'serviceaccount'> | Status {
  const [kindName, name, uid] = [textIn(ref, 'kind'), textIn(ref, 'name'), textIn(ref, 'uid')];
  const kind = Object.hasOwn(BINDABLE, kindName) && ref.apiVersion === 'v1' ? BINDABLE[kindName] : undefined;
  if (kind === undefined) {
    const version = textIn(ref, 'apiVersion');
    const gvk = version.includes('/') ? version : `/${version}`;
    return badRequest(`cannot bind token to object of type ${gvk}, Kind=${kindName}`);
  }
  const object = view.get(kind, kind.namespaced ? namespace : undefined, name);
  if (object === undefined) return notFound(kind, name);
  const bound: ObjectReference = { name, uid: object.metadata.uid };
  if (kindName === POD.kind && ((object as Pod).spec.serviceAccountName ?? '') !== account) {
    const whose = `cannot bind token for serviceaccount ${JSON.stringify(account)}`;
    return badRequest(`${whose} to pod running with different serviceaccount name.`);
  }
  if (uid !== '' && uid !== bound.uid) {
    const detail = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    return conflict({ group: '', kind: kindName, plural: kindName }, name, detail);
  }
  const nodeName = kindName === POD.kind ? ((object as Pod).spec.nodeName ?? '') : '';
  if (nodeName === '') return { [kindName.toLowerCase()]: bound };
  const node = view.get(NODE, undefined, nodeName);
  return { pod: bound, node: { name: nodeName, uid: node?.metadata.uid ?? '' } };
}

/** What to sign for a request of a token, or why there is none. */
export function unsignedToken(
  view: View,
  namespace: string,
  name: string,
  body: Fields,
  now: Micros,
): Unsigned | Status {
  const account = view.get(SERVICE_ACCOUNT, namespace, name);
  if (account === undefined) return notFound(SERVICE_ACCOUNT, name);
  const spec = specOf(body);
  if (isStatus(spec)) return spec;
  const problem = problemOf(spec);
  if (problem !== undefined) return problem;
  const { boundObjectRef } = spec;
  const bound = boundObjectRef === null ? {} : boundTo(view, namespace, name, boundObjectRef);
  if (isStatus(bound)) return bound;
  const issued = Math.floor(now / SECOND);
  return {
    spec,
    claims: {
      aud: spec.audiences,
      exp: issued + spec.expirationSeconds,
      iat: issued,
      iss: ISSUER,
      'kubernetes.io': { namespace, serviceaccount: { name, uid: account.metadata.uid }, ...bound },
      nbf: issued,
      sub: accountUser(namespace, name),
    },
  };
}
