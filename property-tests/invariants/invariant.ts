import type { KindRef } from '../../core/kinds/kind-ref.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';

/** What a watcher found wrong, and with which object. */
export interface Finding {
  readonly kind: KindRef;
  /** `namespace/name`, or `name`. */
  readonly key: string;
  /** What was found, what was allowed. */
  readonly message: string;
}

/** A rule that was broken, by the record that broke it. */
export interface Violation {
  /** Of the invariant. */
  readonly name: string;
  readonly rv: number;
  readonly t: Micros;
  /** `deployment/web`. */
  readonly object: string;
  /** Absent for a cluster-scoped object. */
  readonly namespace?: string;
  /** What was found, what was allowed, of which object. */
  readonly message: string;
}

/** What an invariant looks at: the state after the record, which is the truth and not a cache. */
export interface Moment {
  readonly view: View;
  readonly now: Micros;
}

/** What one invariant keeps of a run; made anew for each. */
export interface Watcher {
  /** Only events of these kinds are shown to it. Absent: of all kinds. */
  readonly kinds?: readonly KindRef[];
  /** Stimuli are shown to it too. */
  readonly stimuli?: boolean;
  /** A record was appended. What is wrong now. Hot path: looks only at what the record concerns. */
  observe(record: LogRecord, moment: Moment): readonly Finding[] | undefined;
  /**
   * The run is over, and nothing has disturbed the cluster for long enough: what has still not become true
   * (liveness). Absent for an invariant of safety alone.
   */
  atRest?(moment: Moment): readonly Finding[];
}

/** A rule about every history of a cluster: one file each, and one line in the list. */
export interface Invariant {
  /** `deployment-availability`. */
  readonly name: string;
  /** What must hold, in a sentence. */
  readonly rule: string;
  /** Where Kubernetes promises it: a URL, or the file of its source. */
  readonly source: string;
  /** What is exempt from it, and why. */
  readonly exemptions: readonly string[];
  watch(): Watcher;
}
