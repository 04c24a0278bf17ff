import type { Probe } from '../../core/schema/types.generated.ts';
import { bracketed } from './describe-text.ts';

/** What Go's `url.URL` leaves as it is in a path; all else is percent-encoded. */
const PATH_SAFE = /[A-Za-z0-9\-_.~$&+,/:;=@]/;

function encodePath(path: string): string {
  let encoded = '';
  for (const char of path) {
    if (PATH_SAFE.test(char)) encoded += char;
    else for (const byte of new TextEncoder().encode(char)) encoded += percent(byte);
  }
  return encoded;
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** `host:port`, with brackets around an IPv6 address (Go's `net.JoinHostPort`). */
export function hostPort(host: string, port: string | number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** `http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3` */
export function describeProbe(probe: Probe): string {
  const times = `delay=${probe.initialDelaySeconds ?? 0}s timeout=${probe.timeoutSeconds ?? 0}s period=${probe.periodSeconds ?? 0}s`;
  const attributes = `${times} #success=${probe.successThreshold ?? 0} #failure=${probe.failureThreshold ?? 0}`;
  const { exec, httpGet, tcpSocket, grpc } = probe;
  if (exec !== undefined) return `exec ${bracketed(exec.command)} ${attributes}`;
  if (httpGet !== undefined) {
    const scheme = (httpGet.scheme ?? '').toLowerCase();
    const path = httpGet.path ?? '';
    const slash = path === '' || path.startsWith('/') ? '' : '/';
    const prefix = scheme === '' ? '//' : `${scheme}://`;
    return `http-get ${prefix}${hostPort(httpGet.host ?? '', httpGet.port)}${slash}${encodePath(path)} ${attributes}`;
  }
  if (tcpSocket !== undefined) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port} ${attributes}`;
  if (grpc !== undefined) return `grpc <pod>:${grpc.port} ${grpc.service ?? ''} ${attributes}`;
  return `unknown ${attributes}`;
}
