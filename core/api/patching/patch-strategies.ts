/**
 * How a strategic merge patch treats a field, where it isn't the usual: maps merge, lists are replaced. Facts of the
 * published OpenAPI document (`x-kubernetes-patch-strategy`, `x-kubernetes-patch-merge-key`), by struct and field.
 */
export interface PatchStrategy {
  /** Entries of the list are merged one by one, not replaced as a whole. */
  readonly merge: boolean;
  /** The field that says which entry is which; absent for lists of plain values. */
  readonly mergeKey?: string;
  /** A patch may name the fields that stay (`$retainKeys`), and kubectl does. */
  readonly retainKeys?: boolean;
  /** The map is replaced, not merged. */
  readonly replace?: boolean;
}

const by = (mergeKey: string): PatchStrategy => ({ merge: true, mergeKey });
const VALUES: PatchStrategy = { merge: true };
const RETAINED: PatchStrategy = { merge: true, mergeKey: 'name', retainKeys: true };

const CONTAINER = {
  env: by('name'),
  ports: by('containerPort'),
  volumeDevices: by('devicePath'),
  volumeMounts: by('mountPath'),
};
const CONDITIONS = { conditions: by('type') };

const STRATEGIES: Readonly<Record<string, Readonly<Record<string, PatchStrategy>>>> = {
  APIServiceStatus: CONDITIONS,
  CSINodeSpec: { drivers: by('name') },
  ComponentStatus: CONDITIONS,
  Container: CONTAINER,
  ContainerStatus: { allocatedResourcesStatus: by('name'), volumeMounts: by('mountPath') },
  DaemonSetStatus: CONDITIONS,
  DeploymentSpec: { strategy: { merge: false, retainKeys: true } },
  DeploymentStatus: CONDITIONS,
  EphemeralContainer: CONTAINER,
  FlowSchemaStatus: CONDITIONS,
  HorizontalPodAutoscalerStatus: CONDITIONS,
  JSONSchemaProps: { 'x-kubernetes-validations': by('rule') },
  JobStatus: CONDITIONS,
  MutatingAdmissionPolicySpec: { matchConditions: by('name') },
  MutatingWebhook: { matchConditions: by('name') },
  MutatingWebhookConfiguration: { webhooks: by('name') },
  NamespaceStatus: CONDITIONS,
  NodeSpec: { podCIDRs: VALUES },
  NodeStatus: { addresses: by('type'), conditions: by('type') },
  ObjectMeta: { finalizers: VALUES, ownerReferences: by('uid') },
  PersistentVolumeClaimStatus: CONDITIONS,
  PodDisruptionBudgetSpec: { selector: { merge: false, replace: true } },
  PodDisruptionBudgetStatus: CONDITIONS,
  PodSpec: {
    containers: by('name'),
    ephemeralContainers: by('name'),
    hostAliases: by('ip'),
    imagePullSecrets: by('name'),
    initContainers: by('name'),
    resourceClaims: RETAINED,
    schedulingGates: by('name'),
    topologySpreadConstraints: by('topologyKey'),
    volumes: RETAINED,
  },
  PodStatus: {
    conditions: by('type'),
    hostIPs: by('ip'),
    podIPs: by('ip'),
    resourceClaimStatuses: RETAINED,
  },
  PriorityLevelConfigurationStatus: CONDITIONS,
  ReplicaSetStatus: CONDITIONS,
  ReplicationControllerStatus: CONDITIONS,
  ResourceClaimStatus: { reservedFor: by('uid') },
  ServiceAccount: { secrets: by('name') },
  ServiceCIDRStatus: CONDITIONS,
  ServiceSpec: { ports: by('port') },
  ServiceStatus: CONDITIONS,
  StatefulSetStatus: CONDITIONS,
  ValidatingAdmissionPolicySpec: { matchConditions: by('name'), variables: by('name') },
  ValidatingWebhook: { matchConditions: by('name') },
  ValidatingWebhookConfiguration: { webhooks: by('name') },
};

/** `undefined`: the usual. `struct` is a name of the schema's table. */
export function patchStrategy(struct: string, field: string): PatchStrategy | undefined {
  const fields = STRATEGIES[struct];
  return fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
}

/** Every row, for the test that holds the table complete. */
export function patchStrategies(): readonly (readonly [struct: string, field: string, PatchStrategy])[] {
  return Object.entries(STRATEGIES).flatMap(([struct, fields]) =>
    Object.entries(fields).map(([field, strategy]) => [struct, field, strategy] as const),
  );
}
