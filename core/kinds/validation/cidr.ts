/** Ranges of addresses as numbers: what lies within what. The texts must be good ones (`isCidr`). */

export interface AddressRange {
  readonly first: bigint;
  readonly bits: 32 | 128;
  readonly prefix: number;
}

function ipv4(text: string): bigint {
  return text.split('.').reduce((sum, part) => sum * 256n + BigInt(Number(part)), 0n);
}

function groups(text: string): readonly bigint[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [BigInt(`0x${part}`)];
    const address = ipv4(part);
    return [address >> 16n, address & 0xffffn];
  });
}

function ipv6(text: string): bigint {
  const [head = '', tail] = text.split('::');
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0n);
  return [...before, ...zeros, ...after].reduce((sum, group) => (sum << 16n) | group, 0n);
}

export function addressRange(cidr: string): AddressRange {
  const slash = cidr.indexOf('/');
  const address = cidr.slice(0, slash);
  const bits = address.includes(':') ? 128 : 32;
  const prefix = Number(cidr.slice(slash + 1));
  const host = BigInt(bits - prefix);
  const value = bits === 128 ? ipv6(address) : ipv4(address);
  return { first: (value >> host) << host, bits, prefix };
}

/** Whether `inner` is a part of `outer`, and a smaller one. */
export function isStrictSubset(inner: AddressRange, outer: AddressRange): boolean {
  if (inner.bits !== outer.bits || inner.prefix <= outer.prefix) return false;
  const host = BigInt(outer.bits - outer.prefix);
  return inner.first >> host === outer.first >> host;
}
