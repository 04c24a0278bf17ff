import type { ContainerStateTerminated, ContainerStatus, Pod } from '../../core/schema/types.generated.ts';
import { type Micros, parseRfc3339, rfc3339 } from '../../core/time.ts';
import type { ContainerRun } from './container-run.ts';
import { isDone } from './container-run.ts';
import { hasRun } from './pod-phase.ts';
import { KILLED } from './shutdown.ts';

/** As containerd finds a container whose machine went down under it. */
const LOST_EXIT_CODE = 255;
const LOST_REASON = 'Unknown';

function lost(status: ContainerStatus, now: Micros): ContainerStateTerminated {
  return {
    containerID: status.containerID,
    exitCode: LOST_EXIT_CODE,
    finishedAt: rfc3339(now),
    message: undefined,
    reason: LOST_REASON,
    signal: undefined,
    startedAt: status.state?.running?.startedAt,
  };
}

function resume(run: ContainerRun, status: ContainerStatus, now: Micros): void {
  const ended =
    status.state?.terminated ??
    (status.state?.running === undefined ? status.lastState?.terminated : undefined);
  const terminated = ended ?? lost(status, now);
  const finished = terminated.finishedAt === undefined ? undefined : parseRfc3339(terminated.finishedAt);
  run.containerId = status.containerID;
  run.imageReference = status.image;
  run.imageId = status.imageID;
  run.restartCount = status.restartCount;
  run.starts = status.restartCount + 1;
  run.finishedAt = finished ?? now;
  run.last = status.lastState?.terminated;
  run.state = 'terminated';
  run.terminated = terminated;
  if (run.role === 'init' && isDone(run)) {
    // The new sandbox is initialised anew.
    run.state = 'waiting';
    run.last = terminated;
    run.terminated = undefined;
    run.restartCount += 1;
  }
}

/**
 * A kubelet that has booted finds the containers of its pods dead: they begin again from what the API says of them.
 * Whether there were any.
 */
export function resumeRuns(pod: Pod, runs: readonly ContainerRun[], now: Micros): boolean {
  let any = false;
  for (const run of runs) {
    const statuses =
      run.role === 'ephemeral'
        ? pod.status.ephemeralContainerStatuses
        : run.role === 'main'
          ? pod.status.containerStatuses
          : pod.status.initContainerStatuses;
    const status = statuses?.find(({ name }) => name === run.spec.name);
    if (status?.containerID === undefined) continue;
    any = true;
    resume(run, status, now);
  }
  return any;
}

function unknown(run: ContainerRun): void {
  if (run.state === 'terminated') return;
  run.state = 'terminated';
  run.terminated = {
    containerID: undefined,
    exitCode: KILLED,
    finishedAt: undefined,
    message: 'The container could not be located when the pod was terminated',
    reason: 'ContainerStatusUnknown',
    signal: undefined,
    startedAt: undefined,
  };
  run.ready = false;
}

/** At its end no container of a pod may look as if it could still run (`TerminatePod` of the status manager). */
export function markUnknown(inits: readonly ContainerRun[], mains: readonly ContainerRun[]): void {
  const lastInit = inits.at(-1);
  const initialised = lastInit === undefined || mains.some(hasRun) || isDone(lastInit);
  const begun = Math.max(0, inits.findLastIndex(hasRun));
  inits.forEach((run, index) => {
    if (index <= begun) unknown(run);
    run.status = undefined;
  });
  for (const run of mains) {
    if (initialised) unknown(run);
    run.status = undefined;
  }
}
