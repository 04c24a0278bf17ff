import type { KindNames } from './kind.ts';

function row(
  group: string,
  version: string,
  kind: string,
  plural: string,
  shortNames: readonly string[],
  namespaced: boolean,
  hasStatus: boolean,
  categories: readonly string[] = [],
): KindNames {
  return { group, version, kind, plural, singular: kind.toLowerCase(), shortNames, namespaced, categories, hasStatus };
}

/** Every built-in kind, as `kubectl api-resources` lists them. */
export const CATALOG: readonly KindNames[] = [
  row('', 'v1', 'ConfigMap', 'configmaps', ['cm'], true, false),
  row('', 'v1', 'Event', 'events', ['ev'], true, false),
  row('', 'v1', 'Namespace', 'namespaces', ['ns'], false, true),
  row('', 'v1', 'Node', 'nodes', ['no'], false, true),
  row('', 'v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', ['pvc'], true, true),
  row('', 'v1', 'Pod', 'pods', ['po'], true, true, ['all']),
  row('', 'v1', 'Secret', 'secrets', [], true, false),
  row('', 'v1', 'Service', 'services', ['svc'], true, true, ['all']),
  row('', 'v1', 'ServiceAccount', 'serviceaccounts', ['sa'], true, false),
  row('apps', 'v1', 'Deployment', 'deployments', ['deploy'], true, true, ['all']),
  row('apps', 'v1', 'ReplicaSet', 'replicasets', ['rs'], true, true, ['all']),
  row('coordination.k8s.io', 'v1', 'Lease', 'leases', [], true, false),
  row('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices', [], true, false),
  row('scheduling.k8s.io', 'v1', 'PriorityClass', 'priorityclasses', ['pc'], false, false),
];
