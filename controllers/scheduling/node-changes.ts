import type { StringMap } from '../../core/api/object.ts';
import type { Node, Quantity, Taint } from '../../core/schema/types.generated.ts';
import { NO_NODE_CHANGES, type NodeChanges } from './framework/cluster-event.ts';

type FlatMap = Readonly<Record<string, Quantity>>;

export function sameMap(a: FlatMap | StringMap | undefined, b: FlatMap | StringMap | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

export function sameTaints(a: readonly Taint[] = [], b: readonly Taint[] = []): boolean {
  return (
    a === b ||
    (a.length === b.length &&
      a.every(
        ({ key, value, effect }, i) => key === b[i]!.key && value === b[i]!.value && effect === b[i]!.effect,
      ))
  );
}

/** What of a node changed that plugins wait for (`NodeSchedulingPropertiesChange`); cordoning counts as a taint. */
export function nodeChanges(previous: Node | undefined, next: Node): NodeChanges {
  if (previous === undefined || previous === next) return NO_NODE_CHANGES;
  return {
    allocatable: !sameMap(previous.status.allocatable, next.status.allocatable),
    labels: !sameMap(previous.metadata.labels, next.metadata.labels),
    taints:
      !sameTaints(previous.spec.taints, next.spec.taints) ||
      (previous.spec.unschedulable ?? false) !== (next.spec.unschedulable ?? false),
  };
}
