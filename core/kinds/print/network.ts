import { formatLabels, formatSelector } from '../../labels.ts';
import type {
  EndpointSlice,
  Endpoints,
  Ingress,
  NetworkPolicy,
  Service,
} from '../../schema/types.generated.ts';
import {
  AGE,
  addressesText,
  type Column,
  NAME,
  NONE,
  type PrintContext,
  shortened,
  text,
  UNSET,
  wide,
} from './column.ts';

/** Of ports, endpoints and hosts, so many are shown. */
const SHOWN_MAX = 3;

function externalAddress({ spec, status }: Service, context: PrintContext): string {
  const given = (spec.externalIPs ?? []).join(',');
  if (spec.type === 'ExternalName') return spec.externalName ?? '';
  if (spec.type !== 'LoadBalancer') return given === '' ? NONE : given;
  const balancer = addressesText(status.loadBalancer?.ingress, context);
  const all = [balancer, given].filter((part) => part !== '').join(',');
  return all === '' ? '<pending>' : all;
}

function servicePorts({ spec }: Service): string {
  const ports = (spec.ports ?? []).map(({ nodePort, port, protocol }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return ports.length === 0 ? NONE : ports.join(',');
}

export const SERVICE_COLUMNS: readonly Column<Service>[] = [
  NAME,
  text('Type', ({ spec }) => spec.type ?? ''),
  text('Cluster-IP', ({ spec }) => spec.clusterIPs?.[0] || spec.clusterIP || NONE),
  text('External-IP', externalAddress),
  text('Port(s)', servicePorts),
  AGE,
  wide(text('Selector', ({ spec }) => formatLabels(spec.selector))),
];

function slicePorts({ ports = [] }: EndpointSlice): string {
  if (ports.length === 0) return UNSET;
  return shortened(
    ports.map(({ name, port }) => (port === undefined ? `${name ?? ''}*` : `${port}`)),
    SHOWN_MAX,
  );
}

function sliceEndpoints({ endpoints = [] }: EndpointSlice): string {
  if (endpoints.length === 0) return UNSET;
  return shortened(
    endpoints.flatMap((endpoint) => endpoint.addresses ?? []),
    SHOWN_MAX,
  );
}

export const ENDPOINT_SLICE_COLUMNS: readonly Column<EndpointSlice>[] = [
  NAME,
  text('AddressType', ({ addressType }) => addressType),
  text('Ports', slicePorts),
  text('Endpoints', sliceEndpoints),
  AGE,
];

function endpointsText({ subsets = [] }: Endpoints): string {
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
  );
  return all.length === 0 ? NONE : shortened(all, SHOWN_MAX);
}

export const ENDPOINTS_COLUMNS: readonly Column<Endpoints>[] = [NAME, text('Endpoints', endpointsText), AGE];

function ingressHosts({ spec }: Ingress): string {
  const hosts = (spec.rules ?? []).map(({ host }) => host || '*');
  return hosts.length === 0 ? '*' : shortened(hosts, SHOWN_MAX);
}

export const INGRESS_COLUMNS: readonly Column<Ingress>[] = [
  NAME,
  text('Class', ({ spec }) => spec.ingressClassName ?? NONE),
  text('Hosts', ingressHosts),
  text('Address', ({ status }, context) => addressesText(status.loadBalancer?.ingress, context)),
  text('Ports', ({ spec }) => ((spec.tls?.length ?? 0) > 0 ? '80, 443' : '80')),
  AGE,
];

export const NETWORK_POLICY_COLUMNS: readonly Column<NetworkPolicy>[] = [
  NAME,
  text('Pod-Selector', ({ spec }) => formatSelector(spec?.podSelector)),
  AGE,
];
