import type {
  CertificateSigningRequest,
  ClusterRole,
  ClusterRoleBinding,
  Role,
  RoleBinding,
  Subject,
} from '../../schema/types.generated.ts';
import { humanDuration } from '../../text/human-duration.ts';
import { SECOND } from '../../time.ts';
import { AGE, type Column, NAME, NONE, text, wide } from './column.ts';

/** Of kinds that show a moment and not an age. */
export const CREATED_AT: Column = {
  name: 'Created At',
  type: 'date',
  cell: ({ metadata }) => metadata.creationTimestamp,
};

export const ROLE_COLUMNS: readonly Column<Role | ClusterRole>[] = [NAME, CREATED_AT];

type Binding = RoleBinding | ClusterRoleBinding;

function subjects(kind: string, name: (subject: Subject) => string): (binding: Binding) => string {
  return ({ subjects: all }) =>
    (all ?? [])
      .filter((subject) => subject.kind === kind)
      .map(name)
      .join(', ');
}

const nameOf = ({ name }: Subject): string => name;

export const BINDING_COLUMNS: readonly Column<Binding>[] = [
  NAME,
  text('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  AGE,
  wide(text('Users', subjects('User', nameOf))),
  wide(text('Groups', subjects('Group', nameOf))),
  wide(
    text(
      'ServiceAccounts',
      subjects('ServiceAccount', ({ namespace, name }) => `${namespace ?? ''}/${name}`),
    ),
  ),
];

/** Pending until it is decided; what was issued is said too. */
function condition({ status }: CertificateSigningRequest): string {
  const types = (status.conditions ?? []).map(({ type }) => type);
  const decided = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending';
  const failed = types.includes('Failed') ? ',Failed' : '';
  return `${decided}${failed}${status.certificate === undefined ? '' : ',Issued'}`;
}

export const SIGNING_REQUEST_COLUMNS: readonly Column<CertificateSigningRequest>[] = [
  NAME,
  AGE,
  text('SignerName', ({ spec }) => spec.signerName),
  text('Requestor', ({ spec }) => spec.username ?? ''),
  text('RequestedDuration', ({ spec }) =>
    spec.expirationSeconds === undefined ? NONE : humanDuration(spec.expirationSeconds * SECOND),
  ),
  text('Condition', condition),
];
