import type { Container, PodSpec } from '../../../core/schema/types.generated.ts';

/** A port that a pod takes on its node. */
export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

const ANY_ADDRESS = '0.0.0.0';
const NONE: readonly HostPort[] = [];

/** Two pods can't share a port of one protocol where their addresses are the same, or either takes all addresses. */
function portsConflict(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.ip === b.ip || a.ip === ANY_ADDRESS || b.ip === ANY_ADDRESS;
}

export function anyPortsConflict(wanted: readonly HostPort[], used: readonly HostPort[]): boolean {
  for (const port of wanted) {
    for (const other of used) if (portsConflict(port, other)) return true;
  }
  return false;
}

/** Of containers and of sidecars, which run beside them. */
export function hostPortsOf(spec: PodSpec): readonly HostPort[] {
  let ports: HostPort[] | undefined;
  const collect = (container: Container): void => {
    for (const { hostPort, protocol, hostIP } of container.ports ?? []) {
      if (hostPort === undefined || hostPort <= 0) continue;
      ports ??= [];
      ports.push({
        ip: hostIP === undefined || hostIP === '' ? ANY_ADDRESS : hostIP,
        protocol: protocol ?? 'TCP',
        port: hostPort,
      });
    }
  };
  for (const container of spec.initContainers ?? [])
    if (container.restartPolicy === 'Always') collect(container);
  for (const container of spec.containers) collect(container);
  return ports ?? NONE;
}
