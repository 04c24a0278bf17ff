import type { KubeObject } from '../../core/api/object.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import type { Request } from '../controller.ts';

interface Counting extends KubeObject {
  readonly status: { readonly collisionCount?: number };
}

/** Two templates have one hash: count it, so that the next hash is another one (`status.collisionCount`). */
export function collisionCounted(kind: Kind, owner: Counting): Request {
  return {
    verb: 'patch',
    kind,
    namespace: owner.metadata.namespace,
    name: owner.metadata.name,
    subresource: 'status',
    uid: owner.metadata.uid,
    change: (stored) => {
      const before = stored as Counting;
      const status = { ...before.status, collisionCount: (before.status.collisionCount ?? 0) + 1 };
      const next: Counting = { ...before, status };
      return next;
    },
  };
}
