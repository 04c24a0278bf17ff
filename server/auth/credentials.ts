import { timingSafeEqual } from 'node:crypto';
import { MASTERS, type Requester } from '../../core/rbac/requester.ts';
import type { TokenAnswer } from '../../core/rest/reviews.ts';
import { ISSUER, judgeClaims } from '../../core/rest/tokens/claims.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import { type ClusterAuthority, type KeyAndCertificate, makeClusterAuthority } from './cluster-authority.ts';
import { makeTokenSigner, type TokenSigner } from './token-signer.ts';

/** Everything by which clients are known: made at the start, and worth nothing after the end. */
export interface Credentials {
  readonly authority: ClusterAuthority;
  readonly signer: TokenSigner;
  /** Of the user of the kubeconfig. */
  readonly token: string;
  readonly adminCertificate: KeyAndCertificate;
}

/** The user of the kubeconfig that the server writes. */
const ADMIN: Requester = { name: 'kubernetes-admin', groups: [MASTERS] };

export async function makeCredentials(token: string): Promise<Credentials> {
  const authority = await makeClusterAuthority();
  return {
    authority,
    signer: makeTokenSigner(),
    token,
    adminCertificate: await authority.clientCertificate(ADMIN.name, ADMIN.groups),
  };
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const UNKNOWN = 'invalid bearer token';

/** Whose token this is (apiserver `bearertoken`): the error of the one who looked at it comes after the general one. */
export function tokenUser(
  { token: known, signer }: Credentials,
  token: string,
  view: View,
  now: Micros,
  audiences: readonly string[] = [],
): TokenAnswer {
  const wanted = audiences.length === 0 ? [ISSUER] : audiences;
  if (isEqual(token, known)) {
    return { user: { ...ADMIN, groups: [...ADMIN.groups, 'system:authenticated'] }, audiences: wanted };
  }
  const claims = signer.read(token);
  if (claims === undefined) return { error: UNKNOWN };
  const encoded = Buffer.from(token).toString('base64');
  const judged = judgeClaims(claims, { view, now, audiences: wanted, encoded });
  if ('error' in judged) return { error: `[${UNKNOWN}, ${judged.error}]` };
  const { user } = judged;
  return { ...judged, user: { ...user, groups: [...user.groups, 'system:authenticated'] } };
}
