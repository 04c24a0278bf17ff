import { milli, whole } from '../../core/quantity.ts';
import type { Container } from '../../core/schema/types.generated.ts';
import { HOUR, type Micros } from '../../core/time.ts';
import { type ContainerBehavior, outageEnd } from '../kubelet/behavior.ts';
import type { ContainerRun } from '../kubelet/container-run.ts';
import type { PodPrograms } from '../kubelet/program.ts';
import type { Outage, RequestCost } from '../scenario/scenario.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** What a program uses of its container's requests when it does nothing, unless its behaviour says otherwise. */
const IDLE_CPU_SHARE = 0.1;
const IDLE_MEMORY_SHARE = 0.5;
/** The same where the container requests nothing: milli-CPU and bytes of a small program. */
const IDLE_CPU = 1;
const IDLE_MEMORY = 16 * 1024 * 1024;

/** What a container has and costs: the same for all pods of a template. */
export interface ContainerTerms {
  readonly cpuRequest: number;
  /** `Infinity` where there is none; the same for memory. */
  readonly cpuLimit: number;
  readonly memoryLimit: number;
  readonly idleCpu: number;
  readonly idleMemory: number;
  readonly leakPerHour: number;
  readonly cost: RequestCost | undefined;
}

const known = new WeakMap<
  Container,
  { readonly behavior: ContainerBehavior; readonly terms: ContainerTerms }
>();

/** Of a container with its behaviour; a template's pods share both, so it is looked up for all but the first. */
export function termsOf({ spec, behavior }: ContainerRun): ContainerTerms {
  const memo = known.get(spec);
  if (memo?.behavior === behavior) return memo.terms;
  const { requests, limits } = spec.resources ?? {};
  const cpuRequest = requests?.cpu === undefined ? 0 : milli(requests.cpu);
  const memoryRequest = requests?.memory === undefined ? 0 : whole(requests.memory);
  const { usage } = behavior;
  const terms: ContainerTerms = {
    cpuRequest,
    cpuLimit: limits?.cpu === undefined ? NEVER : milli(limits.cpu),
    memoryLimit: limits?.memory === undefined ? NEVER : whole(limits.memory),
    idleCpu: usage?.cpu ?? (cpuRequest === 0 ? IDLE_CPU : Math.round(cpuRequest * IDLE_CPU_SHARE)),
    idleMemory:
      usage?.memory ?? (memoryRequest === 0 ? IDLE_MEMORY : Math.round(memoryRequest * IDLE_MEMORY_SHARE)),
    leakPerHour: usage?.leakPerHour ?? 0,
    cost: behavior.request,
  };
  known.set(spec, { behavior, terms });
  return terms;
}

/** Whether a process runs, which the kubelet may not know yet. */
export function isRunning(run: ContainerRun, now: Micros): boolean {
  return run.state === 'running' && (run.exit === undefined || run.exit.at > now);
}

/** Bytes that a container holds that has had nothing to do since it began. */
export function idleMemoryAt(run: ContainerRun, now: Micros): number {
  const { idleMemory, leakPerHour } = termsOf(run);
  return idleMemory + Math.round((leakPerHour * Math.max(0, now - run.startedAt)) / HOUR);
}

/** One container of a pod, with what it is doing. */
export interface ContainerLoad {
  readonly run: ContainerRun;
  /** Others from a resize on. */
  terms: ContainerTerms;
  running: boolean;
  /** Milli-CPU that it could use. */
  available: number;
  /** Milli-CPU that it uses. */
  cpu: number;
  /** Milli-CPU × µs that this run has used, up to `PodLoad.since`. */
  cpuTime: number;
  /** Which run of the container `cpuTime` is of. */
  starts: number;
}

/** A pod on a machine, with what it is doing. Changed by the model alone. */
export class PodLoad {
  readonly programs: PodPrograms;
  readonly node: string;
  readonly containers: readonly ContainerLoad[];
  /** Those that a request passes through. */
  readonly stations: readonly ContainerLoad[];
  /** Whether a request that comes here is answered, as far as its programs go. */
  serves = false;
  /** Requests a second that come here, and the part of them that is served by the programs here. */
  arrivals = 0;
  accepted = 0;
  /** Those that take CPU here. */
  worked = 0;
  /** The part of the arrivals that end well, with what they ask of others. */
  success = 0;
  inFlight = 0;
  /** Up to when the sums below and `cpuTime` are. */
  since: Micros;
  arrived = 0;
  failed = 0;
  wakeAt: Micros = NEVER;

  constructor(programs: PodPrograms, node: string, now: Micros) {
    this.programs = programs;
    this.node = node;
    this.since = now;
    this.containers = programs.containers.map((run) => ({
      run,
      terms: termsOf(run),
      running: false,
      available: Math.min(termsOf(run).cpuLimit, Math.max(termsOf(run).cpuRequest, 1000)),
      cpu: 0,
      cpuTime: 0,
      starts: 0,
    }));
    this.stations = this.containers.filter(({ terms: { cost } }) => cost !== undefined);
  }

  /** Add up what went on until now, at the rates that hold. */
  accrue(now: Micros): void {
    const span = now - this.since;
    if (span === 0) return;
    this.since = now;
    this.arrived += this.arrivals * span;
    this.failed += this.arrivals * (1 - this.success) * span;
    for (const container of this.containers) container.cpuTime += container.cpu * span;
  }

  /** Look at the programs as they are now; whether anything is other than before. */
  look(now: Micros): boolean {
    let changed = false;
    for (const container of this.containers) {
      const running = isRunning(container.run, now);
      const terms = termsOf(container.run);
      if (terms !== container.terms) {
        container.terms = terms;
        changed = true;
      }
      if (running && container.starts !== container.run.starts) {
        container.starts = container.run.starts;
        container.cpuTime = 0;
        changed = true;
      }
      if (running === container.running) continue;
      container.running = running;
      changed = true;
    }
    const serves = this.servesAt(now);
    if (serves === this.serves) return changed;
    this.serves = serves;
    return true;
  }

  /** The next moment at which a look may find something else, as far as it is known. */
  nextLook(now: Micros): Micros {
    let next = NEVER;
    const consider = (moment: Micros): void => {
      if (moment > now && moment < next) next = moment;
    };
    for (const { run } of this.containers) {
      if (run.state !== 'running') continue;
      const serves = this.programs.servesFrom(run);
      consider(serves);
      consider(run.refusesAt);
      if (run.exit !== undefined) consider(run.exit.at);
      for (const outages of [run.behavior.unready, run.behavior.unhealthy]) {
        for (const outage of outages) {
          consider(serves + outage.after);
          consider(serves + outageEnd(outage));
        }
      }
    }
    return next;
  }

  /** All containers that a request passes through serve; where none is said to cost anything, the main ones. */
  private servesAt(now: Micros): boolean {
    let any = false;
    for (const { run, terms: own } of this.containers) {
      if (this.stations.length > 0 ? own.cost === undefined : run.role !== 'main') continue;
      any = true;
      if (!isRunning(run, now) || run.refusesAt <= now) return false;
      const serves = this.programs.servesFrom(run);
      if (now < serves || isOut(run.behavior.unready, now - serves)) return false;
      if (isOut(run.behavior.unhealthy, now - serves)) return false;
    }
    return any;
  }
}

function isOut(outages: readonly Outage[], into: Micros): boolean {
  return outages.some((outage) => into >= outage.after && into < outageEnd(outage));
}
