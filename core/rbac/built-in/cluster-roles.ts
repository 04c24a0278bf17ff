import { EVENTS } from './rule-text.ts';

/**
 * The ClusterRoles that an API server of 1.36 keeps (https://kubernetes.io/docs/reference/access-authn-authz/rbac/,
 * "Default roles and role bindings"; kubernetes `bootstrappolicy`), with the feature gates as they are by default.
 */
export interface BuiltInRole {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Takes in the rules of every role with this label. */
  readonly gathers?: string;
  /** As `ruleOf` reads them. */
  readonly rules: readonly string[];
}

const TO_ADMIN = 'rbac.authorization.k8s.io/aggregate-to-admin';
const TO_EDIT = 'rbac.authorization.k8s.io/aggregate-to-edit';
const TO_VIEW = 'rbac.authorization.k8s.io/aggregate-to-view';

const ON_SCALED =
  'daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale';
const SEEN = 'daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status';
const SEEN_SETS = 'replicasets,replicasets/scale,replicasets/status';

const FOR_USERS: readonly BuiltInRole[] = [
  { name: 'cluster-admin', rules: ['* * *', '* *'] },
  { name: 'admin', gathers: TO_ADMIN, rules: [] },
  { name: 'edit', labels: { [TO_ADMIN]: 'true' }, gathers: TO_EDIT, rules: [] },
  { name: 'view', labels: { [TO_EDIT]: 'true' }, gathers: TO_VIEW, rules: [] },
  {
    name: 'system:aggregate-to-admin',
    labels: { [TO_ADMIN]: 'true' },
    rules: [
      'create authorization.k8s.io localsubjectaccessreviews',
      'all rbac.authorization.k8s.io rolebindings,roles',
    ],
  },
  {
    name: 'system:aggregate-to-edit',
    labels: { [TO_EDIT]: 'true' },
    rules: [
      'read - pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy',
      'impersonate - serviceaccounts',
      'write - pods,pods/attach,pods/exec,pods/portforward,pods/proxy',
      'create - pods/eviction',
      'write - configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy',
      'create - serviceaccounts/token',
      `write apps ${ON_SCALED},statefulsets,statefulsets/scale`,
      'write autoscaling horizontalpodautoscalers',
      'write batch cronjobs,jobs',
      `write extensions ${ON_SCALED},ingresses,networkpolicies,replicationcontrollers/scale`,
      'write policy poddisruptionbudgets',
      'write networking.k8s.io ingresses,networkpolicies',
      'all coordination.k8s.io leases',
      'write resource.k8s.io resourceclaims,resourceclaimtemplates',
    ],
  },
  {
    name: 'system:aggregate-to-view',
    labels: { [TO_VIEW]: 'true' },
    rules: [
      'read - configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,serviceaccounts,services,services/status',
      'read - bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status',
      'read - namespaces',
      'read discovery.k8s.io endpointslices',
      `read apps controllerrevisions,${SEEN},${SEEN_SETS},statefulsets,statefulsets/scale,statefulsets/status`,
      'read autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status',
      'read batch cronjobs,cronjobs/status,jobs,jobs/status',
      `read extensions ${SEEN},ingresses,ingresses/status,networkpolicies,${SEEN_SETS},replicationcontrollers/scale`,
      'read policy poddisruptionbudgets,poddisruptionbudgets/status',
      'read networking.k8s.io ingresses,ingresses/status,networkpolicies',
      'read resource.k8s.io resourceclaims,resourceclaims/status,resourceclaimtemplates',
    ],
  },
  {
    name: 'system:basic-user',
    rules: [
      'create authorization.k8s.io selfsubjectaccessreviews,selfsubjectrulesreviews',
      'create authentication.k8s.io selfsubjectreviews',
    ],
  },
  {
    name: 'system:discovery',
    rules: ['get /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/'],
  },
  { name: 'system:public-info-viewer', rules: ['get /healthz,/livez,/readyz,/version,/version/'] },
  {
    name: 'system:monitoring',
    rules: [
      'get /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*',
      'get /flagz',
      'get /statusz',
    ],
  },
  {
    name: 'system:service-account-issuer-discovery',
    rules: [
      'get /.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,/openid/v1/jwks/',
    ],
  },
];

const FOR_NODES: readonly BuiltInRole[] = [
  {
    name: 'system:node',
    rules: [
      'create authentication.k8s.io tokenreviews',
      'create authorization.k8s.io localsubjectaccessreviews,subjectaccessreviews',
      'read - services',
      'create,read - nodes',
      'patch,update - nodes/status',
      'patch,update - nodes',
      'create,patch,update - events',
      'read - pods',
      'create,delete - pods',
      'patch,update - pods/status',
      'create - pods/eviction',
      'read - configmaps,secrets',
      'get - persistentvolumeclaims,persistentvolumes',
      'get - endpoints',
      'create,read certificates.k8s.io certificatesigningrequests',
      'create,delete,get,patch,update coordination.k8s.io leases',
      'get storage.k8s.io volumeattachments',
      'create - serviceaccounts/token',
      'get,patch,update - persistentvolumeclaims/status',
      'read storage.k8s.io csidrivers',
      'create,delete,get,patch,update storage.k8s.io csinodes',
      'read node.k8s.io runtimeclasses',
      'get resource.k8s.io resourceclaims',
      'deletecollection resource.k8s.io resourceslices',
      'get - serviceaccounts',
    ],
  },
  {
    name: 'system:node-bootstrapper',
    rules: ['create,read certificates.k8s.io certificatesigningrequests'],
  },
  { name: 'system:node-problem-detector', rules: ['get - nodes', 'patch - nodes/status', EVENTS] },
  {
    name: 'system:node-proxier',
    rules: [
      'list,watch - endpoints,services',
      'read - nodes',
      EVENTS,
      'list,watch networking.k8s.io servicecidrs',
      'list,watch discovery.k8s.io endpointslices',
    ],
  },
  {
    name: 'system:kubelet-api-admin',
    rules: [
      'read - nodes',
      'proxy - nodes',
      '* - nodes/log,nodes/metrics,nodes/proxy,nodes/stats',
      '* - nodes/configz,nodes/healthz,nodes/pods',
    ],
  },
];

const SIGNERS = ['kube-apiserver-client', 'kube-apiserver-client-kubelet', 'kubelet-serving'];

const FOR_CERTIFICATES: readonly BuiltInRole[] = [
  ...['nodeclient', 'selfnodeclient'].map((kind) => ({
    name: `system:certificates.k8s.io:certificatesigningrequests:${kind}`,
    rules: [`create certificates.k8s.io certificatesigningrequests/${kind}`],
  })),
  ...[...SIGNERS, 'legacy-unknown'].map((signer) => ({
    name: `system:certificates.k8s.io:${signer}-approver`,
    rules: [`approve certificates.k8s.io signers kubernetes.io/${signer}`],
  })),
];

const FOR_COMPONENTS: readonly BuiltInRole[] = [
  {
    name: 'system:auth-delegator',
    rules: ['create authentication.k8s.io tokenreviews', 'create authorization.k8s.io subjectaccessreviews'],
  },
  { name: 'system:heapster', rules: ['read - events,namespaces,nodes,pods', 'read extensions deployments'] },
  { name: 'system:kube-aggregator', rules: ['read - endpoints,services'] },
  {
    name: 'system:kube-controller-manager',
    rules: [
      EVENTS,
      'create coordination.k8s.io leases',
      'get,update coordination.k8s.io leases kube-controller-manager',
      'create - secrets,serviceaccounts',
      'delete - secrets',
      'get - configmaps,namespaces,secrets,serviceaccounts',
      'update - secrets,serviceaccounts',
      'create authentication.k8s.io tokenreviews',
      'create authorization.k8s.io subjectaccessreviews',
      'list,watch * *',
      'create - serviceaccounts/token',
    ],
  },
  { name: 'system:kube-dns', rules: ['list,watch - endpoints,services'] },
  {
    name: 'system:kube-scheduler',
    rules: [
      EVENTS,
      'create coordination.k8s.io leases',
      'read,update coordination.k8s.io leases kube-scheduler',
      'all coordination.k8s.io leasecandidates',
      'read - nodes',
      'delete,read - pods',
      'create - bindings,pods/binding',
      'patch,update - pods/status',
      'read - replicationcontrollers,services',
      'read apps,extensions replicasets',
      'read apps statefulsets',
      'read policy poddisruptionbudgets',
      'read - persistentvolumeclaims,persistentvolumes',
      'create authentication.k8s.io tokenreviews',
      'create authorization.k8s.io subjectaccessreviews',
      'read storage.k8s.io csinodes',
      'read storage.k8s.io volumeattachments',
      'read - namespaces',
      'read storage.k8s.io csidrivers',
      'read storage.k8s.io csistoragecapacities',
      'read resource.k8s.io deviceclasses',
      'patch,read,update resource.k8s.io resourceclaims',
      'patch,read,update resource.k8s.io resourceclaims/status',
      'patch,read,update - pods/finalizers',
      'read resource.k8s.io resourceslices',
    ],
  },
  {
    name: 'system:persistent-volume-provisioner',
    rules: [
      'create,delete,read - persistentvolumes',
      'read,update - persistentvolumeclaims',
      'read storage.k8s.io storageclasses',
      'watch - events',
      EVENTS,
    ],
  },
  {
    name: 'system:volume-scheduler',
    rules: [
      'patch,read,update - persistentvolumes',
      'read storage.k8s.io storageclasses',
      'patch,read,update - persistentvolumeclaims',
    ],
  },
];

export const BUILT_IN_CLUSTER_ROLES: readonly BuiltInRole[] = [
  ...FOR_USERS,
  ...FOR_NODES,
  ...FOR_CERTIFICATES,
  ...FOR_COMPONENTS,
];

/** To whom they are given: `Group NAME`, `User NAME`, `ServiceAccount NAMESPACE/NAME`. `system:node` is bound to nobody. */
export const BUILT_IN_CLUSTER_BINDINGS: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['Group system:masters'],
  'system:basic-user': ['Group system:authenticated'],
  'system:discovery': ['Group system:authenticated'],
  'system:kube-controller-manager': ['User system:kube-controller-manager'],
  'system:kube-dns': ['ServiceAccount kube-system/kube-dns'],
  'system:kube-scheduler': ['User system:kube-scheduler'],
  'system:monitoring': ['Group system:monitoring'],
  'system:node': [],
  'system:node-proxier': ['User system:kube-proxy'],
  'system:public-info-viewer': ['Group system:authenticated', 'Group system:unauthenticated'],
  'system:service-account-issuer-discovery': ['Group system:serviceaccounts'],
  'system:volume-scheduler': ['User system:kube-scheduler'],
};
