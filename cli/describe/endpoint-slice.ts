import type { Endpoint, EndpointSlice } from '../../core/schema/types.generated.ts';
import { DescribeText, orNone } from './describe-text.ts';
import type { DescribeContext } from './describer.ts';
import { describeEvents } from './events-table.ts';

const UNSET = '<unset>';

function describeEndpoint(text: DescribeText, endpoint: Endpoint): void {
  const { addresses, conditions, hostname, targetRef, nodeName, zone } = endpoint;
  text.line(1, '- Addresses:', orNone(addresses.join(', ')));
  text.line(2, 'Conditions:');
  text.line(3, 'Ready:', conditions?.ready === undefined ? UNSET : `${conditions.ready}`);
  text.line(2, 'Hostname:', hostname ?? UNSET);
  if (targetRef !== undefined) {
    text.line(2, 'TargetRef:', `${targetRef.kind ?? ''}/${targetRef.name ?? ''}`);
  }
  text.line(2, 'NodeName:', nodeName ?? UNSET);
  text.line(2, 'Zone:', zone ?? UNSET);
}

export function describeEndpointSlice(slice: EndpointSlice, context: DescribeContext): string {
  const { metadata, addressType, ports = [], endpoints = [] } = slice;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  text.line(0, 'AddressType:', addressType);
  if (ports.length === 0) {
    text.line(0, `Ports: ${UNSET}`);
  } else {
    text.line(0, 'Ports:');
    text.line(1, 'Name', 'Port', 'Protocol');
    text.line(1, '----', '----', '--------');
    for (const { name, port, protocol = '' } of ports) {
      text.line(
        1,
        name === undefined || name === '' ? UNSET : name,
        port === undefined ? UNSET : `${port}`,
        protocol,
      );
    }
  }
  if (endpoints.length === 0) {
    text.line(0, 'Endpoints: <none>');
  } else {
    text.line(0, 'Endpoints:');
    for (const endpoint of endpoints) describeEndpoint(text, endpoint);
  }
  describeEvents(text, slice, context);
  return text.toString();
}
