import { addressRange } from '../../kinds/validation/cidr.ts';
import { isIpAddress } from '../../kinds/validation/ip-address.ts';

/** An address as a number. */
export interface Address {
  readonly bits: number;
  readonly value: bigint;
}

const MAPPED = 0xffffn;

/** Without zones, and without IPv4 in IPv6, which Kubernetes takes for neither. */
export function parseAddress(text: string): Address | undefined {
  if (!isIpAddress(text)) return undefined;
  const bits = text.includes(':') ? 128 : 32;
  const { first } = addressRange(`${text}/${bits}`);
  if (bits === 128 && first >> 32n === MAPPED) return undefined;
  return { bits, value: first };
}

export function isIn(address: Address, base: Address, length: number): boolean {
  if (address.bits !== base.bits) return false;
  const shift = BigInt(base.bits - length);
  return address.value >> shift === base.value >> shift;
}

/** RFC 5952: the longest run of zeros is left out, the first of several. */
export function showAddress({ bits, value }: Address): string {
  const size = bits === 32 ? 8n : 16n;
  const count = bits === 32 ? 4 : 8;
  const groups = Array.from({ length: count }, (_, index) =>
    Number((value >> (BigInt(count - 1 - index) * size)) & ((1n << size) - 1n)),
  );
  if (bits === 32) return groups.join('.');
  let [start, length] = [-1, 1];
  for (let at = 0; at < count; at += 1) {
    let end = at;
    while (end < count && groups[end] === 0) end += 1;
    if (end - at > length) [start, length] = [at, end - at];
    at = Math.max(at, end);
  }
  const hex = groups.map((group) => group.toString(16));
  if (start < 0) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}
