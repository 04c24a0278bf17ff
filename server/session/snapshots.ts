import type { KubeObject } from '../../core/api/object.ts';
import type { ListSnapshots } from '../../core/rest/list.ts';

/** How many lists wait for their next page; the oldest is forgotten first, and its token answers 410. */
const KEPT_MAX = 64;

/** Lists in pages: the later pages are those of the state that the first page saw. */
export function listSnapshots(): ListSnapshots {
  const kept = new Map<string, readonly KubeObject[]>();
  return {
    keep(id, items) {
      kept.delete(id);
      kept.set(id, items);
      const [oldest] = kept.keys();
      if (kept.size > KEPT_MAX && oldest !== undefined) kept.delete(oldest);
    },
    find: (id) => kept.get(id),
  };
}
