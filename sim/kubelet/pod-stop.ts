import type { Micros } from '../../core/time.ts';
import { drawSpread } from '../random/distribution.ts';
import type { ContainerRun } from './container-run.ts';
import { hookOutcome } from './hooks.ts';
import type { NodeServices } from './node-services.ts';
import type { PodControl } from './pod-control.ts';
import { KILLED, plannedStop } from './shutdown.ts';
import * as texts from './texts.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** The orderly end of a pod's containers: all at once, but the sidecars after the others. */
export class PodStop {
  private readonly worker: PodControl;
  private readonly node: NodeServices;
  /** In the order in which they start. */
  private readonly runs: readonly ContainerRun[];
  private killAt: Micros = NEVER;

  constructor(worker: PodControl, node: NodeServices, runs: readonly ContainerRun[]) {
    this.worker = worker;
    this.node = node;
    this.runs = runs;
  }

  begin(now: Micros, grace: Micros): void {
    this.killAt = now + grace;
    for (const run of this.runs) {
      if (run.state !== 'running') continue;
      // The runtime that waits for the end of a container knows it at once.
      if (run.exit !== undefined) run.exitSeenAt = Math.max(now, run.exit.at);
      if (run.role !== 'sidecar') this.stop(run, now, grace);
    }
  }

  /** Sidecars go in the reverse order of their start, one after the other; whether all containers have ended. */
  proceed(now: Micros): boolean {
    const running = this.runs.filter((run) => run.state === 'running');
    if (running.length === 0) return true;
    if (running.some((run) => run.role !== 'sidecar')) return false;
    const sidecar = running.at(-1)!;
    if (sidecar.exit === undefined) this.stop(sidecar, now, Math.max(0, this.killAt - now));
    return false;
  }

  /** The grace period became shorter while the pod is being stopped. */
  hasten(now: Micros, grace: Micros): void {
    const killAt = now + grace;
    if (killAt >= this.killAt) return;
    this.killAt = killAt;
    for (const run of this.runs) {
      if (run.state !== 'running' || run.exit === undefined || run.exit.at <= killAt) continue;
      this.worker.planExit(run, { at: killAt, code: KILLED, reason: undefined });
    }
  }

  /** One container alone, of a pod that goes on: its liveness probe failed. */
  stopUnhealthy(run: ContainerRun, now: Micros, grace: Micros): void {
    this.end(run, now, grace);
  }

  private stop(run: ContainerRun, now: Micros, grace: Micros): void {
    this.end(run, now, grace);
    if (this.node.events) this.worker.tell(run, 'Normal', 'Killing', texts.stopping(run.spec.name));
  }

  private end(run: ContainerRun, now: Micros, grace: Micros): void {
    const { takes, code } = hookOutcome(run, 'preStop', this.node.context.random, this.worker.entityOf(run));
    run.refusesAt = now + takes;
    // A hook that the grace period cuts short has not failed (`executePreStopHook` of `kuberuntime_container.go`).
    if (code !== 0 && takes <= grace && this.node.events) {
      const { starts } = run;
      this.node.context.after(takes, () => {
        if (run.starts !== starts || run.state !== 'running') return;
        this.worker.tell(run, 'Warning', 'FailedPreStopHook', texts.PRE_STOP_FAILED);
      });
    }
    this.worker.planExit(run, plannedStop(run, now, grace, takes, this.shutdownOf(run)));
  }

  private shutdownOf(run: ContainerRun): Micros {
    const unit = this.node.context.random.unit(this.worker.entityOf(run), `shutdown#${run.starts}`);
    return drawSpread(run.behavior.shutdown, unit);
  }
}
