import type { Controller, Reconciliation, WatchEvent } from '../../controllers/controller.ts';
import { DONE } from '../../controllers/controller.ts';
import { type KubeObject, keyOf } from '../../core/api/object.ts';
import { DEPLOYMENT } from '../../core/kinds/registry.ts';
import type { Deployment } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { MINUTE, type Micros, parseRfc3339 } from '../../core/time.ts';

/**
 * A controller that real clusters have for previews of branches: a Deployment with the label `ttl: 5m` is scaled to
 * zero five minutes after its creation.
 */
const LABEL = 'ttl';

/** How long a Deployment may run, or nothing where it may for ever. */
function lifetimeOf({ metadata }: Deployment): Micros | undefined {
  const minutes = /^(\d{1,6})m$/.exec(metadata.labels?.[LABEL] ?? '')?.[1];
  return minutes === undefined ? undefined : Number(minutes) * MINUTE;
}

function scaledToZero(stored: KubeObject): KubeObject {
  // The request names the kind, so this is what is stored.
  const deployment = stored as Deployment;
  const changed: Deployment = { ...deployment, spec: { ...deployment.spec, replicas: 0 } };
  return changed;
}

/** What is to be done for one Deployment, as far as this view knows it. */
function reconcile(view: View, key: string, _memory: undefined, now: Micros): Reconciliation<undefined> {
  const deployment = view.getByKey(DEPLOYMENT, key);
  // Deleted, perhaps while its key waited in the queue.
  if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return DONE;
  const lifetime = lifetimeOf(deployment);
  const created = parseRfc3339(deployment.metadata.creationTimestamp);
  // Scaled down already: a reconciliation may come at any time, and must do nothing twice.
  if (lifetime === undefined || created === undefined || deployment.spec.replicas === 0) return DONE;

  const left = created + lifetime - now;
  if (left > 0) {
    return { requests: [], memory: undefined, requeueAfter: left, requeueReason: 'its time is up' };
  }
  const { namespace, name, uid } = deployment.metadata;
  return {
    requests: [
      { verb: 'patch', kind: DEPLOYMENT, namespace, name, uid, change: scaledToZero },
      {
        verb: 'event',
        regarding: deployment,
        eventType: 'Normal',
        reason: 'TimeUp',
        message: 'Scaled to zero: its time is up',
      },
    ],
    memory: undefined,
  };
}

export const janitor: Controller<undefined> = {
  name: 'janitor',
  component: 'janitor',
  workers: 1,
  // A change of a Deployment puts the Deployment itself into the queue.
  watches: [{ kind: DEPLOYMENT, keys: ({ object }: WatchEvent) => [keyOf(object)] }],
  reconcile,
};
