import type { Micros } from '../../../core/time.ts';
import type { PodInfo } from '../cache/pod-info.ts';

/** Where a waiting pod is. `none`: being scheduled, or gone. */
export type QueuePlace = 'active' | 'backoff' | 'error-backoff' | 'unschedulable' | 'gated' | 'none';

/** A pod that waits for a node. Changed by the queue alone. */
export interface QueuedPod {
  info: PodInfo;
  priority: number;
  /** When it entered the queue or came back from its last attempt. */
  timestamp: Micros;
  attempts: number;
  /** Attempts that ended in "no node", and errors in a row: each sets the length of the back-off. */
  unschedulableCount: number;
  errorCount: number;
  backoffUntil: Micros;
  /** The plugins that refused it at the last attempt. */
  rejectors: ReadonlySet<string>;
  /** Number of the record that last moved it, and what of it where that was a timer. */
  cause: number;
  reason: string | undefined;
  place: QueuePlace;
  /** Raised at each move, so that an entry left behind in a heap is known to be stale. */
  ticket: number;
  /** Order of arrival: the unique end of every comparison. */
  readonly sequence: number;
}
