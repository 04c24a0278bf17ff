import { keyOf } from '../../core/api/object.ts';
import { JOB } from '../../core/kinds/registry.ts';
import type { Job } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, parseRfc3339, SECOND } from '../../core/time.ts';
import type { Controller, Reaction, Reconciliation, RequestResult } from '../controller.ts';
import { DONE } from '../controller.ts';
import { finishedCondition } from './job-facts.ts';
import { NO_KEYS } from './owner-keys.ts';

/** The tag of the look at what is stored, before anything is deleted. */
const LOOKUP = 'lookup';

/** When a Job that is over may go, where it says so. */
function expiry(job: Job): Micros | undefined {
  const { ttlSecondsAfterFinished } = job.spec;
  if (ttlSecondsAfterFinished === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
  const finishedAt = finishedCondition(job)?.lastTransitionTime;
  const time = finishedAt === undefined ? undefined : parseRfc3339(finishedAt);
  return time === undefined ? undefined : time + ttlSecondsAfterFinished * SECOND;
}

function reconcile(view: View, key: string, _memory: undefined, now: Micros): Reconciliation<undefined> {
  const job = view.getByKey(JOB, key);
  const expires = job === undefined ? undefined : expiry(job);
  if (job === undefined || expires === undefined) return DONE;
  if (expires > now) {
    const requeueReason = `finished for ${job.spec.ttlSecondsAfterFinished}s`;
    return { requests: [], memory: undefined, requeueAfter: expires - now, requeueReason };
  }
  const { namespace, name, uid } = job.metadata;
  // The cache may not have seen that the time has been changed.
  return {
    requests: [{ verb: 'patch', kind: JOB, namespace, name, uid, change: (stored) => stored, tag: LOOKUP }],
    memory: undefined,
  };
}

function onResult(
  _memory: undefined,
  { request, result }: RequestResult,
  _key: string,
  now: Micros,
): Reaction<undefined> | undefined {
  if (request.tag !== LOOKUP) return undefined;
  if (!result.ok) return result.status.reason === 'NotFound' ? { memory: undefined } : undefined;
  const job = result.object as Job;
  const expires = expiry(job);
  // Its new time is known to the cache soon, and it is looked at again then.
  if (expires === undefined || expires > now) return { memory: undefined };
  const { namespace, name, uid } = job.metadata;
  return {
    memory: undefined,
    requests: [
      {
        verb: 'delete',
        kind: JOB,
        namespace,
        name,
        options: { propagationPolicy: 'Foreground', preconditions: { uid } },
      },
    ],
  };
}

/**
 * Deletes Jobs that have been over for their `ttlSecondsAfterFinished`, with all that is theirs
 * (https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/; pkg/controller/ttlafterfinished).
 */
export const ttlAfterFinishedController: Controller<undefined> = {
  name: 'ttl-after-finished-controller',
  component: 'ttl-after-finished-controller',
  // --concurrent-ttl-after-finished-syncs
  workers: 5,
  watches: [
    {
      kind: JOB,
      keys: ({ type, object }) =>
        type !== 'DELETED' && expiry(object as Job) !== undefined ? [keyOf(object)] : NO_KEYS,
    },
  ],
  reconcile,
  onResult,
};
