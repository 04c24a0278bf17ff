import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../../core/time.ts';
import { pathText } from '../problem.ts';
import { readScenario } from '../resolve.ts';

function read(spec: object) {
  return readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'traffic' },
    spec,
  });
}

function scenarioOf(spec: object) {
  const result = read(spec);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.scenario;
}

function problems(spec: object): readonly string[] {
  const result = read(spec);
  return result.ok ? [] : result.problems.map(({ path, message }) => `${pathText(path)}: ${message}`);
}

const to = { namespace: 'default', name: 'web' };

describe('traffic as it is read', () => {
  test('has all defaults, and is plain JSON', () => {
    const scenario = scenarioOf({
      traffic: [
        { to: 'service/web', shape: { constant: '200rps' } },
        { to: 'svc/shop/web', shape: { diurnal: { base: 2, peak: '0.0125rps' } } },
        { to: 'service/web', shape: { constant: 0.5 }, spikes: [{ at: '40m', x: 8, for: '10m' }] },
      ],
    });
    expect(scenario.traffic).toEqual([
      { name: 'web', to, shape: { type: 'constant', rate: 200_000 }, spikes: [] },
      {
        name: 'shop/web',
        to: { namespace: 'shop', name: 'web' },
        shape: { type: 'diurnal', base: 2000, peak: 13, peakAt: 15 * HOUR, period: DAY },
        spikes: [],
      },
      {
        name: 'web-2',
        to,
        shape: { type: 'constant', rate: 500 },
        spikes: [{ at: 40 * MINUTE, x: 8, for: 10 * MINUTE, ramp: 30 * SECOND }],
      },
    ]);
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
    expect('traffic' in scenarioOf({})).toBe(false);
  });

  test('takes a time of day, or a duration since midnight', () => {
    const peakOf = (peakAt: unknown, more: object = {}) => {
      const diurnal = { base: 1, peak: 2, peakAt, ...more };
      const shape = scenarioOf({ traffic: [{ to: 'service/web', shape: { diurnal } }] }).traffic![0]!.shape;
      return shape.type === 'diurnal' ? shape.peakAt : undefined;
    };
    expect(peakOf('09:30')).toBe(9.5 * HOUR);
    expect(peakOf('2h')).toBe(2 * HOUR);
    expect(peakOf(undefined, { period: '4h' })).toBe(2.5 * HOUR);
  });

  test('costs of requests and what idles', () => {
    const [behavior, empty] = scenarioOf({
      behaviors: [
        {
          match: { app: 'web' },
          request: { cpu: '12ms', calls: ['service/cart', { to: 'service/shop/stock', count: 0.2 }] },
          usage: { cpu: '20m', memory: '64Mi', leak: '10Mi/h' },
        },
        { request: {}, usage: {} },
      ],
    }).behaviors;
    expect(behavior).toMatchObject({
      request: {
        cpu: 12_000,
        latency: 0,
        memory: 0,
        timeout: SECOND,
        calls: [
          { to: { namespace: 'default', name: 'cart' }, count: 1 },
          { to: { namespace: 'shop', name: 'stock' }, count: 0.2 },
        ],
      },
      usage: { cpu: 20, memory: 64 * 2 ** 20, leakPerHour: 10 * 2 ** 20 },
    });
    expect(empty?.usage).toEqual({});
  });

  const flow = (more: object) => ({ traffic: [{ to: 'service/web', shape: { constant: 1 }, ...more }] });

  test.each<[string, object, string]>([
    [
      'no rate',
      flow({ shape: { constant: '5 per second' } }),
      'spec.traffic[0].shape.constant: expected a rate such as 200rps or 0.5rps (a plain number is requests a second), got "5 per second"',
    ],
    [
      'a negative rate',
      flow({ shape: { constant: -1 } }),
      'spec.traffic[0].shape.constant: expected a rate such as 200rps or 0.5rps (a plain number is requests a second), got -1',
    ],
    [
      'more than anybody has',
      flow({ shape: { constant: '1000000000000rps' } }),
      'spec.traffic[0].shape.constant: expected at most 1000000000rps, got "1000000000000rps"',
    ],
    [
      'no shape',
      flow({ shape: {} }),
      'spec.traffic[0].shape: expected { constant: RATE } or { diurnal: { base, peak } }, got an object',
    ],
    [
      'no peak',
      flow({ shape: { diurnal: { base: 1 } } }),
      'spec.traffic[0].shape.diurnal.peak: is missing: expected a rate such as 200rps or 0.5rps (a plain number is requests a second)',
    ],
    [
      'no time of day',
      flow({ shape: { diurnal: { base: 1, peak: 2, peakAt: '25:00' } } }),
      'spec.traffic[0].shape.diurnal.peakAt: expected a time of day such as 15:00, or a duration since midnight, got "25:00"',
    ],
    [
      'two of one name',
      { traffic: [flow({ name: 'a' }).traffic[0], flow({ name: 'a' }).traffic[0]] },
      'spec.traffic[1].name: there is another flow called "a"',
    ],
    [
      'a spike without a length',
      flow({ spikes: [{ at: '1m', x: 2 }] }),
      'spec.traffic[0].spikes[0].for: is missing: expected a duration such as 90s, 5m30s or 1.5h (a plain number is seconds)',
    ],
    [
      'a call to no Service',
      { behaviors: [{ request: { calls: ['cart'] } }] },
      'spec.behaviors[0].request.calls[0]: expected kind/name or kind/namespace/name, such as deployment/web, got "cart"',
    ],
    [
      'no leak',
      { behaviors: [{ usage: { leak: 'slowly' } }] },
      'spec.behaviors[0].usage.leak: expected bytes an hour, such as 10Mi/h, got "slowly"',
    ],
    [
      'a timeout of nothing',
      { behaviors: [{ request: { timeout: 0 } }] },
      'spec.behaviors[0].request.timeout: expected a duration of at least 0.000001s, got 0s',
    ],
    [
      'a neighbour that takes nothing',
      { timeline: [{ at: 0, fault: 'noisy-neighbour', node: 'n' }] },
      'spec.timeline[0]: expected either cpu (such as 2 or 500m) or share (above 0, at most 1)',
    ],
    [
      'a spike of no size',
      { timeline: [{ at: 0, fault: 'load-spike', x: -2 }] },
      'spec.timeline[0].x: expected a number from 0 to 1000000, got -2',
    ],
  ])('%s is refused', (_what, spec, problem) => {
    expect(problems(spec)).toEqual([problem]);
  });
});
