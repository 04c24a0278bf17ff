import type { KindStrategy } from './kind.ts';
import { IP_ADDRESS_STRATEGY, SERVICE_CIDR_STRATEGY } from './strategy/addresses.ts';
import {
  MUTATING_ADMISSION_POLICY_BINDING_STRATEGY,
  MUTATING_ADMISSION_POLICY_STRATEGY,
  VALIDATING_ADMISSION_POLICY_BINDING_STRATEGY,
  VALIDATING_ADMISSION_POLICY_STRATEGY,
} from './strategy/admission-policy.ts';
import { API_SERVICE_STRATEGY } from './strategy/api-service.ts';
import { CERTIFICATE_SIGNING_REQUEST_STRATEGY } from './strategy/certificate-signing-request.ts';
import {
  ENDPOINT_SLICE_STRATEGY,
  EVENT_STRATEGY,
  LEASE_STRATEGY,
  NAMESPACE_STRATEGY,
  NODE_STRATEGY,
  PRIORITY_CLASS_STRATEGY,
  SERVICE_ACCOUNT_STRATEGY,
} from './strategy/cluster.ts';
import { CONFIG_MAP_STRATEGY, SECRET_STRATEGY } from './strategy/config.ts';
import { CONTROLLER_REVISION_STRATEGY } from './strategy/controller-revision.ts';
import { CSI_DRIVER_STRATEGY, VOLUME_ATTACHMENT_STRATEGY } from './strategy/csi.ts';
import { CUSTOM_RESOURCE_DEFINITION_STRATEGY } from './strategy/custom-resource-definition.ts';
import { DAEMON_SET_STRATEGY } from './strategy/daemon-set.ts';
import { DISRUPTION_BUDGET_STRATEGY } from './strategy/disruption-budget.ts';
import { ENDPOINTS_STRATEGY } from './strategy/endpoints.ts';
import { FLOW_SCHEMA_STRATEGY, PRIORITY_LEVEL_STRATEGY } from './strategy/flow-control.ts';
import { HORIZONTAL_POD_AUTOSCALER_STRATEGY } from './strategy/horizontal-pod-autoscaler.ts';
import { INGRESS_STRATEGY } from './strategy/ingress.ts';
import { INGRESS_CLASS_STRATEGY } from './strategy/ingress-class.ts';
import { CRON_JOB_STRATEGY, JOB_STRATEGY } from './strategy/job.ts';
import { LIMIT_RANGE_STRATEGY } from './strategy/limit-range.ts';
import { NETWORK_POLICY_STRATEGY } from './strategy/network-policy.ts';
import { POD_STRATEGY } from './strategy/pod.ts';
import { POD_TEMPLATE_STRATEGY } from './strategy/pod-template.ts';
import {
  CLUSTER_ROLE_BINDING_STRATEGY,
  CLUSTER_ROLE_STRATEGY,
  ROLE_BINDING_STRATEGY,
  ROLE_STRATEGY,
} from './strategy/rbac.ts';
import { REPLICATION_CONTROLLER_STRATEGY } from './strategy/replication-controller.ts';
import {
  DEVICE_CLASS_STRATEGY,
  RESOURCE_CLAIM_STRATEGY,
  RESOURCE_CLAIM_TEMPLATE_STRATEGY,
  RESOURCE_SLICE_STRATEGY,
} from './strategy/resource-claim.ts';
import { RESOURCE_QUOTA_STRATEGY } from './strategy/resource-quota.ts';
import { RUNTIME_CLASS_STRATEGY } from './strategy/runtime-class.ts';
import { SERVICE_STRATEGY } from './strategy/service.ts';
import { STATEFUL_SET_STRATEGY } from './strategy/stateful-set.ts';
import { CLAIM_STRATEGY, STORAGE_CLASS_STRATEGY, VOLUME_STRATEGY } from './strategy/storage.ts';
import {
  CSI_NODE_STRATEGY,
  STORAGE_CAPACITY_STRATEGY,
  VOLUME_ATTRIBUTES_CLASS_STRATEGY,
} from './strategy/storage-others.ts';
import { MUTATING_WEBHOOK_STRATEGY, VALIDATING_WEBHOOK_STRATEGY } from './strategy/webhook.ts';
import { DEPLOYMENT_STRATEGY, REPLICA_SET_STRATEGY } from './strategy/workloads.ts';

/** Each kind's own behaviour, by `apiVersion/kind`. A kind without a row is stored as it comes. */
export const STRATEGIES: Readonly<Record<string, KindStrategy>> = {
  'v1/ConfigMap': CONFIG_MAP_STRATEGY,
  'v1/Endpoints': ENDPOINTS_STRATEGY,
  'v1/Event': EVENT_STRATEGY,
  'v1/LimitRange': LIMIT_RANGE_STRATEGY,
  'v1/Namespace': NAMESPACE_STRATEGY,
  'v1/Node': NODE_STRATEGY,
  'v1/PersistentVolume': VOLUME_STRATEGY,
  'v1/PersistentVolumeClaim': CLAIM_STRATEGY,
  'v1/Pod': POD_STRATEGY,
  'v1/PodTemplate': POD_TEMPLATE_STRATEGY,
  'v1/ReplicationController': REPLICATION_CONTROLLER_STRATEGY,
  'v1/ResourceQuota': RESOURCE_QUOTA_STRATEGY,
  'v1/Secret': SECRET_STRATEGY,
  'v1/Service': SERVICE_STRATEGY,
  'v1/ServiceAccount': SERVICE_ACCOUNT_STRATEGY,
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicy': MUTATING_ADMISSION_POLICY_STRATEGY,
  'admissionregistration.k8s.io/v1/MutatingAdmissionPolicyBinding':
    MUTATING_ADMISSION_POLICY_BINDING_STRATEGY,
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration': MUTATING_WEBHOOK_STRATEGY,
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy': VALIDATING_ADMISSION_POLICY_STRATEGY,
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding':
    VALIDATING_ADMISSION_POLICY_BINDING_STRATEGY,
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration': VALIDATING_WEBHOOK_STRATEGY,
  'apiextensions.k8s.io/v1/CustomResourceDefinition': CUSTOM_RESOURCE_DEFINITION_STRATEGY,
  'apiregistration.k8s.io/v1/APIService': API_SERVICE_STRATEGY,
  'apps/v1/ControllerRevision': CONTROLLER_REVISION_STRATEGY,
  'apps/v1/DaemonSet': DAEMON_SET_STRATEGY,
  'apps/v1/Deployment': DEPLOYMENT_STRATEGY,
  'apps/v1/ReplicaSet': REPLICA_SET_STRATEGY,
  'apps/v1/StatefulSet': STATEFUL_SET_STRATEGY,
  'autoscaling/v2/HorizontalPodAutoscaler': HORIZONTAL_POD_AUTOSCALER_STRATEGY,
  'batch/v1/CronJob': CRON_JOB_STRATEGY,
  'batch/v1/Job': JOB_STRATEGY,
  'certificates.k8s.io/v1/CertificateSigningRequest': CERTIFICATE_SIGNING_REQUEST_STRATEGY,
  'coordination.k8s.io/v1/Lease': LEASE_STRATEGY,
  'discovery.k8s.io/v1/EndpointSlice': ENDPOINT_SLICE_STRATEGY,
  'flowcontrol.apiserver.k8s.io/v1/FlowSchema': FLOW_SCHEMA_STRATEGY,
  'flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration': PRIORITY_LEVEL_STRATEGY,
  'networking.k8s.io/v1/IPAddress': IP_ADDRESS_STRATEGY,
  'networking.k8s.io/v1/Ingress': INGRESS_STRATEGY,
  'networking.k8s.io/v1/IngressClass': INGRESS_CLASS_STRATEGY,
  'networking.k8s.io/v1/NetworkPolicy': NETWORK_POLICY_STRATEGY,
  'networking.k8s.io/v1/ServiceCIDR': SERVICE_CIDR_STRATEGY,
  'node.k8s.io/v1/RuntimeClass': RUNTIME_CLASS_STRATEGY,
  'policy/v1/PodDisruptionBudget': DISRUPTION_BUDGET_STRATEGY,
  'rbac.authorization.k8s.io/v1/ClusterRole': CLUSTER_ROLE_STRATEGY,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': CLUSTER_ROLE_BINDING_STRATEGY,
  'rbac.authorization.k8s.io/v1/Role': ROLE_STRATEGY,
  'rbac.authorization.k8s.io/v1/RoleBinding': ROLE_BINDING_STRATEGY,
  'resource.k8s.io/v1/DeviceClass': DEVICE_CLASS_STRATEGY,
  'resource.k8s.io/v1/ResourceClaim': RESOURCE_CLAIM_STRATEGY,
  'resource.k8s.io/v1/ResourceClaimTemplate': RESOURCE_CLAIM_TEMPLATE_STRATEGY,
  'resource.k8s.io/v1/ResourceSlice': RESOURCE_SLICE_STRATEGY,
  'scheduling.k8s.io/v1/PriorityClass': PRIORITY_CLASS_STRATEGY,
  'storage.k8s.io/v1/CSIDriver': CSI_DRIVER_STRATEGY,
  'storage.k8s.io/v1/CSINode': CSI_NODE_STRATEGY,
  'storage.k8s.io/v1/CSIStorageCapacity': STORAGE_CAPACITY_STRATEGY,
  'storage.k8s.io/v1/StorageClass': STORAGE_CLASS_STRATEGY,
  'storage.k8s.io/v1/VolumeAttachment': VOLUME_ATTACHMENT_STRATEGY,
  'storage.k8s.io/v1/VolumeAttributesClass': VOLUME_ATTRIBUTES_CLASS_STRATEGY,
};
