import type { Kind } from '../kinds/kind.ts';
import type { CustomResourceDefinition, Namespace, Pod } from '../schema/types.generated.ts';
import { type Micros, parseRfc3339, rfc3339, SECOND } from '../time.ts';
import { validateDeletion } from './admission/list.ts';
import { isSentToReview, refuseDeletion } from './admission/webhooks/verbs.ts';
import type { ApiStore } from './api-store.ts';
import { type Command, type DeleteOptions, type Result, refused } from './command.ts';
import { equalValues } from './equal.ts';
import type { RequestContext } from './identity.ts';
import { versioned } from './metadata.ts';
import { type KubeObject, objectKey } from './object.ts';
import { conflict, notFound, type Status } from './status.ts';

/** Finalizers by which the garbage collector holds an owner back (metav1 `FinalizerDeleteDependents`, `FinalizerOrphanDependents`). */
export const FOREGROUND_FINALIZER = 'foregroundDeletion';
export const ORPHAN_FINALIZER = 'orphan';
/** By which a definition waits until its custom resources are gone (apiextensions `CustomResourceCleanupFinalizer`). */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';

/** `v1.DefaultTerminationGracePeriodSeconds`. */
const DEFAULT_GRACE_SECONDS = 30;

function failedPrecondition(kind: Kind, stored: KubeObject, options: DeleteOptions): Status | undefined {
  const wanted = options.preconditions;
  if (wanted === undefined) return undefined;
  const { uid, resourceVersion, name } = stored.metadata;
  // `rest.BeforeDelete` names the kind in the place of the resource.
  const subject = { group: kind.group, plural: kind.kind, kind: kind.kind };
  if (wanted.uid !== undefined && wanted.uid !== uid) {
    const detail =
      `the UID in the precondition (${wanted.uid}) does not match the UID in record (${uid}). ` +
      'The object might have been deleted and then recreated';
    return conflict(subject, name, detail);
  }
  if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    const detail =
      `the ResourceVersion in the precondition (${wanted.resourceVersion}) does not match the ResourceVersion in ` +
      `record (${resourceVersion}). The object might have been modified`;
    return conflict(subject, name, detail);
  }
  return undefined;
}

/**
 * Seconds that a kubelet gets to stop a pod (registry/core/pod `podStrategy.CheckGracefulDelete`): none where no
 * kubelet has it, or where it has ended already.
 */
function podGraceSeconds(pod: Pod, options: DeleteOptions): number {
  if (pod.spec.nodeName === undefined || pod.spec.nodeName === '') return 0;
  if (pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded') return 0;
  const asked = options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
  // A negative period in the spec counts as one second.
  return asked < 0 ? 1 : asked;
}

/** The finalizers that the asked propagation adds or takes away (registry/generic `deletionFinalizersForGarbageCollection`). */
function finalizersFor(stored: KubeObject, options: DeleteOptions): readonly string[] {
  const existing = stored.metadata.finalizers ?? [];
  const policy = options.propagationPolicy;
  if (policy === undefined) return existing;
  const others = existing.filter((name) => name !== FOREGROUND_FINALIZER && name !== ORPHAN_FINALIZER);
  if (policy === 'Orphan') return [...others, ORPHAN_FINALIZER];
  if (policy === 'Foreground') return [...others, FOREGROUND_FINALIZER];
  return others.length === existing.length ? existing : others;
}

/** Mark the object as going. Asked once more, only its finalizers may change. */
function markDeleted(
  server: ApiStore,
  kind: Kind,
  key: string,
  stored: KubeObject,
  graceSeconds: number,
  finalizers: readonly string[],
  context: RequestContext,
): Result {
  const { metadata } = stored;
  const first = metadata.deletionTimestamp === undefined;
  const sameFinalizers = equalValues(finalizers, metadata.finalizers ?? []);
  if (!first && sameFinalizers) return { ok: true, object: stored, rv: 0 };
  const rv = server.journal.nextNumber;
  const marked: KubeObject = {
    ...stored,
    metadata: {
      ...metadata,
      deletionTimestamp: first ? rfc3339(context.now + graceSeconds * SECOND) : metadata.deletionTimestamp,
      deletionGracePeriodSeconds: first ? graceSeconds : metadata.deletionGracePeriodSeconds,
      finalizers: finalizers.length === 0 ? undefined : finalizers,
    },
  };
  // A deletion counts as a change of what is desired (registry/rest `BeforeDelete` raises the generation).
  const generation = metadata.generation;
  const raised = first && generation !== undefined ? generation + 1 : generation;
  const terminating = terminatingObject(kind, marked, context.now);
  const object = versioned(terminating, rv, raised);
  server.commit('update', kind, key, stored, object, context);
  return { ok: true, object, rv };
}

/** What shows in the status of an object that begins to go. */
function terminatingObject(kind: Kind, marked: KubeObject, now: Micros): KubeObject {
  if (kind.resource === 'namespaces') return terminatingNamespace(marked as Namespace);
  return kind.resource === DEFINITIONS
    ? terminatingDefinition(marked as unknown as CustomResourceDefinition, now)
    : marked;
}

function terminatingDefinition(definition: CustomResourceDefinition, now: Micros): KubeObject {
  const { status } = definition;
  const others = (status.conditions ?? []).filter(({ type }) => type !== 'Terminating');
  const terminating = {
    lastTransitionTime: rfc3339(now),
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
    reason: 'InstanceDeletionPending',
    status: 'True',
    type: 'Terminating',
  };
  const conditions = [...others, terminating];
  return { ...definition, status: { ...status, conditions } } as unknown as KubeObject;
}

function terminatingNamespace(namespace: Namespace): Namespace {
  return { ...namespace, status: { ...namespace.status, phase: 'Terminating' } };
}

/**
 * A pod that is going already: another deletion may shorten what is left to it, counted from the first, and never
 * lengthen it; one that asks for no period changes nothing (registry/rest `BeforeDelete`).
 */
function hurryPod(
  server: ApiStore,
  kind: Kind,
  key: string,
  stored: Pod,
  options: DeleteOptions,
  context: RequestContext,
): Result {
  const { metadata } = stored;
  const { deletionTimestamp = '', deletionGracePeriodSeconds = 0 } = metadata;
  const asked = options.gracePeriodSeconds;
  if (asked === undefined || asked >= deletionGracePeriodSeconds) return { ok: true, object: stored, rv: 0 };
  const period = asked < 0 ? 1 : asked;
  const since = (parseRfc3339(deletionTimestamp) ?? context.now) - deletionGracePeriodSeconds * SECOND;
  const rv = server.journal.nextNumber;
  const hurried: KubeObject = {
    ...stored,
    metadata: {
      ...metadata,
      deletionTimestamp: rfc3339(since + period * SECOND),
      deletionGracePeriodSeconds: period,
    },
  };
  const object = versioned(hurried, rv, metadata.generation);
  server.commit('update', kind, key, stored, object, context);
  return removedIfDue(server, kind, key, object, rv, context);
}

/**
 * A pod is marked even when nothing is left to wait for, and removed in a second write (registry/generic
 * `updateForGracefulDeletionAndFinalizers`): a watch tells of both.
 */
function removedIfDue(
  server: ApiStore,
  kind: Kind,
  key: string,
  marked: KubeObject,
  rv: number,
  context: RequestContext,
): Result {
  const { deletionGracePeriodSeconds, finalizers = [] } = marked.metadata;
  if (deletionGracePeriodSeconds !== 0 || finalizers.length > 0) return { ok: true, object: marked, rv };
  return { ok: true, object: marked, rv: server.commit('delete', kind, key, marked, undefined, context) };
}

export function deleteObject(
  server: ApiStore,
  command: Extract<Command, { verb: 'delete' }>,
  context: RequestContext,
): Result {
  const { kind, namespace, name, options = {} } = command;
  const key = objectKey(namespace, name);
  const stored = server.state.getByKey(kind, key);
  if (stored === undefined) return refused(notFound(kind, name));
  const failed = failedPrecondition(kind, stored, options);
  if (failed !== undefined) return refused(failed);
  const isClients = context.client !== undefined;
  const denial =
    (isClients ? validateDeletion(stored, kind, server.state, context) : undefined) ??
    (isSentToReview(server.state, context) ? refuseDeletion(stored, kind, server.state, context) : undefined);
  if (denial !== undefined) return refused(denial);

  if (kind.resource === 'pods' && stored.metadata.deletionTimestamp !== undefined)
    return hurryPod(server, kind, key, stored as Pod, options, context);
  const asked = finalizersFor(stored, options);
  const isDefinition = kind.resource === DEFINITIONS && stored.metadata.deletionTimestamp === undefined;
  const finalizers =
    isDefinition && !asked.includes(CLEANUP_FINALIZER) ? [...asked, CLEANUP_FINALIZER] : asked;
  if (kind.resource === 'pods') {
    const graceSeconds = podGraceSeconds(stored as Pod, options);
    const marked = markDeleted(server, kind, key, stored, graceSeconds, finalizers, context);
    return marked.ok ? removedIfDue(server, kind, key, marked.object, marked.rv, context) : marked;
  }
  const held =
    kind.resource === 'namespaces' ? ((stored as Namespace).spec?.finalizers?.length ?? 0) > 0 : false;
  if (finalizers.length > 0 || held) {
    return markDeleted(server, kind, key, stored, 0, finalizers, context);
  }
  const rv = server.commit('delete', kind, key, stored, undefined, context);
  return { ok: true, object: stored, rv };
}
