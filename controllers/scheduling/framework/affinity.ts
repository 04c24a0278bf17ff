import type { Pod } from '../../../core/schema/types.generated.ts';

/**
 * Into which count a pod goes: pods that meet all terms of affinity, pods that meet a term of anti-affinity, pods that
 * refuse the one that is placed, and the weights of what either prefers.
 */
export type AffinityTable = 'wanted' | 'unwanted' | 'refusing' | 'preferred';

/** What a pod that lies in a domain of the topology adds there. */
export interface AffinityEffect {
  readonly table: AffinityTable;
  readonly topologyKey: string;
  readonly amount: number;
}

/** All rules between a pod and others, in both directions, ready to be counted. */
export interface AffinityRules {
  /** The topologies of the required terms of affinity: nodes need the labels. */
  readonly needed: readonly string[];
  /** Whether the pod meets its own required terms: the first of a group finds no companion. */
  readonly wantsItself: boolean;
  /** What another pod means to this one, wherever it is. Of namespaces, it reads the labels of this moment. */
  readonly effectsOf: (other: Pod) => readonly AffinityEffect[];
}
