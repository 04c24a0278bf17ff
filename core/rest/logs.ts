import { badRequest, type Status } from '../api/status.ts';
import type { Container, ContainerState, ContainerStatus, Pod } from '../schema/types.generated.ts';
import { MINUTE, type Micros, parseRfc3339, rfc3339Micro, SECOND } from '../time.ts';
import { isTrue } from './request.ts';

/**
 * `pods/log`. A simulated container prints nothing, so what is shown is its life as its status tells it: when it
 * started, that it is up, how it ended. The same status gives the same text.
 */
export interface LogLine {
  readonly at: Micros;
  readonly text: string;
}

export type Logs =
  | {
      readonly ok: true;
      readonly lines: readonly LogLine[];
      /** More may come. */
      readonly isRunning: boolean;
    }
  | { readonly ok: false; readonly status: Status };

/** What is kept of a long life: a line a minute, of the last days. */
const MINUTES_MAX = 5_000;

type Query = Readonly<Record<string, string>>;

function refuse(message: string): Logs {
  return { ok: false, status: badRequest(message) };
}

function containersOf({ spec }: Pod): readonly Pick<Container, 'name' | 'image'>[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
}

function statusOf({ status }: Pod, name: string): ContainerStatus | undefined {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return all.find((container) => container.name === name);
}

/** The one that is meant where none is named. */
function chosen(pod: Pod, query: Query): string | Status {
  const { name } = pod.metadata;
  const all = containersOf(pod).map((container) => container.name);
  const wanted = query.container ?? '';
  if (wanted !== '') {
    return all.includes(wanted) ? wanted : badRequest(`container ${wanted} is not valid for pod ${name}`);
  }
  const own = pod.spec.containers.map((container) => container.name);
  const [only] = own;
  if (own.length === 1 && only !== undefined) return only;
  return badRequest(`a container name must be specified for pod ${name}, choose one of: [${own.join(' ')}]`);
}

function timeOf(text: string | undefined): Micros | undefined {
  return text === undefined ? undefined : parseRfc3339(text);
}

function life(container: string, image: string, state: ContainerState, now: Micros): readonly LogLine[] {
  const { running, terminated } = state;
  const start = timeOf(running?.startedAt ?? terminated?.startedAt);
  if (start === undefined) return [];
  const end = timeOf(terminated?.finishedAt);
  const lines: LogLine[] = [{ at: start, text: `${container} started, image ${image}` }];
  const minutes = Math.floor(((end ?? now) - start) / MINUTE);
  for (let minute = Math.max(1, minutes - MINUTES_MAX); minute <= minutes; minute += 1) {
    lines.push({ at: start + minute * MINUTE, text: `${container} up ${minute}m` });
  }
  if (terminated !== undefined && end !== undefined) {
    const { exitCode, reason } = terminated;
    const why = reason === undefined ? '' : ` (${reason})`;
    lines.push({ at: end, text: `${container} ended with exit code ${exitCode}${why}` });
  }
  return lines;
}

/** Of the container that runs, or of the one before it (`previous`). */
export function logsOf(pod: Pod, query: Query, now: Micros): Logs {
  const { name } = pod.metadata;
  const container = chosen(pod, query);
  if (typeof container !== 'string') return { ok: false, status: container };
  if (pod.spec.nodeName === undefined || pod.spec.nodeName === '') {
    return refuse(`pod ${name} does not have a host assigned`);
  }
  const found = statusOf(pod, container);
  const image = containersOf(pod).find((one) => one.name === container)?.image ?? '';
  if (isTrue(query.previous)) {
    if (found?.lastState?.terminated === undefined) {
      return refuse(`previous terminated container "${container}" in pod "${name}" not found`);
    }
    return { ok: true, lines: life(container, image, found.lastState, now), isRunning: false };
  }
  const state = found?.state ?? {};
  if (state.running === undefined && state.terminated === undefined) {
    // After a crash, and before the next start, the log of the run before is what there is.
    const last = found?.lastState;
    if (last?.terminated !== undefined)
      return { ok: true, lines: life(container, image, last, now), isRunning: false };
    const reason = state.waiting?.reason ?? 'PodInitializing';
    const trouble = /Err|BackOff|Invalid/.test(reason) ? 'trying and failing to pull image' : reason;
    return refuse(`container "${container}" in pod "${name}" is waiting to start: ${trouble}`);
  }
  return { ok: true, lines: life(container, image, state, now), isRunning: state.running !== undefined };
}

function integer(text: string | undefined): number | undefined {
  const value = text === undefined || text === '' ? undefined : Number(text);
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Those of the lines that the query asks for (`sinceSeconds`, `sinceTime`, `tailLines`). */
export function selectLines(lines: readonly LogLine[], query: Query, now: Micros): readonly LogLine[] {
  const seconds = integer(query.sinceSeconds);
  const since = seconds === undefined ? timeOf(query.sinceTime) : now - seconds * SECOND;
  const recent = since === undefined ? lines : lines.filter(({ at }) => at >= since);
  const tail = integer(query.tailLines);
  return tail === undefined ? recent : recent.slice(Math.max(0, recent.length - tail));
}

export function formatLines(lines: readonly LogLine[], query: Query): string {
  const stamped = isTrue(query.timestamps);
  const text = lines
    .map(({ at, text: line }) => `${stamped ? `${rfc3339Micro(at)} ` : ''}${line}\n`)
    .join('');
  const limit = integer(query.limitBytes);
  return limit === undefined ? text : text.slice(0, limit);
}
