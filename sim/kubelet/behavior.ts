import type { Container, Pod } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type * as scenario from '../scenario/scenario.ts';
import { compileWildcard } from './wildcard.ts';

/** What the program in a container would do, with every default filled in. */
export interface ContainerBehavior {
  /** From the start of the container until the program serves: its probes pass from then on. */
  readonly startup: scenario.TimeSpread;
  /** From SIGTERM until the program has ended by itself, with exit code 0. */
  readonly shutdown: scenario.TimeSpread;
  /** The program ends by itself. Absent: it runs until it is stopped. */
  readonly exit: scenario.ContainerExit | undefined;
  /** What its hooks come to. Absent: as long as they `sleep`, and well. */
  readonly postStart: scenario.HookBehavior | undefined;
  readonly preStop: scenario.HookBehavior | undefined;
  /** When readiness probes fail, since the program serves. */
  readonly unready: readonly scenario.Outage[];
  /** When liveness probes fail. */
  readonly unhealthy: readonly scenario.Outage[];
  /** What a request costs. Absent: nothing. */
  readonly request: scenario.RequestCost | undefined;
  /** What it uses when it does nothing. Absent: a share of what the container requests. */
  readonly usage: scenario.IdleUsage | undefined;
}

export interface BehaviorSource {
  /** Whether any program was said to write to the disk of its node. */
  readonly usesDisk?: boolean;
  behaviorFor(pod: Pod, container: Container): ContainerBehavior;
}

/** A program that loads for a moment: in 0.5 to 2 s for all but a few. */
const DEFAULT_STARTUP: scenario.TimeSpread = { p50: 1 * SECOND, p99: 2 * SECOND };
/** A program that handles SIGTERM and has little to finish. */
const DEFAULT_SHUTDOWN: scenario.TimeSpread = { p50: 0.3 * SECOND, p99: 2 * SECOND };
/** What a pod that isn't restarted for ever is for: some work that ends. */
const DEFAULT_WORK: scenario.ContainerExit = { after: { p50: 5 * SECOND, p99: 15 * SECOND }, code: 0 };
/** An init container prepares something. */
const DEFAULT_INIT_WORK: scenario.ContainerExit = { after: { p50: 1 * SECOND, p99: 3 * SECOND }, code: 0 };

type Role = 'service' | 'work' | 'init';

function roleOf(pod: Pod, container: Container): Role {
  // A shell that somebody looks around with.
  if (pod.spec.ephemeralContainers?.some((one) => one === container) === true) return 'service';
  if (pod.spec.initContainers?.includes(container) === true) {
    return container.restartPolicy === 'Always' ? 'service' : 'init';
  }
  return pod.spec.restartPolicy === 'Never' || pod.spec.restartPolicy === 'OnFailure' ? 'work' : 'service';
}

const DEFAULT_EXIT: Readonly<Record<Role, scenario.ContainerExit | undefined>> = {
  service: undefined,
  work: DEFAULT_WORK,
  init: DEFAULT_INIT_WORK,
};

const NO_OUTAGES: readonly scenario.Outage[] = [];

function withDefaults(given: scenario.ContainerBehavior | undefined, role: Role): ContainerBehavior {
  return {
    startup: given?.startup ?? DEFAULT_STARTUP,
    shutdown: given?.shutdown ?? DEFAULT_SHUTDOWN,
    exit: given?.exit ?? DEFAULT_EXIT[role],
    postStart: given?.postStart,
    preStop: given?.preStop,
    unready: given?.unready ?? NO_OUTAGES,
    unhealthy: given?.unhealthy ?? NO_OUTAGES,
    request: given?.request,
    usage: given?.usage,
  };
}

type Fits = (pod: Pod, container: Container) => boolean;

function compileMatch(match: scenario.BehaviorMatch): Fits {
  const labels = Object.entries(match.labels ?? {});
  const fitsImage = match.image === undefined ? undefined : compileWildcard(match.image);
  return (pod, container) => {
    if (match.namespace !== undefined && match.namespace !== pod.metadata.namespace) return false;
    if (match.container !== undefined && match.container !== container.name) return false;
    if (fitsImage !== undefined && !fitsImage(container.image ?? '')) return false;
    const own = pod.metadata.labels;
    for (const [name, value] of labels) if (own?.[name] !== value) return false;
    return true;
  };
}

interface Rule {
  readonly fits: Fits;
  /** One per role, so that containers alike share theirs by identity. */
  readonly behaviors: Readonly<Record<Role, ContainerBehavior>>;
}

function ruleOf(given: scenario.ContainerBehavior | undefined, fits: Fits): Rule {
  const behaviors = {
    service: withDefaults(given, 'service'),
    work: withDefaults(given, 'work'),
    init: withDefaults(given, 'init'),
  };
  return { fits, behaviors };
}

/** The first behaviour of the list whose `match` fits a container holds for it; the default is last. */
export function compileBehaviors(list: readonly scenario.ContainerBehavior[]): BehaviorSource {
  const rules = list.map((given) => ruleOf(given, compileMatch(given.match)));
  const fallback = ruleOf(undefined, () => true);
  const usesDisk = list.some(({ usage }) => usage?.disk !== undefined || usage?.fillsPerHour !== undefined);
  return {
    usesDisk,
    behaviorFor(pod, container) {
      const rule = rules.find(({ fits }) => fits(pod, container)) ?? fallback;
      return rule.behaviors[roleOf(pod, container)];
    },
  };
}

/** When an outage of the program ends, counted like its beginning. */
export function outageEnd(outage: scenario.Outage): Micros {
  return outage.for === undefined ? Number.POSITIVE_INFINITY : outage.after + outage.for;
}
