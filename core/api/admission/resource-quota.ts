import type { Kind } from '../../kinds/kind.ts';
import { EVENT, RESOURCE_QUOTA } from '../../kinds/registry.ts';
import {
  type Amounts,
  addAmounts,
  amountsText,
  exceededNames,
  increase,
  maskedAmounts,
  NO_AMOUNTS,
  withoutZeros,
} from '../../quota/amounts.ts';
import { isInScopes } from '../../quota/scopes.ts';
import { missingAmounts, namesOf, usageOf } from '../../quota/usage.ts';
import type { Pod, ResourceQuota } from '../../schema/types.generated.ts';
import type { ApiStore } from '../api-store.ts';
import type { RequestContext } from '../identity.ts';
import { versioned } from '../metadata.ts';
import { type KubeObject, keyOf, type NewObject } from '../object.ts';
import { forbidden, type Status } from '../status.ts';

/**
 * The ResourceQuota plugin (apiserver `admission/plugin/resourcequota`): what a request adds is charged to the
 * quotas of its namespace before it is stored, or the request is refused. What goes is taken off later, by the
 * controller that counts anew.
 */

/** A quota, and what it has used once the request is served. */
export interface Charge {
  readonly quota: ResourceQuota;
  readonly used: Amounts;
}

const NO_CHARGES: readonly Charge[] = [];
/** Whose updates may need more than they had: another type of Service, a larger volume. */
const CHARGED_ON_UPDATE: readonly string[] = ['services', 'persistentvolumeclaims'];

function uncounted(names: readonly string[], used: Amounts): boolean {
  return names.some((name) => used[name] === undefined);
}

/** What the request adds to what a quota counts; `undefined` where the quota has nothing to say about it. */
function addedTo(
  quota: ResourceQuota,
  kind: Kind,
  object: NewObject,
  previous: KubeObject | undefined,
  now: number,
): Amounts {
  const usage = usageOf(kind, object, now);
  if (previous === undefined || !isInScopes(quota.spec, kind, previous)) return usage;
  return increase(usage, usageOf(kind, previous, now));
}

function chargeOf(
  quota: ResourceQuota,
  kind: Kind,
  object: NewObject,
  previous: KubeObject | undefined,
  now: number,
): Charge | { readonly refusal: string } | undefined {
  const { hard = NO_AMOUNTS, used = NO_AMOUNTS } = quota.status;
  const hardNames = Object.keys(hard);
  const names = namesOf(kind, hardNames);
  if (names.length === 0 || !isInScopes(quota.spec, kind, object)) return undefined;
  const { name } = quota.metadata;
  if (kind.resource === 'pods') {
    const { spec } = object as NewObject<Pod>;
    const missing = spec === undefined ? undefined : missingAmounts(spec, names);
    if (missing !== undefined) return { refusal: `failed quota: ${name}: ${missing}` };
  }
  if (uncounted(names, used)) {
    return { refusal: `status unknown for quota: ${name}, resources: ${[...names].sort().join(',')}` };
  }
  const requested = maskedAmounts(withoutZeros(addedTo(quota, kind, object, previous, now)), hardNames);
  const requestedNames = Object.keys(requested);
  if (requestedNames.length === 0) return undefined;
  const next = addAmounts(used, requested);
  const exceeded = exceededNames(maskedAmounts(next, requestedNames), hard);
  if (exceeded.length === 0) return { quota, used: next };
  const texts = [requested, used, hard].map((amounts) => amountsText(maskedAmounts(amounts, exceeded)));
  return {
    refusal: `exceeded quota: ${name}, requested: ${texts[0]}, used: ${texts[1]}, limited: ${texts[2]}`,
  };
}

/** What to charge for a creation (no `previous`) or an update, or why it is refused. Hot path where no quota is. */
export function quotaCharges(
  server: ApiStore,
  kind: Kind,
  object: NewObject,
  name: string,
  previous: KubeObject | undefined,
  context: RequestContext,
): readonly Charge[] | Status {
  const { state } = server;
  if (!kind.namespaced || state.count(RESOURCE_QUOTA) === 0) return NO_CHARGES;
  if (kind.resource === EVENT.resource) return NO_CHARGES;
  if (previous !== undefined && !CHARGED_ON_UPDATE.includes(kind.resource)) return NO_CHARGES;
  const charges: Charge[] = [];
  for (const quota of state.list(RESOURCE_QUOTA, object.metadata.namespace)) {
    const charge = chargeOf(quota, kind, object, previous, context.now);
    if (charge === undefined) continue;
    if ('refusal' in charge) return forbidden(kind, name, charge.refusal);
    charges.push(charge);
  }
  return charges;
}

/** One event for each quota, before that of the object itself. */
export function commitCharges(server: ApiStore, charges: readonly Charge[], context: RequestContext): void {
  for (const { quota, used } of charges) {
    const charged = { ...quota, status: { ...quota.status, used } } as KubeObject;
    const next = versioned(charged, server.journal.nextNumber, quota.metadata.generation);
    server.commit('update', RESOURCE_QUOTA, keyOf(quota), quota, next, context);
  }
}
