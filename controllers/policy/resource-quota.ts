import { keyOf } from '../../core/api/object.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { EVENT, KINDS, RESOURCE_QUOTA } from '../../core/kinds/registry.ts';
import {
  type Amounts,
  addAmounts,
  equalAmounts,
  maskedAmounts,
  NO_AMOUNTS,
} from '../../core/quota/amounts.ts';
import { isInScopes } from '../../core/quota/scopes.ts';
import { countsFor, namesOf, usageOf } from '../../core/quota/usage.ts';
import type {
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  Service,
} from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { MINUTE, type Micros } from '../../core/time.ts';
import type { Controller, Reconciliation, Watch, WatchEvent } from '../controller.ts';
import { DONE } from '../controller.ts';

/**
 * Counts anew what the quotas of a namespace are used for (pkg/controller/resourcequota): when a quota comes or
 * changes, when something goes that it counts, and every few minutes. What comes was charged by the API server.
 */

/** `--resource-quota-sync-period`. */
const SYNC_PERIOD: Micros = 5 * MINUTE;

const NONE: readonly string[] = [];
/** Events are ignored by the quotas of a cluster that says nothing else. */
const COUNTED: readonly Kind[] = KINDS.filter(
  ({ namespaced, resource }) => namespaced && resource !== EVENT.resource,
);

function zeros(names: readonly string[]): Amounts {
  return Object.fromEntries(names.map((name) => [name, '0']));
}

function usageOfKind(view: View, kind: Kind, quota: ResourceQuota, now: Micros): Amounts {
  const names = namesOf(kind, Object.keys(quota.spec.hard ?? NO_AMOUNTS));
  if (names.length === 0) return NO_AMOUNTS;
  let usage = zeros(names);
  for (const object of view.list(kind, quota.metadata.namespace)) {
    if (!isInScopes(quota.spec, kind, object)) continue;
    usage = addAmounts(usage, maskedAmounts(usageOf(kind, object, now), names));
  }
  return usage;
}

function reconcile(view: View, key: string, _memory: undefined, now: Micros): Reconciliation<never> {
  const quota = view.getByKey(RESOURCE_QUOTA, key);
  if (quota === undefined) return DONE;
  const { hard = NO_AMOUNTS } = quota.spec;
  const counted: Record<string, Amounts[string]> = { ...quota.status.used };
  for (const kind of COUNTED) Object.assign(counted, usageOfKind(view, kind, quota, now));
  const used = maskedAmounts(counted, Object.keys(hard));
  const requeueAfter = SYNC_PERIOD;
  if (equalAmounts(hard, quota.status.hard) && equalAmounts(used, quota.status.used)) {
    return { requests: [], memory: undefined, requeueAfter };
  }
  const object: ResourceQuota = { ...quota, status: { hard, used } };
  return {
    requests: [{ verb: 'updateStatus', kind: RESOURCE_QUOTA, object }],
    memory: undefined,
    requeueAfter,
    requeueReason: 'quotas are counted anew every 5m0s',
  };
}

function hasEnded({ status }: Pod): boolean {
  return status.phase === 'Failed' || status.phase === 'Succeeded';
}

/** Whether an object needs less now than before, and is still there. */
function frees(kind: Kind, { object, previous }: WatchEvent): boolean {
  if (previous === undefined) return false;
  if (kind.resource === 'pods') return hasEnded(object as Pod) && !hasEnded(previous as Pod);
  if (kind.resource === 'services') {
    return (object as Service).spec.type !== (previous as Service).spec.type;
  }
  if (kind.resource !== 'persistentvolumeclaims') return false;
  const claim = object as PersistentVolumeClaim;
  const before = previous as PersistentVolumeClaim;
  return (
    claim.spec.resources !== before.spec.resources ||
    claim.status.allocatedResources !== before.status.allocatedResources
  );
}

/** The quotas that count what went. Hot path where no quota is. */
function replenished(kind: Kind, event: WatchEvent, view: View): readonly string[] {
  if (event.type === 'ADDED' || view.count(RESOURCE_QUOTA) === 0) return NONE;
  if (event.type === 'MODIFIED' && !frees(kind, event)) return NONE;
  return view
    .list(RESOURCE_QUOTA, event.object.metadata.namespace)
    .filter(({ status }) => countsFor(kind, Object.keys(status.hard ?? NO_AMOUNTS)))
    .map(keyOf);
}

/** A quota itself, unless only its status has changed. */
function changed({ object, previous, type }: WatchEvent<ResourceQuota>): readonly string[] {
  if (type === 'DELETED') return NONE;
  const same = previous !== undefined && equalAmounts(object.spec.hard, previous.spec.hard);
  return same ? NONE : [keyOf(object)];
}

const WATCHES: readonly Watch[] = COUNTED.map((kind) => ({
  kind,
  keys: (event, view) =>
    kind.resource === RESOURCE_QUOTA.resource
      ? [...changed(event as WatchEvent<ResourceQuota>), ...replenished(kind, event, view)]
      : replenished(kind, event, view),
}));

export const resourceQuotaController: Controller<undefined> = {
  name: 'resourcequota-controller',
  component: 'resourcequota-controller',
  // `--concurrent-resource-quota-syncs`.
  workers: 5,
  watches: WATCHES,
  reconcile,
};
