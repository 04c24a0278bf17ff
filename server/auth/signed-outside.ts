import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { invalid, type Status } from '../../core/api/status.ts';
import { readSigningRequest } from '../../core/certificates/signing-request.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { invalidValue } from '../../core/kinds/validation/fields.ts';
import type { RestRequest } from '../../core/rest/request.ts';
import { parseResourcePath } from '../../core/rest/resource-path.ts';
import { unsignedToken } from '../../core/rest/tokens/token-request.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import type { Session } from '../session/session.ts';
import type { Credentials } from './credentials.ts';

const CSR = 'certificatesigningrequests.certificates.k8s.io';

/** Why a request for a certificate is none of the key that it names: whoever asks signs with it. */
async function forgery(kind: Kind, body: unknown): Promise<Status | undefined> {
  const { spec, metadata } = isJsonObject(body) ? body : {};
  const given = isJsonObject(spec) ? spec.request : undefined;
  // What can't be read at all is left to validation.
  if (typeof given !== 'string' || typeof readSigningRequest(given) === 'string') return undefined;
  const problem = await signatureProblem(Buffer.from(given, 'base64').toString());
  if (problem === undefined) return undefined;
  const name = isJsonObject(metadata) && typeof metadata.name === 'string' ? metadata.name : '';
  return invalid(kind, name, [invalidValue('spec.request', given, problem)]);
}

async function signatureProblem(pem: string): Promise<string | undefined> {
  try {
    const isRight = await new Pkcs10CertificateRequest(pem).verify();
    return isRight ? undefined : 'x509: certificate request signature verification failure';
  } catch (error) {
    return `x509: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A request with what only a key can make for it, so that the record of it is all that there is to do again. */
export async function signedOutside(
  request: RestRequest,
  { view, now }: Session,
  { signer }: Credentials,
): Promise<RestRequest | Status> {
  if (request.method !== 'POST') return request;
  const path = parseResourcePath(request.path, view);
  if (typeof path === 'string') return request;
  const { kind, namespace = '', name = '', subresource } = path;
  if (kind.resource === CSR && subresource === undefined)
    return (await forgery(kind, request.body)) ?? request;
  if (kind.resource !== 'serviceaccounts' || subresource !== 'token') return request;
  const unsigned = unsignedToken(view, namespace, name, isJsonObject(request.body) ? request.body : {}, now);
  // Refused, and in the log all the same.
  if ('code' in unsigned) return request;
  return { ...request, outside: { token: signer.signBound(unsigned.claims) } };
}
