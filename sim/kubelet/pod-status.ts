import { qosClass } from '../../core/kinds/pod/resources.ts';
import type {
  ContainerStateWaiting,
  ContainerStatus,
  HostIP,
  Pod,
  PodCondition,
  PodIP,
  PodStatus,
} from '../../core/schema/types.generated.ts';
import type { ContainerRun } from './container-run.ts';
import { isDone, restarts, statusOf } from './container-run.ts';
import type { AdmissionRefusal } from './node-admission.ts';
import {
  conditionOf,
  FAILS,
  type Finding,
  HOLDS,
  mergeConditions,
  type OwnCondition,
} from './pod-conditions.ts';
import { hasRun, isTerminalPhase, type PodPhase } from './pod-phase.ts';

/** A condition that holds. */
export interface Occasion {
  readonly type: 'DisruptionTarget' | 'PodResizePending' | 'PodResizeInProgress';
  readonly reason: string | undefined;
  readonly message: string | undefined;
}

/** What a worker knows of its pod when it writes a status. */
export interface PodFacts {
  readonly phase: PodPhase;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** Conditions that a pod has only now and then; nothing where it never had one. */
  readonly occasions: readonly Occasion[] | undefined;
  readonly ephemeral: readonly ContainerRun[];
  readonly inits: readonly ContainerRun[];
  readonly mains: readonly ContainerRun[];
  readonly sandboxReady: boolean;
  readonly podIp: string | undefined;
  readonly hostIps: readonly HostIP[];
  readonly startTime: string;
  /** `rfc3339` of now. */
  readonly at: string;
  /** Whether containers that ended may be started again, and by which policy. */
  readonly restarting: boolean;
  readonly restartPolicy: string | undefined;
}

/** The kubelet's part of a status. */
export interface OwnStatus {
  readonly phase: PodPhase;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly occasions: readonly PodCondition[] | undefined;
  readonly ephemeralContainerStatuses: readonly ContainerStatus[] | undefined;
  readonly conditions: OwnConditions;
  readonly containerStatuses: readonly ContainerStatus[];
  readonly initContainerStatuses: readonly ContainerStatus[] | undefined;
  readonly hostIps: readonly HostIP[];
  readonly podIp: string | undefined;
  readonly startTime: string;
  readonly at: string;
}

export interface OwnConditions {
  readonly sandbox: PodCondition;
  readonly initialized: PodCondition;
  readonly ready: PodCondition;
  readonly containersReady: PodCondition;
}

/** What the API knew when the kubelet first heard of the pod. */
function storedConditions(pod: Pod): Partial<OwnConditions> {
  const find = (type: OwnCondition): PodCondition | undefined =>
    pod.status.conditions?.find((condition) => condition.type === type);
  return {
    sandbox: find('PodReadyToStartContainers'),
    initialized: find('Initialized'),
    ready: find('Ready'),
    containersReady: find('ContainersReady'),
  } as Partial<OwnConditions>;
}

const CREATING: ContainerStateWaiting = { message: undefined, reason: 'ContainerCreating' };
/** Where there are init containers, all wait with this (`convertToAPIContainerStatuses`). */
const INITIALISING: ContainerStateWaiting = { message: undefined, reason: 'PodInitializing' };

function namesOf(runs: readonly ContainerRun[]): string {
  if (runs.length === 1) return `[${runs[0]!.spec.name}]`;
  return `[${runs.map((run) => run.spec.name).join(' ')}]`;
}

// Pods of one rollout lack the same containers.
let lastUnready = '';
let lastNotReady: Finding = FAILS;

function notReady(names: string): Finding {
  if (names !== lastUnready) {
    lastUnready = names;
    const message = `containers with unready status: ${names}`;
    lastNotReady = { status: 'False', reason: 'ContainersNotReady', message };
  }
  return lastNotReady;
}

function isReady({ ready }: ContainerRun): boolean {
  return ready;
}

/** `GenerateContainersReadyCondition` (`pkg/kubelet/status/generate.go`). */
function containersReady({ phase, inits, mains }: PodFacts): Finding {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted', message: undefined };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed', message: undefined };
  if (inits.length === 0 && mains.every(isReady)) return HOLDS;
  const unready = [...inits.filter(({ role }) => role === 'sidecar'), ...mains].filter((run) => !run.ready);
  return unready.length === 0 ? HOLDS : notReady(namesOf(unready));
}

/** `GeneratePodInitializedCondition`. */
function initialized({ phase, inits, mains }: PodFacts): Finding {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted', message: undefined };
  if (inits.length === 0 || mains.some(hasRun)) return HOLDS;
  const incomplete = inits.filter((run) => (run.role === 'sidecar' ? !run.started : !isDone(run)));
  if (incomplete.length === 0) return HOLDS;
  return {
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: ${namesOf(incomplete)}`,
  };
}

// Pods of one rollout that begin in one second have the same conditions.
let lastOwn: OwnConditions | undefined;

function ownConditions(
  facts: PodFacts,
  before: Partial<OwnConditions>,
  generation: number | undefined,
): OwnConditions {
  const { at } = facts;
  const holding = facts.sandboxReady ? HOLDS : FAILS;
  const running = containersReady(facts);
  const sandbox = conditionOf('PodReadyToStartContainers', holding, before.sandbox, at, generation);
  const init = conditionOf('Initialized', initialized(facts), before.initialized, at, generation);
  const ready = conditionOf('Ready', running, before.ready, at, generation);
  const containers = conditionOf('ContainersReady', running, before.containersReady, at, generation);
  if (
    lastOwn?.sandbox === sandbox &&
    lastOwn.initialized === init &&
    lastOwn.ready === ready &&
    lastOwn.containersReady === containers
  ) {
    return lastOwn;
  }
  lastOwn = { sandbox, initialized: init, ready, containersReady: containers };
  return lastOwn;
}

// Pods of one template begin with the same statuses, by identity.
const firstStatuses = new WeakMap<object, readonly ContainerStatus[]>();

function statusesOf(
  facts: PodFacts,
  runs: readonly ContainerRun[],
  specs: object,
  before: readonly ContainerStatus[] | undefined,
): readonly ContainerStatus[] {
  const initial = facts.inits.length > 0 ? INITIALISING : CREATING;
  const isFirst = runs.every(
    (run) => run.state === 'waiting' && run.trouble === undefined && run.last === undefined,
  );
  const shared = isFirst ? firstStatuses.get(specs) : undefined;
  if (shared !== undefined) return shared;
  const statuses = runs.map((run) =>
    statusOf(run, initial, facts.restarting && restarts(run, facts.restartPolicy)),
  );
  if (isFirst) firstStatuses.set(specs, statuses);
  const same =
    before !== undefined && before.length === statuses.length && statuses.every((s, i) => s === before[i]);
  return same ? before : statuses;
}

export function composeStatus(pod: Pod, facts: PodFacts, before: OwnStatus | undefined): OwnStatus {
  const { initContainers } = pod.spec;
  return {
    phase: facts.phase,
    reason: facts.reason,
    message: facts.message,
    occasions: facts.occasions?.map((occasion) => occasionOf(pod, occasion, facts.at)),
    ephemeralContainerStatuses:
      facts.ephemeral.length === 0 ? undefined : facts.ephemeral.map((run) => statusOf(run, CREATING, false)),
    conditions: ownConditions(facts, before?.conditions ?? storedConditions(pod), pod.metadata.generation),
    containerStatuses: statusesOf(facts, facts.mains, pod.spec.containers, before?.containerStatuses),
    initContainerStatuses:
      initContainers === undefined || initContainers.length === 0
        ? undefined
        : statusesOf(facts, facts.inits, initContainers, before?.initContainerStatuses),
    hostIps: facts.hostIps,
    podIp: facts.podIp,
    startTime: facts.startTime,
    at: facts.at,
  };
}

/** Of them the kubelet alone writes those of a resize, and takes them back; why a pod was disrupted others say too. */
function occasionOf(pod: Pod, { type, reason, message }: Occasion, at: string): PodCondition {
  const before = pod.status.conditions?.find((known) => known.type === type);
  return {
    lastProbeTime: undefined,
    lastTransitionTime: before?.status === 'True' ? before.lastTransitionTime : at,
    message,
    observedGeneration: pod.metadata.generation,
    reason,
    status: 'True',
    type,
  };
}

function withOccasions(
  stored: readonly PodCondition[] | undefined,
  own: readonly PodCondition[] | undefined,
): readonly PodCondition[] | undefined {
  if (own === undefined) return stored;
  const others = stored?.filter(
    ({ type }) => !type.startsWith('PodResize') && !own.some((mine) => mine.type === type),
  );
  return [...(others ?? []), ...own];
}

/** Ready, where others have a say: `readinessGates` name conditions that they set (`GeneratePodReadyCondition`). */
function gatedReady(stored: Pod, own: OwnStatus): PodCondition {
  const gates = stored.spec.readinessGates;
  const { ready } = own.conditions;
  if (gates === undefined || gates.length === 0 || ready.status !== 'True') return ready;
  const texts: string[] = [];
  for (const { conditionType } of gates) {
    const found = stored.status.conditions?.find(({ type }) => type === conditionType);
    if (found === undefined) {
      texts.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    } else if (found.status !== 'True') {
      texts.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`);
    }
  }
  const finding: Finding =
    texts.length === 0
      ? HOLDS
      : { status: 'False', reason: 'ReadinessGatesNotReady', message: texts.join(', ') };
  const before = stored.status.conditions?.find(({ type }) => type === 'Ready');
  return conditionOf('Ready', finding, before, own.at, stored.metadata.generation);
}

let lastPodIps: readonly PodIP[] = [];

function podIps(ip: string, before: readonly PodIP[] | undefined): readonly PodIP[] {
  if (before?.[0]?.ip === ip) return before;
  if (lastPodIps[0]?.ip !== ip) lastPodIps = [{ ip }];
  return lastPodIps;
}

/** The stored pod with the kubelet's status in it; what others own stays. Hot path: one literal, one hidden class. */
export function withStatus(stored: Pod, own: OwnStatus): Pod {
  const before: PodStatus = stored.status;
  const { sandbox, initialized: init, containersReady: containers } = own.conditions;
  const scheduled =
    before.conditions?.find(({ type }) => type === 'PodScheduled') ??
    conditionOf('PodScheduled', HOLDS, undefined, own.at, stored.metadata.generation);
  const conditions = mergeConditions(withOccasions(before.conditions, own.occasions), [
    sandbox,
    init,
    gatedReady(stored, own),
    containers,
    scheduled,
  ]);
  const status: PodStatus = {
    allocatedResources: before.allocatedResources,
    conditions,
    containerStatuses: own.containerStatuses,
    ephemeralContainerStatuses: own.ephemeralContainerStatuses ?? before.ephemeralContainerStatuses,
    extendedResourceClaimStatus: before.extendedResourceClaimStatus,
    hostIP: own.hostIps[0]?.ip,
    hostIPs: own.hostIps,
    initContainerStatuses: own.initContainerStatuses,
    message: own.message ?? before.message,
    nominatedNodeName: before.nominatedNodeName,
    observedGeneration: stored.metadata.generation,
    // An end that the API has seen stands (`generateAPIPodStatus`).
    phase: isTerminalPhase(before.phase) ? before.phase : own.phase,
    podIP: own.podIp,
    podIPs: own.podIp === undefined ? undefined : podIps(own.podIp, before.podIPs),
    qosClass: before.qosClass ?? qosClass(stored.spec),
    reason: own.reason ?? before.reason,
    resize: before.resize,
    resourceClaimStatuses: before.resourceClaimStatuses,
    resources: before.resources,
    startTime: own.startTime,
  };
  return {
    apiVersion: stored.apiVersion,
    kind: stored.kind,
    metadata: stored.metadata,
    spec: stored.spec,
    status,
  };
}

/** The kubelet won't run the pod at all (`rejectPod`). */
export function rejectedStatus(stored: Pod, { reason, message }: AdmissionRefusal): Pod {
  return { ...stored, status: { ...stored.status, phase: 'Failed', reason, message } };
}
