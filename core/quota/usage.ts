import type { NewObject } from '../api/object.ts';
import type { KindRef } from '../kinds/kind-ref.ts';
import { isExtendedResource } from '../kinds/validation/resources.ts';
import type {
  Container,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
  Quantity,
  ResourceRequirements,
  Service,
} from '../schema/types.generated.ts';
import { type Micros, parseRfc3339, SECOND } from '../time.ts';
import { type Amounts, NO_AMOUNTS } from './amounts.ts';
import { podAmounts } from './pod-amounts.ts';

/** What each kind counts for in a quota (pkg/quota/v1/evaluator/core). */

const ONE: Quantity = '1';
/** Kinds that are counted under a name of their own too, not only as `count/…`. */
const OLD_NAMES: readonly string[] = [
  'configmaps',
  'persistentvolumeclaims',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
];
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
/** A quota of these needs every container to say what it asks for; those that came later don't. */
const NEEDED = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];
const OF_PODS: readonly string[] = [
  'pods',
  ...COMPUTE.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
];
const OF_SERVICES = ['services.nodeports', 'services.loadbalancers'];
const OF_CLAIMS = ['requests.storage'];
const CLASS_SUFFIX = '.storageclass.storage.k8s.io/';

function countName(kind: KindRef): string {
  return `count/${kind.resource}`;
}

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-') || name.startsWith('requests.hugepages-');
}

/** `requests.example.com/gpu`: extended resources are counted by what is asked for alone. */
function isExtendedRequest(name: string): boolean {
  return name.startsWith('requests.') && isExtendedResource(name.slice('requests.'.length));
}

/** Of the names in a quota those that objects of this kind count for (`MatchingResources`). */
export function namesOf(kind: KindRef, names: readonly string[]): readonly string[] {
  const count = countName(kind);
  return names.filter((name) => {
    if (name === count) return true;
    if (OLD_NAMES.includes(kind.resource) && name === kind.resource) return true;
    if (kind.resource === 'pods')
      return OF_PODS.includes(name) || isHugePages(name) || isExtendedRequest(name);
    if (kind.resource === 'services') return OF_SERVICES.includes(name);
    if (kind.resource !== 'persistentvolumeclaims') return false;
    return OF_CLAIMS.includes(name) || name.includes(CLASS_SUFFIX);
  });
}

/** Whether any object of the kind counts for anything in it. */
export function countsFor(kind: KindRef, names: readonly string[]): boolean {
  return namesOf(kind, names).length > 0;
}

function computeUsage(requests: Amounts, limits: Amounts): Record<string, Quantity> {
  const usage: Record<string, Quantity> = { pods: ONE };
  for (const name of COMPUTE) {
    const request = requests[name];
    const limit = limits[name];
    if (request !== undefined) {
      usage[name] = request;
      usage[`requests.${name}`] = request;
    }
    if (limit !== undefined) usage[`limits.${name}`] = limit;
  }
  for (const name of Object.keys(requests)) {
    if (isHugePages(name)) usage[name] = requests[name]!;
    if (isHugePages(name) || isExtendedResource(name)) usage[`requests.${name}`] = requests[name]!;
  }
  return usage;
}

/** Whether a pod still counts: it has not ended, and is not overdue to be gone (`QuotaV1Pod`). */
function stillCounts({ metadata, status }: NewObject<Pod>, now: Micros): boolean {
  if (status?.phase === 'Failed' || status?.phase === 'Succeeded') return false;
  const { deletionGracePeriodSeconds: grace, deletionTimestamp } = metadata;
  if (deletionTimestamp === undefined || grace === undefined) return true;
  return now <= (parseRfc3339(deletionTimestamp) ?? now) + grace * SECOND;
}

function podUsage(pod: NewObject<Pod>, now: Micros): Record<string, Quantity> {
  if (!stillCounts(pod, now) || pod.spec === undefined) return {};
  return computeUsage(podAmounts(pod.spec, 'requests'), podAmounts(pod.spec, 'limits'));
}

function serviceUsage({ spec }: NewObject<Service>): Record<string, Quantity> {
  const ports = spec?.ports ?? [];
  if (spec?.type === 'NodePort')
    return { 'services.nodeports': `${ports.length}`, 'services.loadbalancers': '0' };
  if (spec?.type !== 'LoadBalancer') return { 'services.nodeports': '0', 'services.loadbalancers': '0' };
  const allocates = spec.allocateLoadBalancerNodePorts !== false;
  const taken = allocates ? ports : ports.filter(({ nodePort }) => nodePort);
  return { 'services.nodeports': `${taken.length}`, 'services.loadbalancers': ONE };
}

function claimUsage({ spec, status }: NewObject<PersistentVolumeClaim>): Record<string, Quantity> {
  const className = spec?.storageClassName;
  const usage: Record<string, Quantity> = {};
  if (className) usage[`${className}${CLASS_SUFFIX}persistentvolumeclaims`] = ONE;
  // A volume that grows is counted with what it grows to.
  const storage = status?.allocatedResources?.storage ?? spec?.resources?.requests?.storage;
  if (storage === undefined) return usage;
  usage['requests.storage'] = storage;
  if (className) usage[`${className}${CLASS_SUFFIX}requests.storage`] = storage;
  return usage;
}

/** What one object counts for. */
export function usageOf(kind: KindRef, object: NewObject, now: Micros): Amounts {
  const own: Record<string, Quantity> = { [countName(kind)]: ONE };
  if (OLD_NAMES.includes(kind.resource)) own[kind.resource] = ONE;
  if (kind.resource === 'pods') Object.assign(own, podUsage(object as NewObject<Pod>, now));
  else if (kind.resource === 'services') Object.assign(own, serviceUsage(object as NewObject<Service>));
  else if (kind.resource === 'persistentvolumeclaims') {
    Object.assign(own, claimUsage(object as NewObject<PersistentVolumeClaim>));
  }
  return own;
}

const NO_RESOURCES: ResourceRequirements = Object.freeze({});

function lacking({ resources = NO_RESOURCES }: Container, needed: readonly string[]): readonly string[] {
  const usage = computeUsage(resources.requests ?? NO_AMOUNTS, resources.limits ?? NO_AMOUNTS);
  return needed.filter((name) => usage[name] === undefined);
}

/** What containers of a pod don't say and a quota needs them to: `must specify cpu for: web; memory for: web`. */
export function missingAmounts(spec: PodSpec, names: readonly string[]): string | undefined {
  const needed = names.filter((name) => NEEDED.includes(name));
  if (needed.length === 0) return undefined;
  const containers = new Map<string, string[]>();
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    for (const name of lacking(container, needed)) {
      const among = containers.get(name) ?? [];
      containers.set(name, [...among, container.name]);
    }
  }
  if (containers.size === 0) return undefined;
  const parts = [...containers.keys()].sort().map((name) => {
    const who = [...new Set(containers.get(name))].sort();
    return `${name} for: ${who.join(',')}`;
  });
  return `must specify ${parts.join('; ')}`;
}
