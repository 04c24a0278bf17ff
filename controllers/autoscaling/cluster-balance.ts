import type { Node } from '../../core/schema/types.generated.ts';
import type { ScalableGroup } from './cluster-options.ts';

/** A part of a scale-up. */
export interface GroupGrowth {
  readonly group: ScalableGroup;
  readonly from: number;
  readonly to: number;
}

/**
 * Labels that differ between groups of like machines: the name and place of a node, and its instance type, which here
 * is the name of its group (`BasicIgnoredLabels`, and `balancing-ignore-label`).
 */
const IGNORED = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
]);

function features({ metadata, spec, status }: Node): string {
  const labels = Object.entries(metadata.labels ?? {}).filter(([name]) => !IGNORED.has(name));
  const sorted = (pairs: readonly (readonly [string, unknown])[]) =>
    pairs.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    sorted(labels),
    sorted(Object.entries(status.capacity ?? {})),
    sorted(Object.entries(status.allocatable ?? {})),
    spec.taints ?? [],
  ]);
}

/** Whether nodes of two groups are alike but for where they are. */
export function areSimilar(a: Node, b: Node): boolean {
  return features(a) === features(b);
}

/** New nodes one by one to the smallest group that may grow; among equals to the first. */
export function spread(
  groups: readonly { readonly group: ScalableGroup; readonly size: number }[],
  count: number,
): readonly GroupGrowth[] {
  const sizes = groups.map(({ size }) => size);
  for (let left = count; left > 0; left -= 1) {
    let smallest = -1;
    groups.forEach(({ group }, i) => {
      if (sizes[i]! >= group.max) return;
      if (smallest < 0 || sizes[i]! < sizes[smallest]!) smallest = i;
    });
    if (smallest < 0) break;
    sizes[smallest]! += 1;
  }
  return groups
    .map(({ group, size }, i) => ({ group, from: size, to: sizes[i]! }))
    .filter(({ from, to }) => to > from);
}
