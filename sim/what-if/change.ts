import type { Path } from '../scenario/problem.ts';
import type { FaultName, ManifestObject, ObjectTarget, TimelineEntry } from '../scenario/scenario.ts';

/** One thing that is to be different in a recorded run: everything read, every text parsed. Plain JSON. */
export interface Change {
  readonly name: string;
  /** Take the place of those of the same kind, namespace and name wherever they are applied; new ones come at the start. */
  readonly manifests: readonly ManifestObject[];
  /** Never applied, and nothing is done to them. */
  readonly remove: readonly ObjectTarget[];
  readonly patches: readonly ManifestPatch[];
  readonly set: readonly SetValue[];
  readonly drop: readonly EntrySelector[];
  readonly move: readonly MoveEntry[];
  readonly add: readonly TimelineEntry[];
}

/** A JSON merge patch (RFC 7386) of an object wherever it is applied. */
export interface ManifestPatch {
  readonly target: ObjectTarget;
  readonly patch: Readonly<Record<string, unknown>>;
}

/** A value of the scenario, as it would be written: `spec.cluster.nodeGroups[0].count`. */
export interface SetValue {
  readonly text: string;
  readonly path: Path;
  readonly value: unknown;
}

/** Entries of the timeline that fit everything that is given. */
export interface EntrySelector {
  /** Since the start of the run. */
  readonly at?: number;
  readonly fault?: FaultName;
  /** `apply`, `scale`, `drain`, `fault`. */
  readonly action?: string;
  /** Where it was written: `shop.yaml:31`. */
  readonly source?: string;
}

export interface MoveEntry {
  readonly which: EntrySelector;
  /** Of the first that fits; others keep their distance to it. */
  readonly to: number;
}
