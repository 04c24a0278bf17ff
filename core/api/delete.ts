import type { Kind } from '../kinds/kind.ts';
import type { Namespace, Pod } from '../schema/types.generated.ts';
import { rfc3339, SECOND } from '../time.ts';
import type { ApiStore } from './api-store.ts';
import type { Command, DeleteOptions, Result } from './command.ts';
import type { RequestContext } from './identity.ts';
import { versioned } from './metadata.ts';
import { type KubeObject, objectKey } from './object.ts';
import { conflict, notFound, type Status } from './status.ts';

/** Finalizers by which the garbage collector holds an owner back (metav1 `FinalizerDeleteDependents`, `FinalizerOrphanDependents`). */
export const FOREGROUND_FINALIZER = 'foregroundDeletion';
export const ORPHAN_FINALIZER = 'orphan';

/** `v1.DefaultTerminationGracePeriodSeconds`. */
const DEFAULT_GRACE_SECONDS = 30;

function refused(status: Status): Result {
  return { ok: false, status };
}

function failedPrecondition(kind: Kind, stored: KubeObject, options: DeleteOptions): Status | undefined {
  const wanted = options.preconditions;
  if (wanted === undefined) return undefined;
  const { uid, resourceVersion, name } = stored.metadata;
  if (wanted.uid !== undefined && wanted.uid !== uid) {
    const detail = `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uid}`;
    return conflict(kind, name, detail);
  }
  if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    const detail =
      `Precondition failed: ResourceVersion in precondition: ${wanted.resourceVersion}, ` +
      `ResourceVersion in object meta: ${resourceVersion}`;
    return conflict(kind, name, detail);
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

/** Mark the object as going. A later deletion may shorten the grace period, never lengthen it. */
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
  const shortens = !first && graceSeconds < (metadata.deletionGracePeriodSeconds ?? 0);
  const sameFinalizers = finalizers === (metadata.finalizers ?? finalizers);
  if (!first && !shortens && sameFinalizers) return { ok: true, object: stored, rv: 0 };
  const rv = server.journal.nextNumber;
  const marked: KubeObject = {
    ...stored,
    metadata: {
      ...metadata,
      deletionTimestamp:
        first || shortens ? rfc3339(context.now + graceSeconds * SECOND) : metadata.deletionTimestamp,
      deletionGracePeriodSeconds: first || shortens ? graceSeconds : metadata.deletionGracePeriodSeconds,
      finalizers: finalizers.length === 0 ? undefined : finalizers,
    },
  };
  // A deletion counts as a change of what is desired (registry/rest `BeforeDelete` raises the generation).
  const generation = metadata.generation;
  const raised = first && generation !== undefined ? generation + 1 : generation;
  const terminating = kind.resource === 'namespaces' ? terminatingNamespace(marked as Namespace) : marked;
  const object = versioned(terminating, rv, raised);
  server.commit('update', kind, key, stored, object, context);
  return { ok: true, object, rv };
}

function terminatingNamespace(namespace: Namespace): Namespace {
  return { ...namespace, status: { ...namespace.status, phase: 'Terminating' } };
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

  const finalizers = finalizersFor(stored, options);
  const graceSeconds = kind.resource === 'pods' ? podGraceSeconds(stored as Pod, options) : 0;
  const held =
    kind.resource === 'namespaces' ? ((stored as Namespace).spec?.finalizers?.length ?? 0) > 0 : false;
  if (graceSeconds > 0 || finalizers.length > 0 || held) {
    return markDeleted(server, kind, key, stored, graceSeconds, finalizers, context);
  }
  const rv = server.commit('delete', kind, key, stored, undefined, context);
  return { ok: true, object: stored, rv };
}
