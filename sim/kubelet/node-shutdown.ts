import { type Micros, SECOND } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import type { KubeletConfiguration, ShutdownGracePeriod } from '../scenario/kubelet-configuration.ts';
import type { PodEnd } from './pod-control.ts';
import type { EvictablePod } from './pressure/host.ts';

/** `scheduling.SystemCriticalPriority`. */
const CRITICAL = 2_000_000_000;
const DEFAULT_POD_GRACE = 30;
/** How often is looked whether the pods of a group have ended. */
const POLL: Micros = 1 * SECOND;

const TERMINATED: PodEnd = {
  phase: 'Failed',
  reason: 'Terminated',
  message: 'Pod was terminated in response to imminent node shutdown.',
  disruption: 'TerminationByKubelet',
};

/** What is left for pods of each priority; nothing where shutdown is not graceful, which is the default. */
export function shutdownPeriods(given: KubeletConfiguration = {}): readonly ShutdownGracePeriod[] {
  const { shutdownGracePeriodByPodPriority: byPriority } = given;
  if (byPriority !== undefined) return [...byPriority].sort((a, b) => a.priority - b.priority);
  const all = given.shutdownGracePeriod ?? 0;
  if (all === 0) return [];
  const critical = Math.min(all, given.shutdownGracePeriodCriticalPods ?? 0);
  return [
    { priority: 0, shutdownGracePeriodSeconds: Math.floor((all - critical) / SECOND) },
    { priority: CRITICAL, shutdownGracePeriodSeconds: Math.floor(critical / SECOND) },
  ];
}

/** What a shutdown has of its node. */
export interface ShutdownHost {
  readonly now: Micros;
  evictablePods(): readonly EvictablePod[];
  after(delay: Micros, run: () => void): void;
}

/**
 * The graceful shutdown of a node (https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/): its pods
 * are stopped group by group, from the lowest priority on, each group within its time.
 */
export class NodeShutdown {
  private readonly host: ShutdownHost;
  private readonly periods: readonly ShutdownGracePeriod[];
  private readonly cause: Cause;
  private readonly powerOff: () => void;
  private isCancelled = false;

  constructor(
    host: ShutdownHost,
    periods: readonly ShutdownGracePeriod[],
    cause: Cause,
    powerOff: () => void,
  ) {
    this.host = host;
    this.periods = periods;
    this.cause = { rv: cause.rv, reason: 'its node shuts down' };
    this.powerOff = powerOff;
  }

  begin(): void {
    this.stopGroup(0);
  }

  cancel(): void {
    this.isCancelled = true;
  }

  private stopGroup(index: number): void {
    if (this.isCancelled) return;
    const group = this.periods[index];
    if (group === undefined) {
      this.powerOff();
      return;
    }
    const seconds = group.shutdownGracePeriodSeconds;
    const pods = this.host
      .evictablePods()
      .filter((pod) => this.groupOf(pod) === index && pod.mode !== 'finished');
    for (const pod of pods) {
      const own = pod.pod.spec.terminationGracePeriodSeconds ?? DEFAULT_POD_GRACE;
      pod.end(TERMINATED, Math.min(seconds, own), this.cause);
    }
    this.wait(index, pods, this.host.now + seconds * SECOND);
  }

  private wait(index: number, pods: readonly EvictablePod[], until: Micros): void {
    if (pods.every(({ mode }) => mode === 'finished') || this.host.now >= until) {
      this.stopGroup(index + 1);
      return;
    }
    this.host.after(Math.min(POLL, until - this.host.now), () => this.wait(index, pods, until));
  }

  /** The last whose priority the pod has; one below all of them is of the first. */
  private groupOf({ pod }: EvictablePod): number {
    const priority = pod.spec.priority ?? 0;
    return Math.max(
      0,
      this.periods.findLastIndex((group) => group.priority <= priority),
    );
  }
}
