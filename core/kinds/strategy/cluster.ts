import type { NewObject } from '../../api/object.ts';
import type {
  DiscoveryV1EndpointPort,
  EndpointSlice,
  Event,
  Lease,
  Namespace,
  NamespaceSpec,
  NamespaceStatus,
  Node,
  NodeStatus,
  NodeSystemInfo,
  PriorityClass,
  ServiceAccount,
} from '../../schema/types.generated.ts';
import { fill, onField, onItems, withFields } from '../defaults/fill.ts';
import type { KindStrategy } from '../kind.ts';
import {
  validateEndpointSlice,
  validateEndpointSliceUpdate,
  validateEvent,
  validateLease,
  validateNamespace,
  validateNode,
  validateNodeUpdate,
  validatePriorityClass,
  validatePriorityClassUpdate,
} from '../validation/cluster.ts';

/** Set on every namespace since 1.22 (core/v1 `LabelMetadataName`). */
const NAME_LABEL = 'kubernetes.io/metadata.name';
const NAMESPACE_SPEC: NamespaceSpec = { finalizers: ['kubernetes'] };
const ACTIVE: NamespaceStatus = { phase: 'Active' };

function withNameLabel(object: NewObject<Namespace>): NewObject<Namespace> {
  const { metadata } = object;
  if (!metadata.name || metadata.labels?.[NAME_LABEL] === metadata.name) return object;
  const labels = withFields(metadata.labels ?? {}, { [NAME_LABEL]: metadata.name });
  return { ...object, metadata: { ...metadata, labels } };
}

export const NAMESPACE_STRATEGY: KindStrategy<Namespace> = {
  countsGenerations: false,
  nameRule: 'dns-label',
  applyDefaults: withNameLabel,
  prepareForCreate({ apiVersion, kind, metadata }: NewObject<Namespace>): NewObject<Namespace> {
    return { apiVersion, kind, metadata, spec: NAMESPACE_SPEC, status: ACTIVE };
  },
  validate: validateNamespace,
};

const NODE_INFO: NodeSystemInfo = {
  architecture: '',
  bootID: '',
  containerRuntimeVersion: '',
  kernelVersion: '',
  kubeProxyVersion: '',
  kubeletVersion: '',
  machineID: '',
  operatingSystem: '',
  osImage: '',
  systemUUID: '',
};
const NODE_STATUS: Partial<NodeStatus> = {
  daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
  nodeInfo: NODE_INFO,
};

export const NODE_STRATEGY: KindStrategy<Node> = {
  countsGenerations: false,
  applyDefaults(object: NewObject<Node>): NewObject<Node> {
    const status = object.status ?? {};
    const { capacity } = status;
    const known = fill(status, NODE_STATUS);
    const complete = capacity === undefined ? known : fill(known, { allocatable: capacity });
    if (object.spec !== undefined && complete === object.status) return object;
    const { apiVersion, kind, metadata, spec = {} } = object;
    return { apiVersion, kind, metadata, spec, status: complete };
  },
  /** A kubelet registers its node with the status that it has (registry/core/node keeps it). */
  prepareForCreate: (object) => object,
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
};

export const EVENT_STRATEGY: KindStrategy<Event> = { countsGenerations: false, validate: validateEvent };

export const LEASE_STRATEGY: KindStrategy<Lease> = {
  countsGenerations: false,
  validate: validateLease,
  validateUpdate: validateLease,
};

export const SERVICE_ACCOUNT_STRATEGY: KindStrategy<ServiceAccount> = { countsGenerations: false };

export const PRIORITY_CLASS_STRATEGY: KindStrategy<PriorityClass> = {
  applyDefaults(object: NewObject<PriorityClass>): NewObject<PriorityClass> {
    return fill(object, { preemptionPolicy: 'PreemptLowerPriority' });
  },
  validate: validatePriorityClass,
  validateUpdate: validatePriorityClassUpdate,
};

function endpointPortDefaults(port: DiscoveryV1EndpointPort): DiscoveryV1EndpointPort {
  return fill(port, { name: '', protocol: 'TCP' });
}

export const ENDPOINT_SLICE_STRATEGY: KindStrategy<EndpointSlice> = {
  applyDefaults(object: NewObject<EndpointSlice>): NewObject<EndpointSlice> {
    return onField(object, 'ports', (ports) => onItems(ports ?? [], endpointPortDefaults));
  },
  validate: validateEndpointSlice,
  validateUpdate: validateEndpointSliceUpdate,
};
