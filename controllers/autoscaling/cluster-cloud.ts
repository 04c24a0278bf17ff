import type { Node } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { ScalableGroup } from './cluster-options.ts';

/** A machine as the cloud lists it. Its node has the same name. */
export interface ListedMachine {
  readonly name: string;
  readonly group: string;
  readonly state: 'booting' | 'running' | 'failed';
  /** Absent for those that were there from the start. */
  readonly requestedAt: Micros | undefined;
  /** The record that led to its failure. */
  readonly failedBy: number | undefined;
}

/** What the cloud's API tells an autoscaler. */
export interface ListedCloud {
  /** The groups that may grow and shrink, in their order. */
  readonly groups: readonly ScalableGroup[];
  /** All machines of all groups, in the order in which they were asked for. */
  readonly machines: readonly ListedMachine[];
  /** The nodes that a group's next machines would register. */
  readonly nextNodes: (group: string, count: number) => readonly Node[];
  /** The node that a machine will register, or has. */
  readonly nodeOf: (machine: string) => Node | undefined;
}

/** How many machines each group has, those included that boot or have failed to. */
export function groupSizes(cloud: ListedCloud): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { name } of cloud.groups) sizes.set(name, 0);
  for (const { group } of cloud.machines) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return sizes;
}
