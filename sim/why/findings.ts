import type { KubeObject } from '../../core/api/object.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { ContainerStatus, Pod } from '../../core/schema/types.generated.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Conditions that should hold. Where one doesn't, its reason and message say what is amiss. */
const SHOULD_HOLD = new Set(['PodScheduled', 'Initialized', 'Ready', 'Available', 'Progressing', 'Complete']);
/** Conditions whose holding is trouble. */
const SHOULD_NOT_HOLD = new Set([
  'Failed',
  'ReplicaFailure',
  'DisruptionTarget',
  'MemoryPressure',
  'DiskPressure',
  'PIDPressure',
  'NetworkUnavailable',
]);

function conditionsOf(object: KubeObject): readonly Condition[] {
  // Conditions have one shape in every kind of the API.
  const { status } = object as KubeObject & {
    readonly status?: { readonly conditions?: readonly Condition[] };
  };
  return status?.conditions ?? [];
}

const UNSCHEDULABLE = /^0\/\d+ nodes are available: (.+?)\.(?: preemption: .*)?$/s;

/** The scheduler's message, and its reasons a line each: `3 Insufficient cpu`. */
function schedulingFindings(message: string): readonly string[] {
  const reasons = UNSCHEDULABLE.exec(message)?.[1];
  if (reasons === undefined) return [];
  return reasons.split(/, (?=\d+ )/).map((reason) => `  ${reason}`);
}

function conditionFindings(object: KubeObject): readonly string[] {
  return conditionsOf(object).flatMap(({ type, status, reason, message = '' }) => {
    if (reason === 'PodCompleted') return [];
    const amiss = SHOULD_HOLD.has(type) ? status !== 'True' : SHOULD_NOT_HOLD.has(type) && status === 'True';
    if (!amiss) return [];
    const told = message === '' ? '' : `: ${message}`;
    const line = `${type} is ${status}${reason === undefined ? '' : ` (${reason})`}${told}`;
    return type === 'PodScheduled' ? [line, ...schedulingFindings(message)] : [line];
  });
}

function containerFindings(statuses: readonly ContainerStatus[]): readonly string[] {
  return statuses.flatMap(({ name, state, lastState, restartCount }) => {
    const findings: string[] = [];
    const waiting = state?.waiting;
    if (waiting?.reason !== undefined) {
      const told = waiting.message === undefined ? '' : `: ${waiting.message}`;
      findings.push(`container ${name} waits (${waiting.reason})${told}`);
    }
    const ended = state?.terminated ?? lastState?.terminated;
    if (ended !== undefined && ended.exitCode !== 0) {
      const reason = ended.reason === undefined ? '' : ` (${ended.reason})`;
      findings.push(`container ${name} exited with ${ended.exitCode}${reason}, ${restartCount} restarts`);
    }
    return findings;
  });
}

/** What an object itself says of why it isn't well. Empty where it is. */
export function findings(object: KubeObject): readonly string[] {
  const told = conditionFindings(object);
  if (object.kind !== POD.kind) return told;
  const { status } = object as Pod;
  return [
    ...told,
    ...containerFindings([...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]),
  ];
}
