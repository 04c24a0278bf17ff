/**
 * API versions that Kubernetes has removed, each with what took its place
 * (https://kubernetes.io/docs/reference/using-api/deprecation-guide/).
 */
interface Removal {
  readonly version: string;
  readonly kinds: readonly string[];
  /** Absent: the kind is gone altogether. */
  readonly instead?: string;
  readonly removedIn: string;
}

const WORKLOADS = ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'];
const RBAC = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'];

const REMOVALS: readonly Removal[] = [
  { version: 'extensions/v1beta1', kinds: WORKLOADS, instead: 'apps/v1', removedIn: '1.16' },
  {
    version: 'extensions/v1beta1',
    kinds: ['NetworkPolicy'],
    instead: 'networking.k8s.io/v1',
    removedIn: '1.16',
  },
  { version: 'extensions/v1beta1', kinds: ['Ingress'], instead: 'networking.k8s.io/v1', removedIn: '1.22' },
  { version: 'extensions/v1beta1', kinds: ['PodSecurityPolicy'], removedIn: '1.16' },
  { version: 'apps/v1beta1', kinds: WORKLOADS, instead: 'apps/v1', removedIn: '1.16' },
  { version: 'apps/v1beta2', kinds: WORKLOADS, instead: 'apps/v1', removedIn: '1.16' },
  {
    version: 'admissionregistration.k8s.io/v1beta1',
    kinds: ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
    instead: 'admissionregistration.k8s.io/v1',
    removedIn: '1.22',
  },
  {
    version: 'apiextensions.k8s.io/v1beta1',
    kinds: ['CustomResourceDefinition'],
    instead: 'apiextensions.k8s.io/v1',
    removedIn: '1.22',
  },
  {
    version: 'apiregistration.k8s.io/v1beta1',
    kinds: ['APIService'],
    instead: 'apiregistration.k8s.io/v1',
    removedIn: '1.22',
  },
  {
    version: 'certificates.k8s.io/v1beta1',
    kinds: ['CertificateSigningRequest'],
    instead: 'certificates.k8s.io/v1',
    removedIn: '1.22',
  },
  {
    version: 'coordination.k8s.io/v1beta1',
    kinds: ['Lease'],
    instead: 'coordination.k8s.io/v1',
    removedIn: '1.22',
  },
  {
    version: 'networking.k8s.io/v1beta1',
    kinds: ['Ingress', 'IngressClass'],
    instead: 'networking.k8s.io/v1',
    removedIn: '1.22',
  },
  {
    version: 'rbac.authorization.k8s.io/v1alpha1',
    kinds: RBAC,
    instead: 'rbac.authorization.k8s.io/v1',
    removedIn: '1.20',
  },
  {
    version: 'rbac.authorization.k8s.io/v1beta1',
    kinds: RBAC,
    instead: 'rbac.authorization.k8s.io/v1',
    removedIn: '1.22',
  },
  {
    version: 'scheduling.k8s.io/v1beta1',
    kinds: ['PriorityClass'],
    instead: 'scheduling.k8s.io/v1',
    removedIn: '1.22',
  },
  {
    version: 'storage.k8s.io/v1beta1',
    kinds: ['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment'],
    instead: 'storage.k8s.io/v1',
    removedIn: '1.22',
  },
  {
    version: 'storage.k8s.io/v1beta1',
    kinds: ['CSIStorageCapacity'],
    instead: 'storage.k8s.io/v1',
    removedIn: '1.27',
  },
  { version: 'batch/v2alpha1', kinds: ['CronJob'], instead: 'batch/v1', removedIn: '1.21' },
  { version: 'batch/v1beta1', kinds: ['CronJob'], instead: 'batch/v1', removedIn: '1.25' },
  {
    version: 'discovery.k8s.io/v1beta1',
    kinds: ['EndpointSlice'],
    instead: 'discovery.k8s.io/v1',
    removedIn: '1.25',
  },
  { version: 'events.k8s.io/v1beta1', kinds: ['Event'], instead: 'events.k8s.io/v1', removedIn: '1.25' },
  {
    version: 'autoscaling/v2beta1',
    kinds: ['HorizontalPodAutoscaler'],
    instead: 'autoscaling/v2',
    removedIn: '1.25',
  },
  {
    version: 'autoscaling/v2beta2',
    kinds: ['HorizontalPodAutoscaler'],
    instead: 'autoscaling/v2',
    removedIn: '1.26',
  },
  { version: 'policy/v1beta1', kinds: ['PodDisruptionBudget'], instead: 'policy/v1', removedIn: '1.25' },
  { version: 'policy/v1beta1', kinds: ['PodSecurityPolicy'], removedIn: '1.25' },
  { version: 'node.k8s.io/v1beta1', kinds: ['RuntimeClass'], instead: 'node.k8s.io/v1', removedIn: '1.25' },
  ...(
    [
      ['v1beta1', '1.26'],
      ['v1beta2', '1.29'],
      ['v1beta3', '1.32'],
    ] as const
  ).map(([version, removedIn]) => ({
    version: `flowcontrol.apiserver.k8s.io/${version}`,
    kinds: ['FlowSchema', 'PriorityLevelConfiguration'],
    instead: 'flowcontrol.apiserver.k8s.io/v1',
    removedIn,
  })),
];

/** `use apps/v1 (extensions/v1beta1 was removed in Kubernetes 1.16)`, or `undefined` for what was never there. */
export function removalHint(apiVersion: string, kind: string): string | undefined {
  const found = REMOVALS.find(({ version, kinds }) => version === apiVersion && kinds.includes(kind));
  if (found === undefined) return undefined;
  const { instead, removedIn } = found;
  if (instead === undefined)
    return `${kind} was removed in Kubernetes ${removedIn}, and nothing takes its place`;
  return `use ${instead} (${apiVersion} was removed in Kubernetes ${removedIn})`;
}
