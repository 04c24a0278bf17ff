import type { FieldError } from '../../api/status.ts';
import type { PodSpec, PodTemplateSpec } from '../../schema/types.generated.ts';
import { type PodContext, validateContainers, validateId, validateInitContainers } from './container.ts';
import { duplicate, invalidFor, notSupported, oneOf, required } from './fields.ts';
import { dnsLabel, dnsSubdomain, inRange, qualifiedName } from './names.ts';
import { validateAnnotations, validateLabels } from './object-meta.ts';
import { validateResources } from './resources.ts';
import { validateAffinity, validateSpread, validateTolerations } from './scheduling.ts';
import { validateVolumes } from './volume.ts';

/** Pod specs (core/validation `ValidatePodSpec`), of pods and of templates. */

const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const INT32_MAX = 2_147_483_647;
const DEFAULT_GRACE_SECONDS = 30;

function contextOf(spec: PodSpec): PodContext {
  return {
    volumes: new Set((spec.volumes ?? []).map((volume) => volume.name)),
    hostNetwork: spec.hostNetwork === true,
    gracePeriodSeconds: spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
  };
}

function validatePolicies(spec: PodSpec, field: string): readonly FieldError[] {
  const { dnsConfig, dnsPolicy, preemptionPolicy, restartPolicy } = spec;
  const errors: FieldError[] = [];
  if (!restartPolicy) errors.push(required(`${field}.restartPolicy`));
  else errors.push(...oneOf(`${field}.restartPolicy`, restartPolicy, RESTART_POLICIES));
  if (!dnsPolicy) errors.push(required(`${field}.dnsPolicy`));
  else errors.push(...oneOf(`${field}.dnsPolicy`, dnsPolicy, DNS_POLICIES));
  if (dnsPolicy === 'None' && (dnsConfig?.nameservers?.length ?? 0) === 0) {
    const path = dnsConfig === undefined ? `${field}.dnsConfig` : `${field}.dnsConfig.nameservers`;
    const what =
      dnsConfig === undefined ? 'must provide `dnsConfig`' : 'must provide at least one DNS nameserver';
    errors.push(required(path, `${what} when \`dnsPolicy\` is None`));
  }
  if (preemptionPolicy !== undefined) {
    const policies = ['PreemptLowerPriority', 'Never'];
    if (!policies.includes(preemptionPolicy)) {
      errors.push(notSupported(`${field}.preemptionPolicy`, preemptionPolicy, policies));
    }
  }
  return errors;
}

/** Names of other objects, and of the pod in the network. */
function validateNames(spec: PodSpec, field: string): readonly FieldError[] {
  const { hostname, nodeName, priorityClassName, runtimeClassName, serviceAccountName, subdomain } = spec;
  const errors: FieldError[] = [];
  const check = (name: string, value: string | undefined, rule: (text: string) => readonly string[]) => {
    if (value) errors.push(...invalidFor(`${field}.${name}`, value, rule(value)));
  };
  check('serviceAccountName', serviceAccountName, dnsSubdomain);
  check('nodeName', nodeName, dnsSubdomain);
  check('hostname', hostname, dnsLabel);
  check('subdomain', subdomain, dnsLabel);
  check('priorityClassName', priorityClassName, dnsSubdomain);
  check('runtimeClassName', runtimeClassName, dnsSubdomain);
  return errors;
}

function validateGates(spec: PodSpec, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { conditionType = '' }] of (spec.readinessGates ?? []).entries()) {
    const path = `${field}.readinessGates[${index}].conditionType`;
    errors.push(...invalidFor(path, conditionType, qualifiedName(conditionType)));
  }
  const names = new Set<string>();
  for (const [index, { name = '' }] of (spec.schedulingGates ?? []).entries()) {
    const path = `${field}.schedulingGates[${index}]`;
    errors.push(...invalidFor(path, name, qualifiedName(name)));
    if (names.has(name)) errors.push(duplicate(path, name));
    names.add(name);
  }
  return errors;
}

function validateSecurity(spec: PodSpec, field: string): readonly FieldError[] {
  const { securityContext = {} } = spec;
  const path = `${field}.securityContext`;
  return [
    ...validateId(securityContext.fsGroup, `${path}.fsGroup`),
    ...validateId(securityContext.runAsUser, `${path}.runAsUser`),
    ...validateId(securityContext.runAsGroup, `${path}.runAsGroup`),
    ...(securityContext.supplementalGroups ?? []).flatMap((group, index) =>
      validateId(group, `${path}.supplementalGroups[${index}]`),
    ),
  ];
}

function validateHostAliases(spec: PodSpec, field: string): readonly FieldError[] {
  return (spec.hostAliases ?? []).flatMap(({ hostnames }, index) =>
    (hostnames ?? []).flatMap((name) =>
      invalidFor(`${field}.hostAliases[${index}].hostnames`, name, dnsSubdomain(name)),
    ),
  );
}

/** Everything about a spec, with paths that start with `field`. */
export function validatePodSpec(spec: PodSpec, field: string): readonly FieldError[] {
  const pod = contextOf(spec);
  const errors: FieldError[] = [
    ...validateVolumes(spec.volumes ?? [], `${field}.volumes`),
    ...(spec.resources === undefined ? [] : validateResources(spec.resources, `${field}.resources`)),
    ...validateContainers(spec.containers, `${field}.containers`, pod),
    ...validateInitContainers(
      spec.initContainers ?? [],
      spec.containers ?? [],
      `${field}.initContainers`,
      pod,
    ),
    ...validatePolicies(spec, field),
    ...validateLabels(spec.nodeSelector, `${field}.nodeSelector`),
    ...validateSecurity(spec, field),
    ...(spec.affinity === undefined ? [] : validateAffinity(spec.affinity, `${field}.affinity`)),
    ...validateGates(spec, field),
    ...validateSpread(spec.topologySpreadConstraints ?? [], `${field}.topologySpreadConstraints`),
    ...validateNames(spec, field),
    ...validateTolerations(spec.tolerations ?? [], `${field}.tolerations`),
    ...validateHostAliases(spec, field),
  ];
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined) {
    errors.push(...invalidFor(`${field}.activeDeadlineSeconds`, deadline, inRange(deadline, 1, INT32_MAX)));
  }
  return errors;
}

interface ValidatedTemplate {
  readonly field: string;
  readonly errors: readonly FieldError[];
}

const templates = new WeakMap<PodTemplateSpec, ValidatedTemplate>();

function computeTemplate(template: PodTemplateSpec, field: string): readonly FieldError[] {
  const { metadata, spec } = template;
  return [
    ...validateLabels(metadata?.labels, `${field}.labels`),
    ...validateAnnotations(metadata?.annotations, `${field}.annotations`),
    ...(spec === undefined ? [required(`${field}.spec.containers`)] : validatePodSpec(spec, `${field}.spec`)),
  ];
}

/** A pod template, once for each identity and path. */
export function validatePodTemplate(template: PodTemplateSpec, field: string): readonly FieldError[] {
  const known = templates.get(template);
  if (known !== undefined && known.field === field) return known.errors;
  const errors = computeTemplate(template, field);
  templates.set(template, { field, errors });
  return errors;
}
