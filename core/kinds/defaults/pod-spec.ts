import { formatBytes, formatMilli } from '../../quantity.ts';
import type {
  Container,
  PodSpec,
  PodTemplateSpec,
  Quantity,
  ResourceRequirements,
} from '../../schema/types.generated.ts';
import { specRequests } from '../pod/resources.ts';
import { hostNetworkContainers, podContainers, templateContainers } from './container.ts';
import { fill, memoised, onField, withFields } from './fill.ts';
import { volumesDefaults } from './volume.ts';

/** Defaults of pod specs (Kubernetes' `pkg/apis/core/v1/defaults.go`, `SetDefaults_PodSpec` and `SetDefaults_Pod`). */
const SPEC: Partial<PodSpec> = {
  containers: Object.freeze([]),
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  securityContext: Object.freeze({}),
  terminationGracePeriodSeconds: 30,
};

/** `serviceAccount` is the old name of `serviceAccountName`: each is written where the other is. */
function accountNames(spec: PodSpec): Partial<PodSpec> {
  const name = spec.serviceAccountName || spec.serviceAccount;
  return name ? { serviceAccountName: name, serviceAccount: name } : {};
}

function commonDefaults(spec: PodSpec): PodSpec {
  const filled = fill(spec, { ...SPEC, ...accountNames(spec) });
  return onField(filled, 'volumes', volumesDefaults);
}

function computeTemplateSpec(spec: PodSpec): PodSpec {
  let next = commonDefaults(spec);
  next = onField(next, 'containers', templateContainers);
  return onField(next, 'initContainers', templateContainers);
}

/** Requests of a pod that sets limits for itself: what its containers ask for, or else its limits. */
function podLevelRequests(spec: PodSpec, resources: ResourceRequirements): ResourceRequirements {
  const { limits } = resources;
  if (limits === undefined || Object.keys(limits).length === 0) return resources;
  const ofContainers = specRequests({ containers: spec.containers, initContainers: spec.initContainers });
  const defaults: Record<string, Quantity> = {};
  for (const name of Object.keys(limits)) defaults[name] = limits[name]!;
  if (ofContainers.milliCpu > 0) defaults.cpu = formatMilli(ofContainers.milliCpu);
  if (ofContainers.memory > 0) defaults.memory = formatBytes(ofContainers.memory);
  const requests = fill(resources.requests ?? {}, defaults);
  return requests === resources.requests ? resources : { ...resources, requests };
}

/** Whether binding, which sets `nodeName`, would have to add a key to the object. */
function lacksNodeName(spec: PodSpec): boolean {
  return !Object.hasOwn(spec, 'nodeName');
}

function computePodSpec(spec: PodSpec): PodSpec {
  let next = fill(commonDefaults(spec), { enableServiceLinks: true });
  next = onField(next, 'containers', podContainers);
  next = onField(next, 'initContainers', podContainers);
  // They have the fields that defaults are for, as containers have them.
  next = onField(next, 'ephemeralContainers', (added) => podContainers(added as readonly Container[]));
  next = onField(next, 'resources', (resources) => podLevelRequests(next, resources));
  if (next.hostNetwork === true) {
    next = onField(next, 'containers', hostNetworkContainers);
    next = onField(next, 'initContainers', hostNetworkContainers);
  }
  // A copy with a new key is many times slower than one with a new value: binding finds the key there.
  return lacksNodeName(next) ? withFields(next, { nodeName: undefined }) : next;
}

/** The spec of a pod, as stored. One object for all pods made from one template. */
export const podSpecDefaults = memoised(computePodSpec);

/** The spec of a template. */
export const templateSpecDefaults = memoised(computeTemplateSpec);

export const templateDefaults = memoised((template: PodTemplateSpec) =>
  onField(template, 'spec', templateSpecDefaults),
);
