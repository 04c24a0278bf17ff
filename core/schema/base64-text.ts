import type { CanonicalText } from './canonical-text.ts';

const WHOLE = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const FIRST_FOREIGN = /[^A-Za-z0-9+/]/;

/** A `[]byte` of the API: standard base64 with padding; line breaks in it are passed over, as Go does. */
export function canonicalBase64(input: string): CanonicalText {
  const text = input.includes('\n') || input.includes('\r') ? input.replace(/[\r\n]/g, '') : input;
  if (WHOLE.test(text)) return { text };
  const foreign = FIRST_FOREIGN.exec(text);
  const at = foreign === null ? text.length - (text.length % 4) : foreign.index;
  return { error: `illegal base64 data at input byte ${at}` };
}
