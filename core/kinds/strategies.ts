import type { KindStrategy } from './kind.ts';
import {
  ENDPOINT_SLICE_STRATEGY,
  EVENT_STRATEGY,
  LEASE_STRATEGY,
  NAMESPACE_STRATEGY,
  NODE_STRATEGY,
  PRIORITY_CLASS_STRATEGY,
  RBAC_STRATEGY,
  SERVICE_ACCOUNT_STRATEGY,
  WITHOUT_GENERATION,
} from './strategy/cluster.ts';
import { CONFIG_MAP_STRATEGY, SECRET_STRATEGY } from './strategy/config.ts';
import { DAEMON_SET_STRATEGY } from './strategy/daemon-set.ts';
import { DISRUPTION_BUDGET_STRATEGY } from './strategy/disruption-budget.ts';
import { HORIZONTAL_POD_AUTOSCALER_STRATEGY } from './strategy/horizontal-pod-autoscaler.ts';
import { CRON_JOB_STRATEGY, JOB_STRATEGY } from './strategy/job.ts';
import { POD_STRATEGY } from './strategy/pod.ts';
import { SERVICE_STRATEGY } from './strategy/service.ts';
import { STATEFUL_SET_STRATEGY } from './strategy/stateful-set.ts';
import { DEPLOYMENT_STRATEGY, REPLICA_SET_STRATEGY } from './strategy/workloads.ts';

/** Each kind's own behaviour, by `apiVersion/kind`. A kind without a row is stored as it comes. */
export const STRATEGIES: Readonly<Record<string, KindStrategy>> = {
  'v1/ConfigMap': CONFIG_MAP_STRATEGY,
  'v1/Endpoints': WITHOUT_GENERATION,
  'v1/Event': EVENT_STRATEGY,
  'v1/LimitRange': WITHOUT_GENERATION,
  'v1/Namespace': NAMESPACE_STRATEGY,
  'v1/Node': NODE_STRATEGY,
  'v1/PersistentVolume': WITHOUT_GENERATION,
  'v1/PersistentVolumeClaim': WITHOUT_GENERATION,
  'v1/Pod': POD_STRATEGY,
  'v1/ResourceQuota': WITHOUT_GENERATION,
  'v1/Secret': SECRET_STRATEGY,
  'v1/Service': SERVICE_STRATEGY,
  'v1/ServiceAccount': SERVICE_ACCOUNT_STRATEGY,
  'apps/v1/ControllerRevision': WITHOUT_GENERATION,
  'apps/v1/DaemonSet': DAEMON_SET_STRATEGY,
  'apps/v1/Deployment': DEPLOYMENT_STRATEGY,
  'apps/v1/ReplicaSet': REPLICA_SET_STRATEGY,
  'apps/v1/StatefulSet': STATEFUL_SET_STRATEGY,
  'autoscaling/v2/HorizontalPodAutoscaler': HORIZONTAL_POD_AUTOSCALER_STRATEGY,
  'batch/v1/CronJob': CRON_JOB_STRATEGY,
  'batch/v1/Job': JOB_STRATEGY,
  'certificates.k8s.io/v1/CertificateSigningRequest': WITHOUT_GENERATION,
  'coordination.k8s.io/v1/Lease': LEASE_STRATEGY,
  'discovery.k8s.io/v1/EndpointSlice': ENDPOINT_SLICE_STRATEGY,
  'node.k8s.io/v1/RuntimeClass': WITHOUT_GENERATION,
  'policy/v1/PodDisruptionBudget': DISRUPTION_BUDGET_STRATEGY,
  'rbac.authorization.k8s.io/v1/ClusterRole': RBAC_STRATEGY,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': RBAC_STRATEGY,
  'rbac.authorization.k8s.io/v1/Role': RBAC_STRATEGY,
  'rbac.authorization.k8s.io/v1/RoleBinding': RBAC_STRATEGY,
  'scheduling.k8s.io/v1/PriorityClass': PRIORITY_CLASS_STRATEGY,
  'storage.k8s.io/v1/CSIDriver': WITHOUT_GENERATION,
  'storage.k8s.io/v1/CSINode': WITHOUT_GENERATION,
  'storage.k8s.io/v1/StorageClass': WITHOUT_GENERATION,
  'storage.k8s.io/v1/VolumeAttachment': WITHOUT_GENERATION,
};
