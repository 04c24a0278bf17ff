import type { NewObject } from '../../core/api/object.ts';
import type { ApiServer } from '../../core/api/server.ts';
import { NAMESPACE, PRIORITY_CLASS, SERVICE } from '../../core/kinds/registry.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  ROLE_BINDINGS,
  ROLES,
} from '../../core/rbac/built-in/objects.ts';
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING } from '../../core/rbac/kinds.ts';
import type { Namespace, PriorityClass, Service } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { Cause } from '../actor.ts';

/** Namespaces that the API server makes when it starts (controlplane/controller/systemnamespaces), and `default`. */
const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** `scheduling.SystemPriorityClasses()`. */
const SYSTEM_PRIORITY_CLASSES: readonly (NewObject<PriorityClass> & {
  readonly metadata: { readonly name: string };
})[] = [
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
    description:
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
];

/** The first address of the service range, where the API itself is reached (`--service-cluster-ip-range` 10.96.0.0/12). */
const KUBERNETES_SERVICE_IP = '10.96.0.1';

/** What is there as soon as an API server serves: the system's namespaces, its priority classes, its own Service. */
export function bootstrapCluster(server: ApiServer, now: Micros, cause: Cause): void {
  const context = { now, actor: 'kube-apiserver', cause: cause.rv };
  for (const name of SYSTEM_NAMESPACES) {
    const object: NewObject<Namespace> = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    server.execute({ verb: 'create', kind: NAMESPACE, object }, context);
  }
  for (const object of SYSTEM_PRIORITY_CLASSES) {
    server.execute({ verb: 'create', kind: PRIORITY_CLASS, object }, context);
  }
  const service: NewObject<Service> = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: KUBERNETES_SERVICE_IP,
      clusterIPs: [KUBERNETES_SERVICE_IP],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    },
  };
  server.execute({ verb: 'create', kind: SERVICE, object: service }, context);
}

/** The roles and bindings that an API server with RBAC makes when it starts (kubernetes `rbac/rest` `PostStartHook`). */
export function bootstrapRoles(server: ApiServer, now: Micros, cause: Cause): void {
  const context = { now, actor: 'kube-apiserver', cause: cause.rv };
  const lists = [
    [CLUSTER_ROLE, CLUSTER_ROLES],
    [CLUSTER_ROLE_BINDING, CLUSTER_ROLE_BINDINGS],
    [ROLE, ROLES],
    [ROLE_BINDING, ROLE_BINDINGS],
  ] as const;
  for (const [kind, objects] of lists) {
    for (const object of objects) server.execute({ verb: 'create', kind, object }, context);
  }
}
