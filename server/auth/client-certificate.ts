import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Requester } from '../../core/rbac/requester.ts';
import { type ClusterAuthority, EXTENDED_USAGE } from './cluster-authority.ts';

/** Who a certificate of a client says that it is: its common name is the user, its organisations are the groups. */

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

export function certificateOf(socket: TLSSocket): X509Certificate | undefined {
  return socket.getPeerX509Certificate?.();
}

/** `undefined`: it says nothing that counts here. By the clock of the cluster, which need not be that of the machine. */
export function certifiedUser(
  certificate: X509Certificate,
  authority: ClusterAuthority,
  nowMs: number,
): Requester | undefined {
  if (!authority.hasIssued(certificate)) return undefined;
  if (nowMs < Date.parse(certificate.validFrom) || nowMs > Date.parse(certificate.validTo)) return undefined;
  if (!(certificate.keyUsage ?? []).includes(EXTENDED_USAGE.client)) return undefined;
  const { subject } = certificate.toLegacyObject() as unknown as {
    readonly subject: Readonly<Record<string, string | readonly string[] | undefined>>;
  };
  const [name] = listOf(subject.CN);
  if (name === undefined || name === '') return undefined;
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return {
    name,
    groups: listOf(subject.O),
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
  };
}
