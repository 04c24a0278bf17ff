/** Property-based testing of a cluster: invariants, generated scenarios, campaigns, shrinking. */
export type { Invariant } from './invariants/invariant.ts';
