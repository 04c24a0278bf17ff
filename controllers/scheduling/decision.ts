import type { Pod } from '../../core/schema/types.generated.ts';
import type { Request } from '../controller.ts';
import type { FitFailure } from './message.ts';
import type { QueuedPod } from './queue/queued-pod.ts';

/** How many nodes refused the pod for one reason of one plugin. */
export interface CountedReason {
  readonly plugin: string;
  readonly reason: string;
  readonly nodes: number;
}

export type SchedulingOutcome =
  | {
      /** The pod counts on the node from now on; `bound` says whether it came to stay. */
      readonly kind: 'assumed';
      readonly node: string;
    }
  | {
      readonly kind: 'unschedulable';
      readonly message: string;
      readonly reasons: readonly CountedReason[];
      /** The pods that have to go so that this one fits, where any do. */
      readonly victims?: readonly Pod[];
    }
  | { readonly kind: 'skipped'; readonly message: string };

/** What one scheduling cycle came to. */
export interface SchedulingDecision {
  readonly pod: Pod;
  /** Number of the record that put the pod into the queue, and why where a timer did. */
  readonly cause: number;
  readonly reason: string | undefined;
  readonly attempts: number;
  readonly outcome: SchedulingOutcome;
  /**
   * To be sent in order. Of an assumed pod: what must come before the binding, and the binding as the last;
   * its result goes to `bound`, or the first failure before it.
   */
  readonly requests: readonly Request[];
}

export function countedReasons({ histogram }: FitFailure): readonly CountedReason[] {
  return histogram.flatMap(({ rejection, nodes }) =>
    rejection.reasons.map((reason) => ({ plugin: rejection.plugin, reason, nodes })),
  );
}

export function decisionOf(
  { info, cause, reason, attempts }: QueuedPod,
  outcome: SchedulingDecision['outcome'],
  requests: readonly Request[],
): SchedulingDecision {
  return { pod: info.pod, cause, reason, attempts, outcome, requests };
}
