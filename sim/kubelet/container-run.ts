import type {
  Container,
  ContainerState,
  ContainerStateTerminated,
  ContainerStateWaiting,
  ContainerStatus,
} from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';
import { type BackOff, nextBackOff } from './back-off.ts';
import type { ContainerBehavior } from './behavior.ts';
import type { ImageFacts } from './image-registry.ts';
import type { ProbeRun } from './probe.ts';

/** `init` runs to its end before what follows, `sidecar` is an init container that goes on beside the main ones. */
export type ContainerRole = 'init' | 'sidecar' | 'main' | 'ephemeral';

export interface PlannedExit {
  readonly at: Micros;
  readonly code: number;
  readonly reason: string | undefined;
  /** What the program leaves in its termination message file. */
  readonly message?: string | undefined;
}

/** `MaxContainerTerminationMessageLength` (https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/). */
const MESSAGE_MAX = 4096;

/** One container of a pod through all its runs, as the kubelet knows it. Changed by its pod's worker alone. */
export interface ContainerRun {
  /** Its resources change where the pod is resized; nothing else does. */
  spec: Container;
  readonly role: ContainerRole;
  readonly behavior: ContainerBehavior;
  state: 'waiting' | 'running' | 'terminated';
  /** Why the last attempt to start it failed (the kubelet's reason cache). */
  trouble: ContainerStateWaiting | undefined;
  restartCount: number;
  /** Starts so far on this node: which draw belongs to a run. */
  starts: number;
  containerId: string | undefined;
  imageReference: string;
  imageId: string;
  startedAt: Micros;
  finishedAt: Micros;
  exit: PlannedExit | undefined;
  /** When the kubelet notices the exit. */
  exitSeenAt: Micros;
  /** From SIGTERM on the program ends what it has begun, and takes no new requests. */
  refusesAt: Micros;
  terminated: ContainerStateTerminated | undefined;
  /** How the run before ended. */
  last: ContainerStateTerminated | undefined;
  started: boolean;
  ready: boolean;
  probes: readonly ProbeRun[];
  /** The start that the probes are for, and when its program serves; known where it is probed. */
  probedStart: number;
  servesAt: Micros;
  backOff: BackOff | undefined;
  pullBackOff: BackOff | undefined;
  /** The status as it stands, made when it is next asked for. */
  status: ContainerStatus | undefined;
}

const NO_PROBES: readonly ProbeRun[] = [];
const NO_STATE: ContainerState = Object.freeze({});

export function newRun(spec: Container, role: ContainerRole, behavior: ContainerBehavior): ContainerRun {
  return {
    spec,
    role,
    behavior,
    state: 'waiting',
    trouble: undefined,
    restartCount: 0,
    starts: 0,
    containerId: undefined,
    imageReference: spec.image ?? '',
    imageId: '',
    startedAt: 0,
    finishedAt: 0,
    exit: undefined,
    exitSeenAt: Number.POSITIVE_INFINITY,
    refusesAt: Number.POSITIVE_INFINITY,
    terminated: undefined,
    last: undefined,
    started: false,
    ready: false,
    probes: NO_PROBES,
    probedStart: 0,
    servesAt: 0,
    backOff: undefined,
    pullBackOff: undefined,
    status: undefined,
  };
}

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#individual-container-restart-policy-and-rules */
function isRestartedByRule({ spec, terminated }: ContainerRun): boolean {
  const code = terminated?.exitCode ?? 0;
  for (const { action, exitCodes } of spec.restartPolicyRules ?? []) {
    const isListed = exitCodes?.values?.includes(code) === true;
    if (exitCodes === undefined || (exitCodes.operator === 'In') !== isListed) continue;
    return action === 'Restart';
  }
  return false;
}

/** A container's own policy goes before its pod's: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy */
export function restarts(run: ContainerRun, restartPolicy: string | undefined): boolean {
  if (run.state !== 'terminated') return false;
  if (run.role === 'sidecar') return true;
  if (run.role === 'ephemeral') return false;
  if (run.spec.restartPolicyRules !== undefined && isRestartedByRule(run)) return true;
  const failed = run.terminated?.exitCode !== 0;
  restartPolicy = run.spec.restartPolicy ?? restartPolicy;
  if (run.role === 'init') return failed && restartPolicy !== 'Never';
  if (restartPolicy === 'Never') return false;
  return restartPolicy !== 'OnFailure' || failed;
}

export function isDone(run: ContainerRun): boolean {
  return run.state === 'terminated' && run.terminated?.exitCode === 0;
}

/** `Completed` or `Error`, as containerd's CRI plugin names an end by its exit code. */
function reasonOfExit(code: number): string {
  return code === 0 ? 'Completed' : 'Error';
}

/** A run begins: the first, or the one after the one that has ended. */
export function markStarted(run: ContainerRun, image: ImageFacts, now: Micros): void {
  if (run.state === 'terminated') {
    run.backOff = nextBackOff(run.backOff, run.finishedAt, now);
    run.last = run.terminated;
    run.restartCount += 1;
  }
  run.state = 'running';
  run.trouble = undefined;
  run.terminated = undefined;
  run.imageReference = image.reference;
  run.imageId = image.id;
  run.startedAt = now;
  run.refusesAt = Number.POSITIVE_INFINITY;
  run.starts += 1;
  run.started = run.role === 'init' || run.spec.startupProbe === undefined;
  run.ready =
    run.role !== 'init' && run.role !== 'ephemeral' && run.started && run.spec.readinessProbe === undefined;
  run.status = undefined;
}

/** The run ends; whether another follows is the worker's decision. */
export function markTerminated(run: ContainerRun, exit: PlannedExit): void {
  run.state = 'terminated';
  run.finishedAt = exit.at;
  run.terminated = {
    containerID: run.containerId,
    exitCode: exit.code,
    finishedAt: rfc3339(exit.at),
    message: exit.message?.slice(0, MESSAGE_MAX),
    reason: exit.reason ?? reasonOfExit(exit.code),
    signal: undefined,
    startedAt: rfc3339(run.startedAt),
  };
  run.exit = undefined;
  run.exitSeenAt = Number.POSITIVE_INFINITY;
  run.started = false;
  run.ready = run.role === 'init' && exit.code === 0;
  run.probes = NO_PROBES;
  run.status = undefined;
}

// Neighbouring starts share their second.
let runningSince = '';
let runningState: ContainerState = NO_STATE;

function runningStateSince(startedAt: Micros): ContainerState {
  const text = rfc3339(startedAt);
  if (text !== runningSince) {
    runningSince = text;
    runningState = { running: { startedAt: text }, terminated: undefined, waiting: undefined };
  }
  return runningState;
}

function stateOf(run: ContainerRun, initial: ContainerStateWaiting, willStart: boolean): ContainerState {
  if (run.state === 'running') return runningStateSince(run.startedAt);
  if (run.state === 'terminated' && !(willStart && run.trouble !== undefined)) {
    return { running: undefined, terminated: run.terminated, waiting: undefined };
  }
  return { running: undefined, terminated: undefined, waiting: run.trouble ?? initial };
}

/**
 * The status of a container. One that is to be restarted and couldn't be shows why as waiting, with its end as the
 * last state (`generateAPIPodStatus`); until then it shows its end.
 */
export function statusOf(
  run: ContainerRun,
  initial: ContainerStateWaiting,
  willStart: boolean,
): ContainerStatus {
  if (run.status !== undefined) return run.status;
  const { spec } = run;
  const state = stateOf(run, initial, willStart);
  const last = run.state === 'terminated' && state.terminated === undefined ? run.terminated : run.last;
  run.status = {
    allocatedResources: run.state === 'running' ? spec.resources?.requests : undefined,
    containerID: run.containerId,
    image: run.imageReference,
    imageID: run.imageId,
    lastState: last === undefined ? NO_STATE : { running: undefined, terminated: last, waiting: undefined },
    name: spec.name,
    ready: run.ready,
    resources: run.state === 'running' ? spec.resources : undefined,
    restartCount: run.restartCount,
    started: run.started,
    state,
  };
  return run.status;
}
