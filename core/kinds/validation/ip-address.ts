/** Texts of IP addresses and ranges, as Go's `net.ParseIP` and `net.ParseCIDR` take them. */

const IPV4_PART = /^(?:0|[1-9]\d{0,2})$/;
const IPV6_PART = /^[0-9a-fA-F]{1,4}$/;

export function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => IPV4_PART.test(part) && Number(part) <= 255);
}

function groupCount(text: string): number | undefined {
  if (text === '') return 0;
  const parts = text.split(':');
  const last = parts.at(-1)!;
  const embedded = last.includes('.');
  if (embedded && !isIpv4(last)) return undefined;
  const groups = embedded ? parts.slice(0, -1) : parts;
  if (!groups.every((group) => IPV6_PART.test(group))) return undefined;
  return groups.length + (embedded ? 2 : 0);
}

export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const counts = halves.map(groupCount);
  if (counts.includes(undefined)) return false;
  const total = counts.reduce((sum: number, count) => sum + (count ?? 0), 0);
  return halves.length === 2 ? total < 8 : total === 8;
}

export function isIpAddress(text: string): boolean {
  return text.includes(':') ? isIpv6(text) : isIpv4(text);
}

export function isCidr(text: string): boolean {
  const slash = text.indexOf('/');
  if (slash < 0) return false;
  const address = text.slice(0, slash);
  const bits = text.slice(slash + 1);
  if (!isIpAddress(address) || !/^(?:0|[1-9]\d{0,2})$/.test(bits)) return false;
  return Number(bits) <= (address.includes(':') ? 128 : 32);
}
