import type { Node, Pod } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { EventRequest } from '../controller.ts';
import type { GroupGrowth } from './cluster-balance.ts';
import type { ListedCloud, ListedMachine } from './cluster-cloud.ts';
import type { ClusterTrial } from './cluster-trial.ts';

/** What led to a decision: a record, and why where time passed since. */
export interface DecisionCause {
  readonly rv: number;
  readonly reason?: string;
}

export type ScanDecision =
  /** Ask the cloud for machines; what comes of it is told through `grew`. */
  | {
      readonly kind: 'grow';
      readonly growth: readonly GroupGrowth[];
      readonly helped: readonly Pod[];
      readonly cause: DecisionCause;
    }
  /** Give a machine back that has not become a node. */
  | { readonly kind: 'give-up'; readonly machine: string; readonly cause: DecisionCause }
  /** Taint a node, evict its pods and give its machine back; the end is told through `removed`. */
  | {
      readonly kind: 'remove';
      readonly node: Node;
      readonly pods: readonly Pod[];
      readonly cause: DecisionCause;
    }
  /** Mark a node as one that may be removed, or no longer. */
  | { readonly kind: 'mark'; readonly node: string; readonly on: boolean; readonly cause: DecisionCause }
  | { readonly kind: 'event'; readonly request: EventRequest; readonly cause: DecisionCause }
  /** An Event on the status ConfigMap. */
  | { readonly kind: 'tell'; readonly news: StatusNews; readonly cause: DecisionCause }
  /** Write the status ConfigMap. */
  | { readonly kind: 'status'; readonly text: string; readonly cause: DecisionCause };

/** What is told of the cluster as a whole. */
export interface StatusNews {
  readonly eventType: EventRequest['eventType'];
  readonly reason: string;
  readonly message: string;
}

export interface Scan {
  readonly decisions: readonly ScanDecision[];
  /** When another scan may come to something else though nothing changes until then. */
  readonly wake: Micros | undefined;
}

/** Collects the decisions of one scan and the moments at which another may differ. */
export class Outcome {
  readonly decisions: ScanDecision[] = [];
  readonly now: Micros;
  wake: Micros | undefined;

  constructor(now: Micros) {
    this.now = now;
  }

  at(moment: Micros): void {
    if (moment > this.now && (this.wake === undefined || moment < this.wake)) this.wake = moment;
  }

  get done(): Scan {
    return { decisions: this.decisions, wake: this.wake };
  }
}

/** The cluster as one scan sees it, with the nodes that are still to come. */
export interface Scene {
  readonly cloud: ListedCloud;
  readonly sizes: ReadonlyMap<string, number>;
  readonly machines: ReadonlyMap<string, ListedMachine>;
  readonly trial: ClusterTrial;
  readonly out: Outcome;
  readonly now: Micros;
}
