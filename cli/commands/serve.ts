import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { NODE } from '../../core/kinds/registry.ts';
import { snapshotOf } from '../../core/log/format.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { type Micros, parseRfc3339, SECOND } from '../../core/time.ts';
import { type LogWriter, openLogWriter } from '../../files/log/write-log.ts';
import { formatProblems } from '../../files/problem.ts';
import { loadInput } from '../../files/scenario/load-scenario.ts';
import { clockOf } from '../../server/http/clock.ts';
import { type RunningServer, startServer } from '../../server/http/server.ts';
import { kubeconfigOf } from '../../server/kubeconfig.ts';
import type { Speed } from '../../server/session/clock.ts';
import { LiveSession, RecordedSession, type Session } from '../../server/session/session.ts';
import { parseWebhookService, type WebhookServices } from '../../server/webhooks/services.ts';
import { SCENARIO_API_VERSION, SCENARIO_KIND } from '../../sim/scenario/document.ts';
import { readScenario } from '../../sim/scenario/resolve.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { EXIT, InputError } from '../exit.ts';
import { openLog } from '../log-view.ts';
import { requireOtherFile } from '../output-file.ts';
import { controllersOf } from '../scenario-controllers.ts';
import { VERSION } from '../version.ts';

export interface ServeCommandOptions {
  readonly port: string;
  readonly speed: string;
  readonly seed?: string;
  readonly nodes?: string;
  readonly record?: string;
  readonly kubeconfig?: string;
  readonly at: readonly string[];
  readonly webhookService: readonly string[];
  readonly start?: string;
}

/** The control plane and the nodes are up, and the manifests applied, before the first client is served. */
const SETTLE = 2 * SECOND;
/** Of a recording without nodes. */
const DEFAULT_VERSION = 'v1.36.0';
const PORT_MAX = 65_535;
const SPEED_MAX = 100_000;

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= PORT_MAX) return port;
  throw new InputError(`--port ${text}: expected a port from 1 to ${PORT_MAX}, or 0 for any that is free`);
}

function speedOf(text: string): Speed {
  if (text === 'max') return 'max';
  const speed = Number(text);
  if (speed > 0 && speed <= SPEED_MAX) return speed;
  throw new InputError(`--speed ${text}: expected a number above 0 (1 is real time) or max`);
}

/** What the clock shows at the start: kubectl works out some ages by the clock of its own machine. */
function startOf(scenario: Scenario, speed: Speed, given: string | undefined): Micros {
  const start = given ?? (speed === 1 ? 'now' : 'scenario');
  if (start === 'scenario') return scenario.startTime;
  if (start === 'now') return Math.floor(Date.now() / 1000) * SECOND;
  const time = parseRfc3339(start);
  if (time !== undefined) return time;
  throw new InputError(`--start ${start}: expected now, scenario, or a time such as 2026-01-01T00:00:00Z`);
}

function webhookServicesOf(texts: readonly string[]): WebhookServices {
  return new Map(
    texts.map((text) => {
      const service = parseWebhookService(text);
      if (service !== undefined) return service;
      throw new InputError(`--webhook-service ${text}: expected NAMESPACE/NAME=URL, or NAMESPACE/NAME=allow`);
    }),
  );
}

function isLog(file: string): boolean {
  return /\.jsonl(\.gz|\.zst)?$/.test(file);
}

/** Without a path: three nodes, and nothing on them. */
function emptyScenario(options: ServeCommandOptions): Scenario {
  const count = Number(options.nodes ?? 3);
  const seed = Number(options.seed ?? 1);
  const read = readScenario({
    apiVersion: SCENARIO_API_VERSION,
    kind: SCENARIO_KIND,
    metadata: { name: 'serve' },
    spec: { seed, cluster: { nodeGroups: [{ name: 'node', count }] } },
  });
  if (read.ok) return read.scenario;
  throw new InputError(read.problems.map(({ message }) => `--nodes, --seed: ${message}`).join('\n'));
}

function scenarioOf(paths: readonly string[], options: ServeCommandOptions): Scenario {
  if (paths.length === 0) return emptyScenario(options);
  const loaded = loadInput(paths, {
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.nodes === undefined ? {} : { nodes: options.nodes }),
  });
  if (!loaded.ok) throw new InputError(formatProblems(loaded.problems));
  return loaded.scenario;
}

function recorder(file: string, scenario: Scenario, session: () => Session): LogWriter {
  const header = {
    version: VERSION,
    start: scenario.startTime,
    scenario: scenario.name,
    seed: scenario.seed,
  };
  return openLogWriter(file, header, { snapshot: () => snapshotOf(session().view) });
}

/** The file appears when the server answers, and is readable for its owner alone: it holds the token. */
function writeKubeconfig(file: string, server: RunningServer, moments: readonly string[]): void {
  const partial = `${file}.partial`;
  try {
    writeFileSync(partial, kubeconfigOf(server, moments), { mode: 0o600 });
    chmodSync(partial, 0o600);
    renameSync(partial, file);
  } catch (error) {
    throw new InputError(
      `--kubeconfig ${file}: can't be written: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function untilSignalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}

interface Served {
  readonly session: Session;
  readonly version: string;
  readonly live: LiveSession | undefined;
  readonly moments: ReadonlyMap<string, Session>;
  /** Put away what was begun. */
  readonly end: () => void;
}

function recordedSession(file: string, options: ServeCommandOptions): Served {
  const at = (moment: string | undefined): RecordedSession => {
    const { view, now } = openLog(file, moment);
    return new RecordedSession(view, now);
  };
  const session = at(undefined);
  const [node] = session.view.list(NODE);
  return {
    session,
    moments: new Map(options.at.map((moment) => [moment, at(moment)])),
    // Kubelets show the version of the run's scenario.
    version: node?.status.nodeInfo?.kubeletVersion ?? DEFAULT_VERSION,
    live: undefined,
    end: () => undefined,
  };
}

function liveSession(paths: readonly string[], options: ServeCommandOptions): Served {
  const speed = speedOf(options.speed);
  const loaded = scenarioOf(paths, options);
  const scenario = { ...loaded, startTime: startOf(loaded, speed, options.start) };
  let live: LiveSession | undefined;
  const session = (): Session => {
    if (live === undefined) throw new Error('the log asked for the state before there was one');
    return live;
  };
  const writer = options.record === undefined ? undefined : recorder(options.record, scenario, session);
  const sinks = writer === undefined ? [] : [(record: LogRecord) => writer.append(record)];
  live = new LiveSession(scenario, speed, sinks, controllersOf(scenario, paths.join(' ')));
  const started = live;
  started.start(SETTLE);
  return {
    session: started,
    version: scenario.cluster.kubernetes.version,
    live: started,
    moments: new Map(),
    end: () => {
      started.stop();
      writer?.close();
    },
  };
}

/** `wavetank serve [PATH…]` */
export async function serveCommand(paths: readonly string[], options: ServeCommandOptions): Promise<number> {
  const port = portOf(options.port);
  const [first] = paths;
  const isRecorded = paths.length === 1 && first !== undefined && isLog(first);
  if (options.at.length > 0 && !isRecorded) {
    throw new InputError('--at is for a recorded run: name its log, as in serve run.jsonl --at 5m');
  }
  if (options.record !== undefined) {
    if (isRecorded)
      throw new InputError('--record: a recorded run does not go on, so that there is nothing to record');
    requireOtherFile(options.record, paths);
  }
  const served = isRecorded ? recordedSession(first, options) : liveSession(paths, options);
  const server = await startServer({
    session: served.session,
    version: served.version,
    port,
    moments: served.moments,
    webhookServices: webhookServicesOf(options.webhookService),
    ...(served.live === undefined ? {} : { clock: clockOf(served.live) }),
  });
  const file = options.kubeconfig ?? path.join(tmpdir(), `wavetank-${server.port}.kubeconfig`);
  writeKubeconfig(file, server, options.at);
  process.stdout.write(`${server.url} serves ${isRecorded ? `${first}, read-only` : 'a cluster'}.\n`);
  process.stdout.write(`export KUBECONFIG=${path.resolve(file)}\n`);
  await untilSignalled();
  await server.close();
  served.end();
  rmSync(file, { force: true });
  return EXIT.fine;
}
