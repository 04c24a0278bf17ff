import type { Micros } from '../../core/time.ts';
import type { ContainerRun } from './container-run.ts';
import type { PodFacts } from './pod-status.ts';
import type { PodPrograms } from './program.ts';

/** How a pod ends that the kubelet itself ends. */
export interface PodEnd {
  readonly phase: 'Failed';
  readonly reason: string;
  readonly message: string;
  /** Reason of the condition DisruptionTarget, where it says so. */
  readonly disruption?: string;
  /** Reason of the Event that tells the message, where one does. */
  readonly event?: string;
}

export const DEADLINE_EXCEEDED: PodEnd = {
  phase: 'Failed',
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/** What the parts of a pod's worker (start, probes, stop, status) have of the worker itself. */
export interface PodControl extends PodPrograms {
  readonly address: string;
  readonly sandboxReady: boolean;
  /** Sandboxes begun so far. */
  sandboxes: number;
  /** What a status says about the pod at a moment. */
  facts(at: string): PodFacts;
  /** By which draws for this container are keyed. */
  entityOf(run: ContainerRun): string;
  tell(run: ContainerRun | undefined, eventType: 'Normal' | 'Warning', reason: string, message: string): void;
  /** Whether the sandbox could be made: it needs an address. */
  openSandbox(): boolean;
  containerStarted(run: ContainerRun, now: Micros): void;
  /** The container waits, and why. */
  trouble(run: ContainerRun, reason: string, message: string): void;
  syncEnded(failed: boolean, touched: boolean, now: Micros): void;
  probed(run: ContainerRun, why: string, now: Micros): void;
  stopUnhealthy(run: ContainerRun, grace: Micros, now: Micros): void;
  planExit(run: ContainerRun, exit: NonNullable<ContainerRun['exit']>): void;
  /** A status was written as this record. */
  wrote(rv: number): void;
  /** There is more to run. */
  syncSoon(now: Micros): void;
  /** Something changed that a timer depends on. */
  rearm(): void;
}
