import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import { exactNanos } from '../../quantity.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingPolicy,
  HPAScalingRules,
  Quantity,
} from '../../schema/types.generated.ts';
import { validateMetrics } from './autoscaler-metrics.ts';
import { validateApiVersion, validateReference } from './cross-version-reference.ts';
import { invalidValue, nonNegative, notSupported, required } from './fields.ts';

/** HorizontalPodAutoscalers (autoscaling/validation). */

/** `MaxPeriodSeconds`, `MaxStabilizationWindowSeconds`. */
const PERIOD_SECONDS_MAX = 1800;
const WINDOW_SECONDS_MAX = 3600;
/** 0 needs the feature gate HPAScaleToZero, which is off by default until 1.37. */
const MIN_REPLICAS_MIN = 1;
const SELECT_POLICIES = ['Disabled', 'Max', 'Min'];
const POLICY_TYPES = ['Percent', 'Pods'];
const NO_ERRORS: readonly FieldError[] = [];

function validatePolicy(policy: HPAScalingPolicy, field: string): readonly FieldError[] {
  const { periodSeconds = 0, type = '', value = 0 } = policy as Partial<HPAScalingPolicy>;
  const errors: FieldError[] = [];
  if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`${field}.type`, type, POLICY_TYPES));
  if (value <= 0) errors.push(invalidValue(`${field}.value`, value, 'must be greater than zero'));
  const path = `${field}.periodSeconds`;
  if (periodSeconds <= 0) errors.push(invalidValue(path, periodSeconds, 'must be greater than zero'));
  if (periodSeconds > PERIOD_SECONDS_MAX) {
    errors.push(invalidValue(path, periodSeconds, `must be less than or equal to ${PERIOD_SECONDS_MAX}`));
  }
  return errors;
}

function validateTolerance(tolerance: Quantity | undefined, field: string): readonly FieldError[] {
  if (tolerance === undefined || exactNanos(tolerance) >= 0n) return NO_ERRORS;
  return [invalidValue(field, tolerance, 'must be greater than or equal to 0')];
}

function validateRules(rules: HPAScalingRules | undefined, field: string): readonly FieldError[] {
  if (rules === undefined) return NO_ERRORS;
  const { policies = [], selectPolicy, stabilizationWindowSeconds: seconds = 0, tolerance } = rules;
  const errors: FieldError[] = [];
  const windowField = `${field}.stabilizationWindowSeconds`;
  if (seconds < 0) errors.push(invalidValue(windowField, seconds, 'must be greater than or equal to zero'));
  if (seconds > WINDOW_SECONDS_MAX) {
    errors.push(invalidValue(windowField, seconds, `must be less than or equal to ${WINDOW_SECONDS_MAX}`));
  }
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(selectPolicy)) {
    errors.push(notSupported(`${field}.selectPolicy`, selectPolicy, SELECT_POLICIES));
  }
  const policiesField = `${field}.policies`;
  if (policies.length === 0) errors.push(required(policiesField, 'must specify at least one Policy'));
  for (const [index, policy] of policies.entries()) {
    errors.push(...validatePolicy(policy, `${policiesField}[${index}]`));
  }
  return [...errors, ...validateTolerance(tolerance, `${field}.tolerance`)];
}

function validateSpec(
  spec: Partial<HorizontalPodAutoscalerSpec>,
  needsGroup: boolean,
): readonly FieldError[] {
  const { behavior, maxReplicas = 0, metrics = [], minReplicas, scaleTargetRef } = spec;
  const errors: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < MIN_REPLICAS_MIN) {
    const rule = `must be greater than or equal to ${MIN_REPLICAS_MIN}`;
    errors.push(invalidValue('spec.minReplicas', minReplicas, rule));
  }
  if (maxReplicas < 1) errors.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    const rule = 'must be greater than or equal to `minReplicas`';
    errors.push(invalidValue('spec.maxReplicas', maxReplicas, rule));
  }
  return [
    ...errors,
    ...validateReference(scaleTargetRef, 'spec.scaleTargetRef', needsGroup),
    ...validateMetrics(metrics, 'spec.metrics', minReplicas),
    ...validateRules(behavior?.scaleUp, 'spec.behavior.scaleUp'),
    ...validateRules(behavior?.scaleDown, 'spec.behavior.scaleDown'),
  ];
}

/** Only one kind of the core group can be scaled. */
function needsGroup(spec: Partial<HorizontalPodAutoscalerSpec> | undefined): boolean {
  return spec?.scaleTargetRef?.kind !== 'ReplicationController';
}

export function validateAutoscaler(object: NewObject<HorizontalPodAutoscaler>): readonly FieldError[] {
  return validateSpec(object.spec ?? {}, needsGroup(object.spec));
}

/** What was stored before the rule may stay: a reference without a group is refused only where it is new. */
export function validateAutoscalerUpdate(
  next: HorizontalPodAutoscaler,
  previous: HorizontalPodAutoscaler,
): readonly FieldError[] {
  const old = previous.spec.scaleTargetRef;
  const was = validateApiVersion(old.apiVersion ?? '', needsGroup(previous.spec), '');
  return validateSpec(next.spec, was.length === 0 && needsGroup(next.spec));
}

export function validateAutoscalerStatusUpdate({ status }: HorizontalPodAutoscaler): readonly FieldError[] {
  return [
    ...nonNegative('status.currentReplicas', status.currentReplicas),
    ...nonNegative('status.desiredReplicas', status.desiredReplicas),
  ];
}
