import { ENDPOINT_SLICE } from '../../core/kinds/registry.ts';
import { formatLabels } from '../../core/labels.ts';
import type {
  EndpointSlice,
  LoadBalancerIngress,
  Service,
  ServicePort,
} from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { DescribeText, orNone } from './describe-text.ts';
import type { DescribeContext } from './describer.ts';
import { describeEvents } from './events-table.ts';
import { hostPort } from './probe.ts';

/** discovery.k8s.io `LabelServiceName`. */
const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
/** Further endpoints are counted, not listed. */
const ENDPOINTS_SHOWN = 3;

/** The ready addresses of a port. A slice without ports is of a headless service that has none. */
function addressesOf(slice: EndpointSlice, portName: string): readonly string[] {
  const ready = (slice.endpoints ?? []).filter((endpoint) => endpoint.conditions?.ready !== false);
  const addresses = ready.map((endpoint) => endpoint.addresses[0] ?? '');
  const ports = slice.ports ?? [];
  if (ports.length === 0) return addresses;
  return ports
    .filter((port) => (port.name ?? '') === portName)
    .flatMap((port) => addresses.map((address) => hostPort(address, port.port ?? 0)));
}

function endpointsText(slices: readonly EndpointSlice[], portName: string): string {
  if (slices.length === 0) return '<none>';
  const addresses = slices.flatMap((slice) => addressesOf(slice, portName));
  const shown = addresses.slice(0, ENDPOINTS_SHOWN).join(',');
  const hidden = addresses.length - ENDPOINTS_SHOWN;
  return hidden > 0 ? `${shown} + ${hidden} more...` : shown;
}

function slicesOf(view: View, { metadata }: Service): readonly EndpointSlice[] {
  return view.labelled(ENDPOINT_SLICE, metadata.namespace ?? '', SERVICE_NAME_LABEL, metadata.name);
}

function ingressText({ ip, ipMode, hostname }: LoadBalancerIngress): string {
  if (ip === undefined || ip === '') return hostname ?? '';
  return ipMode === undefined ? ip : `${ip} (${ipMode})`;
}

function describePort(text: DescribeText, port: ServicePort, slices: readonly EndpointSlice[]): void {
  const { protocol = '', nodePort = 0, appProtocol } = port;
  const name = port.name === undefined || port.name === '' ? '<unset>' : port.name;
  text.line(0, 'Port:', name, `${port.port}/${protocol}`);
  text.line(0, 'TargetPort:', `${port.targetPort ?? 0}/${protocol}`);
  if (appProtocol !== undefined) text.line(0, 'AppProtocol:', appProtocol);
  if (nodePort !== 0) text.line(0, 'NodePort:', name, `${nodePort}/${protocol}`);
  text.line(0, 'Endpoints:', endpointsText(slices, port.name ?? ''));
}

function describeTraffic(text: DescribeText, { spec }: Service): void {
  text.line(0, 'Session Affinity:', spec.sessionAffinity ?? '');
  if (given(spec.externalTrafficPolicy)) text.line(0, 'External Traffic Policy:', spec.externalTrafficPolicy);
  if (given(spec.internalTrafficPolicy)) text.line(0, 'Internal Traffic Policy:', spec.internalTrafficPolicy);
  if ((spec.healthCheckNodePort ?? 0) !== 0) {
    text.line(0, 'HealthCheck NodePort:', `${spec.healthCheckNodePort}`);
  }
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0) text.line(0, 'LoadBalancer Source Ranges:', ranges.join(','));
  if (given(spec.trafficDistribution)) text.line(0, 'Traffic Distribution:', spec.trafficDistribution);
}

function given(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

export function describeService(service: Service, context: DescribeContext): string {
  const { metadata, spec, status } = service;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  text.line(0, 'Selector:', formatLabels(spec.selector));
  text.line(0, 'Type:', spec.type ?? '');
  if (given(spec.ipFamilyPolicy)) text.line(0, 'IP Family Policy:', spec.ipFamilyPolicy);
  text.line(0, 'IP Families:', orNone((spec.ipFamilies ?? []).join(',')));
  text.line(0, 'IP:', spec.clusterIP ?? '');
  text.line(0, 'IPs:', orNone((spec.clusterIPs ?? []).join(',')));
  const externalIps = spec.externalIPs ?? [];
  if (externalIps.length > 0) text.line(0, 'External IPs:', externalIps.join(','));
  if (given(spec.loadBalancerIP)) text.line(0, 'Desired LoadBalancer IP:', spec.loadBalancerIP);
  if (given(spec.externalName)) text.line(0, 'External Name:', spec.externalName);
  const ingress = status.loadBalancer?.ingress ?? [];
  if (ingress.length > 0) text.line(0, 'LoadBalancer Ingress:', ingress.map(ingressText).join(', '));
  const slices = slicesOf(context.view, service);
  for (const port of spec.ports ?? []) describePort(text, port, slices);
  describeTraffic(text, service);
  describeEvents(text, service, context);
  return text.toString();
}
