const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else {
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
    }
  }
  return bytes;
}

/** Standard base64, with padding, of the UTF-8 form of a text. (Neither Node's nor the browser's encoder is at hand here.) */
export function base64OfText(text: string): string {
  return base64OfBytes(utf8(text));
}

/** Standard base64, with padding. */
export function base64OfBytes(bytes: ArrayLike<number>): string {
  let encoded = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]];
    const triple = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    encoded += ALPHABET[triple >> 18]! + ALPHABET[(triple >> 12) & 63]!;
    encoded += b === undefined ? '=' : ALPHABET[(triple >> 6) & 63]!;
    encoded += c === undefined ? '=' : ALPHABET[triple & 63]!;
  }
  return encoded;
}

/** The bytes again; `undefined` for what is no standard base64 with its padding. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let [bits, held, at] = [0, 0, 0];
  for (const char of text.slice(0, text.length - padding)) {
    bits = ((bits << 6) | ALPHABET.indexOf(char)) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[at] = (bits >> held) & 0xff;
    at += 1;
  }
  return bytes;
}
