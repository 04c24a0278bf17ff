import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { PodTemplateSpec, StatefulSet, StatefulSetSpec } from '../../schema/types.generated.ts';
import { forbiddenField, invalidValue, nonNegative, notSupported, oneOf, required } from './fields.ts';
import { validateAnnotations, validateLabels } from './object-meta.ts';
import { EMPTY_TEMPLATE, validateSelected } from './workloads.ts';

/** apps/validation `ValidateStatefulSet`. */

function validateStrategy({ updateStrategy = {} }: Partial<StatefulSetSpec>): readonly FieldError[] {
  const { type, rollingUpdate } = updateStrategy;
  const path = 'spec.updateStrategy';
  if (type === undefined) return [required(path)];
  if (type === 'OnDelete') {
    if (rollingUpdate === undefined) return [];
    const detail = "only allowed for updateStrategy 'RollingUpdate'";
    return [invalidValue(`${path}.rollingUpdate`, rollingUpdate, detail)];
  }
  if (type !== 'RollingUpdate') {
    return [invalidValue(path, updateStrategy, "must be 'RollingUpdate' or 'OnDelete'")];
  }
  return nonNegative(`${path}.rollingUpdate.partition`, rollingUpdate?.partition);
}

function validateManagement({ podManagementPolicy }: Partial<StatefulSetSpec>): readonly FieldError[] {
  const path = 'spec.podManagementPolicy';
  if (podManagementPolicy === undefined) return [required(path)];
  if (podManagementPolicy === 'OrderedReady' || podManagementPolicy === 'Parallel') return [];
  return [invalidValue(path, podManagementPolicy, "must be 'OrderedReady' or 'Parallel'")];
}

const RETENTION = ['Retain', 'Delete'];

function validateRetention(spec: Partial<StatefulSetSpec>): readonly FieldError[] {
  const { whenDeleted, whenScaled } = spec.persistentVolumeClaimRetentionPolicy ?? {};
  const path = 'spec.persistentVolumeClaimRetentionPolicy';
  return [
    ...oneOf(`${path}.whenDeleted`, whenDeleted, RETENTION),
    ...oneOf(`${path}.whenScaled`, whenScaled, RETENTION),
  ];
}

/**
 * Of the template only what isn't its pods' spec: volumes of claims are not in it, so that mounts could not be looked up
 * (`ValidatePodTemplateSpecForStatefulSet`). The pods are validated when they are made.
 */
function validateTemplate({ metadata, spec }: PodTemplateSpec): readonly FieldError[] {
  const path = 'spec.template';
  const errors: FieldError[] = [
    ...validateLabels(metadata?.labels, `${path}.labels`),
    ...validateAnnotations(metadata?.annotations, `${path}.annotations`),
  ];
  const { restartPolicy, activeDeadlineSeconds } = spec ?? {};
  if (restartPolicy !== undefined && restartPolicy !== 'Always') {
    errors.push(notSupported(`${path}.spec.restartPolicy`, restartPolicy, ['Always']));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in StatefulSet is not Supported';
    errors.push(forbiddenField(`${path}.spec.activeDeadlineSeconds`, detail));
  }
  return errors;
}

function validateSpec(spec: Partial<StatefulSetSpec>): readonly FieldError[] {
  const { template = EMPTY_TEMPLATE } = spec;
  return [
    ...validateManagement(spec),
    ...validateStrategy(spec),
    ...validateRetention(spec),
    ...nonNegative('spec.replicas', spec.replicas),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...nonNegative('spec.ordinals.start', spec.ordinals?.start),
    ...validateSelected(spec.selector, template, 'statefulset'),
    ...validateTemplate(template),
  ];
}

export function validateStatefulSet({ spec }: NewObject<StatefulSet>): readonly FieldError[] {
  return validateSpec(spec ?? {});
}

/** What may change of a StatefulSet (`ValidateStatefulSetUpdate`). */
const MUTABLE: readonly (keyof StatefulSetSpec)[] = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

const FORBIDDEN =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
  "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

function fixedPart(spec: StatefulSetSpec): Partial<StatefulSetSpec> {
  const rest: Partial<Record<keyof StatefulSetSpec, unknown>> = { ...spec };
  for (const field of MUTABLE) delete rest[field];
  return rest as Partial<StatefulSetSpec>;
}

export function validateStatefulSetUpdate(next: StatefulSet, previous: StatefulSet): readonly FieldError[] {
  const errors = [...validateSpec(next.spec)];
  if (!equalValues(fixedPart(next.spec), fixedPart(previous.spec)))
    errors.push(forbiddenField('spec', FORBIDDEN));
  return errors;
}
