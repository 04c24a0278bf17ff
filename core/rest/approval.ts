import { approvalRefusal } from '../api/admission/certificates.ts';
import { requesterOf } from '../api/admission/rbac-escalation.ts';
import type { RequestClient } from '../api/identity.ts';
import type { KubeObject, NewObject } from '../api/object.ts';
import { updateStatus } from '../api/update.ts';
import type { Kind } from '../kinds/kind.ts';
import { kindByResource } from '../kinds/registry.ts';
import { isJsonObject } from '../schema/decoding.ts';
import type { CertificateSigningRequest } from '../schema/types.generated.ts';
import { readBody } from './body.ts';
import { type RestAnswer, refusal } from './request.ts';
import { answerOf, missing, stored, type WriteContext } from './write-request.ts';

/** Requests for certificates: who asked, and what was decided. */

export const CSR = kindByResource('certificatesigningrequests.certificates.k8s.io');

type Fields = Readonly<Record<string, unknown>>;

function withoutNulls(object: Fields): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

function versionOf(body: Fields): string {
  const { resourceVersion } = isJsonObject(body.metadata) ? body.metadata : {};
  return typeof resourceVersion === 'string' ? resourceVersion : '';
}

/** `approval`: the conditions, and nothing else. */
export function approve(write: WriteContext, sent: Fields): RestAnswer {
  const read = readBody(write.path.apiVersion, write.path.kind, sent, write.request.query);
  if (!read.ok) return refusal(read.status);
  const body = read.object as unknown as Fields;
  const before = stored(write) as CertificateSigningRequest | undefined;
  if (before === undefined) return missing(write);
  const { store, path, context } = write;
  const { client } = context;
  const refused =
    client === undefined ? undefined : approvalRefusal(store.state, requesterOf(client), path.kind, before);
  if (refused !== undefined) return refusal(refused);
  const given = isJsonObject(body.status) ? body.status.conditions : undefined;
  const conditions = (Array.isArray(given) ? given : []).map((condition: unknown) =>
    isJsonObject(condition) ? withoutNulls(condition) : {},
  );
  const metadata = { ...before.metadata, resourceVersion: versionOf(body) };
  const next = { ...before, metadata, status: { ...before.status, conditions } } as unknown as KubeObject;
  return answerOf(write, updateStatus(store, path.kind, next, context), 200);
}

/** Who asks for a certificate is written down by the server, whatever was sent (certificates `csrStrategy`). */
export function signedFor(object: NewObject, kind: Kind, client: RequestClient | undefined): NewObject {
  if (kind !== CSR || client === undefined) return object;
  const { spec } = object as NewObject & { readonly spec?: object };
  const { user: username, groups, uid, extra } = client;
  return { ...object, spec: { ...spec, username, groups, uid, extra } } as NewObject;
}
