import { readSigningRequest } from '../../certificates/signing-request.ts';
import type { Kind } from '../../kinds/kind.ts';
import { decide } from '../../rbac/access.ts';
import { MASTERS, type Requester } from '../../rbac/requester.ts';
import type { CertificateSigningRequest } from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import type { NewObject } from '../object.ts';
import { forbidden, type Status } from '../status.ts';
import type { AdmissionPlugin } from './admission.ts';
import { requesterOf } from './rbac-escalation.ts';

/** Who may decide about certificates of which signer (CertificateApproval, CertificateSigning, CertificateSubjectRestriction). */

const RESOURCE = 'certificatesigningrequests.certificates.k8s.io';
const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';

/** By the signer's own name, or by all of its domain (`certificates.IsAuthorizedForSignerName`). */
function mayFor(view: View, who: Requester, verb: 'approve' | 'sign', signerName: string): boolean {
  const [domain = ''] = signerName.split('/');
  return [signerName, `${domain}/*`].some(
    (name) =>
      decide(view, who, { verb, group: 'certificates.k8s.io', resource: 'signers', namespace: '', name })
        .allowed,
  );
}

/** Why somebody may not approve or deny what is asked of this signer. */
export function approvalRefusal(
  view: View,
  who: Requester,
  kind: Kind,
  { metadata, spec }: CertificateSigningRequest,
): Status | undefined {
  if (mayFor(view, who, 'approve', spec.signerName)) return undefined;
  const detail = `user not permitted to approve requests with signerName ${JSON.stringify(spec.signerName)}`;
  return forbidden(kind, metadata.name, detail);
}

function hasFailed({ status }: CertificateSigningRequest): boolean {
  return status.conditions?.some(({ type }) => type === 'Failed') === true;
}

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: ({ resource }) => resource === RESOURCE,

  /** Nobody becomes a master by asking for it. */
  validate(object, kind, _view, name) {
    const { spec } = object as NewObject<CertificateSigningRequest>;
    if (spec?.signerName !== CLIENT_SIGNER) return undefined;
    const read = readSigningRequest(spec.request);
    if (typeof read === 'string' || !read.organizations.includes(MASTERS)) return undefined;
    return forbidden(kind, name, `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`);
  },
};

export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  handles: ({ resource }) => resource === RESOURCE,

  validateUpdate({ next, previous, subresource }, kind, view, { client }) {
    if (client === undefined || subresource !== 'status') return undefined;
    const [after, before] = [next, previous] as unknown as readonly [
      CertificateSigningRequest,
      CertificateSigningRequest,
    ];
    const isSame =
      after.status.certificate === before.status.certificate && hasFailed(after) === hasFailed(before);
    if (isSame) return undefined;
    const { signerName } = before.spec;
    if (mayFor(view, requesterOf(client), 'sign', signerName)) return undefined;
    const detail = `user not permitted to sign requests with signerName ${JSON.stringify(signerName)}`;
    return forbidden(kind, before.metadata.name, detail);
  },
};
