import type { NewObject } from '../../api/object.ts';
import { type FieldError, invalid, type Status } from '../../api/status.ts';
import type { Service, ServicePort, ServiceSpec } from '../../schema/types.generated.ts';
import { withFields } from '../defaults/fill.ts';
import type { StrategyContext } from '../kind.ts';
import { SERVICES } from '../kind-refs.ts';
import { invalidValue } from '../validation/fields.ts';

/**
 * Virtual addresses and node ports of Services. As in the real allocators, a free one is drawn from the upper band
 * of the range, then from the lower, which is left for addresses that people choose
 * (https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/).
 */
const SERVICE_CIDR = '10.96.0.0/12';
const FIRST_ADDRESS = (10 << 24) | (96 << 16);
/** Without the network's own address and the last one. */
const ADDRESS_COUNT = (1 << 20) - 2;
/** min(max(16, size/16), 256). */
const STATIC_ADDRESSES = 256;

/** `--service-node-port-range`. */
const FIRST_NODE_PORT = 30_000;
const NODE_PORT_COUNT = 2_768;
/** min(max(16, size/32), 128). */
const STATIC_NODE_PORTS = 86;

export const HEADLESS = 'None';

export function needsClusterIp(spec: ServiceSpec): boolean {
  return spec.type === 'ClusterIP' || spec.type === 'NodePort' || spec.type === 'LoadBalancer';
}

export function needsNodePort(spec: ServiceSpec): boolean {
  return (
    spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)
  );
}

export function needsHealthCheckPort(spec: ServiceSpec): boolean {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
}

interface InUse {
  readonly addresses: ReadonlySet<string>;
  readonly nodePorts: Set<number>;
}

function inUse(context: StrategyContext, except: Service | undefined): InUse {
  const addresses = new Set<string>();
  const nodePorts = new Set<number>();
  for (const service of context.view.list(SERVICES)) {
    if (service.metadata.uid === except?.metadata.uid) continue;
    const { clusterIPs, healthCheckNodePort, ports } = service.spec;
    for (const address of clusterIPs ?? []) addresses.add(address);
    for (const port of ports ?? []) if (port.nodePort) nodePorts.add(port.nodePort);
    if (healthCheckNodePort) nodePorts.add(healthCheckNodePort);
  }
  return { addresses, nodePorts };
}

/** The number of an IPv4 address within the range, or `undefined` outside it. */
function addressNumber(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) return undefined;
  const number = ((parts[0]! << 24) | (parts[1]! << 16) | (parts[2]! << 8) | parts[3]!) - FIRST_ADDRESS - 1;
  return number >= 0 && number < ADDRESS_COUNT ? number : undefined;
}

function addressText(number: number): string {
  const value = FIRST_ADDRESS + 1 + number;
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** A free number of [0, count): drawn in the upper band and probed from there, the lower band last. */
function pick(
  count: number,
  reserved: number,
  draw: number,
  isFree: (number: number) => boolean,
): number | undefined {
  const upper = count - reserved;
  for (let step = 0; step < upper; step++) {
    const number = reserved + ((draw + step) % upper);
    if (isFree(number)) return number;
  }
  for (let step = 0; step < reserved; step++) {
    const number = (draw + step) % reserved;
    if (isFree(number)) return number;
  }
  return undefined;
}

type Outcome<T> = { readonly value: T } | { readonly error: FieldError };

function allocateAddress(spec: ServiceSpec, used: InUse, context: StrategyContext): Outcome<string> {
  const wanted = spec.clusterIP;
  if (wanted !== undefined && wanted !== '') {
    const fail = (why: string): Outcome<string> => ({
      error: invalidValue(
        'spec.clusterIPs',
        spec.clusterIPs ?? [wanted],
        `failed to allocate IP ${wanted}: ${why}`,
      ),
    });
    // Addresses of the other family aren't managed here, and malformed ones are validation's.
    if (wanted.includes(':') || !/^\d+\.\d+\.\d+\.\d+$/.test(wanted)) return { value: wanted };
    if (addressNumber(wanted) === undefined) {
      return fail(
        `the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${SERVICE_CIDR}`,
      );
    }
    return used.addresses.has(wanted) ? fail('provided IP is already allocated') : { value: wanted };
  }
  const draw = context.draw('cluster-ip');
  const number = pick(ADDRESS_COUNT, STATIC_ADDRESSES, draw, (one) => !used.addresses.has(addressText(one)));
  if (number !== undefined) return { value: addressText(number) };
  return { error: invalidValue('spec.clusterIPs', [], 'failed to allocate a serviceIP: range is full') };
}

function allocateNodePort(
  field: string,
  wanted: number | undefined,
  used: Set<number>,
  purpose: string,
  context: StrategyContext,
): Outcome<number> {
  if (wanted !== undefined && wanted !== 0) {
    if (wanted < FIRST_NODE_PORT || wanted >= FIRST_NODE_PORT + NODE_PORT_COUNT) {
      const range = `${FIRST_NODE_PORT}-${FIRST_NODE_PORT + NODE_PORT_COUNT - 1}`;
      const detail = `provided port is not in the valid range. The range of valid ports is ${range}`;
      return { error: invalidValue(field, wanted, detail) };
    }
    if (used.has(wanted)) return { error: invalidValue(field, wanted, 'provided port is already allocated') };
    used.add(wanted);
    return { value: wanted };
  }
  const number = pick(
    NODE_PORT_COUNT,
    STATIC_NODE_PORTS,
    context.draw(purpose),
    (one) => !used.has(FIRST_NODE_PORT + one),
  );
  if (number === undefined)
    return { error: invalidValue(field, 0, 'failed to allocate a nodePort: range is full') };
  used.add(FIRST_NODE_PORT + number);
  return { value: FIRST_NODE_PORT + number };
}

/** One port may serve two protocols under one node port, if it was given so. */
function allocatePorts(
  ports: readonly ServicePort[],
  used: Set<number>,
  context: StrategyContext,
): Outcome<readonly ServicePort[]> {
  const allocated: ServicePort[] = [];
  const own = new Map<number, string[]>();
  for (const [index, port] of ports.entries()) {
    const protocol = port.protocol ?? 'TCP';
    const protocols = port.nodePort ? own.get(port.nodePort) : undefined;
    if (protocols !== undefined && !protocols.includes(protocol)) {
      protocols.push(protocol);
      allocated.push(port);
      continue;
    }
    const field = `spec.ports[${index}].nodePort`;
    const outcome = allocateNodePort(field, port.nodePort, used, `node-port ${index}`, context);
    if ('error' in outcome) return outcome;
    own.set(outcome.value, [protocol]);
    allocated.push(port.nodePort === outcome.value ? port : withFields(port, { nodePort: outcome.value }));
  }
  return { value: allocated.every((port, index) => port === ports[index]) ? ports : allocated };
}

function refuse(service: NewObject<Service>, error: FieldError): Status {
  return invalid(SERVICES, service.metadata.name ?? '', [error]);
}

/** Gives a Service the address and ports that its type calls for and that it doesn't hold yet. */
export function allocate(
  service: NewObject<Service>,
  spec: ServiceSpec,
  context: StrategyContext,
  previous?: Service,
): ServiceSpec | Status {
  if (!needsClusterIp(spec)) return spec;
  const used = inUse(context, previous);
  const next: { -readonly [K in keyof ServiceSpec]: ServiceSpec[K] } = { ...spec };
  if (spec.clusterIP === HEADLESS) {
    next.clusterIPs = spec.clusterIPs ?? [HEADLESS];
  } else if (spec.clusterIP === undefined || spec.clusterIP !== previous?.spec.clusterIP) {
    const outcome = allocateAddress(spec, used, context);
    if ('error' in outcome) return refuse(service, outcome.error);
    next.clusterIP = outcome.value;
    next.clusterIPs = (spec.clusterIPs?.length ?? 0) > 1 ? spec.clusterIPs : [outcome.value];
  }
  if (needsNodePort(spec)) {
    const outcome = allocatePorts(spec.ports ?? [], used.nodePorts, context);
    if ('error' in outcome) return refuse(service, outcome.error);
    next.ports = outcome.value;
  }
  if (needsHealthCheckPort(spec)) {
    const wanted = spec.healthCheckNodePort;
    const outcome = allocateNodePort(
      'spec.healthCheckNodePort',
      wanted,
      used.nodePorts,
      'health-check-node-port',
      context,
    );
    if ('error' in outcome) return refuse(service, outcome.error);
    next.healthCheckNodePort = outcome.value;
  }
  return withFields<ServiceSpec>(next, {});
}
