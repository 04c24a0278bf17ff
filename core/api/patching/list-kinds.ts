import type { FieldType } from '../../schema/table.ts';
import { patchStrategy } from './patch-strategies.ts';

/**
 * How server-side apply sees lists and maps: as one value (`atomic`), as a set of values, or by the keys of their
 * entries. Facts of the published OpenAPI document (`x-kubernetes-list-type`, `x-kubernetes-list-map-keys`,
 * `x-kubernetes-map-type`); a list of which it says nothing is what its patch strategy makes of it, else atomic.
 */
export type ListKind =
  | { readonly kind: 'atomic' }
  | { readonly kind: 'set' }
  | { readonly kind: 'map'; readonly keys: readonly string[] };

const ATOMIC: ListKind = { kind: 'atomic' };
const SET: ListKind = { kind: 'set' };
const by = (...keys: readonly string[]): ListKind => ({ kind: 'map', keys });

/** Where the list type is another than the patch strategy says. */
const LISTS: Readonly<Record<string, Readonly<Record<string, ListKind>>>> = {
  AllocatedDeviceStatus: { conditions: by('type') },
  CSIDriverSpec: { volumeLifecycleModes: SET },
  CertificateSigningRequestStatus: { conditions: by('type') },
  Container: { ports: by('containerPort', 'protocol') },
  ContainerRestartRuleOnExitCodes: { values: SET },
  CustomResourceDefinitionStatus: { conditions: by('type') },
  Endpoint: { addresses: SET },
  EphemeralContainer: { ports: by('containerPort', 'protocol') },
  JobStatus: { conditions: ATOMIC },
  NodeAllocatableResourceClaimStatus: { containers: SET },
  NonResourcePolicyRule: { nonResourceURLs: SET, verbs: SET },
  PodFailurePolicyOnExitCodesRequirement: { values: SET },
  PodSpec: { topologySpreadConstraints: by('topologyKey', 'whenUnsatisfiable') },
  PodStatus: { hostIPs: ATOMIC },
  ResourceClaimStatus: { devices: by('device', 'driver', 'pool', 'shareID') },
  ResourcePolicyRule: { apiGroups: SET, namespaces: SET, resources: SET, verbs: SET },
  ResourceRequirements: { claims: by('name') },
  ResourceStatus: { resources: by('resourceID') },
  ServiceSpec: { ports: by('port', 'protocol') },
  UncountedTerminatedPods: { failed: SET, succeeded: SET },
  ValidatingAdmissionPolicyBindingSpec: { validationActions: SET },
  ValidatingAdmissionPolicyStatus: { conditions: by('type') },
};

/** Keys that may be left out of an entry, and what they are then. */
export const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

const ATOMIC_STRUCTS: ReadonlySet<string> = new Set([
  'AutoscalingV1CrossVersionObjectReference',
  'ConfigMapKeySelector',
  'DiscoveryV1EndpointPort',
  'EndpointAddress',
  'EndpointPort',
  'FileKeySelector',
  'LabelSelector',
  'LocalObjectReference',
  'MatchResources',
  'NamedRuleWithOperations',
  'NodeSelector',
  'NodeSelectorTerm',
  'ObjectFieldSelector',
  'ObjectReference',
  'OwnerReference',
  'ParamKind',
  'ParamRef',
  'ResourceFieldSelector',
  'RoleRef',
  'ScopeSelector',
  'SecretKeySelector',
  'SecretReference',
  'ServiceBackendPort',
  'Subject',
  'TopologySelectorTerm',
  'TypedLocalObjectReference',
  'Variable',
]);

const ATOMIC_MAPS: Readonly<Record<string, readonly string[]>> = {
  PodSpec: ['nodeSelector'],
  ReplicationControllerSpec: ['selector'],
  Scheduling: ['nodeSelector'],
  ServiceSpec: ['selector'],
};

/** Structs that are atomic elsewhere, and merged in this field. */
const GRANULAR: Readonly<Record<string, readonly string[]>> = { PersistentVolumeSpec: ['claimRef'] };

function has(table: Readonly<Record<string, readonly string[]>>, struct: string, field: string): boolean {
  return Object.hasOwn(table, struct) && table[struct]?.includes(field) === true;
}

export function listKind(struct: string, field: string): ListKind {
  const known = Object.hasOwn(LISTS, struct) ? LISTS[struct]?.[field] : undefined;
  if (known !== undefined) return known;
  const strategy = patchStrategy(struct, field);
  if (strategy?.merge !== true) return ATOMIC;
  return strategy.mergeKey === undefined ? SET : by(strategy.mergeKey);
}

/** Whether what stands in this field of a struct is owned and replaced as a whole, though it is a map. */
export function isAtomicField(struct: string, field: string, type: FieldType): boolean {
  if (type.type === 'struct') return ATOMIC_STRUCTS.has(type.struct) && !has(GRANULAR, struct, field);
  return type.type === 'map' ? has(ATOMIC_MAPS, struct, field) : type.type !== 'list';
}

export function isAtomicStruct(struct: string): boolean {
  return ATOMIC_STRUCTS.has(struct);
}
