import type { KubeObject } from '../api/object.ts';
import type { Kind } from '../kinds/kind.ts';
import type { Micros } from '../time.ts';

/**
 * The records of a log. All share one sequence: each takes the next number, and an event's number is its
 * resourceVersion. A cause is the number of the record that made the actor act: always smaller than the
 * record's own; every chain of causes ends in a stimulus, and the first stimulus is the scenario (cause 0).
 */
export interface StimulusRecord {
  readonly type: 'stimulus';
  readonly rv: number;
  readonly t: Micros;
  readonly cause: number;
  /** Who acts on the cluster from outside: `scenario`, `user`, `fault`, `client/NAME`. */
  readonly actor: string;
  /** What is done, enough to do it again: plain JSON. */
  readonly action: Stimulus;
}

/** One thing done to the simulated world from outside. `op` chooses the handler. */
export interface Stimulus {
  readonly op: string;
  readonly [argument: string]: unknown;
}

export type Verb = 'create' | 'update' | 'delete';

export interface EventRecord {
  readonly type: 'event';
  readonly rv: number;
  readonly t: Micros;
  readonly cause: number;
  /** Why a timer fired, where the cause set one: `not ready for 5m0s`. */
  readonly reason: string | undefined;
  /** The component that asked: `replicaset-controller`, `kubelet/node-1`, `user`. */
  readonly actor: string;
  readonly verb: Verb;
  readonly kind: Kind;
  /** The object's place in its kind's table: dense, given once, never reused for another object. */
  readonly slot: number;
  /** `namespace/name` or `name`. */
  readonly key: string;
  readonly previous: KubeObject | undefined;
  /** Absent for a deletion. */
  readonly next: KubeObject | undefined;
}

/** A sample of one of the world's series (requests, latency, usage, cost). */
export interface SampleRecord {
  readonly type: 'sample';
  readonly rv: number;
  readonly t: Micros;
  readonly cause: number;
  readonly series: string;
  readonly value: number;
}

export type LogRecord = StimulusRecord | EventRecord | SampleRecord;

/** Where records go as they are made. Called in the order of their numbers. */
export type RecordSink = (record: LogRecord) => void;
