import { base64OfText } from '../text/base64.ts';

/** Text as base64 for URLs (RFC 4648, section 5), without padding: what a continue token looks like. */
export function encodeBase64Text(text: string): string {
  return base64OfText(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The text again; `undefined` for what is none. */
export function decodeBase64Text(encoded: string): string | undefined {
  let bits = 0;
  let held = 0;
  const bytes: string[] = [];
  for (const char of encoded) {
    const value = ALPHABET.indexOf(char);
    if (value < 0) return undefined;
    bits = (bits << 6) | value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push(`%${((bits >> held) & 0xff).toString(16).padStart(2, '0')}`);
    bits &= (1 << held) - 1;
  }
  try {
    return decodeURIComponent(bytes.join(''));
  } catch {
    return undefined;
  }
}
