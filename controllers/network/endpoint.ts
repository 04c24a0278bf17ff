import { isPodReady, isPodTerminal } from '../../core/kinds/pod/status.ts';
import type {
  Container,
  DiscoveryV1EndpointPort,
  Endpoint,
  EndpointHints,
  Pod,
  Service,
  ServicePort,
} from '../../core/schema/types.generated.ts';

/** What one pod contributes to the endpoints of a service (`k8s.io/endpointslice`, utils and controller_utils). */

export type AddressFamily = 'IPv4' | 'IPv6';

/** A pod that has an address and has not ended; a terminating one stays, as not ready. */
export function hasEndpoint(pod: Pod): boolean {
  if (isPodTerminal(pod)) return false;
  const { podIP, podIPs } = pod.status;
  return (podIP !== undefined && podIP !== '') || (podIPs !== undefined && podIPs.length > 0);
}

function addressesOf(pod: Pod, family: AddressFamily): readonly string[] {
  const { podIP, podIPs } = pod.status;
  const listed = podIPs?.map(({ ip }) => ip) ?? [];
  const addresses = listed.length > 0 || podIP === undefined || podIP === '' ? listed : [podIP];
  return addresses.filter((ip) => (ip.includes(':') ? 'IPv6' : 'IPv4') === family);
}

/** Whether a change of a pod can show in an endpoint that it already has, or is to have. */
export function endpointChanged(previous: Pod, pod: Pod): boolean {
  const had = hasEndpoint(previous);
  const has = hasEndpoint(pod);
  if (had !== has) return true;
  if (!has) return false;
  return (
    isPodReady(previous) !== isPodReady(pod) ||
    (previous.metadata.deletionTimestamp === undefined) !== (pod.metadata.deletionTimestamp === undefined) ||
    previous.status.podIP !== pod.status.podIP ||
    !sameAddresses(previous, pod) ||
    previous.spec.nodeName !== pod.spec.nodeName ||
    previous.metadata.uid !== pod.metadata.uid
  );
}

function sameAddresses(previous: Pod, pod: Pod): boolean {
  const a = previous.status.podIPs;
  const b = pod.status.podIPs;
  if (a === b) return true;
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return a.every((address, i) => address.ip === b[i]?.ip);
}

/** What of a Service decides the shape of its endpoints. */
export interface EndpointPolicy {
  readonly serviceName: string;
  readonly family: AddressFamily;
  readonly publishNotReady: boolean;
  readonly hints: 'none' | 'zone' | 'zone-and-node';
}

/** KEP-4444 and KEP-3015: `PreferClose` is the older name of `PreferSameZone`. */
function hintsOf(service: Service): EndpointPolicy['hints'] {
  switch (service.spec.trafficDistribution) {
    case 'PreferClose':
    case 'PreferSameZone':
      return 'zone';
    case 'PreferSameNode':
      return 'zone-and-node';
    default:
      return 'none';
  }
}

export function endpointPolicy(service: Service, family: AddressFamily): EndpointPolicy {
  return {
    serviceName: service.metadata.name,
    family,
    publishNotReady: service.spec.publishNotReadyAddresses === true,
    hints: hintsOf(service),
  };
}

interface CachedEndpoint {
  readonly policy: EndpointPolicy;
  readonly zone: string | undefined;
  readonly endpoint: Endpoint | undefined;
}

// By identity of the pod: services are reconciled far more often than each of their pods changes.
const endpoints = new WeakMap<Pod, CachedEndpoint>();

function samePolicy(a: EndpointPolicy, b: EndpointPolicy): boolean {
  return (
    a === b ||
    (a.serviceName === b.serviceName &&
      a.family === b.family &&
      a.publishNotReady === b.publishNotReady &&
      a.hints === b.hints)
  );
}

/** The endpoint of a pod, or `undefined` where it has no address of the family. */
export function endpointOf(pod: Pod, zone: string | undefined, policy: EndpointPolicy): Endpoint | undefined {
  const cached = endpoints.get(pod);
  if (cached !== undefined && cached.zone === zone && samePolicy(cached.policy, policy))
    return cached.endpoint;
  const endpoint = makeEndpoint(pod, zone, policy);
  endpoints.set(pod, { policy, zone, endpoint });
  return endpoint;
}

function makeEndpoint(pod: Pod, zone: string | undefined, policy: EndpointPolicy): Endpoint | undefined {
  const addresses = addressesOf(pod, policy.family);
  if (addresses.length === 0) return undefined;
  const { nodeName, hostname, subdomain } = pod.spec;
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = policy.publishNotReady || (serving && !terminating);
  const named = hostname !== undefined && hostname !== '' && subdomain === policy.serviceName;
  const hints = ready ? hintsFor(policy.hints, zone, nodeName) : undefined;
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hints === undefined ? {} : { hints }),
    ...(named ? { hostname } : {}),
    ...(nodeName === undefined || nodeName === '' ? {} : { nodeName }),
    targetRef: {
      kind: 'Pod',
      name: pod.metadata.name,
      namespace: pod.metadata.namespace ?? '',
      uid: pod.metadata.uid,
    },
    ...(zone === undefined || zone === '' ? {} : { zone }),
  };
}

function hintsFor(
  hints: EndpointPolicy['hints'],
  zone: string | undefined,
  nodeName: string | undefined,
): EndpointHints | undefined {
  if (hints === 'none') return undefined;
  const forZones = zone === undefined || zone === '' ? undefined : [{ name: zone }];
  const forNodes =
    hints === 'zone' || nodeName === undefined || nodeName === '' ? undefined : [{ name: nodeName }];
  if (forZones === undefined && forNodes === undefined) return undefined;
  return {
    ...(forNodes === undefined ? {} : { forNodes }),
    ...(forZones === undefined ? {} : { forZones }),
  };
}

function namedPort(containers: readonly Container[], name: string, protocol: string): number | undefined {
  for (const container of containers) {
    for (const port of container.ports ?? []) {
      if (port.name === name && (port.protocol ?? 'TCP') === protocol) return port.containerPort;
    }
  }
  return undefined;
}

/** The number that a service's port means on one pod: a name is looked up in its containers, then its sidecars. */
function targetPort(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const protocol = port.protocol ?? 'TCP';
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return namedPort(pod.spec.containers, target, protocol) ?? namedPort(sidecars, target, protocol);
}

/** Pods that resolve a service's ports alike share slices. */
export interface PortGroup {
  /** Equal for equal sets of ports, whatever their order. */
  readonly key: string;
  readonly ports: readonly DiscoveryV1EndpointPort[];
}

/** The ports of a service on one pod; a port whose name the pod doesn't have is left out. */
function portsOn(pod: Pod, service: Service): readonly DiscoveryV1EndpointPort[] {
  const ports: DiscoveryV1EndpointPort[] = [];
  for (const port of service.spec.ports ?? []) {
    const number = targetPort(pod, port);
    if (number === undefined) continue;
    ports.push({
      ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      name: port.name ?? '',
      port: number,
      protocol: port.protocol ?? 'TCP',
    });
  }
  return ports;
}

export function portKey(ports: readonly DiscoveryV1EndpointPort[] | undefined): string {
  return (ports ?? [])
    .map(({ name = '', port, protocol = 'TCP', appProtocol = '' }) =>
      [name, port, protocol, appProtocol].join('|'),
    )
    .sort()
    .join(',');
}

/** A function that groups the pods of one service by their ports, at the cost of one look for pods of one template. */
export function portGrouping(service: Service): (pod: Pod) => PortGroup {
  const byName = (service.spec.ports ?? []).some(({ targetPort }) => typeof targetPort === 'string');
  const groups = new Map<string, PortGroup>();
  const group = (pod: Pod): PortGroup => {
    const ports = portsOn(pod, service);
    const key = portKey(ports);
    const known = groups.get(key);
    if (known !== undefined) return known;
    const made = { key, ports };
    groups.set(key, made);
    return made;
  };
  if (!byName) {
    let only: PortGroup | undefined;
    return (pod) => {
      only ??= group(pod);
      return only;
    };
  }
  const byContainers = new Map<readonly Container[], PortGroup>();
  return (pod) => {
    // Named ports of sidecars are rare: only pods without init containers are told apart by identity alone.
    if (pod.spec.initContainers !== undefined && pod.spec.initContainers.length > 0) return group(pod);
    let found = byContainers.get(pod.spec.containers);
    if (found === undefined) {
      found = group(pod);
      byContainers.set(pod.spec.containers, found);
    }
    return found;
  };
}

/** Whether two endpoints of the same pod and address say the same. */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  if (a === b) return true;
  const left = a.conditions;
  const right = b.conditions;
  return (
    left?.ready === right?.ready &&
    left?.serving === right?.serving &&
    left?.terminating === right?.terminating &&
    a.nodeName === b.nodeName &&
    a.zone === b.zone &&
    a.targetRef?.uid === b.targetRef?.uid &&
    sameNames(a.hints?.forZones, b.hints?.forZones) &&
    sameNames(a.hints?.forNodes, b.hints?.forNodes)
  );
}

interface Named {
  readonly name: string;
}

function sameNames(a: readonly Named[] | undefined, b: readonly Named[] | undefined): boolean {
  if (a === b) return true;
  const left = a ?? [];
  const right = b ?? [];
  return left.length === right.length && left.every(({ name }, i) => name === right[i]?.name);
}

/** Whether two endpoints stand for the same pod at the same address: what a slice keeps in its place. */
export function sameTarget(a: Endpoint, b: Endpoint): boolean {
  if (a === b) return true;
  if (a.hostname !== b.hostname || a.targetRef?.name !== b.targetRef?.name) return false;
  if (a.addresses.length !== b.addresses.length) return false;
  return a.addresses.every((address, i) => address === b.addresses[i]);
}
