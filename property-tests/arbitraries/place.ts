import type fc from 'fast-check';
import type { StringMap } from '../../core/api/object.ts';
import type { ManifestObject } from '../../sim/scenario/scenario.ts';

/** What there is to act on: operations and faults draw from it. */
export interface Place {
  /** Names of nodes. */
  readonly nodes: readonly string[];
  readonly zones: readonly string[];
  readonly workloads: readonly Workload[];
  /** Whether there is traffic that a spike can multiply. */
  readonly hasLoad: boolean;
}

/** A Deployment, as far as what is done to it has to know it. */
export interface Workload {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
  /** Without its tag. */
  readonly image: string;
  /** Of its pods. */
  readonly labels: StringMap;
  /** The same Deployment with other settings: what a person changes in a manifest. */
  readonly changed: fc.Arbitrary<ManifestObject>;
}
