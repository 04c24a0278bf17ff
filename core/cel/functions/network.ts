import { CelError } from '../error.ts';
import { fn, type Library } from '../overload.ts';
import { Opaque } from '../value.ts';
import { type Address, isIn, parseAddress, showAddress } from './ip-text.ts';

/** IP addresses and ranges of them (https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-ip-address-library). */
const IP = 'net.IP';
const CIDR = 'net.CIDR';

class IpValue extends Opaque {
  readonly type = IP;
  readonly address: Address;

  constructor(address: Address) {
    super();
    this.address = address;
  }

  equals(other: Opaque): boolean {
    const { bits, value } = this.address;
    return other instanceof IpValue && other.address.bits === bits && other.address.value === value;
  }
}

class CidrValue extends Opaque {
  readonly type = CIDR;
  readonly address: Address;
  readonly length: number;

  constructor(address: Address, length: number) {
    super();
    this.address = address;
    this.length = length;
  }

  equals(other: Opaque): boolean {
    if (!(other instanceof CidrValue)) return false;
    const { bits, value } = this.address;
    return other.length === this.length && other.address.bits === bits && other.address.value === value;
  }
}

function ip(text: string): IpValue {
  const address = parseAddress(text);
  if (address === undefined) {
    throw new CelError(
      `IP Address ${JSON.stringify(text)} parse error during conversion from string: unable to parse IP`,
    );
  }
  return new IpValue(address);
}

function readCidr(text: string): CidrValue | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parseAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > address.bits)
    return undefined;
  return new CidrValue(address, Number(length));
}

function cidr(text: string): CidrValue {
  const found = readCidr(text);
  if (found === undefined) {
    throw new CelError(
      `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): no valid prefix`,
    );
  }
  return found;
}

const addressOf = (value: unknown): Address => (value as IpValue).address;

/** The well-known ranges, by what they are called. */
const RANGES: Readonly<Record<string, readonly string[]>> = {
  isLoopback: ['127.0.0.0/8', '::1/128'],
  isLinkLocalMulticast: ['224.0.0.0/24', 'ff02::/16'],
  isLinkLocalUnicast: ['169.254.0.0/16', 'fe80::/10'],
};
const UNSPECIFIED = ['0.0.0.0/32', '::/128'];
const NOT_GLOBAL = [
  ...UNSPECIFIED,
  '255.255.255.255/32',
  '224.0.0.0/4',
  'ff00::/8',
  '169.254.0.0/16',
  'fe80::/10',
  '127.0.0.0/8',
  '::1/128',
];

function isAmong(address: Address, ranges: readonly string[]): boolean {
  return ranges.some((range) => {
    const { address: base, length } = cidr(range);
    return isIn(address, base, length);
  });
}

function contains(outer: CidrValue, inner: CidrValue): boolean {
  return inner.length >= outer.length && isIn(inner.address, outer.address, outer.length);
}

function masked({ address, length }: CidrValue): CidrValue {
  const shift = BigInt(address.bits - length);
  return new CidrValue({ bits: address.bits, value: (address.value >> shift) << shift }, length);
}

export const NETWORK: Library = [
  fn('ip', `(string) ${IP}`, ([text]) => ip(text as string)),
  fn('isIP', '(string) bool', ([text]) => parseAddress(text as string) !== undefined),
  fn('ip.isCanonical', '(string) bool', ([text]) => showAddress(ip(text as string).address) === text),
  fn('string', `(${IP}) string`, ([value]) => showAddress(addressOf(value))),
  fn('family', `${IP}.() int`, ([value]) => (addressOf(value).bits === 32 ? 4n : 6n)),
  fn('isUnspecified', `${IP}.() bool`, ([value]) => isAmong(addressOf(value), UNSPECIFIED)),
  ...Object.entries(RANGES).map(([name, ranges]) =>
    fn(name, `${IP}.() bool`, ([value]) => isAmong(addressOf(value), ranges)),
  ),
  fn('isGlobalUnicast', `${IP}.() bool`, ([value]) => !isAmong(addressOf(value), NOT_GLOBAL)),
  fn('cidr', `(string) ${CIDR}`, ([text]) => cidr(text as string)),
  fn('isCIDR', '(string) bool', ([text]) => readCidr(text as string) !== undefined),
  fn('string', `(${CIDR}) string`, ([value]) => {
    const { address, length } = value as CidrValue;
    return `${showAddress(address)}/${length}`;
  }),
  fn('containsIP', `${CIDR}.(${IP}) bool`, ([range, value]) => {
    const { address, length } = range as CidrValue;
    return isIn(addressOf(value), address, length);
  }),
  fn('containsIP', `${CIDR}.(string) bool`, ([range, text]) => {
    const { address, length } = range as CidrValue;
    return isIn(ip(text as string).address, address, length);
  }),
  fn('containsCIDR', `${CIDR}.(${CIDR}) bool`, ([a, b]) => contains(a as CidrValue, b as CidrValue)),
  fn('containsCIDR', `${CIDR}.(string) bool`, ([a, text]) => contains(a as CidrValue, cidr(text as string))),
  fn('ip', `${CIDR}.() ${IP}`, ([range]) => new IpValue((range as CidrValue).address)),
  fn('masked', `${CIDR}.() ${CIDR}`, ([range]) => masked(range as CidrValue)),
  fn('prefixLength', `${CIDR}.() int`, ([range]) => BigInt((range as CidrValue).length)),
];
