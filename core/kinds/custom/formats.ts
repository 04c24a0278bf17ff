import { parseRfc3339 } from '../../time.ts';
import { isCidr, isIpv4, isIpv6 } from '../validation/ip-address.ts';

/** String formats that the API server checks (apiextensions `supportedFormats`); any other says nothing. */
const CHECKS: Readonly<Record<string, (text: string) => boolean>> = {
  'date-time': (text) => parseRfc3339(text) !== undefined,
  date: (text) => parseRfc3339(`${text}T00:00:00Z`) !== undefined,
  uuid: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  ipv4: isIpv4,
  ipv6: isIpv6,
  email: (text) => /^[^\s@]+@[^\s@]+$/.test(text),
  hostname: (text) => text.length <= 255 && /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text),
  uri: (text) => /^[a-z][a-z0-9+.-]*:|^\//i.test(text),
  byte: (text) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text),
  duration: (text) => /^[+-]?(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h|d|w))+$|^0$/.test(text),
  mac: (text) => /^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text),
  cidr: isCidr,
};

export function hasFormat(text: string, format: string): boolean {
  return Object.hasOwn(CHECKS, format) ? CHECKS[format]?.(text) === true : true;
}
