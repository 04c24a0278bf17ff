import { JOB } from '../../core/kinds/registry.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { Job, JobCondition } from '../../core/schema/types.generated.ts';
import { MINUTE, type Micros, parseRfc3339, SECOND } from '../../core/time.ts';
import type { Note, Observer } from './note.ts';

/** Runs of CronJobs go on for as long as the cluster does: those of a while are one line. */
const RUNS_WITHIN: Micros = 10 * MINUTE;

function over(job: Job | undefined): JobCondition | undefined {
  return job?.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
}

function duration(job: Job, t: Micros): string {
  const start = job.status.startTime === undefined ? undefined : parseRfc3339(job.status.startTime);
  return start === undefined ? '' : ` after ${Math.round((t - start) / SECOND)}s`;
}

/** Jobs that complete or fail. */
export const jobObserver: Observer = {
  observe: (record: LogRecord, note: (note: Note) => void) => {
    if (record.type !== 'event' || record.kind !== JOB) return;
    const job = record.next as Job | undefined;
    const finished = over(job);
    if (job === undefined || finished === undefined) return;
    if (over(record.previous as Job | undefined) !== undefined) return;
    const { t, rv } = record;
    const { name } = job.metadata;
    if (finished.type === 'Failed') {
      note({
        t,
        rv,
        tone: 'bad',
        group: `jobs/failed/${finished.reason}`,
        subject: record.key,
        text: `job/${name} fails: ${finished.message}`,
        within: RUNS_WITHIN,
        together: (_count, subjects) => `${subjects} jobs fail: ${finished.reason}`,
      });
      return;
    }
    note({
      t,
      rv,
      tone: 'good',
      group: 'jobs/complete',
      subject: record.key,
      text: `job/${name} completes${duration(job, t)}`,
      within: RUNS_WITHIN,
      together: (_count, subjects) => `${subjects} jobs complete`,
    });
  },
};
