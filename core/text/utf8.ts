/** So many characters become a text at once: engines limit the arguments of a call. */
const CHUNK = 4096;

/** The smallest code point that needs so many bytes: anything below is an overlong form. */
const LEAST = [0, 0x80, 0x800, 0x10000];
const SURROGATES = { first: 0xd800, last: 0xdfff };
const LAST_CODE_POINT = 0x10ffff;

/** The text that these bytes spell in UTF-8; `undefined` for what is none (RFC 3629). */
export function textOfUtf8(bytes: Uint8Array): string | undefined {
  let text = '';
  let points: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number;
    const more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first >= 0xf8 || (first >= 0x80 && first < 0xc0)) return undefined;
    let point = more === 0 ? first : first & (0x3f >> more);
    for (let place = 1; place <= more; place += 1) {
      const next = bytes[at + place];
      if (next === undefined || (next & 0xc0) !== 0x80) return undefined;
      point = (point << 6) | (next & 0x3f);
    }
    const isSurrogate = point >= SURROGATES.first && point <= SURROGATES.last;
    if (point < (LEAST[more] as number) || point > LAST_CODE_POINT || isSurrogate) return undefined;
    points.push(point);
    at += more + 1;
    if (points.length < CHUNK) continue;
    text += String.fromCodePoint(...points);
    points = [];
  }
  return text + String.fromCodePoint(...points);
}
