import { Agent, request } from 'node:https';
import { SECOND } from '../../core/time.ts';
import { SCENARIO_API_VERSION, SCENARIO_KIND } from '../../sim/scenario/document.ts';
import { readScenario } from '../../sim/scenario/resolve.ts';
import { clockOf } from '../http/clock.ts';
import { type RunningServer, startServer } from '../http/server.ts';
import { LiveSession } from '../session/session.ts';

/** A server in the test's own process, whose clock stands still unless it is moved, and a client of it. */
export interface HttpAnswer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Of the text, where it is JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpCluster {
  readonly server: RunningServer;
  readonly session: LiveSession;
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Every line of a watch, until it is ended. */
  watch(path: string, onLine: (line: string) => void): { readonly end: () => void };
  close(): Promise<void>;
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

function testScenario(nodes: number): ConstructorParameters<typeof LiveSession>[0] {
  const read = readScenario({
    apiVersion: SCENARIO_API_VERSION,
    kind: SCENARIO_KIND,
    metadata: { name: 'serve' },
    spec: { cluster: { nodeGroups: [{ name: 'node', count: nodes }] } },
  });
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('\n'));
  return read.scenario;
}

export async function httpCluster(nodes = 3): Promise<HttpCluster> {
  const session = new LiveSession(testScenario(nodes), 1);
  session.start(2 * SECOND);
  session.clock.pause();
  const server = await startServer({ session, version: 'v1.36.0', port: 0, clock: clockOf(session) });
  const agent = new Agent({ keepAlive: true, ca: server.certificate, maxSockets: 4 });
  return {
    server,
    session,
    send: ({ method, path, body, headers = {} }) =>
      new Promise((resolve, reject) => {
        const sent = request(
          {
            host: '127.0.0.1',
            port: server.port,
            // As it is given: a URL would be put in order first.
            path,
            method,
            agent,
            headers: {
              authorization: `Bearer ${server.token}`,
              // Node leaves it out for methods that mostly have no body.
              ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
              ...headers,
            },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () => {
              const text = Buffer.concat(chunks).toString();
              resolve({
                code: response.statusCode ?? 0,
                headers: response.headers,
                text,
                body: parsed(text),
              });
            });
          },
        );
        sent.on('error', reject);
        sent.end(body);
      }),
    watch: (path, onLine) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port: server.port,
          path: `${path}?watch=true`,
          ca: server.certificate,
          agent: false,
          headers: { authorization: `Bearer ${server.token}` },
        },
        (response) => {
          let rest = '';
          response.setEncoding('utf8');
          response.on('error', () => undefined);
          response.on('data', (text: string) => {
            const lines = (rest + text).split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) onLine(line);
          });
        },
      );
      sent.on('error', () => undefined);
      sent.end();
      return { end: () => sent.destroy() };
    },
    close: async () => {
      agent.destroy();
      await server.close();
      session.stop();
    },
  };
}
