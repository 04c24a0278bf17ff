import { NAMESPACE, POD } from '../../kinds/registry.ts';
import type { Namespace, Pod, PodTemplateSpec } from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import type { RequestContext } from '../identity.ts';
import type { NewObject } from '../object.ts';
import { forbidden, invalid, type Status } from '../status.ts';
import type { AdmissionPlugin } from './admission.ts';
import type { PodLike } from './pod-security/check.ts';
import { detailText, violationsOf } from './pod-security/evaluate.ts';
import { warningsOfExisting } from './pod-security/existing-pods.ts';
import { isStricter, levelText, type PodSecurityPolicy, policyOf } from './pod-security/policy.ts';

/**
 * PodSecurity (https://kubernetes.io/docs/concepts/security/pod-security-admission/), with the defaults of the real
 * plugin: namespaces without labels are privileged, and nobody is exempt. There is no audit log, so that what is audited
 * is read and goes nowhere.
 */

/** Where the pods of a workload are written down (`DefaultPodSpecExtractor`). */
const TEMPLATES: readonly string[] = [
  'cronjobs.batch',
  'daemonsets.apps',
  'deployments.apps',
  'jobs.batch',
  'podtemplates',
  'replicasets.apps',
  'replicationcontrollers',
  'statefulsets.apps',
];

interface Templated {
  readonly template?: PodTemplateSpec;
  readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplateSpec } };
}

function templateOf(object: NewObject): PodLike | undefined {
  const holder = object as NewObject & Templated & { readonly spec?: Templated };
  const template = holder.template ?? holder.spec?.template ?? holder.spec?.jobTemplate?.spec?.template;
  if (template?.spec === undefined) return undefined;
  return { metadata: template.metadata ?? {}, spec: template.spec };
}

function policyIn(view: View, namespace: string | undefined): PodSecurityPolicy {
  return policyOf(view.getByKey(NAMESPACE, namespace ?? '')?.metadata.labels);
}

function warnOf(pod: PodLike, { warn }: PodSecurityPolicy, { client }: RequestContext): void {
  if (client === undefined) return;
  const violations = violationsOf(warn, pod);
  if (violations.length === 0) return;
  client.warn(`would violate PodSecurity "${levelText(warn)}": ${detailText(violations)}`);
}

function admitPod(object: NewObject, view: View, name: string, context: RequestContext): Status | undefined {
  const policy = policyIn(view, object.metadata.namespace);
  const { enforce, warn } = policy;
  // The policy of most namespaces, and not worth a look at the pod.
  if (enforce.level === 'privileged' && warn.level === 'privileged') return undefined;
  const pod = object as NewObject<Pod>;
  if (pod.spec === undefined) return undefined;
  const podLike = { metadata: pod.metadata, spec: pod.spec };
  const violations = violationsOf(enforce, podLike);
  if (violations.length > 0) {
    const detail = `violates PodSecurity "${levelText(enforce)}": ${detailText(violations)}`;
    return forbidden(POD, name, detail);
  }
  warnOf(podLike, policy, context);
  return undefined;
}

function imagesOf({ spec }: Pod): string {
  return JSON.stringify(
    [spec.initContainers, spec.containers].map((list) => list?.map(({ image }) => image)),
  );
}

/** Labels that are wrong are refused, and who makes a namespace stricter hears of the pods that are there. */
function changeNamespace(
  next: Namespace,
  previous: Namespace,
  view: View,
  { client }: RequestContext,
): Status | undefined {
  if (next.metadata.labels === previous.metadata.labels) return undefined;
  const policy = policyOf(next.metadata.labels);
  const before = policyOf(previous.metadata.labels);
  const { name } = next.metadata;
  if (policy.errors.length > 0 && JSON.stringify(policy.errors) !== JSON.stringify(before.errors)) {
    return invalid(NAMESPACE, name, policy.errors);
  }
  const [to, from] = [policy.enforce, before.enforce];
  if (client === undefined || to.level === 'privileged') return undefined;
  if (to.version === from.version && !isStricter(to.level, from.level)) return undefined;
  for (const warning of warningsOfExisting(name, view.list(POD, name), to)) client.warn(warning);
  return undefined;
}

export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  handles: ({ resource }) => resource === 'pods' || resource === 'namespaces' || TEMPLATES.includes(resource),

  validate: (object, kind, view, name, context) => {
    if (kind.resource === 'pods') return admitPod(object, view, name, context);
    if (kind.resource === 'namespaces') {
      const { errors } = policyOf(object.metadata.labels);
      // An update is looked at with what was there before.
      const isNew = view.getByKey(NAMESPACE, name) === undefined;
      return isNew && errors.length > 0 ? invalid(NAMESPACE, name, errors) : undefined;
    }
    const template = context.client === undefined ? undefined : templateOf(object);
    if (template !== undefined) warnOf(template, policyIn(view, object.metadata.namespace), context);
    return undefined;
  },

  validateUpdate: ({ next, previous, subresource }, kind, view, context) => {
    if (subresource !== undefined) return undefined;
    if (kind.resource === 'namespaces') {
      return changeNamespace(next as Namespace, previous as Namespace, view, context);
    }
    if (kind.resource !== 'pods') return undefined;
    // Of what may change in a pod only its images lead to another look (`isSignificantPodUpdate`).
    const [pod, before] = [next as Pod, previous as Pod];
    if (pod.spec === before.spec || imagesOf(pod) === imagesOf(before)) return undefined;
    return admitPod(pod, view, pod.metadata.name, context);
  },
};
