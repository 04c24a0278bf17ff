import { describe, expect, it } from 'vitest';
import { POD } from '../../core/kinds/registry.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import { loggedRun, reExecuted } from '../testing/logged-run.ts';
import { app, type Measured, measure, trafficScenario } from './testing.ts';

const REQUESTS = 'service/default/web/requests';
const ERRORS = 'service/default/web/errors';
const P50 = 'service/default/web/latency-p50';
const P99 = 'service/default/web/latency-p99';

const web = { match: { app: 'web' }, request: { cpu: '10ms' } };

function flow(rate: string, more: object = {}) {
  return { to: 'service/web', shape: { constant: rate }, ...more };
}

/** Requests that failed between two moments. */
function failed(measured: Measured, from: number, until: number): number {
  let sum = 0;
  let value = 0;
  let since = from;
  for (const point of measured.points(ERRORS)) {
    if (point.t >= until) break;
    sum += value * Math.max(0, point.t - since);
    value = point.value;
    since = Math.max(from, point.t);
  }
  return (sum + value * (until - since)) / SECOND / 1000;
}

describe('latency and errors of a pod', () => {
  it.each([
    [20, 1],
    [80, 1],
    [160, 2],
    [350, 4],
  ])('%i requests a second on %i cores are as long as in M/M/c', (rate, cores) => {
    const measured = measure(
      trafficScenario({
        duration: '2m',
        cluster: { nodeGroups: [{ name: 'node', count: 1, machine: { cpu: 8 } }] },
        manifests: app({ name: 'web', replicas: 1, cpu: `${cores}` }),
        behaviors: [{ ...web, request: { cpu: '10ms', latency: '5ms', timeout: '30s' } }],
        traffic: [flow(`${rate}rps`)],
      }),
    );
    // The tail of M/M/c by its two exponentials, searched for the quantile.
    const mu = 100;
    const load = rate / mu;
    let term = 1;
    let sum = 0;
    for (let k = 0; k < cores; k += 1) {
      sum += term;
      term *= load / (k + 1);
    }
    const full = term / (1 - load / cores);
    const waits = full / (sum + full);
    const free = cores * mu - rate;
    const tail = (t: number) =>
      free === mu
        ? Math.exp(-mu * t) * (1 + waits * mu * t)
        : Math.exp(-mu * t) + (waits * mu * (Math.exp(-free * t) - Math.exp(-mu * t))) / (mu - free);
    const quantile = (part: number) => {
      let t = 0;
      while (tail(t) > 1 - part) t += 1e-5;
      return (t + 0.005) * SECOND;
    };
    expect(measured.at(P50, MINUTE)! / quantile(0.5)).toBeCloseTo(1, 2);
    expect(measured.at(P99, MINUTE)! / quantile(0.99)).toBeCloseTo(1, 2);
    expect(measured.at(ERRORS, MINUTE)).toBe(undefined);
  });

  it('fails what is more than the pods can serve, and stretches time where there is less than a core', () => {
    const measured = measure(
      trafficScenario({
        duration: '2m',
        manifests: app({ name: 'web', replicas: 2, cpu: '250m' }),
        behaviors: [web],
        traffic: [flow('80rps')],
      }),
    );
    // 25 a second for each of two pods.
    expect(measured.at(ERRORS, MINUTE)! / 30_000).toBeCloseTo(1, 1);
    expect(measured.at(P99, MINUTE)).toBe(SECOND);
  });

  it('works in vain where a request takes longer than its client waits', () => {
    const measured = measure(
      trafficScenario({
        duration: '2m',
        manifests: app({ name: 'web', replicas: 1, cpu: '100m' }),
        behaviors: [{ ...web, request: { cpu: '200ms' }, usage: { cpu: 0 } }],
        traffic: [flow('5rps')],
      }),
    );
    expect(measured.at(ERRORS, MINUTE)).toBe(5000);
    expect(measured.points(P50)).toEqual([]);
    const name = measured.names.find((one) => one.startsWith('pod/') && one.endsWith('/cpu'))!;
    expect(measured.at(name, MINUTE)).toBe(100);
  });

  it('passes through a proxy beside the program', () => {
    const pod = (app({ name: 'web', replicas: 1, cpu: '1' })[0] as { spec: { template: { spec: object } } })
      .spec.template;
    const [container] = (pod.spec as { containers: object[] }).containers;
    const proxied = { ...pod, spec: { containers: [container, { ...container, name: 'proxy' }] } };
    const measured = measure(
      trafficScenario({
        duration: '2m',
        manifests: [
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'web' },
            spec: { selector: { matchLabels: { app: 'web' } }, template: proxied },
          },
          app({ name: 'web' })[1],
        ],
        behaviors: [
          { container: 'web', request: { cpu: '10ms' }, usage: { cpu: 0 } },
          { container: 'proxy', request: { cpu: '2ms' }, usage: { cpu: 0 } },
        ],
        traffic: [flow('50rps')],
      }),
    );
    const containers = measured.names.filter(
      (name) => name.startsWith('container/') && name.endsWith('/cpu'),
    );
    expect(containers.map((name) => measured.at(name, MINUTE))).toEqual([100, 500]);
    // The median of M/M/1 in front of the program, and the mean of that in front of the proxy.
    expect(measured.at(P50, MINUTE)! / ((Math.log(2) / 50 + 1 / 450) * SECOND)).toBeCloseTo(1, 2);
  });

  it('without a limit takes what the machine has', () => {
    const measured = measure(
      trafficScenario({
        duration: '2m',
        cluster: { nodeGroups: [{ name: 'node', count: 1, machine: { cpu: 4 } }] },
        manifests: app({ name: 'web', replicas: 1, cpu: '100m', cpuLimit: null }),
        behaviors: [web],
        traffic: [flow('300rps')],
      }),
    );
    expect(measured.at(ERRORS, MINUTE) ?? 0).toBe(0);
    expect(measured.at('node/node-1/cpu', MINUTE)).toBe(3010);
  });
});

describe('calls', () => {
  const shop = (extra: object = {}) =>
    measure(
      trafficScenario({
        duration: '3m',
        manifests: [
          ...app({ name: 'web', cpu: '1' }),
          ...app({ name: 'cart', cpu: '500m' }),
          ...app({ name: 'stock', cpu: '500m' }),
        ],
        behaviors: [
          { ...web, request: { cpu: '2ms', calls: ['service/cart'], timeout: '5s', ...extra } },
          {
            match: { app: 'cart' },
            request: { cpu: '1ms', calls: [{ to: 'service/stock', count: 2.5 }], timeout: '5s' },
          },
          { match: { app: 'stock' }, request: { cpu: '1ms' } },
        ],
        traffic: [flow('100rps')],
      }),
    );

  it('reach those who are asked, as often as they are asked', () => {
    const measured = shop();
    expect(measured.at('service/default/cart/requests', MINUTE)).toBe(100_000);
    expect(measured.at('service/default/stock/requests', MINUTE)).toBe(250_000);
  });

  it('add their time', () => {
    const measured = shop();
    const p50 = (name: string) => measured.at(`service/default/${name}/latency-p50`, MINUTE)!;
    expect(p50('cart')).toBeGreaterThan(2.5 * p50('stock'));
    expect(p50('web')).toBeGreaterThan(p50('cart'));
  });

  it('fail who asks, where they fail', () => {
    const measured = measure(
      trafficScenario({
        duration: '2m',
        manifests: [...app({ name: 'web', cpu: '1' }), ...app({ name: 'cart', replicas: 1, cpu: '500m' })],
        behaviors: [
          { ...web, request: { cpu: '2ms', calls: ['service/cart'], timeout: '5s' } },
          { match: { app: 'cart' }, request: { cpu: '10ms' } },
        ],
        traffic: [flow('100rps')],
      }),
    );
    const cart = measured.at('service/default/cart/errors', MINUTE)!;
    expect(cart / 50_000).toBeCloseTo(1, 1);
    expect(measured.at(ERRORS, MINUTE)).toBe(cart);
  });

  it('to nobody fail', () => {
    const measured = shop({ calls: ['service/nowhere'] });
    expect(measured.at(ERRORS, MINUTE)).toBe(100_000);
    expect(measured.at('service/default/nowhere/errors', MINUTE)).toBe(100_000);
  });

  it('that go round in a circle come to an end', () => {
    const measured = measure(
      trafficScenario({
        duration: '2m',
        manifests: [...app({ name: 'web', cpu: '1' }), ...app({ name: 'cart', cpu: '1' })],
        behaviors: [
          { ...web, request: { cpu: '1ms', calls: ['service/cart'] } },
          { match: { app: 'cart' }, request: { cpu: '1ms', calls: [{ to: 'service/web', count: 0.5 }] } },
        ],
        traffic: [flow('100rps')],
      }),
    );
    // 100 + half of all that come.
    expect(measured.at(REQUESTS, MINUTE)! / 200_000).toBeCloseTo(1, 3);
  });
});

describe('endpoints as they are programmed', () => {
  it('send requests to a machine that has crashed until it is known to be lost', () => {
    const measured = measure(
      trafficScenario({
        manifests: app({ name: 'web', replicas: 3, cpu: '1' }),
        behaviors: [web],
        traffic: [flow('60rps')],
        timeline: [
          { at: '3m', fault: 'node-crash', node: { hosting: { selector: { app: 'web' } } }, for: '2m' },
        ],
      }),
    );
    expect(measured.at(ERRORS, 3 * MINUTE)).toBe(20_000);
    const [over] = measured.points(ERRORS).filter(({ t, value }) => t > 3 * MINUTE && value === 0);
    // The last renewal of the lease, and 50 s from there, looked for every 5 s.
    expect(over!.t).toBeGreaterThan(3 * MINUTE + 40 * SECOND);
    expect(over!.t).toBeLessThan(3 * MINUTE + 57 * SECOND);
    expect(measured.points(ERRORS).at(-1)!.value).toBe(0);
  });

  it('lose requests in a rollout, unless a preStop hook lets the proxies hear of it first', () => {
    const run = (preStop?: number) => {
      const manifests = app({
        name: 'web',
        replicas: 4,
        cpu: '1',
        ...(preStop === undefined ? {} : { preStop }),
      });
      return measure(
        trafficScenario({
          manifests,
          behaviors: [web],
          traffic: [flow('100rps')],
          timeline: [{ at: '3m', restart: 'deployment/web' }],
        }),
      );
    };
    expect(failed(run(), 3 * MINUTE, 10 * MINUTE)).toBeGreaterThan(1);
    expect(failed(run(5), 3 * MINUTE, 10 * MINUTE)).toBe(0);
  });

  it('are none where nothing is ready, and everything fails', () => {
    const measured = measure(
      trafficScenario({
        manifests: app({ name: 'web', replicas: 1, cpu: '1' }),
        behaviors: [web],
        traffic: [flow('50rps')],
        timeline: [{ at: '3m', scale: 'deployment/web', replicas: 0 }],
      }),
    );
    expect(measured.points(REQUESTS)[0]!.t).toBeGreaterThan(SECOND);
    expect(measured.at(ERRORS, 4 * MINUTE)).toBe(50_000);
  });

  it('hold a program that does not serve yet, where no probe says so', () => {
    const measured = measure(
      trafficScenario({
        manifests: app({ name: 'web', replicas: 1, cpu: '1', isProbed: false }),
        behaviors: [{ ...web, startup: '20s' }],
        traffic: [flow('50rps')],
      }),
    );
    const [first, second] = measured.points(ERRORS);
    expect(first!.value).toBe(50_000);
    expect(second!.value).toBe(0);
    expect(second!.t - first!.t).toBeGreaterThan(19 * SECOND);
  });
});

describe('usage', () => {
  const usage = (behavior: object, more: Partial<Parameters<typeof app>[0]> = {}, extra: object = {}) =>
    measure(
      trafficScenario({
        manifests: app({ name: 'web', replicas: 1, cpu: '1', ...more }),
        behaviors: [{ match: { app: 'web' }, ...behavior }],
        ...extra,
      }),
    );
  const pod = (measured: Measured, what: string) =>
    measured.at(measured.names.find((name) => name.startsWith('pod/') && name.endsWith(what))!, 5 * MINUTE);

  it('is a part of the requests where nothing is said', () => {
    const measured = usage({ request: { cpu: '1ms' } });
    expect([pod(measured, '/cpu'), pod(measured, '/memory')]).toEqual([100, 128 * 2 ** 20]);
  });

  it('grows with requests, up to the limit', () => {
    const busy = usage({ request: { cpu: '10ms' }, usage: { cpu: '20m' } }, {}, { traffic: [flow('50rps')] });
    expect(pod(busy, '/cpu')).toBe(520);
    const full = usage(
      { request: { cpu: '10ms' }, usage: { cpu: '20m' } },
      {},
      { traffic: [flow('500rps')] },
    );
    expect(pod(full, '/cpu')).toBe(1000);
  });

  it('ends with the limit of memory, and the container is killed', () => {
    const measured = usage({ usage: { memory: '200Mi', leak: '1200Mi/h' } });
    const [only] = measured.simulation.view.list(POD, 'default') as readonly Pod[];
    const [status] = only!.status.containerStatuses!;
    // 56Mi at 20Mi a minute, and then again.
    expect(status!.restartCount).toBe(3);
    expect(status!.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
  });

  it('holds memory for what is in flight', () => {
    const measured = usage(
      { request: { latency: '500ms', memory: '1Mi' }, usage: { memory: '10Mi' } },
      {},
      { traffic: [flow('20rps')] },
    );
    expect(pod(measured, '/memory')).toBe(20 * 2 ** 20);
  });

  it('gives way to a noisy neighbour in proportion to the requests', () => {
    const measured = usage(
      { request: { cpu: '10ms' }, usage: { cpu: 0 } },
      { cpuLimit: null, replicas: 2 },
      {
        cluster: { nodeGroups: [{ name: 'node', count: 1, machine: { cpu: 4 } }] },
        traffic: [flow('300rps')],
        timeline: [{ at: '3m', fault: 'noisy-neighbour', node: 'node-1', cpu: 2, for: '4m' }],
      },
    );
    expect(measured.at('node/node-1/cpu', 2 * MINUTE)).toBe(3000);
    expect(measured.at(ERRORS, 2 * MINUTE) ?? 0).toBe(0);
    expect(measured.at('node/node-1/cpu', 5 * MINUTE)! / 4000).toBeCloseTo(1, 1);
    expect(measured.at(ERRORS, 5 * MINUTE)! / 100_000).toBeCloseTo(1, 1);
    expect(measured.at(ERRORS, 9 * MINUTE)).toBe(0);
  });
});

describe('traffic', () => {
  const rateAt = (spec: object) => {
    const measured = measure(
      trafficScenario({ manifests: app({ name: 'web', cpu: '1' }), behaviors: [web], ...spec }),
    );
    return (t: number) => measured.at(REQUESTS, t);
  };

  it('follows the day', () => {
    const at = rateAt({
      duration: '65m',
      traffic: [
        {
          to: 'service/web',
          shape: { diurnal: { base: '10rps', peak: '50rps', period: '1h', peakAt: '20m' } },
        },
      ],
    });
    expect(at(20 * MINUTE)! / 50_000).toBeCloseTo(1, 1);
    expect(at(50 * MINUTE)! / 10_000).toBeCloseTo(1, 1);
    expect(at(35 * MINUTE)! / 30_000).toBeCloseTo(1, 1);
  });

  it('rises and falls with the spikes of the scenario and those of faults', () => {
    const at = rateAt({
      traffic: [flow('10rps', { spikes: [{ at: '2m', x: 4, for: '1m', ramp: '10s' }] })],
      timeline: [{ at: '5m', fault: 'load-spike', x: 3, for: '1m' }],
    });
    expect([1, 2.5, 4, 5.5, 7].map((minute) => at(minute * MINUTE))).toEqual([
      10_000, 40_000, 10_000, 30_000, 10_000,
    ]);
  });

  it('is never asked for by who has not opened, and writes nothing where there is none', () => {
    const measured = measure(trafficScenario({ behaviors: [web], traffic: [flow('50rps')] }));
    expect(measured.names.filter((name) => name.startsWith('service/'))).toEqual([]);
    expect(measure(trafficScenario({ manifests: app({ name: 'web' }) })).names).toEqual([]);
  });
});

describe('a run with traffic', () => {
  const scenario = trafficScenario({
    duration: '15m',
    manifests: [...app({ name: 'web', replicas: 3 }), ...app({ name: 'cart' })],
    behaviors: [
      { ...web, request: { cpu: '10ms', calls: ['service/cart'], memory: '1Mi' } },
      { match: { app: 'cart' }, request: { cpu: '3ms' }, usage: { memory: '100Mi', leak: '1Gi/h' } },
    ],
    traffic: [
      {
        to: 'service/web',
        shape: { diurnal: { base: '20rps', peak: '200rps', period: '10m' } },
        spikes: [{ at: '6m', x: 5, for: '2m' }],
      },
    ],
    timeline: [
      { at: '3m', fault: 'node-crash', node: { hosting: { selector: { app: 'web' } } }, for: '4m' },
      { at: '5m', fault: 'load-spike', to: 'service/web', x: 0.5, for: '1m' },
      { at: '9m', fault: 'noisy-neighbour', node: { any: {} }, share: 0.9, for: '1m' },
      { at: '10m', restart: 'deployment/web' },
    ],
  });

  it('is the same bytes twice, and from its stimuli alone', () => {
    const first = loggedRun(scenario);
    expect(loggedRun(scenario).sha256).toBe(first.sha256);
    const again = reExecuted(first);
    expect(again.text).toBe(first.text);
  });

  it('names a cause before each sample', () => {
    const measured = measure(scenario);
    for (const name of measured.names)
      for (const { cause } of measured.points(name)) expect(cause).toBeGreaterThan(0);
  });
});
