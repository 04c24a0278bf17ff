import { connect, type TLSSocket } from 'node:tls';

/**
 * The other end of the benchmarks over HTTPS, in a process of its own: connections that are kept, on each of which one
 * request follows the other's answer. Bare sockets, since a client library would cost more than the server does.
 */
export interface Errand {
  readonly port: number;
  readonly token: string;
  readonly certificate: string;
  readonly connections: number;
  /** How many requests in all; of a watch, how many events each connection waits for. */
  readonly count: number;
  readonly work: 'create' | 'createPods' | 'get' | 'list' | 'watch' | 'churn';
  /** Of the first object. */
  readonly first: number;
  /** How many there are to be read. */
  readonly objects: number;
}

/** What it came to, as the parent process reads it. */
export interface Report {
  readonly seconds: number;
  readonly failures: number;
  readonly bytes: number;
}

const PODS = '/api/v1/namespaces/default/pods';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const HEADERS_END = '\r\n\r\n';

function podBody(name: string): string {
  const container = {
    name: 'main',
    image: 'registry.example/app:1',
    resources: { requests: { cpu: '10m', memory: '16Mi' } },
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: 'bench' } },
    spec: { containers: [container] },
  });
}

function configMapBody(name: string): string {
  const data = { 'settings.yaml': 'replicas: 3\nimage: registry.example/app:1\n', mode: 'fast' };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', labels: { app: 'bench' } },
    data,
  });
}

function message(errand: Errand, method: string, path: string, body?: string): string {
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${errand.port}`,
    `Authorization: Bearer ${errand.token}`,
    'Accept: application/json',
    ...(body === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return `${head.join('\r\n')}${HEADERS_END}${body ?? ''}`;
}

/** A request at a time; each answer is read to its end by the length that it names. */
class Connection {
  private readonly socket: TLSSocket;
  private head = '';
  private missing = 0;
  private code = 0;
  private done: ((code: number) => void) | undefined;
  bytes = 0;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.take(chunk));
  }

  static open({ port, certificate }: Errand): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ca: certificate, servername: 'localhost' });
      socket.once('secureConnect', () => resolve(new Connection(socket)));
      socket.once('error', reject);
    });
  }

  ask(text: string): Promise<number> {
    return new Promise((resolve) => {
      this.done = resolve;
      this.socket.write(text);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.missing > 0) {
      this.missing -= chunk.length;
      if (this.missing <= 0) this.answered();
      return;
    }
    this.head += chunk.toString('latin1');
    const end = this.head.indexOf(HEADERS_END);
    if (end < 0) return;
    const length = /content-length: (\d+)/i.exec(this.head);
    if (length === null) throw new Error(`an answer without a length: ${this.head.slice(0, 200)}`);
    this.code = Number(this.head.slice(9, 12));
    this.missing = Number(length[1]) - (this.head.length - end - HEADERS_END.length);
    this.head = '';
    if (this.missing <= 0) this.answered();
  }

  private answered(): void {
    const { done, code } = this;
    this.missing = 0;
    this.done = undefined;
    done?.(code);
  }
}

function requestNumber(errand: Errand, i: number): string {
  const name = `bench-${errand.first + i}`;
  if (errand.work === 'createPods') return message(errand, 'POST', PODS, podBody(name));
  if (errand.work === 'create') return message(errand, 'POST', CONFIG_MAPS, configMapBody(name));
  if (errand.work === 'list') return message(errand, 'GET', PODS);
  return message(errand, 'GET', `${PODS}/bench-${errand.first + (i % errand.objects)}`);
}

/** As many connections as asked for take turns until all is done; a turn says whether it went well. */
async function inTurns(
  errand: Errand,
  turn: (connection: Connection, i: number) => Promise<boolean>,
): Promise<Report> {
  const connections = await Promise.all(
    Array.from({ length: errand.connections }, () => Connection.open(errand)),
  );
  let next = 0;
  let failures = 0;
  const start = performance.now();
  await Promise.all(
    connections.map(async (connection) => {
      while (next < errand.count) {
        const i = next;
        next += 1;
        if (!(await turn(connection, i))) failures += 1;
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const bytes = connections.reduce((sum, connection) => sum + connection.bytes, 0);
  for (const connection of connections) connection.close();
  return { seconds, failures, bytes };
}

function askAll(errand: Errand): Promise<Report> {
  return inTurns(errand, async (connection, i) => (await connection.ask(requestNumber(errand, i))) < 300);
}

/** Each connection creates a pod and deletes it again, for so many pods. */
function churn(errand: Errand): Promise<Report> {
  return inTurns(errand, async (connection, i) => {
    const name = `churn-${errand.first + i}`;
    const made = await connection.ask(message(errand, 'POST', PODS, podBody(name)));
    const gone = await connection.ask(message(errand, 'DELETE', `${PODS}/${name}?gracePeriodSeconds=0`));
    return made < 300 && gone < 300;
  });
}

/** Watchers, each of which must see every creation once and in order. Reports when all have, and says when they listen. */
async function watchAll(errand: Errand): Promise<Report> {
  const path = `${PODS}?watch=true&resourceVersion=${errand.first}`;
  let listening = 0;
  let finished = 0;
  let failures = 0;
  let bytes = 0;
  let start = 0;
  await new Promise<void>((resolve) => {
    const follow = (): void => {
      const { port, certificate } = errand;
      const socket = connect({ host: '127.0.0.1', port, ca: certificate, servername: 'localhost' });
      let rest = '';
      let isBody = false;
      let seen = 0;
      let last = 0;
      socket.once('secureConnect', () => socket.write(message(errand, 'GET', path)));
      const isThrough = (): void => {
        socket.destroy();
        finished += 1;
        if (finished === errand.connections) resolve();
      };
      socket.on('error', () => {
        failures += 1;
        isThrough();
      });
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        rest += chunk.toString('latin1');
        if (!isBody) {
          const end = rest.indexOf(HEADERS_END);
          if (end < 0) return;
          isBody = true;
          rest = rest.slice(end + HEADERS_END.length);
          listening += 1;
          if (listening === errand.connections) {
            start = performance.now();
            process.send?.('listening');
          }
        }
        for (const found of rest.matchAll(/"type":"ADDED".*?"resourceVersion":"(\d+)"/g)) {
          const version = Number(found[1]);
          if (version <= last) failures += 1;
          last = version;
          seen += 1;
        }
        rest = rest.slice(rest.lastIndexOf('\n') + 1);
        if (seen >= errand.count) isThrough();
      });
    };
    // A few at a time: what is measured is the events, not the handshakes.
    const batch = 50;
    const open = (left: number): void => {
      for (let i = 0; i < Math.min(batch, left); i += 1) follow();
      if (left > batch) setTimeout(() => open(left - batch), 100);
    };
    open(errand.connections);
  });
  return { seconds: (performance.now() - start) / 1000, failures, bytes };
}

function run(errand: Errand): Promise<Report> {
  if (errand.work === 'watch') return watchAll(errand);
  return errand.work === 'churn' ? churn(errand) : askAll(errand);
}

process.once('message', (errand: Errand) => {
  void run(errand).then((report) => {
    process.send?.(report);
    process.disconnect();
  });
});
