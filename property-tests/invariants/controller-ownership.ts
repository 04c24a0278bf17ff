import { controllerOf, type KubeObject, type OwnerReference } from '../../core/api/object.ts';
import type { KindRef } from '../../core/kinds/kind-ref.ts';
import { DEPLOYMENT, POD, REPLICA_SET } from '../../core/kinds/registry.ts';
import { compileSelector } from '../../core/labels.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { LabelSelector } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { ClaimChanges } from './changes.ts';
import { DEPLOYMENT_CONTROLLER, REPLICA_SET_CONTROLLER } from './deployments.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';

/** Who manages what, as what kind of owner. */
const MANAGERS: Readonly<Record<string, { readonly owner: KindRef; readonly owned: KindRef }>> = {
  [REPLICA_SET_CONTROLLER]: { owner: REPLICA_SET, owned: POD },
  [DEPLOYMENT_CONTROLLER]: { owner: DEPLOYMENT, owned: REPLICA_SET },
};

interface Selecting extends KubeObject {
  readonly spec: { readonly selector: LabelSelector };
}

/** The controller by its reference, where it is still there. */
function ownerOf(
  reference: OwnerReference,
  kind: KindRef,
  object: KubeObject,
  view: View,
): Selecting | undefined {
  const found = view.get(kind, object.metadata.namespace, reference.name);
  return found?.metadata.uid === reference.uid ? (found as Selecting) : undefined;
}

function text(reference: OwnerReference | undefined): string {
  return reference === undefined ? 'nobody' : `${reference.kind.toLowerCase()}/${reference.name}`;
}

class OwnershipWatcher implements Watcher {
  readonly kinds = [POD, REPLICA_SET];
  private readonly changes = new ClaimChanges();

  observe(record: EventRecord, moment: Moment): readonly Finding[] | undefined {
    const manager = MANAGERS[record.actor];
    const message =
      manager === undefined || manager.owned !== record.kind || record.previous === undefined
        ? undefined
        : this.judge(record, record.previous, manager.owner, moment.view);
    this.changes.observe(record);
    return message === undefined ? undefined : [{ kind: record.kind, key: record.key, message }];
  }

  private judge(
    { next, actor, cause }: EventRecord,
    previous: KubeObject,
    kind: KindRef,
    view: View,
  ): string | undefined {
    const before = controllerOf(previous);
    const after = next === undefined ? undefined : controllerOf(next);
    const isFresh = this.changes.lastOf(previous.metadata.uid) <= cause;
    const taken =
      next === undefined ||
      (next.metadata.deletionTimestamp !== undefined && previous.metadata.deletionTimestamp === undefined);
    if (taken) {
      if (before?.kind === kind.kind || !isFresh) return undefined;
      return `${actor} deleted ${previous.metadata.name}, which is controlled by ${text(before)}`;
    }
    if (before?.uid === after?.uid) return undefined;
    if (before !== undefined && after !== undefined) {
      return `${actor} took ${previous.metadata.name} over from ${text(before)} for ${text(after)}`;
    }
    const reference = after ?? before;
    if (reference === undefined || !isFresh) return undefined;
    if (reference.kind !== kind.kind) {
      return `${actor} released ${previous.metadata.name}, which is controlled by ${text(reference)}`;
    }
    const owner = ownerOf(reference, kind, previous, view);
    if (owner === undefined) return undefined;
    const matches = compileSelector(owner.spec.selector)(previous.metadata.labels);
    if (matches === (after !== undefined)) return undefined;
    return after === undefined
      ? `${actor} released ${previous.metadata.name}, which ${text(reference)} selects`
      : `${actor} adopted ${previous.metadata.name} for ${text(reference)}, which does not select it`;
  }
}

/** I15. */
export const controllerOwnership: Invariant = {
  name: 'controller-ownership',
  rule: "A controller adopts, deletes and releases only what is its own or nobody's.",
  source:
    'https://kubernetes.io/docs/concepts/architecture/garbage-collection/; pkg/controller/controller_ref_manager.go',
  exemptions: ['Labels or owners that somebody changed after what the controller could know.'],
  watch: () => new OwnershipWatcher(),
};
