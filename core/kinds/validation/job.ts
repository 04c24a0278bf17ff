import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import { parseSchedule } from '../../cron-schedule.ts';
import type { CronJob, CronJobSpec, Job, JobSpec } from '../../schema/types.generated.ts';
import { timeZone } from '../../time-zones.ts';
import { IMMUTABLE, invalidValue, nonNegative, notSupported, oneOf, required } from './fields.ts';
import { validatePodFailurePolicy, validateSuccessPolicy } from './job-policies.ts';
import { validatePodTemplate } from './pod-spec.ts';
import { selectorValue, validateLabelSelector } from './selector.ts';
import { EMPTY_TEMPLATE, validateTemplateLabels } from './workloads.ts';

/** batch/validation `ValidateJob` and `ValidateCronJob`. */

/** Most indexes of a Job, and most of them at once. */
const INDEXES_MAX = 100_000;
const RESTARTS = 'valid values: "OnFailure", "Never"';

function validateIndexed(spec: Partial<JobSpec>, path: string): readonly FieldError[] {
  const { completionMode, completions, parallelism = 0, backoffLimitPerIndex, maxFailedIndexes } = spec;
  const errors: FieldError[] = [];
  if (maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined) {
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  if (completionMode !== 'Indexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
      const value = spec[field];
      if (value === undefined) continue;
      errors.push(invalidValue(`${path}.${field}`, value, 'requires indexed completion mode'));
    }
    return errors;
  }
  if (completions === undefined)
    errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  if (parallelism > INDEXES_MAX) {
    const detail = 'must be less than or equal to 100000 when completion mode is Indexed';
    errors.push(invalidValue(`${path}.parallelism`, parallelism, detail));
  }
  if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions) {
    const detail = 'must be less than or equal to completions';
    errors.push(invalidValue(`${path}.maxFailedIndexes`, maxFailedIndexes, detail));
  }
  return errors;
}

/** With a failure policy, only pods that have ended are replaced. */
function validateReplacement(spec: Partial<JobSpec>, path: string): readonly FieldError[] {
  const { podReplacementPolicy, podFailurePolicy } = spec;
  if (podReplacementPolicy === undefined) return [];
  const supported = podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  return oneOf(`${path}.podReplacementPolicy`, podReplacementPolicy, supported);
}

function validateJobSpec(spec: Partial<JobSpec>, path: string): readonly FieldError[] {
  const { template = EMPTY_TEMPLATE, completionMode } = spec;
  const errors: FieldError[] = [
    ...nonNegative(`${path}.parallelism`, spec.parallelism),
    ...nonNegative(`${path}.completions`, spec.completions),
    ...nonNegative(`${path}.activeDeadlineSeconds`, spec.activeDeadlineSeconds),
    ...nonNegative(`${path}.backoffLimit`, spec.backoffLimit),
    ...nonNegative(`${path}.ttlSecondsAfterFinished`, spec.ttlSecondsAfterFinished),
    ...nonNegative(`${path}.backoffLimitPerIndex`, spec.backoffLimitPerIndex),
    ...nonNegative(`${path}.maxFailedIndexes`, spec.maxFailedIndexes),
  ];
  if (completionMode !== undefined) {
    errors.push(...oneOf(`${path}.completionMode`, completionMode, ['Indexed', 'NonIndexed']));
  }
  errors.push(
    ...validateIndexed(spec, path),
    ...validatePodFailurePolicy(spec, `${path}.podFailurePolicy`),
    ...validateSuccessPolicy(spec, `${path}.successPolicy`),
    ...validateReplacement(spec, path),
    ...validatePodTemplate(template, `${path}.template`),
  );
  const restart = `${path}.template.spec.restartPolicy`;
  const { restartPolicy } = template.spec ?? {};
  if (restartPolicy === 'Always' || restartPolicy === undefined) errors.push(required(restart, RESTARTS));
  else if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never') {
    errors.push(notSupported(restart, restartPolicy, ['OnFailure', 'Never']));
  } else if (spec.podFailurePolicy !== undefined && restartPolicy !== 'Never') {
    const detail = 'only "Never" is supported when podFailurePolicy is specified';
    errors.push(invalidValue(restart, restartPolicy, detail));
  }
  return errors;
}

/** A Job that makes its own selector has that one alone (`validateGeneratedSelector`). */
function validateSelector(spec: Partial<JobSpec>): readonly FieldError[] {
  const { selector, template = EMPTY_TEMPLATE, manualSelector } = spec;
  if (selector === undefined) return [required('spec.selector')];
  const errors: FieldError[] = [...validateLabelSelector(selector, 'spec.selector')];
  const isGenerated = manualSelector === true || Object.keys(selector.matchLabels ?? {}).length === 1;
  if (!isGenerated) {
    errors.push(invalidValue('spec.selector', selectorValue(selector), '`selector` not auto-generated'));
  }
  return [...errors, ...validateTemplateLabels(selector, template)];
}

export function validateJob({ spec }: NewObject<Job>): readonly FieldError[] {
  return [...validateJobSpec(spec ?? {}, 'spec'), ...validateSelector(spec ?? {})];
}

/** What of a Job never changes (`ValidateJobSpecUpdate`). */
const FIXED: readonly (keyof JobSpec)[] = [
  'selector',
  'completionMode',
  'podFailurePolicy',
  'backoffLimitPerIndex',
  'managedBy',
  'successPolicy',
];

export function validateJobUpdate(next: Job, previous: Job): readonly FieldError[] {
  const errors = [...validateJobSpec(next.spec, 'spec')];
  const { completionMode } = previous.spec;
  // An indexed Job may grow and shrink; its parallelism goes with it.
  const fixed = completionMode === 'Indexed' ? FIXED : [...FIXED, 'completions' as const];
  for (const field of fixed) {
    if (equalValues(next.spec[field], previous.spec[field])) continue;
    const shown = field === 'selector' ? selectorValue(next.spec.selector) : next.spec[field];
    errors.push(invalidValue(`spec.${field}`, shown, IMMUTABLE));
  }
  const mayChangeTemplate = previous.spec.suspend === true && previous.status?.startTime === undefined;
  if (!mayChangeTemplate && !equalValues(next.spec.template, previous.spec.template)) {
    errors.push(invalidValue('spec.template', next.spec.template, IMMUTABLE));
  }
  return errors;
}

const POLICIES = ['Allow', 'Forbid', 'Replace'];
/** Names of Jobs are the CronJob's with eleven characters more. */
const NAME_MAX = 52;

/** `validateScheduleFormat`. */
function validateSchedule(schedule: string, zone: string | undefined): readonly FieldError[] {
  const parsed = parseSchedule(schedule);
  const errors: FieldError[] = parsed.ok ? [] : [invalidValue('spec.schedule', schedule, parsed.message)];
  if (!schedule.includes('TZ')) return errors;
  const detail =
    zone === undefined
      ? 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
      : 'cannot use both timeZone field and TZ or CRON_TZ in schedule';
  return [...errors, invalidValue('spec.schedule', schedule, detail)];
}

/** `validateTimeZone`. */
function validateTimeZone(zone: string): readonly FieldError[] {
  const refused = (detail: string) => [invalidValue('spec.timeZone', zone, detail)];
  if (zone === '') return refused('timeZone must be nil or non-empty string');
  if (zone.toLowerCase() === 'local') {
    return refused('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  }
  return timeZone(zone) === undefined ? refused(`unknown time zone ${zone}`) : [];
}

export function validateCronJob({ metadata, ...object }: NewObject<CronJob>): readonly FieldError[] {
  const spec: Partial<CronJobSpec> = object.spec ?? {};
  const { schedule = '', concurrencyPolicy, jobTemplate } = spec;
  const errors: FieldError[] = [];
  if (schedule === '') errors.push(required('spec.schedule'));
  else errors.push(...validateSchedule(schedule, spec.timeZone));
  if (spec.timeZone !== undefined) errors.push(...validateTimeZone(spec.timeZone));
  errors.push(
    ...nonNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds),
    ...oneOf('spec.concurrencyPolicy', concurrencyPolicy, POLICIES),
    ...validateJobSpec(jobTemplate?.spec ?? {}, 'spec.jobTemplate.spec'),
    ...nonNegative('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit),
    ...nonNegative('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit),
  );
  const { name = '' } = metadata;
  if (name.length > NAME_MAX) {
    errors.push(invalidValue('metadata.name', name, 'must be no more than 52 characters'));
  }
  return errors;
}
