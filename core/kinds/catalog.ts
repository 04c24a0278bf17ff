import type { KindNames } from './kind.ts';

interface Extras {
  readonly short?: readonly string[];
  readonly status?: boolean;
  readonly categories?: readonly string[];
}

type Scope = 'namespaced' | 'cluster';

function row(apiVersion: string, kind: string, plural: string, scope: Scope, extras: Extras = {}): KindNames {
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: extras.short ?? [],
    namespaced: scope === 'namespaced',
    categories: extras.categories ?? [],
    hasStatus: extras.status ?? false,
  };
}

const ADMISSION = 'admissionregistration.k8s.io/v1';
const AUTHORIZATION = 'authorization.k8s.io/v1';
const FLOW_CONTROL = 'flowcontrol.apiserver.k8s.io/v1';
const RBAC = 'rbac.authorization.k8s.io/v1';
const ALL = ['all'];
const EXTENSIONS = ['api-extensions'];

/**
 * Every built-in kind that is stored, at the version in which it is stored: names, scope and short names as
 * `kubectl api-resources` of Kubernetes 1.36 lists them, in its order (the core group first).
 */
export const CATALOG: readonly KindNames[] = [
  row('v1', 'ConfigMap', 'configmaps', 'namespaced', { short: ['cm'] }),
  row('v1', 'Endpoints', 'endpoints', 'namespaced', { short: ['ep'] }),
  row('v1', 'Event', 'events', 'namespaced', { short: ['ev'] }),
  row('v1', 'LimitRange', 'limitranges', 'namespaced', { short: ['limits'] }),
  row('v1', 'Namespace', 'namespaces', 'cluster', { short: ['ns'], status: true }),
  row('v1', 'Node', 'nodes', 'cluster', { short: ['no'], status: true }),
  row('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', 'namespaced', {
    short: ['pvc'],
    status: true,
  }),
  row('v1', 'PersistentVolume', 'persistentvolumes', 'cluster', { short: ['pv'], status: true }),
  row('v1', 'Pod', 'pods', 'namespaced', { short: ['po'], status: true, categories: ALL }),
  row('v1', 'PodTemplate', 'podtemplates', 'namespaced'),
  row('v1', 'ReplicationController', 'replicationcontrollers', 'namespaced', {
    short: ['rc'],
    status: true,
    categories: ALL,
  }),
  row('v1', 'ResourceQuota', 'resourcequotas', 'namespaced', { short: ['quota'], status: true }),
  row('v1', 'Secret', 'secrets', 'namespaced'),
  row('v1', 'ServiceAccount', 'serviceaccounts', 'namespaced', { short: ['sa'] }),
  row('v1', 'Service', 'services', 'namespaced', { short: ['svc'], status: true, categories: ALL }),
  row(ADMISSION, 'MutatingAdmissionPolicy', 'mutatingadmissionpolicies', 'cluster', {
    categories: EXTENSIONS,
  }),
  row(ADMISSION, 'MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings', 'cluster', {
    categories: EXTENSIONS,
  }),
  row(ADMISSION, 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', 'cluster', {
    categories: EXTENSIONS,
  }),
  row(ADMISSION, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', 'cluster', {
    status: true,
    categories: EXTENSIONS,
  }),
  row(ADMISSION, 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', 'cluster', {
    categories: EXTENSIONS,
  }),
  row(ADMISSION, 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', 'cluster', {
    categories: EXTENSIONS,
  }),
  row('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', 'cluster', {
    short: ['crd', 'crds'],
    status: true,
    categories: EXTENSIONS,
  }),
  row('apiregistration.k8s.io/v1', 'APIService', 'apiservices', 'cluster', {
    status: true,
    categories: EXTENSIONS,
  }),
  row('apps/v1', 'ControllerRevision', 'controllerrevisions', 'namespaced'),
  row('apps/v1', 'DaemonSet', 'daemonsets', 'namespaced', { short: ['ds'], status: true, categories: ALL }),
  row('apps/v1', 'Deployment', 'deployments', 'namespaced', {
    short: ['deploy'],
    status: true,
    categories: ALL,
  }),
  row('apps/v1', 'ReplicaSet', 'replicasets', 'namespaced', { short: ['rs'], status: true, categories: ALL }),
  row('apps/v1', 'StatefulSet', 'statefulsets', 'namespaced', {
    short: ['sts'],
    status: true,
    categories: ALL,
  }),
  row('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'namespaced', {
    short: ['hpa'],
    status: true,
    categories: ALL,
  }),
  row('batch/v1', 'CronJob', 'cronjobs', 'namespaced', { short: ['cj'], status: true, categories: ALL }),
  row('batch/v1', 'Job', 'jobs', 'namespaced', { status: true, categories: ALL }),
  row('certificates.k8s.io/v1', 'CertificateSigningRequest', 'certificatesigningrequests', 'cluster', {
    short: ['csr'],
    status: true,
  }),
  row('coordination.k8s.io/v1', 'Lease', 'leases', 'namespaced'),
  row('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', 'namespaced'),
  row(FLOW_CONTROL, 'FlowSchema', 'flowschemas', 'cluster', { status: true }),
  row(FLOW_CONTROL, 'PriorityLevelConfiguration', 'prioritylevelconfigurations', 'cluster', { status: true }),
  row('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', 'cluster'),
  row('networking.k8s.io/v1', 'Ingress', 'ingresses', 'namespaced', { short: ['ing'], status: true }),
  row('networking.k8s.io/v1', 'IPAddress', 'ipaddresses', 'cluster', { short: ['ip'] }),
  row('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', 'namespaced', { short: ['netpol'] }),
  row('networking.k8s.io/v1', 'ServiceCIDR', 'servicecidrs', 'cluster', { status: true }),
  row('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses', 'cluster'),
  row('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', 'namespaced', {
    short: ['pdb'],
    status: true,
  }),
  row(RBAC, 'ClusterRoleBinding', 'clusterrolebindings', 'cluster'),
  row(RBAC, 'ClusterRole', 'clusterroles', 'cluster'),
  row(RBAC, 'RoleBinding', 'rolebindings', 'namespaced'),
  row(RBAC, 'Role', 'roles', 'namespaced'),
  row('resource.k8s.io/v1', 'DeviceClass', 'deviceclasses', 'cluster'),
  row('resource.k8s.io/v1', 'ResourceClaim', 'resourceclaims', 'namespaced', { status: true }),
  row('resource.k8s.io/v1', 'ResourceClaimTemplate', 'resourceclaimtemplates', 'namespaced'),
  row('resource.k8s.io/v1', 'ResourceSlice', 'resourceslices', 'cluster'),
  row('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', 'cluster', { short: ['pc'] }),
  row('storage.k8s.io/v1', 'CSIDriver', 'csidrivers', 'cluster'),
  row('storage.k8s.io/v1', 'CSINode', 'csinodes', 'cluster'),
  row('storage.k8s.io/v1', 'CSIStorageCapacity', 'csistoragecapacities', 'namespaced'),
  row('storage.k8s.io/v1', 'StorageClass', 'storageclasses', 'cluster', { short: ['sc'] }),
  row('storage.k8s.io/v1', 'VolumeAttachment', 'volumeattachments', 'cluster', { status: true }),
  row('storage.k8s.io/v1', 'VolumeAttributesClass', 'volumeattributesclasses', 'cluster', { short: ['vac'] }),
];

/** Further versions under which a stored kind is served; the objects are those of the catalog's kind. */
export const OTHER_VERSIONS: readonly KindNames[] = [
  row('autoscaling/v1', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'namespaced', {
    short: ['hpa'],
    status: true,
    categories: ALL,
  }),
  row('events.k8s.io/v1', 'Event', 'events', 'namespaced', { short: ['ev'] }),
];

/** Kinds that nobody stores: answers to a question, and actions on another object. */
export const UNSTORED: readonly KindNames[] = [
  row('v1', 'Binding', 'bindings', 'namespaced'),
  row('v1', 'ComponentStatus', 'componentstatuses', 'cluster', { short: ['cs'] }),
  row('authentication.k8s.io/v1', 'SelfSubjectReview', 'selfsubjectreviews', 'cluster'),
  row('authentication.k8s.io/v1', 'TokenReview', 'tokenreviews', 'cluster'),
  row(AUTHORIZATION, 'LocalSubjectAccessReview', 'localsubjectaccessreviews', 'namespaced'),
  row(AUTHORIZATION, 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', 'cluster'),
  row(AUTHORIZATION, 'SelfSubjectRulesReview', 'selfsubjectrulesreviews', 'cluster'),
  row(AUTHORIZATION, 'SubjectAccessReview', 'subjectaccessreviews', 'cluster'),
];
