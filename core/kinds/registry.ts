import type { KubeObject } from '../api/object.ts';
import { qualifiedResource } from '../api/status.ts';
import type * as api from '../schema/types.generated.ts';
import { CATALOG } from './catalog.ts';
import type { Kind, KindStrategy } from './kind.ts';
import { STRATEGIES } from './strategies.ts';

function kindKey(apiVersion: string, kind: string): string {
  return `${apiVersion}/${kind}`;
}

/** The one registry of kinds: every built-in kind with its strategy. Its order is fixed within a version. */
export const KINDS: readonly Kind[] = CATALOG.map((names, index) => {
  const apiVersion = names.group === '' ? names.version : `${names.group}/${names.version}`;
  const strategy: KindStrategy = STRATEGIES[kindKey(apiVersion, names.kind)] ?? {};
  return { ...names, index, resource: qualifiedResource(names), apiVersion, strategy };
});

const byKind = new Map(KINDS.map((kind) => [kindKey(kind.apiVersion, kind.kind), kind]));
const byResource = new Map(KINDS.map((kind) => [kind.resource, kind]));

/** The kind of an object by its `apiVersion` and `kind`, or `undefined` where no such kind is served. */
export function kindFor(apiVersion: string, kind: string): Kind | undefined {
  return byKind.get(kindKey(apiVersion, kind));
}

/** By `pods` or `deployments.apps`. */
export function kindByResource(resource: string): Kind | undefined {
  return byResource.get(resource);
}

/** A kind that this program itself depends on; its absence from the catalog is a defect. */
function known<T extends KubeObject>(apiVersion: string, kind: string): Kind<T> {
  const found = kindFor(apiVersion, kind);
  if (found === undefined) throw new Error(`the registry of kinds has no ${apiVersion} ${kind}`);
  // The registry holds kinds of all types; the name says which one this is.
  return found as unknown as Kind<T>;
}

export const CONFIG_MAP = known<api.ConfigMap>('v1', 'ConfigMap');
export const EVENT = known<api.Event>('v1', 'Event');
export const NAMESPACE = known<api.Namespace>('v1', 'Namespace');
export const LIMIT_RANGE = known<api.LimitRange>('v1', 'LimitRange');
export const NODE = known<api.Node>('v1', 'Node');
export const PERSISTENT_VOLUME = known<api.PersistentVolume>('v1', 'PersistentVolume');
export const PERSISTENT_VOLUME_CLAIM = known<api.PersistentVolumeClaim>('v1', 'PersistentVolumeClaim');
export const POD = known<api.Pod>('v1', 'Pod');
export const REPLICATION_CONTROLLER = known<api.ReplicationController>('v1', 'ReplicationController');
export const RESOURCE_QUOTA = known<api.ResourceQuota>('v1', 'ResourceQuota');
export const SECRET = known<api.Secret>('v1', 'Secret');
export const SERVICE = known<api.Service>('v1', 'Service');
export const SERVICE_ACCOUNT = known<api.ServiceAccount>('v1', 'ServiceAccount');
export const DEPLOYMENT = known<api.Deployment>('apps/v1', 'Deployment');
export const REPLICA_SET = known<api.ReplicaSet>('apps/v1', 'ReplicaSet');
export const STATEFUL_SET = known<api.StatefulSet>('apps/v1', 'StatefulSet');
export const HORIZONTAL_POD_AUTOSCALER = known<api.HorizontalPodAutoscaler>(
  'autoscaling/v2',
  'HorizontalPodAutoscaler',
);
export const CONTROLLER_REVISION = known<api.ControllerRevision>('apps/v1', 'ControllerRevision');
export const CUSTOM_RESOURCE_DEFINITION = known<api.CustomResourceDefinition>(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
);
export const DAEMON_SET = known<api.DaemonSet>('apps/v1', 'DaemonSet');
export const CRON_JOB = known<api.CronJob>('batch/v1', 'CronJob');
export const JOB = known<api.Job>('batch/v1', 'Job');
export const LEASE = known<api.Lease>('coordination.k8s.io/v1', 'Lease');
export const ENDPOINT_SLICE = known<api.EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice');
export const CSI_DRIVER = known<api.CSIDriver>('storage.k8s.io/v1', 'CSIDriver');
export const CSI_NODE = known<api.CSINode>('storage.k8s.io/v1', 'CSINode');
export const CSI_STORAGE_CAPACITY = known<api.CSIStorageCapacity>('storage.k8s.io/v1', 'CSIStorageCapacity');
export const VOLUME_ATTACHMENT = known<api.VolumeAttachment>('storage.k8s.io/v1', 'VolumeAttachment');
export const STORAGE_CLASS = known<api.StorageClass>('storage.k8s.io/v1', 'StorageClass');
export const INGRESS = known<api.Ingress>('networking.k8s.io/v1', 'Ingress');
export const INGRESS_CLASS = known<api.IngressClass>('networking.k8s.io/v1', 'IngressClass');
export const RUNTIME_CLASS = known<api.RuntimeClass>('node.k8s.io/v1', 'RuntimeClass');
export const POD_DISRUPTION_BUDGET = known<api.PodDisruptionBudget>('policy/v1', 'PodDisruptionBudget');
export const PRIORITY_CLASS = known<api.PriorityClass>('scheduling.k8s.io/v1', 'PriorityClass');
