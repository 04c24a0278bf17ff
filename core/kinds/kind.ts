import type { KubeObject, NewObject } from '../api/object.ts';
import type { FieldError, Status } from '../api/status.ts';
import type { CustomResourceSubresourceScale, JSONSchemaProps } from '../schema/types.generated.ts';
import type { View } from '../store/view.ts';
import type { Micros } from '../time.ts';
import type { KindRef } from './kind-ref.ts';
import type { Column } from './print/column.ts';

export type { KindNames, KindRef } from './kind-ref.ts';

/** What the strategies of a kind may read while a request is served. */
export interface StrategyContext {
  readonly view: View;
  readonly now: Micros;
  /** A draw in [0, 2^32) that depends on the seed, the request's number and `purpose` alone. */
  readonly draw: (purpose: string) => number;
}

/**
 * A kind's own behaviour, in the order in which a request meets it. Every function is pure and returns the
 * very object that it was given when it has nothing to change: identity is what memoisation goes by. (Methods,
 * not function properties, so that a `Kind<Pod>` is a `Kind`: the registry holds kinds of all types.)
 */
export interface KindStrategy<T extends KubeObject = KubeObject> {
  /** Fill defaults (`SetDefaults_*`). Runs on create, and on update where the spec is another one. */
  applyDefaults?(object: NewObject<T>): NewObject<T>;
  /** First status, allocated fields; runs after defaulting and admission. May refuse. */
  prepareForCreate?(object: NewObject<T>, context: StrategyContext): NewObject<T> | Status;
  /** Carry over what an update may not touch. */
  prepareForUpdate?(next: T, previous: T, context: StrategyContext): T | Status;
  /** What an update of the status may not touch, and what it gets besides. */
  prepareForStatusUpdate?(next: T, previous: T, context: StrategyContext): T;
  validate?(object: NewObject<T>): readonly FieldError[];
  validateUpdate?(next: T, previous: T): readonly FieldError[];
  validateStatusUpdate?(next: T, previous: T): readonly FieldError[];
  /** Whether a change of anything but metadata and status raises `generation`; true unless said otherwise. */
  readonly countsGenerations?: boolean;
  /** Whether `validate` covers names by the DNS label rule or the subdomain rule; subdomain unless said otherwise. */
  readonly nameRule?: 'dns-label' | 'dns-1035-label' | 'subdomain' | 'path-segment';
}

/** A version of a custom kind, as its definition has it. */
export interface CustomVersion {
  /** `group/version`. */
  readonly apiVersion: string;
  readonly schema: JSONSchemaProps;
  readonly columns: readonly Column[];
  readonly hasStatus: boolean;
  readonly scale: CustomResourceSubresourceScale | undefined;
  /** Fields that lists can be asked for by value, as a field selector names them: `spec.colour`. */
  readonly selectableFields: readonly string[];
  /** What clients of the version are told, where it is deprecated. */
  readonly deprecation: string | undefined;
}

/** A kind in the registry: its names, its place, and its own behaviour. */
export interface Kind<T extends KubeObject = KubeObject> extends KindRef<T> {
  readonly strategy: KindStrategy<T>;
  /** Of a kind that a CustomResourceDefinition defines: the versions that are served, the preferred one first. */
  readonly custom?: readonly CustomVersion[];
}
