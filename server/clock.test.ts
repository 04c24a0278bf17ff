import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HttpAnswer, type HttpCluster, httpCluster } from './testing/http-cluster.ts';

const CLOCK = '/wavetank/v1/clock';

describe('the clock', () => {
  let cluster: HttpCluster;
  beforeAll(async () => {
    cluster = await httpCluster(2);
  });
  afterAll(() => cluster.close());

  function post(body: unknown): Promise<HttpAnswer> {
    return cluster.send({
      method: 'POST',
      path: CLOCK,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  }

  async function now(): Promise<number> {
    const { body } = await cluster.send({ method: 'GET', path: CLOCK });
    return Date.parse(String(body.now));
  }

  test('skips so much time', async () => {
    const before = await now();
    const answer = await post({ advance: '90s' });
    expect([answer.code, answer.body.paused]).toEqual([200, true]);
    expect((await now()) - before).toBe(90_000);
  });

  test('skips until something holds, or says that it did not', async () => {
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', image: 'web:1' }] },
        },
      },
    };
    await cluster.send({
      method: 'POST',
      path: '/apis/apps/v1/namespaces/default/deployments',
      body: JSON.stringify(deployment),
    });
    const reached = await post({ until: 'available(deployment/web) >= 2' });
    expect(reached.body.reached).toBe(true);
    const read = await cluster.send({
      method: 'GET',
      path: '/apis/apps/v1/namespaces/default/deployments/web',
    });
    expect(read.body.status).toMatchObject({ availableReplicas: 2 });
    const before = await now();
    const missed = await post({ until: 'available(deployment/web) >= 3', atMost: '5s' });
    expect(missed.body.reached).toBe(false);
    expect((await now()) - before).toBe(5000);
  });

  test.each([
    [{}, 'expected { "pause": true }'],
    [[], 'expected { "pause": true }'],
    [{ advance: 'soon' }, 'advance: '],
    [{ advance: 7 }, 'advance: expected a text such as 30s'],
    [{ advance: '25h' }, 'advance: at most 24h at once'],
    [{ until: 'available(' }, 'until: '],
    [{ until: 'available(deployment/web)' }, 'until: '],
    [{ until: 'available(deployment/web) >= 2', atMost: 'x' }, 'atMost: '],
    [{ resume: true, speed: -1 }, 'speed must be a number above 0'],
  ])('%j is refused', async (body, message) => {
    const answer = await post(body);
    expect(answer.code).toBe(400);
    expect(answer.body.message).toContain(message);
  });
});
