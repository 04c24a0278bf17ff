import type { Kind } from '../kinds/kind.ts';
import { POD } from '../kinds/registry.ts';
import { validateObjectMeta } from '../kinds/validation/object-meta.ts';
import {
  type PodPart,
  validateEphemeral,
  validateResize,
  withPodPart,
} from '../kinds/validation/pod-parts.ts';
import type { Pod } from '../schema/types.generated.ts';
import { validateAdmission, validateChange } from './admission/list.ts';
import { type Charge, commitCharges, quotaCharges } from './admission/resource-quota.ts';
import { isSentToReview, mutateUpdate, validateUpdate } from './admission/webhooks/verbs.ts';
import type { ApiStore } from './api-store.ts';
import { type Result, refused } from './command.ts';
import { equalValues } from './equal.ts';
import type { RequestContext } from './identity.ts';
import { numbered, updatedMetadata, versioned } from './metadata.ts';
import { type KubeObject, keyOf, type ObjectMeta } from './object.ts';
import {
  conflict,
  type FieldError,
  invalid,
  notFound,
  OPTIMISTIC_LOCK,
  type Status,
  uidConflict,
} from './status.ts';

interface WithStatus extends KubeObject {
  readonly status?: unknown;
}

interface WithSpec extends WithStatus {
  readonly spec: unknown;
}

interface WithSpecFinalizers extends KubeObject {
  readonly spec?: { readonly finalizers?: readonly string[] };
}

/** Why this write may not go on, where its resourceVersion or uid is not the stored one. */
function staleness(kind: Kind, stored: KubeObject, sent: KubeObject): Status | undefined {
  const { name } = stored.metadata;
  const { uid, resourceVersion } = sent.metadata;
  if (uid !== undefined && uid !== '' && uid !== stored.metadata.uid) {
    return uidConflict(kind, name, uid, stored.metadata.uid);
  }
  if (
    resourceVersion !== undefined &&
    resourceVersion !== '' &&
    resourceVersion !== stored.metadata.resourceVersion
  ) {
    return conflict(kind, name, OPTIMISTIC_LOCK);
  }
  return undefined;
}

/** An object that is going gets no more finalizers (apimachinery `ValidateNoNewFinalizers`). */
function finalizerErrors(stored: KubeObject, next: KubeObject): readonly FieldError[] {
  if (stored.metadata.deletionTimestamp === undefined) return [];
  const old = stored.metadata.finalizers ?? [];
  const extra = [...new Set(next.metadata.finalizers)].filter((name) => !old.includes(name)).sort();
  if (extra.length === 0) return [];
  const list = extra.map((name) => JSON.stringify(name)).join(', ');
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [{ type: 'FieldValueForbidden', field: 'metadata.finalizers', body: `Forbidden: ${detail}` }];
}

/** Whether anything but metadata and status differs: what raises `generation`. */
function contentChanged(kind: Kind, stored: KubeObject, next: KubeObject): boolean {
  const before = stored as unknown as Readonly<Record<string, unknown>>;
  const after = next as unknown as Readonly<Record<string, unknown>>;
  for (const field in after) {
    if (field === 'metadata' || (field === 'status' && kind.hasStatus)) continue;
    if (!equalValues(before[field], after[field])) return true;
  }
  for (const field in before) {
    if (before[field] !== undefined && after[field] === undefined) {
      if (field === 'metadata' || (field === 'status' && kind.hasStatus)) continue;
      return true;
    }
  }
  return false;
}

/**
 * An object that waits for its deletion goes when its last finalizer does: at once where it has no grace period
 * left. A namespace has finalizers in its spec as well.
 */
function isReleased(next: KubeObject): boolean {
  const { metadata } = next;
  if (metadata.deletionTimestamp === undefined) return false;
  if ((metadata.finalizers?.length ?? 0) > 0) return false;
  if ((metadata.deletionGracePeriodSeconds ?? 0) > 0) return false;
  if (next.kind !== 'Namespace') return true;
  return ((next as WithSpecFinalizers).spec?.finalizers?.length ?? 0) === 0;
}

/** Write `next`, as event `rv` leaves it, over `stored`, or remove the object where the write released it. */
function commitUpdate(
  server: ApiStore,
  kind: Kind,
  key: string,
  stored: KubeObject,
  next: KubeObject,
  rv: number,
  context: RequestContext,
): Result {
  if (isReleased(next)) server.commit('delete', kind, key, stored, undefined, context);
  else server.commit('update', kind, key, stored, next, context);
  return { ok: true, object: next, rv };
}

const NO_CHARGES: readonly Charge[] = [];

/** Limits and quotas hold for what is changed as for what is made; a pod is never asked again. */
function admitUpdate(
  server: ApiStore,
  kind: Kind,
  stored: KubeObject,
  next: KubeObject,
  context: RequestContext,
): readonly Charge[] | Status {
  if (kind.resource === 'pods') return NO_CHARGES;
  const { name } = stored.metadata;
  return (
    validateAdmission(next, kind, server.state, name, context) ??
    quotaCharges(server, kind, next, name, stored, context)
  );
}

/** What was sent, with what a write can't change as it is stored, and defaults. */
function whatMayChange(kind: Kind, stored: KubeObject, sent: KubeObject): KubeObject {
  const metadata = updatedMetadata(stored.metadata, sent.metadata);
  const next: KubeObject = kind.hasStatus
    ? ({ ...sent, status: (stored as WithStatus).status, metadata } as KubeObject)
    : { ...sent, metadata };
  return (kind.strategy.applyDefaults?.(next) as KubeObject | undefined) ?? next;
}

/** The main resource: everything but the status, which stays as stored where the kind has a status subresource. */
export function replaceObject(
  server: ApiStore,
  kind: Kind,
  key: string,
  stored: KubeObject,
  sent: KubeObject,
  context: RequestContext,
  validate = kind.strategy.validateUpdate,
): Result {
  const { strategy } = kind;
  const isSent = isSentToReview(server.state, context);
  let next = whatMayChange(kind, stored, sent);
  if (isSent) {
    const mutated = mutateUpdate(next, stored, kind, server.state, context);
    if (mutated.kind === 'Status') return refused(mutated as Status);
    if (mutated !== next) next = whatMayChange(kind, stored, mutated as KubeObject);
  }
  const { metadata } = next;
  const prepared = strategy.prepareForUpdate?.(next, stored, server.strategyContext(context)) ?? next;
  if (prepared.kind === 'Status') return refused(prepared as Status);
  next = prepared as KubeObject;

  const changed = contentChanged(kind, stored, next);
  const isSame = !changed && equalValues(next.metadata, stored.metadata);
  if (isSame && !isSent) return { ok: true, object: stored, rv: 0 };
  const errors = [
    ...(metadata === stored.metadata
      ? []
      : [
          ...validateObjectMeta(metadata, kind.namespaced, strategy.nameRule ?? 'subdomain'),
          ...finalizerErrors(stored, next),
        ]),
    ...(changed ? (validate?.(next, stored) ?? []) : []),
  ];
  if (errors.length > 0) return refused(invalid(kind, stored.metadata.name, errors));
  const refusal =
    validateChange({ next, previous: stored }, kind, server.state, context) ??
    (isSent ? validateUpdate(next, stored, kind, server.state, context) : undefined);
  if (refusal !== undefined) return refused(refusal);
  if (isSame) return { ok: true, object: stored, rv: 0 };
  const charges = changed ? admitUpdate(server, kind, stored, next, context) : NO_CHARGES;
  if ('code' in charges) return refused(charges);
  commitCharges(server, charges, context);
  const raises = changed && strategy.countsGenerations !== false && !isReleased(next);
  const { generation } = stored.metadata;
  const rv = server.journal.nextNumber;
  const object = versioned(next, rv, raises && generation !== undefined ? generation + 1 : generation);
  return commitUpdate(server, kind, key, stored, object, rv, context);
}

/** Another status. Pods and workloads have nothing else; a literal keeps them of one hidden class. */
function withStatus(kind: Kind, stored: KubeObject, metadata: ObjectMeta, status: unknown): KubeObject {
  if (kind !== POD && kind.group !== 'apps') return { ...stored, status, metadata } as KubeObject;
  const { apiVersion, kind: name, spec } = stored as WithSpec;
  const next: WithSpec = { apiVersion, kind: name, metadata, spec, status };
  return next;
}

/** Before it is written, it still has the version that it had. */
function unnumbered(next: KubeObject, stored: KubeObject): KubeObject {
  const { resourceVersion } = stored.metadata;
  return { ...next, metadata: { ...next.metadata, resourceVersion } };
}

/**
 * The status subresource: the status, and annotations, which no kind's status strategy holds back (the
 * Deployment controller writes its revision that way). Hot path.
 */
export function replaceStatus(
  server: ApiStore,
  kind: Kind,
  key: string,
  stored: KubeObject,
  sent: KubeObject,
  context: RequestContext,
): Result {
  // What components say of the state of things is not reviewed.
  const isSent = context.client !== undefined && isSentToReview(server.state, context);
  if (isSent) {
    const mutated = mutateUpdate(sent, stored, kind, server.state, context);
    if (mutated.kind === 'Status') return refused(mutated as Status);
    sent = mutated as KubeObject;
  }
  const status = (sent as WithStatus).status;
  const before = (stored as WithStatus).status;
  const { annotations, managedFields = stored.metadata.managedFields } = sent.metadata;
  const annotated =
    managedFields !== stored.metadata.managedFields || !equalValues(annotations, stored.metadata.annotations);
  if (!annotated && equalValues(status, before)) return { ok: true, object: stored, rv: 0 };
  const rv = server.journal.nextNumber;
  // The finished version at once: a copy for the change and another for its number would be one too many.
  const renumbered = numbered(stored.metadata, rv);
  const metadata = annotated ? { ...renumbered, annotations, managedFields } : renumbered;
  let next: KubeObject = withStatus(kind, stored, metadata, status);
  next = kind.strategy.prepareForStatusUpdate?.(next, stored, server.strategyContext(context)) ?? next;
  const errors = kind.strategy.validateStatusUpdate?.(next, stored) ?? [];
  if (errors.length > 0) return refused(invalid(kind, stored.metadata.name, errors));
  if (context.client !== undefined) {
    const change = { next, previous: stored, subresource: 'status' };
    const refusal =
      validateChange(change, kind, server.state, context) ??
      (isSent ? validateUpdate(unnumbered(next, stored), stored, kind, server.state, context) : undefined);
    if (refusal !== undefined) return refused(refusal);
  }
  return commitUpdate(server, kind, key, stored, next, rv, context);
}

/** Write what a client read and sent back, unless it is stale: by the resource or the subresource that `replace` is. */
function writeSent(
  replace: typeof replaceObject,
  server: ApiStore,
  kind: Kind,
  sent: KubeObject,
  context: RequestContext,
): Result {
  const key = keyOf(sent);
  const stored = server.state.getByKey(kind, key);
  if (stored === undefined) return refused(notFound(kind, sent.metadata.name));
  const stale = staleness(kind, stored, sent);
  if (stale !== undefined) return refused(stale);
  return replace(server, kind, key, stored, sent, context);
}

export function updateObject(
  server: ApiStore,
  kind: Kind,
  sent: KubeObject,
  context: RequestContext,
): Result {
  return writeSent(replaceObject, server, kind, sent, context);
}

/** `pods/resize` and `pods/ephemeralcontainers`: one part of a pod, by rules of its own. */
export function updatePodPart(
  server: ApiStore,
  part: PodPart,
  sent: KubeObject,
  context: RequestContext,
): Result {
  const validate = part === 'resize' ? validateResize : validateEphemeral;
  const replace: typeof replaceObject = (store, kind, key, stored, given, asked) =>
    replaceObject(
      store,
      kind,
      key,
      stored,
      withPodPart(stored as Pod, given as Pod, part),
      asked,
      validate as typeof kind.strategy.validateUpdate,
    );
  return writeSent(replace, server, POD, sent, context);
}

export function updateStatus(
  server: ApiStore,
  kind: Kind,
  sent: KubeObject,
  context: RequestContext,
): Result {
  return writeSent(replaceStatus, server, kind, sent, context);
}
