import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { EndpointAddress, EndpointPort, Endpoints } from '../../schema/types.generated.ts';
import { addressRange } from './cidr.ts';
import { invalidFor, invalidValue, oneOf, required } from './fields.ts';
import { isIpAddress } from './ip-address.ts';
import { dnsLabel, dnsSubdomain, inRange, qualifiedName } from './names.ts';

/** Endpoints (core/validation `ValidateEndpoints`). */

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PORT_MAX = 65_535;
/** Addresses that lead nowhere, or to whoever asks (`ValidateNonSpecialIP`). */
const SPECIAL: readonly (readonly [range: string, problem: (address: string) => string])[] = [
  ['0.0.0.0/32', (address) => `may not be unspecified (${address})`],
  ['::/128', (address) => `may not be unspecified (${address})`],
  ['127.0.0.0/8', () => 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  ['::1/128', () => 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  ['169.254.0.0/16', () => 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  ['fe80::/10', () => 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  ['224.0.0.0/24', () => 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
  ['ff02::/10', () => 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
];
const RANGES = SPECIAL.map(([range, problem]) => ({ range: addressRange(range), problem }));

function specialProblem(address: string): readonly string[] {
  const own = addressRange(`${address}/${address.includes(':') ? 128 : 32}`);
  return RANGES.filter(({ range }) => {
    const host = BigInt(range.bits - range.prefix);
    return range.bits === own.bits && own.first >> host === range.first >> host;
  }).map(({ problem }) => problem(address));
}

function validateAddress(address: EndpointAddress, field: string): readonly FieldError[] {
  const { hostname, ip = '', nodeName } = address;
  const errors: FieldError[] = [];
  if (!isIpAddress(ip)) {
    const detail = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
    errors.push(invalidValue(`${field}.ip`, ip, detail));
  }
  if (hostname) errors.push(...invalidFor(`${field}.hostname`, hostname, dnsLabel(hostname)));
  if (nodeName !== undefined) {
    errors.push(...invalidFor(`${field}.nodeName`, nodeName, dnsSubdomain(nodeName)));
  }
  return errors.length > 0 ? errors : invalidFor(`${field}.ip`, ip, specialProblem(ip));
}

function validatePort(port: EndpointPort, needsName: boolean, field: string): readonly FieldError[] {
  const { appProtocol, name = '', port: number = 0, protocol } = port;
  const errors: FieldError[] = [];
  if (name !== '') errors.push(...invalidFor(`${field}.name`, name, dnsLabel(name)));
  else if (needsName) errors.push(required(`${field}.name`));
  errors.push(...invalidFor(`${field}.port`, number, inRange(number, 1, PORT_MAX)));
  if (!protocol) errors.push(required(`${field}.protocol`));
  else errors.push(...oneOf(`${field}.protocol`, protocol, PROTOCOLS));
  if (appProtocol !== undefined) {
    errors.push(...invalidFor(`${field}.appProtocol`, appProtocol, qualifiedName(appProtocol)));
  }
  return errors;
}

export function validateEndpoints({ subsets = [] }: NewObject<Endpoints>): readonly FieldError[] {
  return subsets.flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }, index) => {
    const field = `subsets[${index}]`;
    const errors: FieldError[] = [];
    if (addresses.length + notReadyAddresses.length === 0) {
      errors.push(required(field, 'must specify `addresses` or `notReadyAddresses`'));
    }
    return [
      ...errors,
      ...addresses.flatMap((one, at) => validateAddress(one, `${field}.addresses[${at}]`)),
      ...notReadyAddresses.flatMap((one, at) => validateAddress(one, `${field}.notReadyAddresses[${at}]`)),
      ...ports.flatMap((one, at) => validatePort(one, ports.length > 1, `${field}.ports[${at}]`)),
    ];
  });
}
