import { controllerOf } from '../../core/api/object.ts';
import { isPodActive } from '../../core/kinds/pod/status.ts';
import { JOB, POD } from '../../core/kinds/registry.ts';
import type { EventRecord, LogRecord, StimulusRecord } from '../../core/log/record.ts';
import type { Job, Pod } from '../../core/schema/types.generated.ts';
import { CrashLog } from './crash-log.ts';
import type { Finding, Invariant, Watcher } from './invariant.ts';
import { VersionsByUid } from './versions.ts';

const JOB_CONTROLLER = 'job-controller';

/** What a version of a Job allows. */
interface Allowance {
  readonly parallelism: number;
  /** Completions that are left; absent for a work queue. */
  readonly left: number | undefined;
  readonly failed: number;
  readonly backoffLimit: number;
  readonly isOver: boolean;
}

function allowanceOf({ spec, status }: Job): Allowance {
  const { failed = [], succeeded = [] } = status.uncountedTerminatedPods ?? {};
  const done = (status.succeeded ?? 0) + succeeded.length;
  return {
    parallelism: spec.parallelism ?? 1,
    left: spec.completions === undefined ? undefined : Math.max(0, spec.completions - done),
    failed: (status.failed ?? 0) + failed.length,
    backoffLimit: spec.backoffLimit ?? 0,
    isOver:
      status.conditions?.some(
        ({ type, status: is }) => (type === 'Complete' || type === 'Failed') && is === 'True',
      ) ?? false,
  };
}

function same(a: Allowance | undefined, b: Allowance): boolean {
  return (
    a !== undefined &&
    a.parallelism === b.parallelism &&
    a.left === b.left &&
    a.failed === b.failed &&
    a.backoffLimit === b.backoffLimit &&
    a.isOver === b.isOver
  );
}

function jobUid(pod: Pod | undefined): string | undefined {
  if (pod === undefined || !isPodActive(pod)) return undefined;
  const owner = controllerOf(pod);
  return owner?.kind === 'Job' ? owner.uid : undefined;
}

/** What is wrong with one more pod, by the most that any of the versions allows. */
function complaint(count: number, versions: readonly Allowance[]): string | undefined {
  if (versions.every(({ isOver }) => isOver)) return 'though the Job is over';
  if (versions.every(({ failed, backoffLimit }) => failed > backoffLimit)) {
    const failed = Math.min(...versions.map((version) => version.failed));
    return `after ${failed} failed pods, though its backoffLimit is ${versions.at(-1)?.backoffLimit}`;
  }
  const parallelism = Math.max(...versions.map((version) => version.parallelism));
  if (count > parallelism) return `as one of ${count} active pods, though its parallelism is ${parallelism}`;
  const left = Math.max(...versions.map((version) => version.left ?? Number.POSITIVE_INFINITY));
  return count > left ? `as one of ${count} active pods, though ${left} completions are left` : undefined;
}

class JobPodsWatcher implements Watcher {
  readonly kinds = [POD, JOB];
  readonly stimuli = true;
  private readonly versions = new VersionsByUid<Allowance>();
  private readonly keys = new Map<string, string>();
  /** By the uid of the Job and of the pod: since when it counts; 0 for one that its controller made itself. */
  private readonly active = new Map<string, Map<string, number>>();
  private readonly crashes = new CrashLog('kube-controller-manager');

  observe(record: LogRecord): readonly Finding[] | undefined {
    if (record.type !== 'event') {
      this.crashes.observe(record as StimulusRecord);
      return undefined;
    }
    if (record.kind === JOB) {
      this.changed(record);
      return undefined;
    }
    const before = jobUid(record.previous as Pod | undefined);
    const after = jobUid(record.next as Pod | undefined);
    if (before === after) return undefined;
    if (before !== undefined) this.active.get(before)?.delete((record.previous as Pod).metadata.uid);
    return after === undefined ? undefined : this.joined(record, after);
  }

  private changed({ next, previous, rv, cause, actor, key }: EventRecord): void {
    if (next === undefined) {
      const { uid } = (previous as Job).metadata;
      this.versions.forget(uid);
      this.keys.delete(uid);
      this.active.delete(uid);
      return;
    }
    const { uid } = next.metadata;
    const value = allowanceOf(next as Job);
    if (same(this.versions.get(uid)?.last, value)) return;
    this.keys.set(uid, key);
    this.versions.push(uid, { rv, cause, actor, value });
  }

  private joined({ next, verb, actor, rv, cause }: EventRecord, uid: string): readonly Finding[] | undefined {
    const pods = this.active.get(uid) ?? new Map<string, number>();
    this.active.set(uid, pods);
    const known = verb === 'create' && actor === JOB_CONTROLLER && !this.crashes.between(cause, rv);
    pods.set((next as Pod).metadata.uid, known ? 0 : rv);
    const key = this.keys.get(uid);
    const versions = this.versions.get(uid)?.knownTo(actor, cause);
    if (!known || key === undefined || versions === undefined || versions.length === 0) return undefined;
    let count = 0;
    for (const since of pods.values()) if (since <= cause) count += 1;
    const problem = complaint(
      count,
      versions.map(({ value }) => value),
    );
    if (problem === undefined) return undefined;
    return [{ kind: JOB, key, message: `pod/${(next as Pod).metadata.name} was created ${problem}` }];
  }
}

/** I20, I21 and the limit of I22. */
export const jobPods: Invariant = {
  name: 'job-pods',
  rule: 'A Job never has more active pods than its parallelism or its completions that are left, and none is made for it when it is over, or has failed too often.',
  source:
    'https://kubernetes.io/docs/concepts/workloads/controllers/job/#controlling-parallelism; https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy',
  exemptions: [
    'A change of the Job, an adoption or an end that its cache could not show yet.',
    'What an earlier life of kube-controller-manager had sent before it crashed: its successor knows nothing of it.',
  ],
  watch: () => new JobPodsWatcher(),
};
