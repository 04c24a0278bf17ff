import type { ConfigMap } from '../../core/schema/types.generated.ts';
import { DescribeText, sortedKeys } from './describe-text.ts';
import type { DescribeContext } from './describer.ts';
import { decodedLength } from './encoded-data.ts';
import { describeEvents } from './events-table.ts';

export function describeConfigMap(map: ConfigMap, context: DescribeContext): string {
  const { metadata, data = {}, binaryData = {} } = map;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  for (const line of ['', 'Data', '====']) text.line(0, line);
  for (const key of sortedKeys(data)) {
    for (const line of [`${key}:`, '----', data[key] ?? '', '']) text.line(0, line);
  }
  for (const line of ['', 'BinaryData', '====']) text.line(0, line);
  for (const key of sortedKeys(binaryData)) {
    text.line(0, `${key}: ${decodedLength(binaryData[key] ?? '')} bytes`);
  }
  text.line(0, '');
  describeEvents(text, map, context);
  return text.toString();
}
