import { type ContainerRun, isDone, restarts } from './container-run.ts';
import { isInitialised } from './pod-phase.ts';

/** What a sync finds to do (`computePodActions` of `pkg/kubelet/kuberuntime/kuberuntime_manager.go`). */
export interface PodActions {
  /** Nothing will run any more. */
  readonly over: boolean;
  /** In the order in which to start them. */
  readonly start: readonly ContainerRun[];
}

const OVER: PodActions = { over: true, start: [] };
const NOTHING: PodActions = { over: false, start: [] };

function isRunning({ state }: ContainerRun): boolean {
  return state === 'running';
}

/** Ephemeral containers at once, init containers one after the other, then all the main ones. `begun`: a main one was started in this sandbox. */
export function podActions(
  ephemeral: readonly ContainerRun[],
  inits: readonly ContainerRun[],
  mains: readonly ContainerRun[],
  restartPolicy: string | undefined,
  begun: boolean,
): PodActions {
  // Nearly always all that there is runs.
  if (ephemeral.length === 0 && inits.length === 0 && mains.length > 0 && mains.every(isRunning)) {
    return NOTHING;
  }
  const due = (run: ContainerRun): boolean => run.state === 'waiting' || restarts(run, restartPolicy);
  if (mains.every((run) => run.state === 'terminated' && !due(run))) return OVER;
  if (inits.some((run) => run.role === 'init' && run.state === 'terminated' && !isDone(run) && !due(run))) {
    return OVER;
  }
  const added = ephemeral.filter(({ state }) => state === 'waiting');
  if (inits.length === 0) return { over: false, start: [...added, ...mains.filter(due)] };
  if (begun || isInitialised(inits)) {
    const sidecars = inits.filter((run) => run.role === 'sidecar' && due(run));
    return { over: false, start: [...added, ...sidecars, ...mains.filter(due)] };
  }
  const start: ContainerRun[] = [...added];
  for (const run of inits) {
    if (due(run)) start.push(run);
    if (run.role === 'sidecar' ? !run.started : !isDone(run)) break;
  }
  return { over: false, start };
}
