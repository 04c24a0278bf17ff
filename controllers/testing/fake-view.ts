import { type KubeObject, keyOf } from '../../core/api/object.ts';
import { kindFor } from '../../core/kinds/registry.ts';
import { State } from '../../core/store/state.ts';
import type { View } from '../../core/store/view.ts';

/** A view of just these objects, at version `version` or the number of objects. */
export function viewOf(objects: readonly KubeObject[], version?: number): View {
  const state = new State();
  objects.forEach((object, slot) => {
    const kind = kindFor(object.apiVersion, object.kind);
    if (kind === undefined) throw new Error(`no kind ${object.apiVersion} ${object.kind}`);
    state.apply({
      type: 'event',
      rv: slot + 1,
      t: 0,
      cause: 0,
      reason: undefined,
      actor: 'test',
      verb: 'create',
      kind,
      slot,
      key: keyOf(object),
      previous: undefined,
      next: object,
    });
  });
  if (version !== undefined) state.advance(version);
  return state;
}
