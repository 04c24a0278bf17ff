import { createHash, createPublicKey, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';
import type { BoundClaims } from '../../core/rest/tokens/claims.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';

/**
 * The key that signs tokens of service accounts: made at the start, and gone at the end, so that no token outlives the
 * server that gave it. What is signed is recorded with the request that it answers.
 */
export interface TokenSigner {
  sign(claims: object): string;
  /** With an id of its own. */
  signBound(claims: Omit<BoundClaims, 'jti'>): string;
  /** What a token says that this key has signed; `undefined` for any other text. */
  read(token: string): Readonly<Record<string, unknown>> | undefined;
  /** `/openid/v1/jwks`. */
  readonly keys: object;
}

const ALGORITHM = 'ES256';
/** As JWS has signatures (RFC 7518, section 3.4), and not in DER. */
const ENCODING = 'ieee-p1363';

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown;
  } catch {
    return undefined;
  }
}

export function makeTokenSigner(): TokenSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const kid = createHash('sha256').update(der).digest('base64url');
  const head = encoded({ alg: ALGORITHM, kid });
  const signClaims = (claims: object): string => {
    const text = `${head}.${encoded(claims)}`;
    const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: ENCODING });
    return `${text}.${signature.toString('base64url')}`;
  };
  return {
    sign: signClaims,
    signBound: (claims) => signClaims({ ...claims, jti: randomUUID() }),
    read(token) {
      const [header, payload, signature, ...more] = token.split('.');
      if (header === undefined || payload === undefined || signature === undefined || more.length > 0)
        return undefined;
      const said = decoded(header);
      if (!isJsonObject(said) || said.alg !== ALGORITHM) return undefined;
      const text = Buffer.from(`${header}.${payload}`);
      const key = { key: publicKey, dsaEncoding: ENCODING } as const;
      if (!verify('sha256', text, key, Buffer.from(signature, 'base64url'))) return undefined;
      const claims = decoded(payload);
      return isJsonObject(claims) ? claims : undefined;
    },
    keys: { keys: [{ use: 'sig', ...publicKey.export({ format: 'jwk' }), kid, alg: ALGORITHM }] },
  };
}
