import type { MetricsSource } from '../api/metrics.ts';
import { OTHER_VERSIONS, UNSTORED } from '../kinds/catalog.ts';
import { customKinds } from '../kinds/custom/lookup.ts';
import type { KindNames } from '../kinds/kind.ts';
import { KINDS } from '../kinds/registry.ts';
import type { View } from '../store/view.ts';
import { METRICS_GROUP, METRICS_VERSION } from './metrics.ts';
import {
  CUSTOM_METRICS_GROUP,
  CUSTOM_METRICS_VERSIONS,
  EXTERNAL_METRICS_GROUP,
  EXTERNAL_METRICS_VERSION,
  outsideMetricResources,
} from './outside-metrics.ts';
import { isScalable } from './scale.ts';

/** What a cluster serves, as clients ask for it before they ask for anything else. */

/** Of kinds that are stored; what only answers questions can be created and nothing else. */
const VERBS: readonly string[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
/** A namespace is emptied by its controller: there is no deletion of many. */
const NAMESPACE_VERBS = VERBS.filter((verb) => verb !== 'deletecollection');
const SUBRESOURCE_VERBS: readonly string[] = ['get', 'patch', 'update'];

interface Resource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

interface Served {
  readonly names: KindNames & { readonly hasScale?: boolean };
  readonly isStored: boolean;
  /** Where they are others than those of stored kinds and of questions. */
  readonly verbs?: readonly string[];
  /** Its resources are metrics, which only who asks for them hears of. */
  readonly isGroupOnly?: boolean;
}

/** What metrics-server adds. */
function measuredKind(kind: string, plural: string, namespaced: boolean): Served {
  const names: KindNames = {
    group: METRICS_GROUP,
    version: METRICS_VERSION,
    kind,
    plural,
    singular: '',
    shortNames: [],
    namespaced,
    categories: [],
    hasStatus: false,
  };
  return { names, isStored: false, verbs: ['get', 'list'] };
}

function metricsGroup(group: string, version: string): Served {
  const { names } = measuredKind('', '', true);
  return { names: { ...names, group, version }, isStored: false, isGroupOnly: true };
}

/** What an adapter adds. */
const CUSTOM_METRICS = CUSTOM_METRICS_VERSIONS.map((version) => metricsGroup(CUSTOM_METRICS_GROUP, version));
const EXTERNAL_METRICS = metricsGroup(EXTERNAL_METRICS_GROUP, EXTERNAL_METRICS_VERSION);

const METRICS: readonly Served[] = [
  measuredKind('NodeMetrics', 'nodes', false),
  measuredKind('PodMetrics', 'pods', true),
];

const SERVED: readonly Served[] = [
  ...KINDS.map((names) => ({ names, isStored: true })),
  ...OTHER_VERSIONS.map((names) => ({ names, isStored: true })),
  ...UNSTORED.map((names) => ({
    names,
    isStored: false,
    ...(names.kind === 'ComponentStatus' ? { verbs: ['get', 'list'] } : {}),
  })),
];
const SERVED_WITH_METRICS: readonly Served[] = [...SERVED, ...METRICS, ...CUSTOM_METRICS];
const SERVED_WITH_ALL_METRICS: readonly Served[] = [...SERVED_WITH_METRICS, EXTERNAL_METRICS];

function builtInServed(metrics: MetricsSource | undefined): readonly Served[] {
  if (metrics === undefined) return SERVED;
  const hasExternal = (metrics.outside?.externalMetrics.length ?? 0) > 0;
  return hasExternal ? SERVED_WITH_ALL_METRICS : SERVED_WITH_METRICS;
}

/** Every served version of the kinds that definitions add. */
function customServed(view: View): readonly Served[] {
  return customKinds(view).flatMap((kind) =>
    (kind.custom ?? []).map(({ apiVersion, hasStatus, scale }): Served => {
      const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
      return { names: { ...kind, version, hasStatus, hasScale: scale !== undefined }, isStored: true };
    }),
  );
}

function apiVersionOf({ group, version }: KindNames): string {
  return group === '' ? version : `${group}/${version}`;
}

function subresources({ names }: Served): readonly Resource[] {
  const { plural, namespaced, kind, group } = names;
  const resource = group === '' ? plural : `${plural}.${group}`;
  const list: Resource[] = [];
  const add = (name: string, verbs: readonly string[], of: Partial<Resource> = {}): void => {
    list.push({ name: `${plural}/${name}`, singularName: '', namespaced, kind, verbs, ...of });
  };
  if (resource === 'pods') {
    add('binding', ['create'], { kind: 'Binding' });
    add('eviction', ['create'], { group: 'policy', version: 'v1', kind: 'Eviction' });
    add('ephemeralcontainers', SUBRESOURCE_VERBS);
    add('log', ['get']);
    add('resize', SUBRESOURCE_VERBS);
  }
  if (resource === 'serviceaccounts') {
    add('token', ['create'], { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' });
  }
  if (resource === 'certificatesigningrequests.certificates.k8s.io') add('approval', SUBRESOURCE_VERBS);
  if (resource === 'namespaces') add('finalize', ['update']);
  if (names.hasScale === true || isScalable(resource)) {
    add('scale', SUBRESOURCE_VERBS, { group: 'autoscaling', version: 'v1', kind: 'Scale' });
  }
  if (names.hasStatus) add('status', SUBRESOURCE_VERBS);
  return list;
}

function resourcesOf(served: Served): readonly Resource[] {
  const { names, isStored } = served;
  const verbs = names.plural === 'namespaces' ? NAMESPACE_VERBS : VERBS;
  const own: Resource = {
    name: names.plural,
    singularName: names.singular,
    namespaced: names.namespaced,
    kind: names.kind,
    verbs: served.verbs ?? (isStored ? verbs : ['create']),
    ...(names.shortNames.length === 0 ? {} : { shortNames: names.shortNames }),
    ...(names.categories.length === 0 ? {} : { categories: names.categories }),
  };
  return isStored ? [own, ...subresources(served)] : [own];
}

/** `/api/v1`, `/apis/apps/v1`. */
function resourceList(all: readonly Served[], apiVersion: string): unknown {
  const served = all.filter(({ names }) => apiVersionOf(names) === apiVersion);
  if (served.length === 0) return undefined;
  const resources = served.flatMap(resourcesOf).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersion, resources };
}

function groupNames(all: readonly Served[]): readonly string[] {
  return [...new Set(all.map(({ names }) => names.group))].filter((group) => group !== '').sort();
}

function groupOf(all: readonly Served[], name: string): unknown {
  const versions = [
    ...new Set(all.filter(({ names }) => names.group === name).map(({ names }) => names.version)),
  ].map((version) => ({ groupVersion: `${name}/${version}`, version }));
  const [preferredVersion] = versions;
  if (preferredVersion === undefined) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', name, versions, preferredVersion };
}

function apiGroups(all: readonly Served[]): unknown {
  const groups = groupNames(all).map((name) => {
    const { versions, preferredVersion } = groupOf(all, name) as Record<string, unknown>;
    return { name, versions, preferredVersion };
  });
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

/** The aggregated form (`apidiscovery.k8s.io`): everything in one answer. */
function aggregated(all: readonly Served[], isCore: boolean, asVersion: string): unknown {
  const groups = isCore ? [''] : groupNames(all);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${asVersion}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: group === '' ? { creationTimestamp: null } : { name: group, creationTimestamp: null },
      versions: [
        ...new Set(all.filter(({ names }) => names.group === group).map(({ names }) => names.version)),
      ].map((version) => ({
        version,
        freshness: 'Current',
        resources: all
          .filter(({ isGroupOnly }) => isGroupOnly !== true)
          .filter(({ names }) => names.group === group && names.version === version)
          .map((served) => aggregatedResource(served, group, version)),
      })),
    })),
  };
}

function kindName(resource: Resource, group: string, version: string): unknown {
  return {
    group: resource.group ?? group,
    version: resource.version ?? version,
    kind: resource.kind,
  };
}

function aggregatedResource(served: Served, group: string, version: string): unknown {
  const [own, ...subs] = resourcesOf(served) as readonly [Resource, ...Resource[]];
  return {
    resource: own.name,
    responseKind: kindName(own, group, version),
    scope: own.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: own.singularName,
    verbs: own.verbs,
    ...(own.shortNames === undefined ? {} : { shortNames: own.shortNames }),
    ...(own.categories === undefined ? {} : { categories: own.categories }),
    ...(subs.length === 0
      ? {}
      : {
          subresources: subs.map((sub) => ({
            subresource: sub.name.slice(sub.name.indexOf('/') + 1),
            responseKind: kindName(sub, group, version),
            verbs: sub.verbs,
          })),
        }),
  };
}

/** Versions of the aggregated form: kubectl asks for the second since 1.30, for the first since 1.27. They are alike. */
const AGGREGATED_VERSIONS: readonly string[] = ['v2beta1', 'v2'];

/** The version of the aggregated form that the client would take first; `undefined` where it prefers the plain one. */
function wantedAggregated(accept: string | undefined): string | undefined {
  for (const type of (accept ?? '').split(',')) {
    const parameters = type.split(';').map((part) => part.trim());
    if (parameters[0] !== 'application/json') continue;
    if (!parameters.includes('as=APIGroupDiscoveryList')) return undefined;
    if (!parameters.includes('g=apidiscovery.k8s.io')) continue;
    const version = AGGREGATED_VERSIONS.find((known) => parameters.includes(`v=${known}`));
    if (version !== undefined) return version;
  }
  return undefined;
}

/** The answer for a path of discovery; `undefined` for any other. */
export function discovery(
  path: string,
  accept: string | undefined,
  metrics: MetricsSource | undefined,
  view: View,
): unknown {
  const builtIn = builtInServed(metrics);
  const custom = customServed(view);
  const all = custom.length === 0 ? builtIn : [...builtIn, ...custom];
  const segments = path.split('/').filter((segment) => segment !== '');
  const [root, ...rest] = segments;
  const asVersion = rest.length === 0 ? wantedAggregated(accept) : undefined;
  if (root === 'api') {
    if (rest.length === 0) {
      if (asVersion !== undefined) return aggregated(all, true, asVersion);
      return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    }
    return rest.length === 1 && rest[0] === 'v1' ? resourceList(all, 'v1') : undefined;
  }
  if (root !== 'apis') return undefined;
  if (rest.length === 0) {
    return asVersion === undefined ? apiGroups(all) : aggregated(all, false, asVersion);
  }
  if (rest.length === 1) return groupOf(all, rest[0] ?? '');
  if (rest.length !== 2) return undefined;
  return outsideMetricResources(path, metrics) ?? resourceList(all, rest.join('/'));
}
