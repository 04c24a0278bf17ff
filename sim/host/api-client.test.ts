import { beforeEach, expect, test } from 'vitest';
import type { Command, Result } from '../../core/api/command.ts';
import { ApiServer } from '../../core/api/server.ts';
import { NAMESPACE } from '../../core/kinds/registry.ts';
import { Journal } from '../../core/log/journal.ts';
import { MILLISECOND, SECOND } from '../../core/time.ts';
import { Kernel } from '../kernel/kernel.ts';
import { randomStream } from '../random/keyed.ts';
import { ApiClient } from './api-client.ts';
import { RateLimiter } from './rate-limiter.ts';

const LATENCY = 3 * MILLISECOND;

let kernel: Kernel;
let server: ApiServer;
let answers: string[];

beforeEach(() => {
  kernel = new Kernel(0);
  const journal = new Journal();
  server = new ApiServer(journal, randomStream(1, 'api').draw);
  journal.stimulus(0, 0, 'scenario', { op: 'scenario' });
  answers = [];
});

function client(qps = 0, burst = 1): ApiClient {
  return new ApiClient(kernel, server, new RateLimiter(qps, burst), LATENCY);
}

function send(through: ApiClient, name: string): void {
  const command: Command = {
    verb: 'create',
    kind: NAMESPACE,
    object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
  };
  through.send(command, 'test', { rv: 1 }, (result: Result) => {
    answers.push(`${name} ${result.ok ? 'ok' : result.status.reason} ${kernel.now / MILLISECOND}`);
  });
}

function served(): readonly string[] {
  return server.state.list(NAMESPACE).map(({ metadata }) => metadata.name);
}

test('a request is served after the latency, and answers in that moment', () => {
  const api = client();
  send(api, 'a');
  kernel.runUntil(LATENCY - 1);
  expect(served()).toEqual([]);
  kernel.runUntil(SECOND);
  send(api, 'a');
  kernel.runUntil(2 * SECOND);
  expect(answers).toEqual(['a ok 3', 'a AlreadyExists 1003']);
});

test('requests wait for the limiter', () => {
  const api = client(10, 2);
  for (const name of ['a', 'b', 'c', 'd']) send(api, name);
  kernel.runUntil(SECOND);
  expect(answers).toEqual(['a ok 3', 'b ok 3', 'c ok 103', 'd ok 203']);
});

test('a crash: what has been sent arrives, its answer is lost, and what waits is never sent', () => {
  const api = client(10, 1);
  send(api, 'sent');
  send(api, 'waiting');
  kernel.runUntil(MILLISECOND);
  api.disconnect();
  kernel.runUntil(SECOND);
  expect([served(), answers]).toEqual([['sent'], []]);
});

test('while it is cut off nothing goes out; connected again, it does', () => {
  const api = client();
  api.disconnect();
  kernel.runUntil(MILLISECOND);
  send(api, 'a');
  kernel.runUntil(SECOND);
  api.reconnect();
  send(api, 'b');
  kernel.runUntil(2 * SECOND);
  expect([served(), answers]).toEqual([['b'], ['b ok 1003']]);
});

test('the answer to a life before is not taken for this one’s', () => {
  const api = client();
  send(api, 'a');
  kernel.runUntil(MILLISECOND);
  api.disconnect();
  api.reconnect();
  kernel.runUntil(SECOND);
  expect([served(), answers]).toEqual([['a'], []]);
});
