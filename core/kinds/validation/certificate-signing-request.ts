import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import { readSigningRequest } from '../../certificates/signing-request.ts';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from '../../schema/types.generated.ts';
import { duplicate, forbiddenField, invalidValue, notSupported, required, tooLongValue } from './fields.ts';
import { dnsLabel, dnsSubdomain, type NameCheck } from './names.ts';

/** Requests for certificates (kubernetes `certificates/validation`). */

/** certificates/v1 `KeyUsage`. */
const USAGES: readonly string[] = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

const LEGACY_UNKNOWN = 'kubernetes.io/legacy-unknown';
const SECONDS_MIN = 600;
/** A domain and a path, each as long as its own rule lets it be. */
const SIGNER_NAME_MAX = 571;
const DOMAIN_MAX = 253;
/** Conditions that say what was decided: they are true, and stay. */
const DECISIONS: readonly string[] = ['Approved', 'Denied', 'Failed'];

/** Each label of a name by its own rule. */
function labelErrors(field: string, name: string, check: NameCheck): readonly FieldError[] {
  return name
    .split('.')
    .flatMap((label) =>
      check(label).map((problem) =>
        invalidValue(field, name, `validating label ${JSON.stringify(label)}: ${problem}`),
      ),
    );
}

/** core/validation `ValidateSignerName`. */
function validateSignerName(field: string, name: string): readonly FieldError[] {
  if (name === '') return [required(field)];
  const [domain = '', path = '', ...more] = name.split('/');
  if (!name.includes('/') || more.length > 0) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalidValue(field, name, detail)];
  }
  return [
    ...(domain.length > DOMAIN_MAX ? [tooLongValue(field, DOMAIN_MAX)] : []),
    ...labelErrors(field, domain, dnsLabel),
    ...(domain.includes('.')
      ? []
      : [invalidValue(field, domain, 'should be a domain with at least two segments separated by dots')]),
    ...labelErrors(field, path, dnsSubdomain),
    ...(name.length > SIGNER_NAME_MAX ? [tooLongValue(field, SIGNER_NAME_MAX)] : []),
  ];
}

function validateConditions(
  conditions: readonly CertificateSigningRequestCondition[],
): readonly FieldError[] {
  const field = 'status.conditions';
  const seen = new Set<string>();
  return conditions.flatMap(({ type = '', status = '' }, index) => {
    const at = `${field}[${index}]`;
    const errors: FieldError[] = type === '' ? [required(`${at}.type`)] : [];
    if (status === '') errors.push(required(`${at}.status`));
    else if (DECISIONS.includes(type)) {
      if (status !== 'True') errors.push(notSupported(`${at}.status`, status, ['True']));
    } else if (!['True', 'False', 'Unknown'].includes(status)) {
      errors.push(notSupported(`${at}.status`, status, ['False', 'True', 'Unknown']));
    }
    if (seen.has(type)) errors.push(duplicate(`${at}.type`, type));
    const other = type === 'Approved' ? 'Denied' : type === 'Denied' ? 'Approved' : undefined;
    if (other !== undefined && seen.has(other)) {
      errors.push(invalidValue(`${at}.type`, type, 'Approved and Denied conditions are mutually exclusive'));
    }
    seen.add(type);
    return errors;
  });
}

export function validateSigningRequest(object: NewObject<CertificateSigningRequest>): readonly FieldError[] {
  const {
    request = '',
    signerName = '',
    usages = [],
    expirationSeconds,
  }: Partial<CertificateSigningRequest['spec']> = object.spec ?? {};
  const errors: FieldError[] = [];
  const read = readSigningRequest(request);
  if (typeof read === 'string') errors.push(invalidValue('spec.request', request, read));
  if (usages.length === 0) errors.push(required('spec.usages', 'usages must be provided'));
  usages.forEach((usage, index) => {
    if (!USAGES.includes(usage)) errors.push(notSupported(`spec.usages[${index}]`, usage, USAGES));
  });
  usages.forEach((usage, index) => {
    if (usages.indexOf(usage) < index) errors.push(duplicate(`spec.usages[${index}]`, usage));
  });
  if (signerName === LEGACY_UNKNOWN) {
    const detail = 'the legacy signerName is not allowed via this API version';
    errors.push(invalidValue('spec.signerName', signerName, detail));
  } else errors.push(...validateSignerName('spec.signerName', signerName));
  if (expirationSeconds !== undefined && expirationSeconds < SECONDS_MIN) {
    const detail = 'may not specify a duration less than 600 seconds (10 minutes)';
    errors.push(invalidValue('spec.expirationSeconds', expirationSeconds, detail));
  }
  return [...errors, ...validateConditions(object.status?.conditions ?? [])];
}

/** What was decided and what was issued stay. */
export function validateSigningRequestStatus(
  next: CertificateSigningRequest,
  previous: CertificateSigningRequest,
): readonly FieldError[] {
  const has = ({ status }: CertificateSigningRequest, type: string): boolean =>
    status.conditions?.some((condition) => condition.type === type) === true;
  const removed = DECISIONS.filter((type) => has(previous, type) && !has(next, type)).map((type) =>
    forbiddenField('status.conditions', `updates may not remove a condition of type ${JSON.stringify(type)}`),
  );
  const before = previous.status.certificate ?? '';
  const changed = before !== '' && before !== (next.status.certificate ?? '');
  return [
    ...validateConditions(next.status.conditions ?? []),
    ...removed,
    ...(changed
      ? [forbiddenField('status.certificate', 'updates may not modify existing certificate content')]
      : []),
  ];
}
