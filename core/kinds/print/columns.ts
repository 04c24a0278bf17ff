import type { Kind } from '../kind.ts';
import { BINDING_COLUMNS, ROLE_COLUMNS, SIGNING_REQUEST_COLUMNS } from './access.ts';
import {
  CONFIG_MAP_COLUMNS,
  EVENT_COLUMNS,
  LEASE_COLUMNS,
  NAMESPACE_COLUMNS,
  NODE_COLUMNS,
  PRIORITY_CLASS_COLUMNS,
  SECRET_COLUMNS,
  SERVICE_ACCOUNT_COLUMNS,
} from './cluster.ts';
import { type Column, GENERIC_COLUMNS } from './column.ts';
import {
  ADMISSION_BINDING_COLUMNS,
  ADMISSION_POLICY_COLUMNS,
  API_SERVICE_COLUMNS,
  DEFINITION_COLUMNS,
  FLOW_SCHEMA_COLUMNS,
  MUTATING_POLICY_COLUMNS,
  PRIORITY_LEVEL_COLUMNS,
  WEBHOOK_COLUMNS,
} from './extensions.ts';
import {
  ENDPOINT_SLICE_COLUMNS,
  ENDPOINTS_COLUMNS,
  INGRESS_COLUMNS,
  NETWORK_POLICY_COLUMNS,
  SERVICE_COLUMNS,
} from './network.ts';
import {
  ATTACHMENT_COLUMNS,
  CSI_DRIVER_COLUMNS,
  CSI_NODE_COLUMNS,
  INGRESS_CLASS_COLUMNS,
  IP_ADDRESS_COLUMNS,
  LIMIT_RANGE_COLUMNS,
  POD_TEMPLATE_COLUMNS,
  QUOTA_COLUMNS,
  RUNTIME_CLASS_COLUMNS,
  SERVICE_CIDR_COLUMNS,
} from './others.ts';
import { POD_COLUMNS } from './pod.ts';
import { AUTOSCALER_COLUMNS, DISRUPTION_BUDGET_COLUMNS } from './scaling.ts';
import { CLAIM_COLUMNS, STORAGE_CLASS_COLUMNS, VOLUME_COLUMNS } from './storage.ts';
import {
  CONTROLLER_REVISION_COLUMNS,
  CRON_JOB_COLUMNS,
  DAEMON_SET_COLUMNS,
  DEPLOYMENT_COLUMNS,
  JOB_COLUMNS,
  REPLICA_SET_COLUMNS,
  REPLICATION_CONTROLLER_COLUMNS,
  STATEFUL_SET_COLUMNS,
} from './workloads.ts';

/** The printers of all kinds that have their own, by resource. */
const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  configmaps: CONFIG_MAP_COLUMNS,
  endpoints: ENDPOINTS_COLUMNS,
  events: EVENT_COLUMNS,
  namespaces: NAMESPACE_COLUMNS,
  nodes: NODE_COLUMNS,
  persistentvolumeclaims: CLAIM_COLUMNS,
  persistentvolumes: VOLUME_COLUMNS,
  pods: POD_COLUMNS,
  replicationcontrollers: REPLICATION_CONTROLLER_COLUMNS,
  secrets: SECRET_COLUMNS,
  serviceaccounts: SERVICE_ACCOUNT_COLUMNS,
  services: SERVICE_COLUMNS,
  'controllerrevisions.apps': CONTROLLER_REVISION_COLUMNS,
  'cronjobs.batch': CRON_JOB_COLUMNS,
  'daemonsets.apps': DAEMON_SET_COLUMNS,
  'deployments.apps': DEPLOYMENT_COLUMNS,
  'endpointslices.discovery.k8s.io': ENDPOINT_SLICE_COLUMNS,
  'horizontalpodautoscalers.autoscaling': AUTOSCALER_COLUMNS,
  'ingresses.networking.k8s.io': INGRESS_COLUMNS,
  'jobs.batch': JOB_COLUMNS,
  'leases.coordination.k8s.io': LEASE_COLUMNS,
  'networkpolicies.networking.k8s.io': NETWORK_POLICY_COLUMNS,
  'poddisruptionbudgets.policy': DISRUPTION_BUDGET_COLUMNS,
  'priorityclasses.scheduling.k8s.io': PRIORITY_CLASS_COLUMNS,
  'replicasets.apps': REPLICA_SET_COLUMNS,
  'statefulsets.apps': STATEFUL_SET_COLUMNS,
  'storageclasses.storage.k8s.io': STORAGE_CLASS_COLUMNS,
  limitranges: LIMIT_RANGE_COLUMNS,
  podtemplates: POD_TEMPLATE_COLUMNS,
  resourcequotas: QUOTA_COLUMNS,
  'apiservices.apiregistration.k8s.io': API_SERVICE_COLUMNS,
  'certificatesigningrequests.certificates.k8s.io': SIGNING_REQUEST_COLUMNS,
  'clusterrolebindings.rbac.authorization.k8s.io': BINDING_COLUMNS,
  'clusterroles.rbac.authorization.k8s.io': ROLE_COLUMNS,
  'csidrivers.storage.k8s.io': CSI_DRIVER_COLUMNS,
  'csinodes.storage.k8s.io': CSI_NODE_COLUMNS,
  'customresourcedefinitions.apiextensions.k8s.io': DEFINITION_COLUMNS,
  'flowschemas.flowcontrol.apiserver.k8s.io': FLOW_SCHEMA_COLUMNS,
  'ingressclasses.networking.k8s.io': INGRESS_CLASS_COLUMNS,
  'ipaddresses.networking.k8s.io': IP_ADDRESS_COLUMNS,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': WEBHOOK_COLUMNS,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': PRIORITY_LEVEL_COLUMNS,
  'rolebindings.rbac.authorization.k8s.io': BINDING_COLUMNS,
  'roles.rbac.authorization.k8s.io': ROLE_COLUMNS,
  'runtimeclasses.node.k8s.io': RUNTIME_CLASS_COLUMNS,
  'servicecidrs.networking.k8s.io': SERVICE_CIDR_COLUMNS,
  'mutatingadmissionpolicies.admissionregistration.k8s.io': MUTATING_POLICY_COLUMNS,
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io': ADMISSION_BINDING_COLUMNS,
  'validatingadmissionpolicies.admissionregistration.k8s.io': ADMISSION_POLICY_COLUMNS,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': ADMISSION_BINDING_COLUMNS,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': WEBHOOK_COLUMNS,
  'volumeattachments.storage.k8s.io': ATTACHMENT_COLUMNS,
};

/** The columns in which objects of a kind are listed: those of a version, where each has its own. */
export function columnsFor(kind: Kind, apiVersion?: string): readonly Column[] {
  const [preferred] = kind.custom ?? [];
  const version = kind.custom?.find((one) => one.apiVersion === apiVersion) ?? preferred;
  if (version !== undefined) return version.columns;
  return COLUMNS[kind.resource] ?? GENERIC_COLUMNS;
}
