/** The bytes of a base64 text, as the API writes binary values. */
function decoded(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}

export function decodedLength(base64: string): number {
  return decoded(base64).length;
}

export function decodedText(base64: string): string {
  return decoded(base64).toString('utf8');
}
