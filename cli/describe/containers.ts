import { formatQuantity } from '../../core/quantity.ts';
import type {
  Container,
  ContainerPort,
  ContainerState,
  ContainerStatus,
  Pod,
  ResourceRequirements,
} from '../../core/schema/types.generated.ts';
import { type DescribeText, orNone, sortedKeys, titleBool } from './describe-text.ts';
import { rfc1123 } from './describer.ts';
import { describeEnvironment } from './environment.ts';
import { describeProbe } from './probe.ts';

function portList(ports: readonly ContainerPort[], number: (port: ContainerPort) => number): string {
  return ports
    .map((port) => {
      const text = `${number(port)}/${port.protocol ?? ''}`;
      return port.name === undefined || port.name === '' ? text : `${text} (${port.name})`;
    })
    .join(', ');
}

function describePorts(text: DescribeText, label: string, list: string): void {
  if (list.includes(',')) text.line(2, `${label}s:`, list);
  else text.line(2, `${label}:`, orNone(list));
}

function describeBasics(text: DescribeText, container: Container, status: ContainerStatus | undefined): void {
  if (status !== undefined) text.line(2, 'Container ID:', status.containerID ?? '');
  text.line(2, 'Image:', container.image ?? '');
  if (status !== undefined) text.line(2, 'Image ID:', status.imageID);
  const ports = container.ports ?? [];
  const hostPorts = portList(ports, (port) => port.hostPort ?? 0);
  describePorts(
    text,
    'Port',
    portList(ports, (port) => port.containerPort),
  );
  describePorts(text, 'Host Port', hostPorts);
  const profile = container.securityContext?.seccompProfile;
  if (profile === undefined) return;
  text.line(2, 'SeccompProfile:', profile.type);
  if (profile.type === 'Localhost') text.line(3, 'LocalhostProfile:', profile.localhostProfile ?? '');
}

function describeWords(text: DescribeText, title: string, words: readonly string[] | undefined): void {
  if (words === undefined || words.length === 0) return;
  text.line(2, `${title}:`);
  for (const word of words) for (const line of word.split('\n')) text.line(3, line);
}

function describeState(text: DescribeText, title: string, state: ContainerState | undefined): void {
  if (state?.running !== undefined) {
    text.line(2, `${title}:`, 'Running');
    text.line(3, 'Started:', rfc1123(state.running.startedAt));
    return;
  }
  const { terminated } = state ?? {};
  if (terminated === undefined) {
    text.line(2, `${title}:`, 'Waiting');
    if (given(state?.waiting?.reason)) text.line(3, 'Reason:', state?.waiting?.reason ?? '');
    return;
  }
  text.line(2, `${title}:`, 'Terminated');
  if (given(terminated.reason)) text.line(3, 'Reason:', terminated.reason ?? '');
  if (given(terminated.message)) text.line(3, 'Message:', terminated.message ?? '');
  text.line(3, 'Exit Code:', `${terminated.exitCode}`);
  if ((terminated.signal ?? 0) > 0) text.line(3, 'Signal:', `${terminated.signal}`);
  text.line(3, 'Started:', rfc1123(terminated.startedAt));
  text.line(3, 'Finished:', rfc1123(terminated.finishedAt));
}

function given(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}

/** `Limits:` and `Requests:` with an amount a line. */
export function describeResources(
  text: DescribeText,
  level: number,
  resources: ResourceRequirements | undefined,
): void {
  for (const [title, list] of [
    ['Limits', resources?.limits],
    ['Requests', resources?.requests],
  ] as const) {
    const names = sortedKeys(list);
    if (names.length > 0) text.line(level, `${title}:`);
    for (const name of names) text.line(level + 1, `${name}:`, formatQuantity(list![name]!));
  }
}

function describeMounts(text: DescribeText, container: Container): void {
  const mounts = [...(container.volumeMounts ?? [])].sort((a, b) =>
    a.mountPath < b.mountPath ? -1 : a.mountPath > b.mountPath ? 1 : 0,
  );
  if (mounts.length === 0) text.line(2, 'Mounts:', '<none>');
  else text.line(2, 'Mounts:');
  for (const { mountPath, name, readOnly, subPath } of mounts) {
    const mode = readOnly === true ? 'ro' : 'rw';
    const flags = given(subPath) ? `${mode},path=${JSON.stringify(subPath)}` : mode;
    text.line(3, `${mountPath} from ${name} (${flags})`);
  }
  const devices = [...(container.volumeDevices ?? [])].sort((a, b) => (a.devicePath < b.devicePath ? -1 : 1));
  if (devices.length === 0) return;
  // kubectl asks the mounts whether to say <none> of the devices; so does this.
  if (mounts.length === 0) text.line(2, 'Devices:', '<none>');
  else text.line(2, 'Devices:');
  for (const { devicePath, name } of devices) text.line(3, `${devicePath} from ${name}`);
}

export interface ContainersOf {
  readonly title: string;
  readonly containers: readonly Container[];
  readonly statuses?: readonly ContainerStatus[];
  /** Absent for a template. */
  readonly pod?: Pod;
}

export function describeContainers(
  text: DescribeText,
  { title, containers, statuses, pod }: ContainersOf,
): void {
  const indent = pod === undefined ? '  ' : '';
  text.line(0, `${indent}${title}:${containers.length === 0 ? ' <none>' : ''}`);
  for (const container of containers) {
    const status = statuses?.find((candidate) => candidate.name === container.name);
    text.line(1, `${pod === undefined ? ' ' : ''}${container.name}:`);
    describeBasics(text, container, status);
    describeWords(text, 'Command', container.command);
    describeWords(text, 'Args', container.args);
    if (status !== undefined) {
      describeState(text, 'State', status.state);
      if (status.lastState?.terminated !== undefined) describeState(text, 'Last State', status.lastState);
      text.line(2, 'Ready:', titleBool(status.ready));
      text.line(2, 'Restart Count:', `${status.restartCount}`);
    }
    describeResources(text, 2, container.resources);
    if (container.livenessProbe) text.line(2, 'Liveness:', describeProbe(container.livenessProbe));
    if (container.readinessProbe) text.line(2, 'Readiness:', describeProbe(container.readinessProbe));
    if (container.startupProbe) text.line(2, 'Startup:', describeProbe(container.startupProbe));
    describeEnvironment(text, container, pod);
    describeMounts(text, container);
  }
}
