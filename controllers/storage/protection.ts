import type { KubeObject } from '../../core/api/object.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { DONE, type Reconciliation, type Request } from '../controller.ts';

/** What the two protections have in common (pkg/volume/util `protectionutil`). */

function patchFinalizers(
  kind: Kind,
  { metadata }: KubeObject,
  change: (finalizers: readonly string[]) => readonly string[],
): Request {
  const { namespace, name, uid } = metadata;
  return {
    verb: 'patch',
    kind,
    namespace,
    name,
    uid,
    change: (stored) => {
      const finalizers = change(stored.metadata.finalizers ?? []);
      const some = finalizers.length === 0 ? undefined : finalizers;
      return { ...stored, metadata: { ...stored.metadata, finalizers: some } };
    },
  };
}

/** Let it go where it is to go and nobody uses it, and protect it where it stays. */
export function protect<T extends KubeObject>(
  kind: Kind<T>,
  object: T,
  finalizer: string,
  isUsed: (object: T) => boolean,
): Reconciliation<never> {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  const isProtected = finalizers.includes(finalizer);
  const isGoing = deletionTimestamp !== undefined;
  if (isGoing !== isProtected || (isGoing && isUsed(object))) return DONE;
  const request = patchFinalizers(kind as unknown as Kind, object, (before) =>
    isGoing
      ? before.filter((name) => name !== finalizer)
      : [...before.filter((name) => name !== finalizer), finalizer],
  );
  return { requests: [request], memory: undefined };
}
