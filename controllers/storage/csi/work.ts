import { type Micros, SECOND } from '../../../core/time.ts';
import type { Reconciliation, Request } from '../../controller.ts';
import type { CsiBackend, CsiDriverModel, CsiOperation } from './driver.ts';

/** An operation of a driver that one of its sidecars has under way, or waits to try again. */
export interface Work {
  readonly operation: CsiOperation;
  readonly attempt: number;
  /** When it ends. */
  readonly doneAt: Micros;
  readonly error?: string;
  /** It has failed, and is tried again then. */
  readonly retryAt?: Micros;
}

/** `--retry-interval-start` and `--retry-interval-max` of the sidecars. */
const RETRY_FIRST: Micros = SECOND;
const RETRY_MAX: Micros = 300 * SECOND;

function retryWait(attempt: number): Micros {
  let wait = RETRY_FIRST;
  for (let i = 1; i < attempt && wait < RETRY_MAX; i += 1) wait += wait;
  return Math.min(wait, RETRY_MAX);
}

/** What is said and written as it begins, fails and ends. */
export interface Steps {
  readonly begin?: () => readonly Request[];
  readonly fail: (error: string) => readonly Request[];
  readonly done: () => readonly Request[];
}

function again(
  work: Work,
  at: Micros,
  now: Micros,
  reason: string,
  requests: readonly Request[],
): Reconciliation<Work> {
  return { requests, memory: work, requeueAfter: at - now, requeueReason: reason };
}

/** One turn of an operation on `entity`: it begins, goes on, fails, or is over, and then nothing is remembered. */
export function proceed(
  backend: CsiBackend,
  driver: CsiDriverModel,
  operation: CsiOperation,
  entity: string,
  memory: Work | undefined,
  now: Micros,
  { begin, fail, done }: Steps,
): Reconciliation<Work> {
  const words = `${driver.name} ${operation}s a volume`;
  const known = memory?.operation === operation ? memory : undefined;
  if (known !== undefined && known.retryAt === undefined && now < known.doneAt) {
    return again(known, known.doneAt, now, words, []);
  }
  if (known?.retryAt !== undefined && now < known.retryAt) {
    return again(known, known.retryAt, now, 'the driver is asked again', []);
  }
  if (known === undefined || known.retryAt !== undefined) {
    const attempt = (known?.attempt ?? 0) + 1;
    const { takes, error } = backend.operation(driver, operation, entity, attempt, now);
    const begun = begin?.() ?? [];
    if (takes > 0) {
      const work: Work = {
        operation,
        attempt,
        doneAt: now + takes,
        ...(error === undefined ? {} : { error }),
      };
      return again(work, work.doneAt, now, words, begun);
    }
    return ended({ operation, attempt, doneAt: now, ...(error === undefined ? {} : { error }) }, begun);
  }
  return ended(known, []);

  function ended(work: Work, before: readonly Request[]): Reconciliation<Work> {
    if (work.error === undefined) return { requests: [...before, ...done()], memory: undefined };
    const failed: Work = { ...work, retryAt: now + retryWait(work.attempt) };
    return again(failed, failed.retryAt!, now, 'the driver is asked again', [...before, ...fail(work.error)]);
  }
}
