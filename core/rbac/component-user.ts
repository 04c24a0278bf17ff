/**
 * Who writes to an API server under which name. The controllers' service accounts are those of
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#controller-roles.
 */
const CONTROLLER_ACCOUNTS: Readonly<Record<string, string>> = {
  'daemonset-controller': 'daemon-set-controller',
  'endpointslice-controller': 'endpointslice-controller',
  'event-ttl': 'ttl-controller',
  'garbage-collector-controller': 'generic-garbage-collector',
  'horizontal-pod-autoscaler-controller': 'horizontal-pod-autoscaler',
  'node-lifecycle-controller': 'node-controller',
  'pod-garbage-collector-controller': 'pod-garbage-collector',
  'replicationcontroller-controller': 'replication-controller',
  'root-ca-certificate-publisher-controller': 'root-ca-cert-publisher',
  'serviceaccount-controller': 'service-account-controller',
  'taint-eviction-controller': 'node-controller',
  'cloud-node-lifecycle-controller': 'cloud-controller-manager',
};

export const SYSTEM_ACCOUNT = 'system:serviceaccount:kube-system:';

/** The user name of a component of the simulation, as a real API server would have audited it. */
export function userOf(actor: string): string {
  if (actor === 'user') return 'kubernetes-admin';
  if (actor.startsWith('client/')) return actor.slice('client/'.length);
  if (actor.startsWith('kubelet/')) return `system:node:${actor.slice('kubelet/'.length)}`;
  if (actor === 'kube-apiserver') return 'system:apiserver';
  if (actor === 'default-scheduler' || actor === 'kube-scheduler') return 'system:kube-scheduler';
  return `${SYSTEM_ACCOUNT}${CONTROLLER_ACCOUNTS[actor] ?? actor}`;
}
