import {
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
} from '@peculiar/x509';
import { readSigningRequest, type SigningRequest } from '../../core/certificates/signing-request.ts';
import { kindByResource } from '../../core/kinds/registry.ts';
import { decide } from '../../core/rbac/access.ts';
import { AUTHENTICATED, accountGroups, accountUser } from '../../core/rbac/requester.ts';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from '../../core/schema/types.generated.ts';
import { MILLISECOND } from '../../core/time.ts';
import { EXTENDED_USAGE } from '../auth/cluster-authority.ts';
import type { Credentials } from '../auth/credentials.ts';
import { isKnownSigner, KUBELET_CLIENT, orderProblem } from './certificate-orders.ts';
import type { OutsideCluster, OutsideController } from './outside.ts';

/**
 * Signs what was approved, and approves what kubelets may ask for by themselves (kubernetes `pkg/controller/certificates`:
 * the signer and the approver). What it signs is recorded with the update that brings it in.
 */
const CSR = kindByResource('certificatesigningrequests.certificates.k8s.io');

/** Of the extension with other names of the subject. */
const SAN = '2.5.29.17';

const NAMESPACE = 'kube-system';
const ACTOR = {
  user: accountUser(NAMESPACE, 'certificate-controller'),
  groups: [...accountGroups(NAMESPACE), AUTHENTICATED],
};

const SECOND_MS = 1000;
const HOUR_MS = 3600 * SECOND_MS;
/** `--cluster-signing-duration`. */
const DURATION_MS = 365 * 24 * HOUR_MS;
const DURATION_MIN_MS = 600 * SECOND_MS;
/** Clocks differ: a certificate holds from a little earlier, and one of less than a working day no shorter for it. */
const BACKDATE_MS = 5 * 60 * SECOND_MS;
const SHORT_MS = 8 * HOUR_MS;

const USAGE_FLAGS: Readonly<Record<string, KeyUsageFlags>> = {
  'digital signature': KeyUsageFlags.digitalSignature,
  'key encipherment': KeyUsageFlags.keyEncipherment,
};
const EXTENDED: Readonly<Record<string, string>> = {
  'client auth': EXTENDED_USAGE.client,
  'server auth': EXTENDED_USAGE.server,
};

function has({ status }: CertificateSigningRequest, type: string): boolean {
  return status.conditions?.some((condition) => condition.type === type) === true;
}

function validity(expirationSeconds: number | undefined, nowMs: number): { notBefore: Date; notAfter: Date } {
  const asked = (expirationSeconds ?? DURATION_MS / SECOND_MS) * SECOND_MS;
  const duration = Math.min(Math.max(asked, DURATION_MIN_MS), DURATION_MS);
  const start = nowMs - BACKDATE_MS;
  const end = duration < SHORT_MS ? nowMs + duration : start + duration;
  return { notBefore: new Date(start), notAfter: new Date(end) };
}

export function certificates(session: OutsideCluster, { authority }: Credentials): OutsideController {
  let seen: unknown;
  /** By uid: what is being signed. */
  const busy = new Set<string>();

  const write = (subresource: string, request: CertificateSigningRequest): void => {
    session.write({
      method: 'PUT',
      path: `/apis/certificates.k8s.io/v1/certificatesigningrequests/${request.metadata.name}/${subresource}`,
      query: { fieldManager: 'kube-controller-manager' },
      body: request,
      ...ACTOR,
    });
  };

  const decided = (
    csr: CertificateSigningRequest,
    condition: CertificateSigningRequestCondition,
  ): CertificateSigningRequest => ({
    ...csr,
    status: { ...csr.status, conditions: [...(csr.status.conditions ?? []), condition] },
  });

  async function issue(csr: CertificateSigningRequest): Promise<string> {
    const asked = new Pkcs10CertificateRequest(Buffer.from(csr.spec.request, 'base64').toString());
    const { usages = [], expirationSeconds } = csr.spec;
    const flags = usages.reduce((sum, usage) => sum | (USAGE_FLAGS[usage] ?? 0), 0);
    const extended = usages.flatMap((usage) => EXTENDED[usage] ?? []);
    const names = asked.getExtension(SAN);
    return authority.issue({
      subject: asked.subjectName.toJSON(),
      publicKey: asked.publicKey,
      ...validity(expirationSeconds, session.now / MILLISECOND),
      extensions: [
        ...(flags === 0 ? [] : [new KeyUsagesExtension(flags, true)]),
        ...(extended.length === 0 ? [] : [new ExtendedKeyUsageExtension(extended)]),
        ...(names === null ? [] : [names]),
      ],
    });
  }

  async function sign(csr: CertificateSigningRequest): Promise<void> {
    const { uid, name } = csr.metadata;
    const pem = await issue(csr);
    const now = session.view.getByKey(CSR as never, name) as CertificateSigningRequest | undefined;
    if (now?.metadata.uid !== uid || (now.status.certificate ?? '') !== '') return;
    write('status', { ...now, status: { ...now.status, certificate: Buffer.from(pem).toString('base64') } });
  }

  function fail(csr: CertificateSigningRequest, message: string): void {
    const condition = { type: 'Failed', status: 'True', reason: 'SignerValidationFailed', message };
    write('status', decided(csr, condition));
  }

  /** A kubelet may ask for its own certificate, and whoever may set up nodes for that of any. */
  function approveNode(csr: CertificateSigningRequest, request: SigningRequest): void {
    const { spec } = csr;
    if (
      spec.signerName !== KUBELET_CLIENT ||
      orderProblem(spec.signerName, request, spec.usages ?? []) !== undefined
    )
      return;
    const who = { name: spec.username ?? '', groups: spec.groups ?? [] };
    const group = 'certificates.k8s.io';
    const may = (kind: string): boolean => {
      const resource = `certificatesigningrequests/${kind}`;
      return decide(session.view, who, { verb: 'create', group, resource, namespace: '', name: '' }).allowed;
    };
    const self = who.name === request.commonName && may('selfnodeclient');
    if (!self && !may('nodeclient')) return;
    const message = `Auto approving ${self ? 'self ' : ''}kubelet client certificate after SubjectAccessReview.`;
    write('approval', decided(csr, { type: 'Approved', status: 'True', reason: 'AutoApproved', message }));
  }

  function take(csr: CertificateSigningRequest): void {
    const { spec, status, metadata } = csr;
    const isOver = (status.certificate ?? '') !== '' || has(csr, 'Denied') || has(csr, 'Failed');
    if (isOver || !isKnownSigner(spec.signerName) || busy.has(metadata.uid)) return;
    const request = readSigningRequest(spec.request);
    if (typeof request === 'string') return;
    if (!has(csr, 'Approved')) {
      approveNode(csr, request);
      return;
    }
    const problem = orderProblem(spec.signerName, request, spec.usages ?? []);
    if (problem !== undefined) {
      fail(csr, problem);
      return;
    }
    busy.add(metadata.uid);
    sign(csr)
      .catch((error: unknown) => fail(csr, error instanceof Error ? error.message : String(error)))
      .finally(() => busy.delete(metadata.uid));
  }

  return {
    look() {
      if (CSR === undefined) return;
      const all = session.view.list(CSR);
      if (all === seen) return;
      seen = all;
      for (const csr of all) take(csr as CertificateSigningRequest);
    },
  };
}
