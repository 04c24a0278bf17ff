import { controllerOf, type KubeObject } from '../../api/object.ts';
import { formatLabels, formatSelector } from '../../labels.ts';
import type {
  ControllerRevision,
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  PodTemplateSpec,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../../schema/types.generated.ts';
import { humanDuration } from '../../text/human-duration.ts';
import { type Micros, parseRfc3339 } from '../../time.ts';
import {
  AGE,
  type Column,
  containerImages,
  containerNames,
  integer,
  NAME,
  NONE,
  since,
  text,
  wide,
} from './column.ts';

interface Templated extends KubeObject {
  readonly spec: { readonly template?: PodTemplateSpec };
}

const CONTAINERS: Column<Templated> = wide(
  text('Containers', ({ spec }) => containerNames(spec.template?.spec?.containers)),
);
const IMAGES: Column<Templated> = wide(
  text('Images', ({ spec }) => containerImages(spec.template?.spec?.containers)),
);

export const DEPLOYMENT_COLUMNS: readonly Column<Deployment>[] = [
  NAME,
  text('Ready', ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
  text('Up-to-date', ({ status }) => status.updatedReplicas ?? 0),
  text('Available', ({ status }) => status.availableReplicas ?? 0),
  AGE,
  CONTAINERS,
  IMAGES,
  wide(text('Selector', ({ spec }) => formatSelector(spec.selector))),
];

export const REPLICA_SET_COLUMNS: readonly Column<ReplicaSet>[] = [
  NAME,
  integer('Desired', ({ spec }) => spec.replicas ?? 0),
  integer('Current', ({ status }) => status.replicas ?? 0),
  integer('Ready', ({ status }) => status.readyReplicas ?? 0),
  AGE,
  CONTAINERS,
  IMAGES,
  wide(text('Selector', ({ spec }) => formatSelector(spec.selector))),
];

export const REPLICATION_CONTROLLER_COLUMNS: readonly Column<ReplicationController>[] = [
  NAME,
  integer('Desired', ({ spec }) => spec.replicas ?? 0),
  integer('Current', ({ status }) => status.replicas ?? 0),
  integer('Ready', ({ status }) => status.readyReplicas ?? 0),
  AGE,
  CONTAINERS,
  IMAGES,
  wide(text('Selector', ({ spec }) => formatLabels(spec.selector))),
];

export const STATEFUL_SET_COLUMNS: readonly Column<StatefulSet>[] = [
  NAME,
  text('Ready', ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
  AGE,
  CONTAINERS,
  IMAGES,
];

export const DAEMON_SET_COLUMNS: readonly Column<DaemonSet>[] = [
  NAME,
  integer('Desired', ({ status }) => status.desiredNumberScheduled ?? 0),
  integer('Current', ({ status }) => status.currentNumberScheduled ?? 0),
  integer('Ready', ({ status }) => status.numberReady ?? 0),
  integer('Up-to-date', ({ status }) => status.updatedNumberScheduled ?? 0),
  integer('Available', ({ status }) => status.numberAvailable ?? 0),
  text('Node Selector', ({ spec }) => formatLabels(spec.template?.spec?.nodeSelector)),
  AGE,
  CONTAINERS,
  IMAGES,
  wide(text('Selector', ({ spec }) => formatSelector(spec.selector))),
];

function jobStatus(job: Job): string {
  const is = (type: string) =>
    (job.status.conditions ?? []).some((one) => one.type === type && one.status === 'True');
  if (is('Complete')) return 'Complete';
  if (is('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (is(type)) return type;
  return 'Running';
}

function jobCompletions({ spec, status }: Job): string {
  const done = status.succeeded ?? 0;
  if (spec.completions !== undefined) return `${done}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 0;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function jobDuration({ status }: Job, now: Micros): string {
  const start = status.startTime === undefined ? undefined : parseRfc3339(status.startTime);
  if (start === undefined) return '';
  const end = status.completionTime === undefined ? undefined : parseRfc3339(status.completionTime);
  return humanDuration((end ?? now) - start);
}

export const JOB_COLUMNS: readonly Column<Job>[] = [
  NAME,
  text('Status', jobStatus),
  text('Completions', jobCompletions),
  text('Duration', (job, { now }) => jobDuration(job, now)),
  AGE,
  CONTAINERS,
  IMAGES,
  wide(text('Selector', ({ spec }) => formatSelector(spec.selector))),
];

const jobTemplateContainers = ({ spec }: CronJob) => spec.jobTemplate?.spec?.template?.spec?.containers;

export const CRON_JOB_COLUMNS: readonly Column<CronJob>[] = [
  NAME,
  text('Schedule', ({ spec }) => spec.schedule),
  text('Timezone', ({ spec }) => spec.timeZone ?? NONE),
  text('Suspend', ({ spec }) => (spec.suspend === true ? 'True' : 'False')),
  integer('Active', ({ status }) => status.active?.length ?? 0),
  text('Last Schedule', ({ status }, { now }) =>
    status.lastScheduleTime === undefined ? NONE : since(status.lastScheduleTime, now),
  ),
  AGE,
  wide(text('Containers', (job) => containerNames(jobTemplateContainers(job)))),
  wide(text('Images', (job) => containerImages(jobTemplateContainers(job)))),
  wide(text('Selector', ({ spec }) => formatSelector(spec.jobTemplate?.spec?.selector))),
];

/** `statefulset.apps/db` */
function controllerText(object: KubeObject): string {
  const controller = controllerOf(object);
  if (controller === undefined) return NONE;
  const [group = '', version] = controller.apiVersion.split('/');
  const kind = controller.kind.toLowerCase();
  return `${version === undefined ? kind : `${kind}.${group}`}/${controller.name}`;
}

export const CONTROLLER_REVISION_COLUMNS: readonly Column<ControllerRevision>[] = [
  NAME,
  text('Controller', controllerText),
  integer('Revision', ({ revision }) => revision),
  AGE,
];
