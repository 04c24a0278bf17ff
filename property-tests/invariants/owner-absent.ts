import type { KubeObject, OwnerReference } from '../../core/api/object.ts';
import { kindFor } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { View } from '../../core/store/view.ts';
import { ClaimChanges } from './changes.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';

const GARBAGE_COLLECTOR = 'garbage-collector-controller';
const FOREGROUND = 'foregroundDeletion';

/** An owner is looked up by its coordinates, in the namespace of its dependent, and known by its uid. */
function ownerOf(reference: OwnerReference, dependent: KubeObject, view: View): KubeObject | undefined {
  const kind = kindFor(reference.apiVersion, reference.kind);
  if (kind === undefined) return undefined;
  const namespace = kind.namespaced ? dependent.metadata.namespace : undefined;
  const found = view.get(kind, namespace, reference.name);
  return found?.metadata.uid === reference.uid ? found : undefined;
}

/** It waits for its dependents to go first. */
function isWaiting({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FOREGROUND) === true;
}

class OwnerWatcher implements Watcher {
  private readonly changes = new ClaimChanges();

  observe(record: EventRecord, { view }: Moment): readonly Finding[] | undefined {
    const { previous, next, actor, kind, key } = record;
    const taken =
      actor === GARBAGE_COLLECTOR &&
      previous !== undefined &&
      previous.metadata.deletionTimestamp === undefined &&
      (next === undefined || next.metadata.deletionTimestamp !== undefined);
    const solid = taken ? this.solidOwner(record, previous, view) : undefined;
    this.changes.observe(record);
    if (solid === undefined) return undefined;
    const message = `${kind.singular} ${key} was collected though its owner ${solid.kind.toLowerCase()}/${solid.name} is there`;
    return [{ kind, key, message }];
  }

  private solidOwner({ cause }: EventRecord, object: KubeObject, view: View): OwnerReference | undefined {
    if (this.changes.lastOf(object.metadata.uid) > cause) return undefined;
    return object.metadata.ownerReferences?.find((reference) => {
      const owner = ownerOf(reference, object, view);
      return owner !== undefined && !isWaiting(owner);
    });
  }
}

/** I35. */
export const ownerAbsent: Invariant = {
  name: 'owner-absent',
  rule: 'The garbage collector deletes a dependent only when all its owners are gone.',
  source: 'https://kubernetes.io/docs/concepts/architecture/garbage-collection/#owners-dependents',
  exemptions: [
    'An owner that is deleted in the foreground, and waits for its dependents.',
    'An owner of another kind, namespace or uid than the reference says: it is another object.',
    'Owners that were added after what the collector could know.',
  ],
  watch: () => new OwnerWatcher(),
};
