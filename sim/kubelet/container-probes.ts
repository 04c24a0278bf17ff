import type { Probe } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { ContainerRun } from './container-run.ts';
import type { NodeServices } from './node-services.ts';
import type { PodControl } from './pod-control.ts';
import {
  applyPlan,
  newProbe,
  nextPlan,
  outcomesOf,
  type ProbeKind,
  type ProbePlan,
  type ProbeRun,
  probeNow,
} from './probe.ts';
import { graceOf } from './shutdown.ts';
import * as texts from './texts.ts';

const NEVER = Number.POSITIVE_INFINITY;
const NO_OUTAGES = [] as const;

function specOf(run: ContainerRun, kind: ProbeKind): Probe | undefined {
  if (kind === 'startup') return run.spec.startupProbe;
  return kind === 'liveness' ? run.spec.livenessProbe : run.spec.readinessProbe;
}

/** Init containers that run to their end have none. */
export function hasProbes({ role, spec }: ContainerRun): boolean {
  if (role === 'init' || role === 'ephemeral') return false;
  return (
    spec.startupProbe !== undefined || spec.livenessProbe !== undefined || spec.readinessProbe !== undefined
  );
}

/** When the next result of a container is due. */
export function dueOfProbes(run: ContainerRun): Micros {
  let at = NEVER;
  for (const { plan } of run.probes) if (plan !== undefined && plan.at < at) at = plan.at;
  return at;
}

export function dropProbes(run: ContainerRun): void {
  if (run.probes.length > 0) run.probes = [];
}

/** The probes of a pod's containers: which there are, what their results lead to. */
export class ContainerProbes {
  private readonly worker: PodControl;
  private readonly node: NodeServices;
  /** When the pod's probe workers were made: their ticks count from here. */
  private base: Micros | undefined;

  constructor(worker: PodControl, node: NodeServices) {
    this.worker = worker;
    this.node = node;
  }

  /** A sync found these states: containers that run are probed from now on. Hot path. */
  observe(runs: readonly ContainerRun[], now: Micros): void {
    this.base ??= now;
    for (const run of runs) {
      if (run.state !== 'running' || !hasProbes(run)) continue;
      if (run.probedStart !== run.starts) {
        run.probedStart = run.starts;
        run.servesAt = this.worker.servesFrom(run);
        this.install(run, run.started ? ['liveness', 'readiness'] : ['startup'], now);
      }
      this.probeReadiness(run, now);
    }
  }

  advance(runs: readonly ContainerRun[], now: Micros): void {
    for (const run of runs) {
      for (const probe of run.probes) {
        const { plan } = probe;
        if (plan === undefined || plan.at > now || run.state !== 'running') continue;
        this.take(run, probe, plan, now);
      }
    }
  }

  private install(run: ContainerRun, kinds: readonly ProbeKind[], now: Micros): void {
    const probes: ProbeRun[] = [];
    for (const kind of kinds) {
      const spec = specOf(run, kind);
      if (spec === undefined) continue;
      const { unready, unhealthy } = run.behavior;
      const outages = kind === 'readiness' ? unready : kind === 'liveness' ? unhealthy : NO_OUTAGES;
      const probe = newProbe(
        kind,
        spec,
        outcomesOf(run.servesAt, outages),
        this.base ?? now,
        run.startedAt,
        now,
      );
      probe.plan = nextPlan(probe, this.node.events);
      probes.push(probe);
    }
    run.probes = probes;
  }

  private probeReadiness(run: ContainerRun, now: Micros): void {
    for (const probe of run.probes) {
      if (probe.kind !== 'readiness' || run.ready) continue;
      const plan = probeNow(probe, now);
      if (plan !== undefined) this.take(run, probe, plan, now);
    }
  }

  private take(run: ContainerRun, probe: ProbeRun, plan: ProbePlan, now: Micros): void {
    applyPlan(probe, plan);
    if (!plan.passes && this.node.events) {
      const message = texts.unhealthy(run, probe.kind, probe.spec, this.worker.address, now >= run.servesAt);
      this.worker.tell(run, 'Warning', 'Unhealthy', message);
    }
    if (plan.changes) this.changed(run, probe, plan.passes, now);
    if (run.probes.includes(probe)) probe.plan = nextPlan(probe, this.node.events);
  }

  private changed(run: ContainerRun, probe: ProbeRun, passes: boolean, now: Micros): void {
    const { kind } = probe;
    const why = `${kind} probe of ${run.spec.name} ${passes ? 'succeeded' : 'failed'}`;
    if (kind === 'readiness') {
      run.ready = passes;
      this.worker.probed(run, why, now);
    } else if (!passes) {
      dropProbes(run);
      if (this.node.events)
        this.worker.tell(run, 'Normal', 'Killing', texts.failedProbe(run.spec.name, kind));
      const own = probe.spec.terminationGracePeriodSeconds;
      const grace = own === undefined ? graceOf(this.worker.pod) : own * SECOND;
      this.worker.stopUnhealthy(run, grace, now);
    } else if (kind === 'startup') {
      run.started = true;
      run.ready = run.spec.readinessProbe === undefined;
      this.install(run, ['liveness', 'readiness'], now);
      this.worker.probed(run, why, now);
      this.probeReadiness(run, now);
    }
  }
}
