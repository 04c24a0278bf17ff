import type { Pod, Probe } from '../../core/schema/types.generated.ts';
import { goDuration } from '../../core/text/go-duration.ts';
import type { Micros } from '../../core/time.ts';
import type { ContainerRun } from './container-run.ts';
import type { PullOutcome } from './image-puller.ts';
import type { ImageFacts } from './image-registry.ts';
import type { ProbeKind } from './probe.ts';

/**
 * What Events and statuses say, as today's kubelet does (`pkg/kubelet/images`, `kuberuntime`, `prober`). Since 1.35
 * the messages of created and started containers don't name them (kubernetes/kubernetes#134043).
 */
export const CONTAINER_CREATED = 'Container created';
export const CONTAINER_STARTED = 'Container started';
/** Neither says what a hook wrote, which may be secret (`kuberuntime_container.go`). */
export const POST_START_FAILED = 'PostStartHook failed';
export const PRE_STOP_FAILED = 'PreStopHook failed';

export function pulling(image: string): string {
  return `Pulling image "${image}"`;
}

export function pulled(image: string, { took, tookWithWaiting }: PullOutcome, facts: ImageFacts): string {
  return (
    `Successfully pulled image "${image}" in ${goDuration(took)} ` +
    `(${goDuration(tookWithWaiting)} including waiting). Image size: ${facts.sizeBytes} bytes.`
  );
}

export function imagePresent(image: string): string {
  return `Container image "${image}" already present on machine and can be accessed by the pod`;
}

export function mountFailed(volume: string, problem: string): string {
  return `MountVolume.SetUp failed for volume "${volume}" : ${problem}`;
}

export function neverPulled(image: string): string {
  return `Container image "${image}" is not present with pull policy of Never`;
}

export function pullFailed(image: string, error: string): string {
  return `Failed to pull image "${image}": ${error}`;
}

export function pullBackOff(image: string): string {
  return `Back-off pulling image "${image}"`;
}

export function stopping(container: string): string {
  return `Stopping container ${container}`;
}

export function resizeRestarts(container: string): string {
  return `Container ${container} resize requires restart`;
}

export function failedProbe(container: string, kind: ProbeKind): string {
  return `Container ${container} failed ${kind} probe, will be restarted`;
}

export function podName(pod: Pod): string {
  return `${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${pod.metadata.uid})`;
}

export function restartBackOffEvent(container: string, pod: Pod): string {
  return `Back-off restarting failed container ${container} in pod ${podName(pod)}`;
}

export function restartBackOffStatus(container: string, pod: Pod, period: Micros): string {
  return `back-off ${goDuration(period)} restarting failed container=${container} pod=${podName(pod)}`;
}

const FIELD_OF: Readonly<Record<ContainerRun['role'], string>> = {
  init: 'initContainers',
  sidecar: 'initContainers',
  main: 'containers',
  ephemeral: 'ephemeralContainers',
};

export function fieldPathOf({ role, spec }: ContainerRun): string {
  return `spec.${FIELD_OF[role]}{${spec.name}}`;
}

const CAPITAL: Readonly<Record<ProbeKind, string>> = {
  startup: 'Startup',
  liveness: 'Liveness',
  readiness: 'Readiness',
};

function portOf(run: ContainerRun, port: number | string): number | string {
  if (typeof port === 'number') return port;
  return run.spec.ports?.find(({ name }) => name === port)?.containerPort ?? port;
}

/** `serving`: the program answers, but not as it should; otherwise nobody listens yet. */
export function unhealthy(
  run: ContainerRun,
  kind: ProbeKind,
  probe: Probe,
  podIp: string,
  serving: boolean,
): string {
  return `${CAPITAL[kind]} probe failed: ${probeOutput(run, probe, podIp, serving)}`;
}

function probeOutput(run: ContainerRun, probe: Probe, podIp: string, serving: boolean): string {
  const { httpGet, tcpSocket, grpc } = probe;
  if (httpGet !== undefined) {
    if (serving) return 'HTTP probe failed with statuscode: 503';
    const server = `${httpGet.host ?? podIp}:${portOf(run, httpGet.port)}`;
    const scheme = httpGet.scheme === 'HTTPS' ? 'https' : 'http';
    return `Get "${scheme}://${server}${httpGet.path ?? '/'}": dial tcp ${server}: connect: connection refused`;
  }
  if (tcpSocket !== undefined) {
    return `dial tcp ${tcpSocket.host ?? podIp}:${portOf(run, tcpSocket.port)}: connect: connection refused`;
  }
  if (grpc !== undefined) {
    if (serving) return 'service unhealthy (responded with "NOT_SERVING")';
    return `timeout: failed to connect service "${podIp}:${grpc.port}" within 1s: context deadline exceeded`;
  }
  return '';
}
