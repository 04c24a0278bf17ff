import { controllerOf } from '../../core/api/object.ts';
import { CRON_JOB, JOB } from '../../core/kinds/registry.ts';
import type { LogRecord, StimulusRecord } from '../../core/log/record.ts';
import type { Job } from '../../core/schema/types.generated.ts';
import { CrashLog } from './crash-log.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';

const CRON_JOB_CONTROLLER = 'cronjob-controller';

function isUnder({ metadata, status }: Job): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  return !(
    status.conditions?.some(
      ({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True',
    ) ?? false
  );
}

class ForbidWatcher implements Watcher {
  readonly kinds = [JOB];
  readonly stimuli = true;
  private readonly crashes = new CrashLog('kube-controller-manager');
  /** By the uid of a Job, the record that made it. */
  private readonly made = new Map<string, number>();

  observe(record: LogRecord, { view }: Moment): readonly Finding[] | undefined {
    if (record.type !== 'event') {
      this.crashes.observe(record as StimulusRecord);
      return undefined;
    }
    if (record.verb === 'delete') this.made.delete(record.previous?.metadata.uid ?? '');
    if (record.verb !== 'create' || record.actor !== CRON_JOB_CONTROLLER) return undefined;
    const job = record.next as Job;
    const { namespace, name, uid } = job.metadata;
    this.made.set(uid, record.rv);
    const owner = controllerOf(job);
    const cronJob = owner === undefined ? undefined : view.get(CRON_JOB, namespace, owner.name);
    if (cronJob?.spec.concurrencyPolicy !== 'Forbid') return undefined;
    const other = view.ownedBy(JOB, cronJob.metadata.uid).find((one) => {
      const since = this.made.get(one.metadata.uid);
      return (
        one.metadata.uid !== uid &&
        since !== undefined &&
        isUnder(one) &&
        !this.crashes.between(since, record.rv)
      );
    });
    if (other === undefined) return undefined;
    const message = `job/${name} was created while job/${other.metadata.name} runs, though the CronJob forbids that`;
    return [{ kind: CRON_JOB, key: `${namespace}/${cronJob.metadata.name}`, message }];
  }
}

/** I24. */
export const cronJobForbid: Invariant = {
  name: 'cron-job-forbid',
  rule: 'A CronJob with concurrencyPolicy Forbid starts no Job while one of its Jobs runs.',
  source: 'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#concurrency-policy',
  exemptions: [
    'A Job that somebody else made: it is not in the list of active ones.',
    'Jobs between which kube-controller-manager crashed: it may not have written down the first.',
  ],
  watch: () => new ForbidWatcher(),
};
