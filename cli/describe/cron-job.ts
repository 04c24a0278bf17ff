import { formatSelector } from '../../core/labels.ts';
import type { CronJob } from '../../core/schema/types.generated.ts';
import { DescribeText } from './describe-text.ts';
import { type DescribeContext, rfc1123 } from './describer.ts';
import { describeEvents } from './events-table.ts';
import { describePodTemplate } from './pod-template.ts';

const UNSET = '<unset>';

function seconds(value: number | undefined): string {
  return value === undefined ? UNSET : `${value}s`;
}

/** `describeCronJob` of kubectl. */
export function describeCronJob(cronJob: CronJob, context: DescribeContext): string {
  const { metadata, spec, status } = cronJob;
  const job = spec.jobTemplate.spec;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  text.line(0, 'Schedule:', spec.schedule);
  text.line(0, 'Concurrency Policy:', spec.concurrencyPolicy ?? '');
  text.line(0, 'Suspend:', spec.suspend === true ? 'True' : 'False');
  text.line(0, 'Successful Job History Limit:', `${spec.successfulJobsHistoryLimit ?? UNSET}`);
  text.line(0, 'Failed Job History Limit:', `${spec.failedJobsHistoryLimit ?? UNSET}`);
  text.line(0, 'Starting Deadline Seconds:', seconds(spec.startingDeadlineSeconds));
  text.line(0, 'Selector:', job?.selector === undefined ? UNSET : formatSelector(job.selector));
  text.line(0, 'Parallelism:', `${job?.parallelism ?? UNSET}`);
  text.line(0, 'Completions:', `${job?.completions ?? UNSET}`);
  if (job?.activeDeadlineSeconds !== undefined) {
    text.line(0, 'Active Deadline Seconds:', seconds(job.activeDeadlineSeconds));
  }
  describePodTemplate(text, job?.template ?? {});
  const { lastScheduleTime, active = [] } = status;
  text.line(0, 'Last Schedule Time:', lastScheduleTime === undefined ? UNSET : rfc1123(lastScheduleTime));
  text.line(0, 'Active Jobs:', active.length === 0 ? '<none>' : active.map(({ name }) => name).join(', '));
  describeEvents(text, cronJob, context);
  return text.toString();
}
