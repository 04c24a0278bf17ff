import { uidOf } from '../../api/identity.ts';
import type { NewObject } from '../../api/object.ts';
import type { CronJob, CronJobSpec, Job, JobSpec, PodTemplateSpec } from '../../schema/types.generated.ts';
import { fill, memoised, onField, onItems } from '../defaults/fill.ts';
import { templateDefaults } from '../defaults/pod-spec.ts';
import type { KindStrategy, StrategyContext } from '../kind.ts';
import { validateCronJob, validateJob, validateJobUpdate } from '../validation/job.ts';

/** Jobs and CronJobs (Kubernetes' `pkg/apis/batch/v1/defaults.go`). */

const BACKOFF_LIMIT = 6;
/** With a limit for each index there is none for all. */
const NO_BACKOFF_LIMIT = 2_147_483_647;

/** Labels by which a Job knows its pods; the two without a prefix are the old ones. */
const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';
const JOB_NAME = 'batch.kubernetes.io/job-name';
const OLD_CONTROLLER_UID = 'controller-uid';
const OLD_JOB_NAME = 'job-name';

const jobSpecDefaults = memoised((spec: JobSpec): JobSpec => {
  const isSingle = spec.completions === undefined && spec.parallelism === undefined;
  const filled = fill(spec, {
    backoffLimit: spec.backoffLimitPerIndex === undefined ? BACKOFF_LIMIT : NO_BACKOFF_LIMIT,
    completionMode: 'NonIndexed',
    ...(isSingle ? { completions: 1 } : {}),
    manualSelector: false,
    parallelism: 1,
    podReplacementPolicy: spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
    suspend: false,
  });
  const policed = onField(filled, 'podFailurePolicy', (policy) =>
    onField(policy, 'rules', (rules) =>
      onItems(rules, (rule) =>
        onField(rule, 'onPodConditions', (conditions) =>
          onItems(conditions, (condition) => fill(condition, { status: 'True' })),
        ),
      ),
    ),
  );
  return onField(policed, 'template', templateDefaults);
});

const cronJobSpecDefaults = memoised((spec: CronJobSpec): CronJobSpec => {
  const filled = fill(spec, {
    concurrencyPolicy: 'Allow',
    failedJobsHistoryLimit: 1,
    successfulJobsHistoryLimit: 3,
    suspend: false,
  });
  return onField(filled, 'jobTemplate', (template) =>
    onField(template, 'spec', (job) => cronTemplateDefaults(job)),
  );
});

/** A Job in a CronJob's template is defaulted when it is made; only its pod template is at once. */
function cronTemplateDefaults(spec: JobSpec): JobSpec {
  return onField(spec, 'template', templateDefaults);
}

const NO_SPEC: object = Object.freeze({});

function labelled(template: PodTemplateSpec, labels: Readonly<Record<string, string>>): PodTemplateSpec {
  const own = template.metadata?.labels ?? {};
  const all = Object.entries({ ...own, ...labels }).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...template, metadata: { ...template.metadata, labels: Object.fromEntries(all) } };
}

/** The selector of its own pods, by the Job's uid, unless its author manages it (`generateSelector`). */
function withSelector(name: string, spec: JobSpec, { draw }: StrategyContext): JobSpec {
  if (spec.manualSelector === true) return spec;
  // The same draws as those that give the object its uid.
  const uid = uidOf((_entity, purpose) => draw(purpose), 0);
  const labels = {
    [CONTROLLER_UID]: uid,
    [JOB_NAME]: name,
    [OLD_CONTROLLER_UID]: uid,
    [OLD_JOB_NAME]: name,
  };
  const selector = spec.selector ?? {};
  return {
    ...spec,
    selector: { ...selector, matchLabels: { ...selector.matchLabels, [CONTROLLER_UID]: uid } },
    template: labelled(spec.template ?? {}, labels),
  };
}

/** A Job without labels has those of its pods (`SetDefaults_Job`, which works whenever one is read). */
function withTemplateLabels(
  metadata: NewObject<Job>['metadata'],
  { template }: JobSpec,
): NewObject<Job>['metadata'] {
  const labels = template?.metadata?.labels;
  if (labels === undefined || Object.keys(metadata.labels ?? {}).length > 0) return metadata;
  return { ...metadata, labels };
}

export const JOB_STRATEGY: KindStrategy<Job> = {
  applyDefaults(object: NewObject<Job>): NewObject<Job> {
    const spec = jobSpecDefaults(object.spec ?? (NO_SPEC as JobSpec));
    return spec === object.spec ? object : { ...object, spec };
  },

  prepareForCreate(
    { apiVersion, kind, metadata, spec = NO_SPEC as JobSpec }: NewObject<Job>,
    context: StrategyContext,
  ): NewObject<Job> {
    const selecting = withSelector(metadata.name ?? '', spec, context);
    return {
      apiVersion,
      kind,
      metadata: withTemplateLabels(metadata, selecting),
      spec: selecting,
      status: {},
    };
  },

  validate: validateJob,
  validateUpdate: validateJobUpdate,
};

export const CRON_JOB_STRATEGY: KindStrategy<CronJob> = {
  applyDefaults(object: NewObject<CronJob>): NewObject<CronJob> {
    const spec = cronJobSpecDefaults(object.spec ?? (NO_SPEC as CronJobSpec));
    return spec === object.spec ? object : { ...object, spec };
  },

  prepareForCreate({ apiVersion, kind, metadata, spec }: NewObject<CronJob>): NewObject<CronJob> {
    return { apiVersion, kind, metadata, spec, status: {} };
  },

  validate: validateCronJob,
  validateUpdate: validateCronJob,
};
