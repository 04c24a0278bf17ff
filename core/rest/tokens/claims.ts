import type { Kind } from '../../kinds/kind.ts';
import { NODE, POD, SECRET, SERVICE_ACCOUNT } from '../../kinds/registry.ts';
import { quotedList } from '../../rbac/covers.ts';
import { accountGroups, accountUser, type Requester } from '../../rbac/requester.ts';
import { isJsonObject } from '../../schema/decoding.ts';
import type { View } from '../../store/view.ts';
import { type Micros, parseRfc3339, SECOND } from '../../time.ts';

/**
 * What a token of a service account says, and whether it still holds (kubernetes `pkg/serviceaccount`). Whether its
 * signature is right is for whoever has the key.
 */

/** Who signs, and for whom a token is unless it says otherwise (`--service-account-issuer`, `--api-audiences`). */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';
/** Of tokens that stand in Secrets, and never end. */
const SECRET_ISSUER = 'kubernetes/serviceaccount';

export interface ObjectReference {
  readonly name: string;
  readonly uid: string;
}

/** `kubernetes.io` of the claims. */
export interface AccountClaims {
  readonly namespace: string;
  readonly serviceaccount: ObjectReference;
  readonly pod?: ObjectReference;
  readonly secret?: ObjectReference;
  readonly node?: ObjectReference;
}

export interface BoundClaims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti: string;
  readonly 'kubernetes.io': AccountClaims;
  readonly nbf: number;
  readonly sub: string;
}

const OF_SECRET = 'kubernetes.io/serviceaccount';

/** The claims of the token in a Secret. */
export function secretClaims(
  namespace: string,
  secret: string,
  { name, uid }: ObjectReference,
): Readonly<Record<string, string>> {
  return {
    iss: SECRET_ISSUER,
    [`${OF_SECRET}/namespace`]: namespace,
    [`${OF_SECRET}/secret.name`]: secret,
    [`${OF_SECRET}/service-account.name`]: name,
    [`${OF_SECRET}/service-account.uid`]: uid,
    sub: accountUser(namespace, name),
  };
}

export type Judged =
  | { readonly user: Requester; readonly audiences: readonly string[] }
  | { readonly error: string };

type Claims = Readonly<Record<string, unknown>>;

function text(claims: Claims, field: string): string {
  const value = claims[field];
  return typeof value === 'string' ? value : '';
}

function reference(value: unknown): ObjectReference | undefined {
  if (!isJsonObject(value)) return undefined;
  const { name, uid } = value;
  return typeof name === 'string' && typeof uid === 'string' ? { name, uid } : undefined;
}

const INVALIDATED = 'service account token has been invalidated';

/** An object that is going counts as gone a minute after it should be (`serviceaccount.validator`). */
const LEEWAY: Micros = 60 * SECOND;

function isGone(
  object: { readonly metadata: { readonly uid: string; readonly deletionTimestamp?: string } } | undefined,
  now: Micros,
): boolean {
  if (object === undefined) return true;
  const { deletionTimestamp } = object.metadata;
  if (deletionTimestamp === undefined) return false;
  return (parseRfc3339(deletionTimestamp) ?? now) + LEEWAY < now;
}

/** What makes the account of a token another, or none. */
function accountProblem(view: View, namespace: string, { name, uid }: ObjectReference): string | undefined {
  const account = view.get(SERVICE_ACCOUNT, namespace, name);
  if (account === undefined) return `serviceaccounts ${JSON.stringify(name)} not found`;
  const stored = account.metadata.uid;
  return stored === uid ? undefined : `service account UID (${stored}) does not match claim (${uid})`;
}

type BoundField = 'secret' | 'pod' | 'node';

const BOUND: readonly (readonly [BoundField, Kind])[] = [
  ['secret', SECRET],
  ['pod', POD],
  ['node', NODE],
] as unknown as readonly (readonly [BoundField, Kind])[];

function boundProblem(view: View, claims: AccountClaims, now: Micros): string | undefined {
  for (const [field, kind] of BOUND) {
    const bound = claims[field];
    // The node of a pod says where it runs, and binds nothing.
    if (bound === undefined || (field === 'node' && claims.pod !== undefined)) continue;
    const object = view.get(kind, kind.namespaced ? claims.namespace : undefined, bound.name);
    if (object === undefined || isGone(object, now)) return INVALIDATED;
    const { uid } = object.metadata;
    if (uid !== bound.uid) {
      return `${field} UID (${uid}) does not match service account ${field} ref claim (${bound.uid})`;
    }
  }
  return undefined;
}

function extraOf(jti: string, { pod, node }: AccountClaims): Requester['extra'] {
  const key = 'authentication.kubernetes.io';
  return {
    [`${key}/credential-id`]: [`JTI=${jti}`],
    ...(node === undefined
      ? {}
      : {
          [`${key}/node-name`]: [node.name],
          ...(node.uid === '' ? {} : { [`${key}/node-uid`]: [node.uid] }),
        }),
    ...(pod === undefined ? {} : { [`${key}/pod-name`]: [pod.name], [`${key}/pod-uid`]: [pod.uid] }),
  };
}

function judgeBound(view: View, claims: Claims, now: Micros, audiences: readonly string[]): Judged {
  const { aud, exp, nbf } = claims;
  const given = Array.isArray(aud) ? aud.filter((one) => typeof one === 'string') : [];
  const shared = given.filter((one) => audiences.includes(one));
  if (shared.length === 0) {
    const error = `token audiences ${quotedList(given)} is invalid for the target audiences ${quotedList(audiences)}`;
    return { error };
  }
  const seconds = now / SECOND;
  if (typeof exp !== 'number' || exp <= seconds) return { error: 'service account token has expired' };
  if (typeof nbf === 'number' && Math.floor(seconds) < nbf)
    return { error: 'service account token is not valid yet' };
  const own = claims['kubernetes.io'];
  const account = isJsonObject(own) ? reference(own.serviceaccount) : undefined;
  if (!isJsonObject(own) || account === undefined || typeof own.namespace !== 'string') {
    return { error: 'service account token claims could not be validated due to unexpected error' };
  }
  const references = Object.fromEntries(
    BOUND.flatMap(([field]) => {
      const found = reference(own[field]);
      return found === undefined ? [] : [[field, found]];
    }),
  );
  const whole: AccountClaims = { namespace: own.namespace, serviceaccount: account, ...references };
  const problem = accountProblem(view, whole.namespace, account) ?? boundProblem(view, whole, now);
  if (problem !== undefined) return { error: problem };
  const { namespace } = whole;
  return {
    user: {
      name: accountUser(namespace, account.name),
      uid: account.uid,
      groups: accountGroups(namespace),
      extra: extraOf(text(claims, 'jti'), whole) ?? {},
    },
    audiences: shared,
  };
}

/** A token in a Secret holds as long as that Secret holds it. */
function judgeSecret(view: View, claims: Claims, encoded: string, audiences: readonly string[]): Judged {
  const namespace = text(claims, `${OF_SECRET}/namespace`);
  const account = {
    name: text(claims, `${OF_SECRET}/service-account.name`),
    uid: text(claims, `${OF_SECRET}/service-account.uid`),
  };
  const secret = view.get(SECRET, namespace, text(claims, `${OF_SECRET}/secret.name`));
  if (secret === undefined) return { error: INVALIDATED };
  if (secret.data?.token !== encoded) return { error: "service account token does not match server's copy" };
  const problem = accountProblem(view, namespace, account);
  if (problem !== undefined) return { error: problem };
  if (!audiences.includes(ISSUER)) {
    return { error: `token audiences [] is invalid for the target audiences ${quotedList(audiences)}` };
  }
  const { name, uid } = account;
  return {
    user: { name: accountUser(namespace, name), uid, groups: accountGroups(namespace) },
    audiences: [ISSUER],
  };
}

export interface Judgement {
  readonly view: View;
  readonly now: Micros;
  /** Whom it has to be for. */
  readonly audiences: readonly string[];
  /** The token as it would stand in a Secret: in base64. */
  readonly encoded: string;
}

/** Whose token it is that says this and is rightly signed; or why it holds no more. */
export function judgeClaims(claims: Claims, { view, now, audiences, encoded }: Judgement): Judged {
  switch (claims.iss) {
    case ISSUER:
      return judgeBound(view, claims, now, audiences);
    case SECRET_ISSUER:
      return judgeSecret(view, claims, encoded, audiences);
    default:
      return { error: 'token is from another issuer' };
  }
}
