import { type ChildProcess, fork } from 'node:child_process';
import { SECOND } from '../../core/time.ts';
import { LiveSession, type RunningServer, startServer } from '../../server/index.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { scaleScenario } from '../scale-scenario.ts';
import type { Errand, Report } from './client.ts';

/** Machines of the cluster that is served: room for the pods of the benchmarks. */
const NODES = 200;
const CONNECTIONS = 32;
const WARM_UP = 2000;
const CREATES = 12_000;
const GETS = 30_000;
const LISTED = 10_000;
const LISTS = 5;
const WATCHERS = 1000;
const WATCHED_CREATES = 100;
const CHURN_SECONDS_EACH = 10;
const CHURN_ROUNDS = 3;

interface Served {
  readonly server: RunningServer;
  readonly session: LiveSession;
}

type Task = Pick<Errand, 'work' | 'count' | 'first'> & { readonly connections?: number };

function begin({ server }: Served, task: Task): { child: ChildProcess; report: Promise<Report> } {
  const child = fork(new URL('./client.js', import.meta.url), { execArgv: [] });
  const { port, token, certificate } = server;
  const errand: Errand = { port, token, certificate, connections: CONNECTIONS, objects: WARM_UP, ...task };
  const report = new Promise<Report>((resolve, reject) => {
    child.on('message', (message: Report | 'listening') => {
      if (message !== 'listening') resolve(message);
    });
    child.once('exit', (code) => reject(new Error(`the client ended with ${code}`)));
  });
  child.send(errand);
  return { child, report };
}

async function send(served: Served, task: Task): Promise<Report> {
  const report = await begin(served, task).report;
  if (report.failures > 0) throw new Error(`${report.failures} requests of "${task.work}" failed`);
  return report;
}

/** A cluster that lives at the speed of the wall, served in this process; the client is another. */
async function withServer<T>(use: (served: Served) => Promise<T>): Promise<T> {
  const session = new LiveSession(scaleScenario(NODES, true, 0), 1);
  session.start(5 * SECOND);
  const server = await startServer({ session, version: 'v1.36.0', port: 0 });
  try {
    return await use({ server, session });
  } finally {
    session.stop();
    await server.close();
  }
}

function rate(name: string, count: number, { seconds }: Report, note: string): Measurement {
  return { name, value: count / seconds, unit: 'requests/s', note };
}

const creates: Benchmark = {
  name: 'http-creates',
  about:
    'ConfigMaps created over HTTPS by another process, pods that the cluster starts besides, and gets of a pod',
  run: () =>
    withServer(async (served) => {
      await send(served, { work: 'create', count: WARM_UP, first: 0 });
      const created = await send(served, { work: 'create', count: CREATES, first: WARM_UP });
      await send(served, { work: 'createPods', count: WARM_UP, first: 0 });
      const pods = await send(served, { work: 'createPods', count: CREATES, first: WARM_UP });
      await send(served, { work: 'get', count: WARM_UP, first: 0 });
      const got = await send(served, { work: 'get', count: GETS, first: 0 });
      const over = `${CONNECTIONS} connections that are kept`;
      return [
        rate('http-creates', CREATES, created, over),
        rate('http-pod-creates', CREATES, pods, 'scheduled and started as they come, with their Events'),
        rate('http-gets', GETS, got, over),
      ];
    }),
};

const lists: Benchmark = {
  name: 'http-list-10000',
  about: 'a list of 10,000 pods over HTTPS',
  run: () =>
    withServer(async (served) => {
      await send(served, { work: 'createPods', count: LISTED, first: 0 });
      await send(served, { work: 'list', count: 1, first: 0, connections: 1 });
      const { seconds, bytes } = await send(served, { work: 'list', count: LISTS, first: 0, connections: 1 });
      const note = `${(bytes / LISTS / 1e6).toFixed(1)} MB each`;
      return { name: 'http-list-10000', value: seconds / LISTS, unit: 's', note };
    }),
};

const watchers: Benchmark = {
  name: 'http-watchers-1000',
  about: '1,000 watchers over HTTPS, each of which gets every event in order',
  run: () =>
    withServer(async (served) => {
      served.session.clock.pause();
      const first = served.session.view.version;
      const { child, report } = begin(served, {
        work: 'watch',
        count: WATCHED_CREATES,
        first,
        connections: WATCHERS,
      });
      await new Promise<void>((resolve) => {
        child.on('message', (message) => {
          if (message === 'listening') resolve();
        });
      });
      await send(served, { work: 'createPods', count: WATCHED_CREATES, first: 0, connections: 1 });
      const { seconds, failures } = await report;
      if (failures > 0) throw new Error(`${failures} events were out of order, or watchers failed`);
      const events = WATCHERS * WATCHED_CREATES;
      return {
        name: 'http-watchers-1000',
        value: events / seconds,
        unit: 'events/s',
        note: `${events} events in ${seconds.toFixed(1)} s, none out of order`,
      };
    }),
};

const churn: Benchmark = {
  name: 'http-churn',
  about: 'pods created and deleted over HTTPS, and what the server holds after each round',
  run: ({ say }) =>
    withServer(async (served) => {
      let first = 0;
      let count = 2000;
      const held: number[] = [];
      let pods = 0;
      let seconds = 0;
      for (let round = 0; round <= CHURN_ROUNDS; round += 1) {
        const report = await send(served, { work: 'churn', count, first });
        first += count;
        // The first round is for warming up, and tells how many pods the next ones take.
        if (round > 0) {
          pods += count;
          seconds += report.seconds;
          held.push(process.memoryUsage().rss / 1024 / 1024);
          say(`  ${count} pods in ${report.seconds.toFixed(1)} s, ${held.at(-1)?.toFixed(0)} MiB`);
        }
        count = Math.round((count / report.seconds) * (round === 0 ? CHURN_SECONDS_EACH : report.seconds));
      }
      const note = `${held.map((mebibytes) => mebibytes.toFixed(0)).join(', ')} MiB after each of ${CHURN_ROUNDS} rounds`;
      return { name: 'http-churn', value: pods / seconds, unit: 'pods/s', note };
    }),
};

export const httpBenchmarks: readonly Benchmark[] = [creates, lists, watchers, churn];
