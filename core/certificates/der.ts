/** The distinguished encoding of ASN.1 (ITU-T X.690), as far as reading certificates takes it. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
}

export const TAG = {
  objectIdentifier: 0x06,
  octetString: 0x04,
  sequence: 0x30,
  set: 0x31,
  attributes: 0xa0,
  dnsName: 0x82,
  ipAddress: 0x87,
} as const;

const LONG_FORM = 0x80;
/** More bytes of length than anything here can have. */
const LENGTH_BYTES_MAX = 4;

/** The values that stand one after another in some bytes; `undefined` where they don't end where one ends. */
export function derValues(bytes: Uint8Array): readonly DerValue[] | undefined {
  const values: DerValue[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at]!;
    let length = bytes[at + 1];
    if (length === undefined) return undefined;
    at += 2;
    if (length >= LONG_FORM) {
      const count = length - LONG_FORM;
      if (count === 0 || count > LENGTH_BYTES_MAX || at + count > bytes.length) return undefined;
      length = 0;
      for (let i = 0; i < count; i += 1) length = length * 256 + bytes[at + i]!;
      at += count;
    }
    if (at + length > bytes.length) return undefined;
    values.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return values;
}

/** `2.5.4.3`. */
export function objectIdentifier(content: Uint8Array): string {
  const [first = 0, ...rest] = content;
  const parts = [Math.min(2, Math.floor(first / 40)), first - 40 * Math.min(2, Math.floor(first / 40))];
  let value = 0;
  for (const byte of rest) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      parts.push(value);
      value = 0;
    }
  }
  return parts.join('.');
}

/** The text of a string type, whose bytes are UTF-8 in all that are used today. */
export function derText(content: Uint8Array): string {
  try {
    return decodeURIComponent([...content].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
  } catch {
    return String.fromCharCode(...content);
  }
}
