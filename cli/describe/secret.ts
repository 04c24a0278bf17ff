import type { Secret } from '../../core/schema/types.generated.ts';
import { DescribeText, sortedKeys } from './describe-text.ts';
import { decodedLength, decodedText } from './encoded-data.ts';

const TOKEN_TYPE = 'kubernetes.io/service-account-token';

/** Sizes alone, but for the token of a service account. Secrets show no events. */
export function describeSecret(secret: Secret): string {
  const { metadata, type = '', data = {} } = secret;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  text.line(0, '');
  text.line(0, 'Type:', type);
  for (const line of ['', 'Data', '====']) text.line(0, line);
  for (const key of sortedKeys(data)) {
    const value = data[key] ?? '';
    const shown =
      key === 'token' && type === TOKEN_TYPE ? decodedText(value) : `${decodedLength(value)} bytes`;
    text.line(0, `${key}:`, shown);
  }
  return text.toString();
}
