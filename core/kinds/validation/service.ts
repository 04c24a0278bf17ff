import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { Service, ServicePort, ServiceSpec } from '../../schema/types.generated.ts';
import { validatePortNumber, validatePortNumberOrName, validateProtocol } from './container.ts';
import { duplicate, forbiddenField, invalidFor, invalidValue, oneOf, required } from './fields.ts';
import { isCidr, isIpAddress } from './ip-address.ts';
import { dnsLabel, dnsSubdomain, qualifiedName } from './names.ts';
import { validateLabels } from './object-meta.ts';

/** Services (core/validation `ValidateService`). */

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const POLICIES = ['Cluster', 'Local'];
/** A day. */
const AFFINITY_SECONDS_MAX = 86_400;
const ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'";
const BAD_ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const HEADLESS = 'None';

function validatePort(port: ServicePort, path: string, needsName: boolean): readonly FieldError[] {
  const { name = '', port: number = 0, targetPort, appProtocol } = port;
  const errors: FieldError[] = [];
  if (name !== '') errors.push(...invalidFor(`${path}.name`, name, dnsLabel(name)));
  else if (needsName) errors.push(required(`${path}.name`));
  errors.push(
    ...validatePortNumber(number, `${path}.port`),
    ...validateProtocol(port.protocol, `${path}.protocol`),
  );
  errors.push(...validatePortNumberOrName(targetPort, `${path}.targetPort`));
  if (appProtocol !== undefined) {
    errors.push(...invalidFor(`${path}.appProtocol`, appProtocol, qualifiedName(appProtocol)));
  }
  return errors;
}

function validatePorts(spec: ServiceSpec): readonly FieldError[] {
  const ports = spec.ports ?? [];
  const errors: FieldError[] = [];
  if (ports.length === 0 && spec.clusterIP !== HEADLESS && spec.type !== 'ExternalName') {
    errors.push(required('spec.ports'));
  }
  const names = new Set<string>();
  const numbers = new Set<string>();
  const nodePorts = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const path = `spec.ports[${index}]`;
    errors.push(...validatePort(port, path, ports.length > 1));
    if (port.name) {
      if (names.has(port.name)) errors.push(duplicate(`${path}.name`, port.name));
      names.add(port.name);
    }
    const number = `${port.protocol}/${port.port}`;
    if (numbers.has(number)) errors.push(duplicate(path, goPort(port)));
    numbers.add(number);
    if (!port.nodePort) continue;
    if (spec.type === 'ClusterIP' || spec.type === 'ExternalName') {
      errors.push(forbiddenField(`${path}.nodePort`, `may not be used when \`type\` is '${spec.type}'`));
    }
    const nodePort = `${port.protocol}/${port.nodePort}`;
    if (nodePorts.has(nodePort)) errors.push(duplicate(`${path}.nodePort`, port.nodePort));
    nodePorts.add(nodePort);
  }
  return errors;
}

/** What makes two ports the same, as the API server's own struct shows it. */
function goPort(port: ServicePort): object {
  const { protocol, port: number } = port;
  return { Name: '', Protocol: protocol, AppProtocol: null, Port: number, TargetPort: 0, NodePort: 0 };
}

function validateType(spec: ServiceSpec): readonly FieldError[] {
  const { clusterIP, clusterIPs, externalName = '', type } = spec;
  const errors: FieldError[] = [];
  if (type === 'ExternalName') {
    if ((clusterIPs?.length ?? 0) > 0) {
      errors.push(forbiddenField('spec.clusterIPs', "may not be set when `type` is 'ExternalName'"));
    }
    if (externalName === '') errors.push(required('spec.externalName'));
    else {
      const name = externalName.endsWith('.') ? externalName.slice(0, -1) : externalName;
      errors.push(...invalidFor('spec.externalName', externalName, dnsSubdomain(name)));
    }
  } else if ((type === 'LoadBalancer' || type === 'NodePort') && clusterIP === HEADLESS) {
    errors.push(
      invalidValue('spec.clusterIPs[0]', HEADLESS, `may not be set to 'None' for ${type} services`),
    );
  }
  if (!type) errors.push(required('spec.type'));
  else errors.push(...oneOf('spec.type', type, TYPES));
  return errors;
}

function validateAffinity(spec: ServiceSpec): readonly FieldError[] {
  const { sessionAffinity, sessionAffinityConfig } = spec;
  if (!sessionAffinity) return [required('spec.sessionAffinity')];
  const errors: FieldError[] = [...oneOf('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None'])];
  if (sessionAffinity === 'None' && sessionAffinityConfig !== undefined) {
    const detail = 'must not be set when session affinity is None';
    errors.push(forbiddenField('spec.sessionAffinityConfig', detail));
  }
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (
    sessionAffinity === 'ClientIP' &&
    seconds !== undefined &&
    !(seconds > 0 && seconds <= AFFINITY_SECONDS_MAX)
  ) {
    const detail = `must be greater than 0 and less than ${AFFINITY_SECONDS_MAX}`;
    errors.push(invalidValue('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, detail));
  }
  return errors;
}

function validateAddresses(spec: ServiceSpec): readonly FieldError[] {
  const { clusterIP, clusterIPs = [], externalIPs = [] } = spec;
  const errors: FieldError[] = [];
  if (clusterIP && clusterIPs.length > 0 && clusterIPs[0] !== clusterIP) {
    errors.push(invalidValue('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`'));
  }
  for (const [index, address] of clusterIPs.entries()) {
    const path = `spec.clusterIPs[${index}]`;
    if (address === HEADLESS) {
      if (index > 0) errors.push(invalidValue(path, address, "'None' must be the first and only value"));
    } else if (!isIpAddress(address)) errors.push(invalidValue(path, address, BAD_ADDRESS));
  }
  for (const [index, address] of externalIPs.entries()) {
    if (!isIpAddress(address)) errors.push(invalidValue(`spec.externalIPs[${index}]`, address, BAD_ADDRESS));
  }
  return errors;
}

function validateLoadBalancer(spec: ServiceSpec): readonly FieldError[] {
  const { allocateLoadBalancerNodePorts, loadBalancerClass, loadBalancerSourceRanges = [], type } = spec;
  const errors: FieldError[] = [];
  if (loadBalancerSourceRanges.length > 0) {
    // The capital letter is the API server's.
    const path = 'spec.LoadBalancerSourceRanges';
    if (type !== 'LoadBalancer') errors.push(forbiddenField(path, ONLY_LOAD_BALANCER));
    for (const [index, range] of loadBalancerSourceRanges.entries()) {
      if (isCidr(range.trim())) continue;
      const detail = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
      errors.push(invalidValue(`${path}[${index}]`, range, detail));
    }
  }
  if (type === 'LoadBalancer') return errors;
  if (allocateLoadBalancerNodePorts !== undefined) {
    errors.push(forbiddenField('spec.allocateLoadBalancerNodePorts', ONLY_LOAD_BALANCER));
  }
  if (loadBalancerClass !== undefined)
    errors.push(forbiddenField('spec.loadBalancerClass', ONLY_LOAD_BALANCER));
  return errors;
}

function validateTraffic(spec: ServiceSpec): readonly FieldError[] {
  const { externalIPs, externalTrafficPolicy, internalTrafficPolicy, trafficDistribution, type } = spec;
  const errors: FieldError[] = [];
  if (externalTrafficPolicy !== undefined) {
    const reachable =
      type === 'LoadBalancer' ||
      type === 'NodePort' ||
      (type === 'ClusterIP' && (externalIPs?.length ?? 0) > 0);
    const path = 'spec.externalTrafficPolicy';
    if (!reachable) {
      const detail = 'may only be set for externally-accessible services';
      errors.push(invalidValue(path, externalTrafficPolicy, detail));
    } else errors.push(...oneOf(path, externalTrafficPolicy, POLICIES));
  }
  if (internalTrafficPolicy !== undefined) {
    errors.push(...oneOf('spec.internalTrafficPolicy', internalTrafficPolicy, POLICIES));
  }
  if (trafficDistribution !== undefined) {
    const supported = ['PreferClose', 'PreferSameNode', 'PreferSameZone'];
    errors.push(...oneOf('spec.trafficDistribution', trafficDistribution, supported));
  }
  return errors;
}

function validateSpec(spec: ServiceSpec): readonly FieldError[] {
  return [
    ...validatePorts(spec),
    ...validateType(spec),
    ...validateLabels(spec.selector, 'spec.selector'),
    ...validateAffinity(spec),
    ...validateAddresses(spec),
    ...validateLoadBalancer(spec),
    ...validateTraffic(spec),
  ];
}

const validated = new WeakMap<ServiceSpec, readonly FieldError[]>();

export function validateService(service: NewObject<Service>): readonly FieldError[] {
  const spec = service.spec ?? {};
  const known = validated.get(spec);
  if (known !== undefined) return known;
  const errors = validateSpec(spec);
  validated.set(spec, errors);
  return errors;
}

/** The address is a Service's for as long as it has one. */
export function validateServiceUpdate(next: Service, previous: Service): readonly FieldError[] {
  const errors: FieldError[] = [...validateService(next)];
  const before = previous.spec.clusterIP;
  const after = next.spec.clusterIP;
  if (previous.spec.type === 'ExternalName' || next.spec.type === 'ExternalName' || !before) return errors;
  if (!after) {
    errors.push(
      invalidValue('spec.clusterIPs', next.spec.clusterIPs ?? [], 'primary clusterIP can not be unset'),
    );
  } else if (after !== before) {
    errors.push(invalidValue('spec.clusterIPs[0]', after, 'may not change once set'));
  }
  return errors;
}
