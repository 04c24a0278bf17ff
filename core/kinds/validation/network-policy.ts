import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from '../../schema/types.generated.ts';
import { addressRange, isStrictSubset } from './cidr.ts';
import { forbiddenField, invalidFor, invalidValue, notSupported, required } from './fields.ts';
import { isCidr } from './ip-address.ts';
import { inRange, portName } from './names.ts';
import { validateLabelSelector } from './selector.ts';

/** NetworkPolicies (networking/validation `ValidateNetworkPolicySpec`). */

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'];
const POLICY_TYPES = ['Ingress', 'Egress'];
const PORT_MAX = 65_535;
const BAD_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

function validatePort(port: NetworkPolicyPort, field: string): readonly FieldError[] {
  const { endPort, port: number, protocol } = port;
  const errors: FieldError[] = [];
  const end = `${field}.endPort`;
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) {
    errors.push(notSupported(`${field}.protocol`, protocol, PROTOCOLS));
  }
  if (number === undefined) {
    if (endPort === undefined) return errors;
    return [...errors, invalidValue(end, endPort, 'may not be specified when `port` is not specified')];
  }
  if (typeof number === 'string') {
    if (endPort !== undefined) {
      errors.push(invalidValue(end, endPort, 'may not be specified when `port` is non-numeric'));
    }
    return [...errors, ...invalidFor(`${field}.port`, number, portName(number))];
  }
  errors.push(...invalidFor(`${field}.port`, number, inRange(number, 1, PORT_MAX)));
  if (endPort === undefined) return errors;
  if (endPort < number) errors.push(invalidValue(end, endPort, 'must be greater than or equal to `port`'));
  return [...errors, ...invalidFor(end, endPort, inRange(endPort, 1, PORT_MAX))];
}

/** A range that an older server let in may stay. */
function validateBlock(block: IPBlock, field: string, known: ReadonlySet<string>): readonly FieldError[] {
  const { cidr = '', except = [] } = block;
  if (cidr === '') return [required(`${field}.cidr`)];
  if (!isCidr(cidr)) return known.has(cidr) ? [] : [invalidValue(`${field}.cidr`, cidr, BAD_CIDR)];
  const outer = addressRange(cidr);
  return except.flatMap((hole, index) => {
    const path = `${field}.except[${index}]`;
    if (!isCidr(hole)) return known.has(hole) ? [] : [invalidValue(path, hole, BAD_CIDR)];
    if (isStrictSubset(addressRange(hole), outer)) return [];
    return [invalidValue(path, hole, 'must be a strict subset of `cidr`')];
  });
}

function validatePeer(
  peer: NetworkPolicyPeer,
  field: string,
  known: ReadonlySet<string>,
): readonly FieldError[] {
  const { ipBlock, namespaceSelector, podSelector } = peer;
  const errors: FieldError[] = [
    ...validateLabelSelector(podSelector, `${field}.podSelector`),
    ...validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`),
    ...(ipBlock === undefined ? [] : validateBlock(ipBlock, `${field}.ipBlock`, known)),
  ];
  const count = [ipBlock, namespaceSelector, podSelector].filter((one) => one !== undefined).length;
  if (count === 0) errors.push(required(field, 'must specify a peer'));
  if (count > 1 && ipBlock !== undefined) {
    errors.push(forbiddenField(field, 'may not specify both ipBlock and another peer'));
  }
  return errors;
}

function validateRule(
  ports: readonly NetworkPolicyPort[] | undefined,
  peers: readonly NetworkPolicyPeer[] | undefined,
  field: string,
  peersField: 'from' | 'to',
  known: ReadonlySet<string>,
): readonly FieldError[] {
  return [
    ...(ports ?? []).flatMap((port, index) => validatePort(port, `${field}.ports[${index}]`)),
    ...(peers ?? []).flatMap((peer, index) => validatePeer(peer, `${field}.${peersField}[${index}]`, known)),
  ];
}

function validateSpec(spec: Partial<NetworkPolicySpec>, known: ReadonlySet<string>): readonly FieldError[] {
  const { egress = [], ingress = [], podSelector, policyTypes = [] } = spec;
  const errors: FieldError[] = [
    ...validateLabelSelector(podSelector, 'spec.podSelector'),
    ...ingress.flatMap(({ from, ports }, index) =>
      validateRule(ports, from, `spec.ingress[${index}]`, 'from', known),
    ),
    ...egress.flatMap(({ ports, to }, index) =>
      validateRule(ports, to, `spec.egress[${index}]`, 'to', known),
    ),
  ];
  const field = 'spec.policyTypes';
  if (policyTypes.length > POLICY_TYPES.length) {
    return [...errors, invalidValue(field, policyTypes, 'may not specify more than two policyTypes')];
  }
  for (const [index, type] of policyTypes.entries()) {
    if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`${field}[${index}]`, type, POLICY_TYPES));
  }
  return errors;
}

const NOTHING_KNOWN: ReadonlySet<string> = new Set();

function rangesOf({ egress = [], ingress = [] }: NetworkPolicySpec): ReadonlySet<string> {
  const peers = [...ingress.flatMap(({ from = [] }) => from), ...egress.flatMap(({ to = [] }) => to)];
  return new Set(peers.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr, ...(ipBlock.except ?? [])] : [])));
}

export function validateNetworkPolicy(object: NewObject<NetworkPolicy>): readonly FieldError[] {
  return validateSpec(object.spec ?? {}, NOTHING_KNOWN);
}

export function validateNetworkPolicyUpdate(
  next: NetworkPolicy,
  previous: NetworkPolicy,
): readonly FieldError[] {
  return validateSpec(next.spec ?? {}, rangesOf(previous.spec));
}
