import type { KubeObject } from '../../core/api/object.ts';
import { EVENT } from '../../core/kinds/registry.ts';
import type { Event } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { HOUR, MINUTE, type Micros, parseRfc3339, SECOND } from '../../core/time.ts';
import type { Controller, Reconciliation, Request } from '../controller.ts';

/**
 * Events go an hour after their last write. In a real cluster etcd does that, by a lease that the API server
 * attaches to each write; no controller has a hand in it. Here it is one all the same, so that each expiry is an
 * event of the log with a cause: it looks only when the oldest Event can have expired, at most once a minute,
 * and takes a bounded number at a time. A lease of etcd is as coarse: the API server gives those of the same
 * minute to all writes (`leaseManager`, 60 s).
 */

/** `--event-ttl` of kube-apiserver. */
const EVENT_TTL: Micros = HOUR;

const COARSENESS: Micros = MINUTE;
const DELETIONS_PER_TURN = 500;
const ALL = 'events';

function timeOf(text: string | undefined): Micros {
  return text === undefined ? 0 : (parseRfc3339(text) ?? 0);
}

const written = new WeakMap<KubeObject, Micros>();

/** When the Event was last written: its series' or its own last occurrence, else its creation. */
function lastWrite(event: Event): Micros {
  const known = written.get(event);
  if (known !== undefined) return known;
  const time = Math.max(
    timeOf(event.series?.lastObservedTime),
    timeOf(event.lastTimestamp),
    timeOf(event.metadata.creationTimestamp),
  );
  written.set(event, time);
  return time;
}

function reconcile(view: View, _key: string, _memory: undefined, now: Micros): Reconciliation<never> {
  const requests: Request[] = [];
  let oldest = now;
  let more = false;
  for (const event of view.list(EVENT)) {
    const time = lastWrite(event);
    if (time + EVENT_TTL > now) {
      if (time < oldest) oldest = time;
    } else if (requests.length < DELETIONS_PER_TURN) {
      const { namespace, name, uid } = event.metadata;
      const options = { preconditions: { uid } };
      requests.push({ verb: 'delete', kind: EVENT, namespace, name, options, concurrent: true });
    } else {
      more = true;
    }
  }
  // What is written from now on expires later than everything that was seen.
  const wait = more ? SECOND : Math.max(COARSENESS, oldest + EVENT_TTL - now);
  return { requests, memory: undefined, requeueAfter: wait, requeueReason: 'events expire after 1h0m0s' };
}

export const eventTtlController: Controller<never> = {
  name: 'event-ttl',
  component: 'event-ttl',
  workers: 1,
  watches: [{ kind: EVENT, keys: () => [] }],
  reconcile,
  startKeys: [ALL],
};
