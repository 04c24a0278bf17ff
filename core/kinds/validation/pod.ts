import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { Container, Pod, PodSpec, Toleration } from '../../schema/types.generated.ts';
import { forbiddenField, invalidValue, required } from './fields.ts';
import { validatePodSpec } from './pod-spec.ts';

/** Pods, on creation and on update (core/validation `ValidatePodCreate`, `ValidatePodUpdate`). */

const NO_ERRORS: readonly FieldError[] = [];
const validated = new WeakMap<PodSpec, readonly FieldError[]>();

/** Once for each spec: pods of one template share it. */
function validateSpec(spec: PodSpec): readonly FieldError[] {
  const known = validated.get(spec);
  if (known !== undefined) return known;
  const errors = validatePodSpec(spec, 'spec');
  validated.set(spec, errors.length === 0 ? NO_ERRORS : errors);
  return errors;
}

export function validatePod(pod: NewObject<Pod>): readonly FieldError[] {
  const { spec } = pod;
  if (spec === undefined) return [required('spec.containers')];
  const errors = validateSpec(spec);
  if (spec.nodeName && (spec.schedulingGates?.length ?? 0) > 0) {
    const detail = 'cannot be set until all schedulingGates have been cleared';
    return [...errors, forbiddenField('spec.nodeName', detail)];
  }
  return errors;
}

const MUTABLE_FIELDS = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

function withImagesOf(
  next: readonly Container[] | undefined,
  previous: readonly Container[] | undefined,
): readonly Container[] | undefined {
  return next?.map((container, index) => ({ ...container, image: previous?.[index]?.image }));
}

function validateTolerationsUpdate(
  next: readonly Toleration[],
  previous: readonly Toleration[],
): readonly FieldError[] {
  const same = (a: Toleration, b: Toleration) =>
    equalValues({ ...a, tolerationSeconds: undefined }, { ...b, tolerationSeconds: undefined });
  const kept = previous.every((old) =>
    next.some((one) => (old.effect === 'NoExecute' ? same(one, old) : equalValues(one, old))),
  );
  if (kept) return NO_ERRORS;
  const detail = 'existing toleration can not be modified except its tolerationSeconds';
  return [forbiddenField('spec.tolerations', detail)];
}

function validateGatesUpdate(next: PodSpec, previous: PodSpec): readonly FieldError[] {
  const before = new Set((previous.schedulingGates ?? []).map((gate) => gate.name));
  return (next.schedulingGates ?? []).flatMap(({ name }, index) => {
    if (before.has(name)) return [];
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return [forbiddenField(`spec.schedulingGates[${index}].name`, detail)];
  });
}

/** A gated pod may still be steered: its selector may grow, and it may get an affinity. */
function withSchedulingOf(next: PodSpec, previous: PodSpec): PodSpec {
  const opened = { ...next, schedulingGates: previous.schedulingGates };
  if ((previous.schedulingGates?.length ?? 0) === 0) return opened;
  const selector = next.nodeSelector ?? {};
  const grew = Object.entries(previous.nodeSelector ?? {}).every(([key, value]) => selector[key] === value);
  return {
    ...opened,
    nodeSelector: grew ? previous.nodeSelector : next.nodeSelector,
    affinity: previous.affinity === undefined ? undefined : next.affinity,
  };
}

/** Which fields of two specs differ, for people: the real server prints a Go diff here. */
function changedFields(next: PodSpec, previous: PodSpec): string {
  const names = [...new Set([...Object.keys(next), ...Object.keys(previous)])].sort() as (keyof PodSpec)[];
  return names.filter((name) => !equalValues(next[name], previous[name])).join(', ');
}

function validateDeadline(next: PodSpec, previous: PodSpec): readonly FieldError[] {
  const before = previous.activeDeadlineSeconds;
  const after = next.activeDeadlineSeconds;
  const field = 'spec.activeDeadlineSeconds';
  if (before === undefined || after === before) return NO_ERRORS;
  if (after === undefined) {
    return [invalidValue(field, after, 'must not update from a positive integer to nil value')];
  }
  return after > before
    ? [invalidValue(field, after, 'must be less than or equal to previous value')]
    : NO_ERRORS;
}

export function validatePodUpdate(next: Pod, previous: Pod): readonly FieldError[] {
  if (next.spec === previous.spec) return NO_ERRORS;
  const errors: FieldError[] = [...validateSpec(next.spec)];
  const before = previous.spec;
  const counts =
    next.spec.containers.length === before.containers.length &&
    (next.spec.initContainers?.length ?? 0) === (before.initContainers?.length ?? 0);
  if (!counts) {
    return [...errors, forbiddenField('spec.containers', 'pod updates may not add or remove containers')];
  }
  errors.push(
    ...validateDeadline(next.spec, before),
    ...validateTolerationsUpdate(next.spec.tolerations ?? [], before.tolerations ?? []),
    ...validateGatesUpdate(next.spec, before),
  );
  const grace = before.terminationGracePeriodSeconds;
  const shortened = grace !== undefined && grace < 0 && next.spec.terminationGracePeriodSeconds === 1;
  const munged: PodSpec = {
    ...withSchedulingOf(next.spec, before),
    containers: withImagesOf(next.spec.containers, before.containers) ?? [],
    initContainers: withImagesOf(next.spec.initContainers, before.initContainers),
    activeDeadlineSeconds: before.activeDeadlineSeconds,
    tolerations: before.tolerations,
    ...(shortened ? { terminationGracePeriodSeconds: grace } : {}),
  };
  if (!equalValues(munged, before)) {
    const detail = `pod updates may not change fields other than ${MUTABLE_FIELDS}\nchanged: ${changedFields(munged, before)}`;
    errors.push(forbiddenField('spec', detail));
  }
  return errors;
}
