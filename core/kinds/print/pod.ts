import type { Container, ContainerStatus, Pod } from '../../schema/types.generated.ts';
import { type Micros, parseRfc3339 } from '../../time.ts';
import { isPodReady, isPodTerminal, podCondition } from '../pod/status.ts';
import { AGE, type Column, NAME, NONE, since, text, wide } from './column.ts';

/** What a node that is lost leaves in the status of its pods (util/node `NodeUnreachablePodReason`). */
const NODE_LOST = 'NodeLost';

/** What `kubectl get pods` says of a pod's containers (printers/internalversion `printPod`). */
export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  /** `Running`, `Init:0/1`, `CrashLoopBackOff`, `Completed`, `Terminating`… */
  readonly status: string;
  readonly restarts: number;
  /** When a container last ended before a restart. */
  readonly lastRestart: string | undefined;
}

/** An open count of restarts. */
interface Restarts {
  count: number;
  last: string | undefined;
  lastAt: Micros;
}

function noRestarts(): Restarts {
  return { count: 0, last: undefined, lastAt: Number.NEGATIVE_INFINITY };
}

function countRestarts(restarts: Restarts, status: ContainerStatus): void {
  restarts.count += status.restartCount;
  const finishedAt = status.lastState?.terminated?.finishedAt;
  const at = finishedAt === undefined ? undefined : parseRfc3339(finishedAt);
  if (at === undefined || at <= restarts.lastAt) return;
  restarts.last = finishedAt;
  restarts.lastAt = at;
}

function isSidecar(container: Container | undefined): boolean {
  return container?.restartPolicy === 'Always';
}

function endText(prefix: string, terminated: NonNullable<ContainerStatus['state']>['terminated']): string {
  if (terminated?.reason) return prefix + terminated.reason;
  if (terminated?.signal) return `${prefix}Signal:${terminated.signal}`;
  return `${prefix}ExitCode:${terminated?.exitCode ?? 0}`;
}

interface Initialisation {
  /** What holds the pod up, or `undefined` once every init container is through. */
  readonly reason: string | undefined;
  readonly all: Restarts;
  readonly sidecars: Restarts;
  readonly readySidecars: number;
}

function initialisation(pod: Pod): Initialisation {
  const containers = new Map((pod.spec.initContainers ?? []).map((container) => [container.name, container]));
  const all = noRestarts();
  const sidecars = noRestarts();
  let readySidecars = 0;
  for (const [index, status] of (pod.status.initContainerStatuses ?? []).entries()) {
    const sidecar = isSidecar(containers.get(status.name));
    countRestarts(all, status);
    if (sidecar) countRestarts(sidecars, status);
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecar && status.started === true) {
      if (status.ready) readySidecars++;
      continue;
    }
    let reason = `Init:${index}/${containers.size}`;
    if (terminated !== undefined) reason = endText('Init:', terminated);
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') reason = `Init:${waiting.reason}`;
    return { reason, all, sidecars, readySidecars };
  }
  return { reason: undefined, all, sidecars, readySidecars };
}

interface Run {
  readonly reason: string;
  readonly ready: number;
}

/** What the main containers say, the first of them last. */
function run(pod: Pod, before: string, restarts: Restarts): Run {
  let reason = before;
  let ready = 0;
  let running = false;
  for (const status of (pod.status.containerStatuses ?? []).toReversed()) {
    countRestarts(restarts, status);
    const { running: run, terminated, waiting } = status.state ?? {};
    if (waiting?.reason) reason = waiting.reason;
    else if (terminated !== undefined) reason = endText('', terminated);
    else if (status.ready && run !== undefined) {
      running = true;
      ready++;
    }
  }
  // One container that still runs keeps the pod from looking completed.
  if (reason === 'Completed' && running) reason = isPodReady(pod) ? 'Running' : 'NotReady';
  return { reason, ready };
}

export function podSummary(pod: Pod): PodSummary {
  const { status } = pod;
  let reason = status.reason || status.phase || '';
  if (podCondition(pod, 'PodScheduled')?.reason === 'SchedulingGated') reason = 'SchedulingGated';
  const sidecarCount = (pod.spec.initContainers ?? []).filter(isSidecar).length;
  const init = initialisation(pod);
  let ready = init.readySidecars;
  let restarts = init.all;
  if (init.reason !== undefined) reason = init.reason;
  if (init.reason === undefined || podCondition(pod, 'Initialized')?.status === 'True') {
    restarts = init.sidecars;
    const main = run(pod, reason, restarts);
    reason = main.reason;
    ready += main.ready;
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status.reason === NODE_LOST) reason = 'Unknown';
    else if (!isPodTerminal(pod)) reason = 'Terminating';
  }
  return {
    ready,
    total: pod.spec.containers.length + sidecarCount,
    status: reason,
    restarts: restarts.count,
    lastRestart: restarts.last,
  };
}

function restartsText(pod: Pod, now: Micros): string | number {
  const { lastRestart, restarts } = podSummary(pod);
  return restarts > 0 && lastRestart !== undefined
    ? `${restarts} (${since(lastRestart, now)} ago)`
    : `${restarts}`;
}

function gatesText(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return NONE;
  const open = gates.filter((gate) => podCondition(pod, gate.conditionType)?.status === 'True').length;
  return `${open}/${gates.length}`;
}

export const POD_COLUMNS: readonly Column<Pod>[] = [
  NAME,
  text('Ready', (pod) => {
    const { ready, total } = podSummary(pod);
    return `${ready}/${total}`;
  }),
  text('Status', (pod) => podSummary(pod).status),
  text('Restarts', (pod, { now }) => restartsText(pod, now)),
  AGE,
  wide(text('IP', (pod) => pod.status.podIPs?.[0]?.ip || pod.status.podIP || NONE)),
  wide(text('Node', (pod) => pod.spec.nodeName || NONE)),
  wide(text('Nominated Node', (pod) => pod.status.nominatedNodeName || NONE)),
  wide(text('Readiness Gates', gatesText)),
];
