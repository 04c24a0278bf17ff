import type { Status } from '../../core/api/status.ts';
import type { RestRequest } from '../../core/rest/request.ts';
import { parseResourcePath } from '../../core/rest/resource-path.ts';
import { unsignedToken } from '../../core/rest/tokens/token-request.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import type { Session } from '../session/session.ts';
import type { Credentials } from './credentials.ts';

/** A request with what only a key can make for it, so that the record of it is all that there is to do again. */
export async function signedOutside(
  request: RestRequest,
  { view, now }: Session,
  { signer }: Credentials,
): Promise<RestRequest | Status> {
  if (request.method !== 'POST') return request;
  const path = parseResourcePath(request.path);
  if (typeof path === 'string') return request;
  const { kind, namespace = '', name = '', subresource } = path;
  if (kind.resource !== 'serviceaccounts' || subresource !== 'token') return request;
  const unsigned = unsignedToken(view, namespace, name, isJsonObject(request.body) ? request.body : {}, now);
  // Refused, and in the log all the same.
  if ('code' in unsigned) return request;
  return { ...request, outside: { token: signer.signBound(unsigned.claims) } };
}
