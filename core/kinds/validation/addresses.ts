import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { IPAddress, ServiceCIDR } from '../../schema/types.generated.ts';
import { addressRange } from './cidr.ts';
import { IMMUTABLE, invalidFor, invalidValue, required, tooManyItems } from './fields.ts';
import { isCidr, isIpAddress, isIpv4, isIpv6 } from './ip-address.ts';
import { dnsSubdomain, pathSegment } from './names.ts';

/** IPAddresses and ServiceCIDRs (networking/validation). */

const NOT_AN_ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const NOT_A_RANGE = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
const CIDRS_MAX = 2;

/** RFC 5952: small letters, no leading zeros. The name has to be the address as it is written normally. */
function isCanonicalAddress(name: string): boolean {
  if (isIpv4(name)) return true;
  const isShort = name === name.toLowerCase() && !/(?:^|:)0[0-9a-f]/.test(name);
  return isIpv6(name) && isShort;
}

export function validateIpAddress({ metadata, spec }: NewObject<IPAddress>): readonly FieldError[] {
  const { name: address = '' } = metadata;
  const errors: FieldError[] = [];
  if (!isIpAddress(address)) errors.push(invalidValue('metadata.name', address, NOT_AN_ADDRESS));
  else if (!isCanonicalAddress(address)) {
    errors.push(invalidValue('metadata.name', address, 'must be in canonical form'));
  }
  const parent = spec?.parentRef;
  if (parent === undefined) return [...errors, required('spec.parentRef')];
  const { group = '', name = '', namespace = '', resource = '' } = parent;
  const at = 'spec.parentRef';
  if (group !== '') errors.push(...invalidFor(`${at}.group`, group, dnsSubdomain(group)));
  if (resource === '') errors.push(required(`${at}.resource`));
  else errors.push(...invalidFor(`${at}.resource`, resource, pathSegment(resource)));
  if (name === '') errors.push(required(`${at}.name`));
  else errors.push(...invalidFor(`${at}.name`, name, pathSegment(name)));
  if (namespace !== '') errors.push(...invalidFor(`${at}.namespace`, namespace, pathSegment(namespace)));
  return errors;
}

export function validateIpAddressUpdate(next: IPAddress, previous: IPAddress): readonly FieldError[] {
  const errors: FieldError[] = [...validateIpAddress(next)];
  if (equalValues(next.spec, previous.spec)) return errors;
  return [...errors, invalidValue('spec', next.spec, IMMUTABLE)];
}

function validateRange(cidr: string, field: string): readonly FieldError[] {
  if (!isCidr(cidr)) return [invalidValue(field, cidr, NOT_A_RANGE)];
  const { bits, first, prefix } = addressRange(cidr);
  const own = addressRange(`${cidr.slice(0, cidr.indexOf('/'))}/${bits}`).first;
  if (own === first) return [];
  return [invalidValue(field, cidr, `must not have bits set beyond the prefix length (${prefix})`)];
}

export function validateServiceCidr({ spec }: NewObject<ServiceCIDR>): readonly FieldError[] {
  const cidrs = spec?.cidrs ?? [];
  if (cidrs.length === 0) return [required('spec.cidrs', 'at least one CIDR required')];
  if (cidrs.length > CIDRS_MAX) return [tooManyItems('spec.cidrs', cidrs.length, CIDRS_MAX)];
  const errors = cidrs.flatMap((cidr, index) => validateRange(cidr, `spec.cidrs[${index}]`));
  const [first = '', second] = cidrs;
  if (
    second !== undefined &&
    isCidr(first) &&
    isCidr(second) &&
    first.includes(':') === second.includes(':')
  ) {
    const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    return [...errors, invalidValue('spec.cidrs', cidrs, detail)];
  }
  return errors;
}

/** A second family may be added; what is there stays. */
export function validateServiceCidrUpdate(next: ServiceCIDR, previous: ServiceCIDR): readonly FieldError[] {
  const before = previous.spec?.cidrs ?? [];
  const after = next.spec?.cidrs ?? [];
  const isAdded = before.length === 1 && after.length === 2 && before[0] === after[0];
  if (isAdded) return validateServiceCidr(next);
  return equalValues(before, after) ? [] : [invalidValue('spec.cidrs', after, IMMUTABLE)];
}
