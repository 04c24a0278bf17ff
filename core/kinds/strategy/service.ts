import type { NewObject } from '../../api/object.ts';
import type { Status } from '../../api/status.ts';
import type { Service, ServicePort, ServiceSpec, ServiceStatus } from '../../schema/types.generated.ts';
import { fill, memoised, onField, onItems, withFields } from '../defaults/fill.ts';
import type { KindStrategy, StrategyContext } from '../kind.ts';
import { validateService, validateServiceUpdate } from '../validation/service.ts';
import {
  allocate,
  HEADLESS,
  needsClusterIp,
  needsHealthCheckPort,
  needsNodePort,
} from './service-allocation.ts';

/** Services (Kubernetes' `SetDefaults_Service` and `pkg/registry/core/service`). */

/** `DefaultClientIPServiceAffinitySeconds`: three hours. */
const AFFINITY_SECONDS = 10_800;
const STATUS: ServiceStatus = { loadBalancer: Object.freeze({}) };
const NO_SPEC: ServiceSpec = Object.freeze({});

function portDefaults(port: ServicePort): ServicePort {
  const named = fill(port, { protocol: 'TCP' });
  const target = named.targetPort;
  return target === undefined || target === 0 || target === ''
    ? withFields(named, { targetPort: port.port })
    : named;
}

function reachableFromOutside(spec: ServiceSpec): boolean {
  if (spec.type === 'LoadBalancer' || spec.type === 'NodePort') return true;
  return spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0;
}

const specDefaults = memoised((spec: ServiceSpec): ServiceSpec => {
  let next = fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  if (next.sessionAffinity === 'ClientIP') {
    next = onField(fill(next, { sessionAffinityConfig: {} }), 'sessionAffinityConfig', (config) =>
      onField(fill(config, { clientIP: {} }), 'clientIP', (client) =>
        fill(client, { timeoutSeconds: AFFINITY_SECONDS }),
      ),
    );
  }
  next = onField(next, 'ports', (ports) => onItems(ports, portDefaults));
  if (reachableFromOutside(next)) next = fill(next, { externalTrafficPolicy: 'Cluster' });
  if (needsClusterIp(next)) next = fill(next, { internalTrafficPolicy: 'Cluster' });
  if (next.type === 'LoadBalancer') next = fill(next, { allocateLoadBalancerNodePorts: true });
  return next;
});

/** Families of addresses in a cluster of one stack; only a Service that nobody resolves for may ask for both. */
function familyDefaults(spec: ServiceSpec): ServiceSpec {
  if (!needsClusterIp(spec)) return spec;
  const addressed = onField(spec, 'clusterIP', (address) => address);
  const open = spec.clusterIP === HEADLESS && Object.keys(spec.selector ?? {}).length === 0;
  const families = spec.clusterIP?.includes(':') ? (['IPv6'] as const) : (['IPv4'] as const);
  if (!open) return fill(addressed, { ipFamilies: families, ipFamilyPolicy: 'SingleStack' });
  const policy = fill(addressed, { ipFamilyPolicy: 'RequireDualStack' });
  const both = policy.ipFamilyPolicy === 'SingleStack' ? families : (['IPv4', 'IPv6'] as const);
  return fill(policy, { ipFamilies: both });
}

/** `clusterIPs` holds what `clusterIP` says first (`NormalizeClusterIPs`). */
function normalised(spec: ServiceSpec): ServiceSpec {
  const { clusterIP, clusterIPs } = spec;
  if (clusterIP && clusterIPs === undefined) return withFields(spec, { clusterIPs: [clusterIP] });
  if (!clusterIP && clusterIPs?.[0] !== undefined) return withFields(spec, { clusterIP: clusterIPs[0] });
  return spec;
}

/** A client that sends back less than it got keeps what was allocated to it (`patchAllocatedValues`). */
function carriedOver(next: ServiceSpec, previous: ServiceSpec): ServiceSpec {
  let spec = next;
  if (needsClusterIp(next) && needsClusterIp(previous) && previous.clusterIP !== undefined) {
    spec = fill(spec, { clusterIP: previous.clusterIP });
    if (spec.clusterIP === previous.clusterIP) spec = fill(spec, { clusterIPs: previous.clusterIPs });
    spec = fill(spec, { ipFamilies: previous.ipFamilies, ipFamilyPolicy: previous.ipFamilyPolicy });
  }
  if (needsNodePort(next) && needsNodePort(previous))
    spec = onField(spec, 'ports', (ports) => samePorts(ports, previous));
  if (needsHealthCheckPort(next) && needsHealthCheckPort(previous) && previous.healthCheckNodePort) {
    spec = fill(spec, { healthCheckNodePort: previous.healthCheckNodePort });
  }
  return spec;
}

function samePorts(ports: readonly ServicePort[], previous: ServiceSpec): readonly ServicePort[] {
  const taken = new Set(ports.map((port) => port.nodePort));
  return onItems(ports, (port) => {
    if (port.nodePort) return port;
    const before = previous.ports?.find((one) => one.port === port.port && one.protocol === port.protocol);
    if (before?.nodePort === undefined || taken.has(before.nodePort)) return port;
    taken.add(before.nodePort);
    return withFields(port, { nodePort: before.nodePort });
  });
}

/** What a Service held for its old type alone goes when the type does (`dropTypeDependentFields`). */
function released(next: ServiceSpec, previous: ServiceSpec): ServiceSpec {
  if (next.type === previous.type) return next;
  let spec = next;
  if (!needsClusterIp(next) && needsClusterIp(previous) && next.clusterIP === previous.clusterIP) {
    spec = {
      ...spec,
      clusterIP: undefined,
      clusterIPs: undefined,
      ipFamilies: undefined,
      ipFamilyPolicy: undefined,
    };
  }
  if (!needsNodePort(next) && needsNodePort(previous)) {
    const before = new Set((previous.ports ?? []).map((port) => port.nodePort));
    spec = onField(spec, 'ports', (ports) =>
      onItems(ports, (port) =>
        port.nodePort && before.has(port.nodePort) ? { ...port, nodePort: undefined } : port,
      ),
    );
  }
  if (!needsHealthCheckPort(next) && next.healthCheckNodePort === previous.healthCheckNodePort) {
    spec = onField(spec, 'healthCheckNodePort', () => undefined);
  }
  if (next.type !== 'LoadBalancer' && previous.type === 'LoadBalancer') {
    spec = onField(spec, 'allocateLoadBalancerNodePorts', () => undefined);
  }
  if (!reachableFromOutside(next)) spec = onField(spec, 'externalTrafficPolicy', () => undefined);
  if (!needsClusterIp(next)) spec = onField(spec, 'internalTrafficPolicy', () => undefined);
  return spec;
}

function isStatus(value: ServiceSpec | Status): value is Status {
  return 'code' in value;
}

export const SERVICE_STRATEGY: KindStrategy<Service> = {
  nameRule: 'dns-1035-label',
  countsGenerations: false,

  applyDefaults(object: NewObject<Service>): NewObject<Service> {
    const spec = specDefaults(object.spec ?? NO_SPEC);
    return spec === object.spec ? object : { ...object, spec };
  },

  prepareForCreate(object: NewObject<Service>, context: StrategyContext): NewObject<Service> | Status {
    const { apiVersion, kind, metadata } = object;
    const complete = familyDefaults(normalised(object.spec ?? NO_SPEC));
    // A malformed Service is refused by validation, with all of its faults, and takes no address before.
    const faulty = validateService({ ...object, spec: complete }).length > 0;
    const spec = faulty ? complete : allocate(object, complete, context);
    if (isStatus(spec)) return spec;
    return { apiVersion, kind, metadata, spec, status: STATUS };
  },

  prepareForUpdate(next: Service, previous: Service, context: StrategyContext): Service | Status {
    if (next.spec === previous.spec) return next;
    const kept = familyDefaults(normalised(carriedOver(released(next.spec, previous.spec), previous.spec)));
    if (validateServiceUpdate({ ...next, spec: kept }, previous).length > 0) return { ...next, spec: kept };
    const spec = allocate(next, kept, context, previous);
    if (isStatus(spec)) return spec;
    return { ...next, spec };
  },

  validate: validateService,
  validateUpdate: validateServiceUpdate,
};
