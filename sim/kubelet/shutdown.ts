import type { Pod } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { drawSpread } from '../random/distribution.ts';
import type { RandomStream } from '../random/keyed.ts';
import type { ContainerRun, PlannedExit } from './container-run.ts';
import { MINIMUM_GRACE } from './settings.ts';

/** Exit code of a process that was killed: 128 and the number of SIGKILL. */
export const KILLED = 137;
/** `v1.DefaultTerminationGracePeriodSeconds`. */
const DEFAULT_GRACE_SECONDS = 30;
/** A pod that left the API is still given a second (`calculateEffectiveGracePeriod`). */
const LEAST_GRACE_SECONDS = 1;

/** Seconds that a pod gets to stop: those of its deletion, else its own. */
export function graceOf(pod: Pod): Micros {
  const seconds =
    pod.metadata.deletionGracePeriodSeconds ??
    pod.spec.terminationGracePeriodSeconds ??
    DEFAULT_GRACE_SECONDS;
  return Math.max(seconds, LEAST_GRACE_SECONDS) * SECOND;
}

/**
 * How a container ends that is told to stop at `now`: its preStop hook, SIGTERM, and after the grace period (of which
 * SIGTERM leaves two seconds at least) SIGKILL
 * (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow).
 */
export function plannedStop(
  run: ContainerRun,
  now: Micros,
  grace: Micros,
  preStop: Micros,
  shutdown: Micros,
): PlannedExit {
  const hook = Math.min(preStop, grace);
  const left = Math.max(grace - hook, MINIMUM_GRACE);
  const graceful = shutdown <= left;
  const stop: PlannedExit = {
    at: now + hook + Math.min(shutdown, left),
    code: graceful ? 0 : KILLED,
    reason: undefined,
  };
  return run.exit !== undefined && run.exit.at <= stop.at ? run.exit : stop;
}

/** How a run ends by itself that begins at `now`, as far as its program does. */
export function endOf(
  run: ContainerRun,
  now: Micros,
  random: RandomStream,
  entity: string,
): PlannedExit | undefined {
  const { exit } = run.behavior;
  if (exit === undefined || (exit.runs !== undefined && run.starts > exit.runs)) return undefined;
  const after = drawSpread(exit.after, random.unit(entity, `exit#${run.starts}`));
  return { at: now + after, code: exit.code, reason: exit.reason, message: exit.message };
}
