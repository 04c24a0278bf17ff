import type { Estimate } from './cluster-estimate.ts';
import type { ExpanderName, ScalableGroup } from './cluster-options.ts';

/** A group that would help, and how far. */
export interface ExpansionOption {
  readonly group: ScalableGroup;
  readonly estimate: Estimate;
}

function share(unused: number, all: number): number {
  return all > 0 ? unused / all : 0;
}

/** How much of the new nodes would stay unused, as a share of CPU and of memory. */
function waste({ allocatable, requested }: Estimate): number {
  const cpu = share(allocatable.milliCpu - requested.milliCpu, allocatable.milliCpu);
  const memory = share(allocatable.memory - requested.memory, allocatable.memory);
  return cpu + memory;
}

/** What the new nodes cost an hour for each pod that they help. */
function pricePerPod({ group, estimate }: ExpansionOption): number {
  return (group.pricePerHour * estimate.nodes) / Math.max(1, estimate.pods.length);
}

function lowest(options: readonly ExpansionOption[], of: (option: ExpansionOption) => number) {
  let least = Number.POSITIVE_INFINITY;
  let best: ExpansionOption[] = [];
  for (const option of options) {
    const value = of(option);
    if (value > least) continue;
    if (value < least) best = [];
    least = value;
    best.push(option);
  }
  return best;
}

/**
 * The best options by an expander; several where it finds them equal
 * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#what-are-expanders). `price`
 * compares what the new nodes cost for each pod; the real one also weighs what a node of good size would be.
 */
export function bestOptions(
  expander: ExpanderName,
  options: readonly ExpansionOption[],
): readonly ExpansionOption[] {
  switch (expander) {
    case 'least-waste':
      return lowest(options, ({ estimate }) => waste(estimate));
    case 'most-pods':
      return lowest(options, ({ estimate }) => -estimate.pods.length);
    case 'price':
      return lowest(options, pricePerPod);
    case 'random':
      return options;
  }
}
