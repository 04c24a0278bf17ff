import { formatSelector } from '../../core/labels.ts';
import type { Job } from '../../core/schema/types.generated.ts';
import { humanDuration } from '../../core/text/human-duration.ts';
import { parseRfc3339 } from '../../core/time.ts';
import { DescribeText } from './describe-text.ts';
import { type DescribeContext, rfc1123 } from './describer.ts';
import { describeEvents } from './events-table.ts';
import { describePodTemplate } from './pod-template.ts';
import { describeController } from './pods-of.ts';

/** Longer lists of indexes end at the next comma. */
const INDEXES_SHOWN = 50;

function indexesText(indexes: string | undefined): string {
  if (indexes === undefined || indexes === '') return '<none>';
  const comma = indexes.indexOf(',', INDEXES_SHOWN);
  return comma < 0 ? indexes : `${indexes.slice(0, comma + 1)}...`;
}

function describeTimes(text: DescribeText, { status }: Job): void {
  const { startTime, completionTime } = status;
  if (startTime !== undefined) text.line(0, 'Start Time:', rfc1123(startTime));
  if (completionTime !== undefined) text.line(0, 'Completed At:', rfc1123(completionTime));
  if (startTime === undefined || completionTime === undefined) return;
  const start = parseRfc3339(startTime);
  const end = parseRfc3339(completionTime);
  if (start !== undefined && end !== undefined) text.line(0, 'Duration:', humanDuration(end - start));
}

export function describeJob(job: Job, context: DescribeContext): string {
  const { metadata, spec, status } = job;
  const text = new DescribeText();
  const optional = (title: string, value: unknown): void => {
    if (value !== undefined) text.line(0, title, `${value}`);
  };
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.line(0, 'Selector:', spec.selector === undefined ? '' : formatSelector(spec.selector));
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  describeController(text, job);
  optional('Parallelism:', spec.parallelism);
  text.line(0, 'Completions:', `${spec.completions ?? '<unset>'}`);
  optional('Completion Mode:', spec.completionMode);
  optional('Suspend:', spec.suspend);
  optional('Backoff Limit:', spec.backoffLimit);
  optional('TTL Seconds After Finished:', spec.ttlSecondsAfterFinished);
  describeTimes(text, job);
  if (spec.activeDeadlineSeconds !== undefined) {
    text.line(0, 'Active Deadline Seconds:', `${spec.activeDeadlineSeconds}s`);
  }
  const ready = status.ready === undefined ? '' : ` (${status.ready} Ready)`;
  const ended = `${status.succeeded ?? 0} Succeeded / ${status.failed ?? 0} Failed`;
  text.line(0, 'Pods Statuses:', `${status.active ?? 0} Active${ready} / ${ended}`);
  if (spec.completionMode === 'Indexed') {
    text.line(0, 'Completed Indexes:', indexesText(status.completedIndexes));
  }
  describePodTemplate(text, spec.template);
  describeEvents(text, job, context);
  return text.toString();
}
