import { equalValues } from '../../api/equal.ts';
import type { NewObject, StringMap } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import { compileSelector } from '../../labels.ts';
import type {
  Deployment,
  DeploymentSpec,
  DeploymentStrategy,
  LabelSelector,
  PodTemplateSpec,
  ReplicaSet,
  ReplicaSetSpec,
} from '../../schema/types.generated.ts';
import { isZero, notMoreThanAll, validateCountOrPercent } from './count-or-percent.ts';
import {
  forbiddenField,
  IMMUTABLE,
  invalidValue,
  nonNegative,
  notSupported,
  oneOf,
  required,
} from './fields.ts';
import { validatePodTemplate } from './pod-spec.ts';
import { selectorValue, validateLabelSelector } from './selector.ts';

/** Deployments and ReplicaSets (apps/validation). */

const NO_ERRORS: readonly FieldError[] = [];
export const EMPTY_TEMPLATE: PodTemplateSpec = Object.freeze({});

function isEmpty(selector: LabelSelector): boolean {
  return (
    Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions?.length ?? 0) === 0
  );
}

/** The selector itself, and that the pods of the template are among those that it selects. */
export function validateSelected(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec,
  kind: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (selector === undefined) errors.push(required('spec.selector'));
  else {
    errors.push(...validateLabelSelector(selector, 'spec.selector'));
    if (isEmpty(selector)) {
      const detail = `empty selector is invalid for ${kind}`;
      errors.push(invalidValue('spec.selector', selectorValue(selector), detail));
    }
  }
  return [...errors, ...validateTemplateLabels(selector, template)];
}

export function validateTemplateLabels(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec,
): readonly FieldError[] {
  const labels: StringMap | undefined = template.metadata?.labels;
  if (selector !== undefined && (isEmpty(selector) || compileSelector(selector)(labels))) return NO_ERRORS;
  const detail = '`selector` does not match template `labels`';
  return [invalidValue('spec.template.metadata.labels', labels, detail)];
}

/** Pods of a controller that replaces what ends can't be of the kind that ends. */
export function validateTemplateOf(template: PodTemplateSpec): readonly FieldError[] {
  const errors = [...validatePodTemplate(template, 'spec.template')];
  const { activeDeadlineSeconds, restartPolicy } = template.spec ?? {};
  if (restartPolicy !== undefined && restartPolicy !== 'Always') {
    errors.push(notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicaSet is not Supported';
    errors.push(forbiddenField('spec.template.spec.activeDeadlineSeconds', detail));
  }
  return errors;
}

function validateStrategy(strategy: DeploymentStrategy, field: string): readonly FieldError[] {
  const { rollingUpdate, type } = strategy;
  const path = `${field}.rollingUpdate`;
  if (type === 'Recreate') {
    if (rollingUpdate === undefined) return NO_ERRORS;
    return [forbiddenField(path, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type !== 'RollingUpdate') return oneOf(`${field}.type`, type, ['Recreate', 'RollingUpdate']);
  if (rollingUpdate === undefined) return [required(path, 'this should be defaulted and never be nil')];
  const { maxSurge = 0, maxUnavailable = 0 } = rollingUpdate;
  const errors: FieldError[] = [
    ...validateCountOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...validateCountOrPercent(maxSurge, `${path}.maxSurge`),
  ];
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    errors.push(invalidValue(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  errors.push(...notMoreThanAll(maxUnavailable, `${path}.maxUnavailable`));
  return errors;
}

function validateDeploymentSpec(spec: Partial<DeploymentSpec>): readonly FieldError[] {
  const { minReadySeconds = 0, progressDeadlineSeconds, template = EMPTY_TEMPLATE } = spec;
  const errors: FieldError[] = [
    ...nonNegative('spec.replicas', spec.replicas),
    ...validateSelected(spec.selector, template, 'deployment'),
    ...validateTemplateOf(template),
    ...validateStrategy(spec.strategy ?? {}, 'spec.strategy'),
    ...nonNegative('spec.minReadySeconds', minReadySeconds),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ];
  if (progressDeadlineSeconds !== undefined) {
    const field = 'spec.progressDeadlineSeconds';
    errors.push(...nonNegative(field, progressDeadlineSeconds));
    if (progressDeadlineSeconds <= minReadySeconds) {
      errors.push(invalidValue(field, progressDeadlineSeconds, 'must be greater than minReadySeconds'));
    }
  }
  return errors;
}

function validateReplicaSetSpec(spec: Partial<ReplicaSetSpec>): readonly FieldError[] {
  const { template = EMPTY_TEMPLATE } = spec;
  return [
    ...nonNegative('spec.replicas', spec.replicas),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...validateSelected(spec.selector, template, 'replicaset'),
    ...validateTemplateOf(template),
  ];
}

export function selectorUnchanged(next: LabelSelector, previous: LabelSelector): readonly FieldError[] {
  if (equalValues(next, previous)) return NO_ERRORS;
  return [invalidValue('spec.selector', selectorValue(next), IMMUTABLE)];
}

export function validateDeployment(object: NewObject<Deployment>): readonly FieldError[] {
  return validateDeploymentSpec(object.spec ?? {});
}

export function validateDeploymentUpdate(next: Deployment, previous: Deployment): readonly FieldError[] {
  return [
    ...validateDeploymentSpec(next.spec),
    ...selectorUnchanged(next.spec.selector, previous.spec.selector),
  ];
}

export function validateReplicaSet(object: NewObject<ReplicaSet>): readonly FieldError[] {
  return validateReplicaSetSpec(object.spec ?? {});
}

export function validateReplicaSetUpdate(next: ReplicaSet, previous: ReplicaSet): readonly FieldError[] {
  return [
    ...validateReplicaSetSpec(next.spec),
    ...selectorUnchanged(next.spec.selector, previous.spec.selector),
  ];
}
