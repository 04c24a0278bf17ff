import { describe, expect, it } from 'vitest';
import type { Pod } from '../../core/schema/types.generated.ts';
import { goDuration } from '../../core/text/go-duration.ts';
import { SECOND } from '../../core/time.ts';
import { randomStream } from '../random/keyed.ts';
import type * as scenario from '../scenario/scenario.ts';
import { compileBehaviors } from './behavior.ts';
import { hookDuration } from './hooks.ts';
import { ImageRegistry, normalisedReference } from './image-registry.ts';
import { PodAddresses } from './pod-addresses.ts';
import { compileWildcard } from './wildcard.ts';

function pod(labels: Record<string, string>, restartPolicy: 'Always' | 'Never' = 'Always'): Pod {
  const containers = [{ name: 'c', image: 'shop/order:v2' }];
  const initContainers = [
    { name: 'i', image: 'x' },
    { name: 's', image: 'x', restartPolicy: 'Always' },
  ];
  const metadata = {
    name: 'p',
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '',
    labels,
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { containers, initContainers, restartPolicy },
    status: {},
  };
}

function spread(seconds: number): scenario.TimeSpread {
  return { p50: seconds * SECOND, p99: seconds * SECOND };
}

describe('compileBehaviors', () => {
  it('takes the first that fits', () => {
    const source = compileBehaviors([
      { match: { labels: { app: 'order', tier: 'x' } }, startup: spread(1) },
      { match: { image: 'shop/*:v2' }, startup: spread(2) },
      { match: { namespace: 'shop' }, startup: spread(3) },
    ]);
    const startup = (given: Pod, container = given.spec.containers[0]!): number =>
      source.behaviorFor(given, container).startup.p50 / SECOND;
    expect(startup(pod({ app: 'order', tier: 'x' }))).toBe(1);
    expect(startup(pod({ app: 'order' }))).toBe(2);
    expect(startup(pod({}), { name: 'other', image: 'other' })).toBe(3);
  });

  it('lets services run for ever, and work and init containers end', () => {
    const source = compileBehaviors([]);
    const ends = (given: Pod, index?: number): boolean => {
      const container = index === undefined ? given.spec.containers[0]! : given.spec.initContainers![index]!;
      return source.behaviorFor(given, container).exit !== undefined;
    };
    const service = pod({});
    expect([ends(service), ends(service, 0), ends(service, 1), ends(pod({}, 'Never'))]).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });
});

describe('ImageRegistry', () => {
  const registry = new ImageRegistry(randomStream(1, 'registry'));

  it.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27'],
    ['shop/order', 'docker.io/shop/order:latest'],
    ['localhost:5000/a', 'localhost:5000/a:latest'],
    ['quay.io/a/b@sha256:00', 'quay.io/a/b@sha256:00'],
  ])('knows %s as %s', (image, reference) => {
    expect(normalisedReference(image)).toBe(reference);
    expect(registry.describe(image).reference).toBe(reference);
  });

  it('keeps a digest that the image names, and makes one up where it names none', () => {
    expect(registry.describe('quay.io/a/b@sha256:00').id).toBe('quay.io/a/b@sha256:00');
    expect(registry.describe('nginx:1.27').id).toMatch(/^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/);
  });

  it('pulls in 2 to 6 s, checks what is there in less, and fails while it is down', () => {
    for (let i = 0; i < 50; i += 1) {
      expect(registry.pull('n', 'nginx', i, false).duration / SECOND).toBeGreaterThanOrEqual(2);
      expect(registry.pull('n', 'nginx', i, false).duration / SECOND).toBeLessThanOrEqual(6);
      expect(registry.pull('n', 'nginx', i, true).duration / SECOND).toBeLessThan(1);
    }
    registry.fail('*nginx*');
    registry.fail('*nginx*');
    registry.restore('*nginx*');
    expect(registry.pull('n', 'nginx', 0, false).error).toContain('rpc error: code = Unknown desc = ');
    expect(registry.pull('n', 'busybox', 0, false).error).toBeUndefined();
    registry.restore('*nginx*');
    expect(registry.isDown('nginx')).toBe(false);
  });
});

describe('PodAddresses', () => {
  it('hands out all but the reserved ones, the longest unused first', () => {
    const addresses = new PodAddresses('10.244.3.0/29');
    const all = [1, 2, 3, 4, 5, 6].map(() => addresses.allocate());
    expect(all).toEqual(['10.244.3.2', '10.244.3.3', '10.244.3.4', '10.244.3.5', '10.244.3.6', undefined]);
    addresses.release('10.244.3.5');
    addresses.release('10.244.3.3');
    expect([addresses.allocate(), addresses.allocate(), addresses.allocate()]).toEqual([
      '10.244.3.3',
      '10.244.3.5',
      undefined,
    ]);
  });
});

it.each([
  ['*', 'anything', true],
  ['nginx*', 'nginx:1', true],
  ['*/order:*', 'shop/order:v2', true],
  ['*a*a', 'a', false],
  ['ab*ba', 'aba', false],
  ['exact', 'exactly', false],
  ['a*b*c', 'a-b-b-c', true],
])('the pattern %s and the text %s: %s', (pattern, text, fits) => {
  expect(compileWildcard(pattern)(text)).toBe(fits);
});

it.each([
  [0, '0s'],
  [796_500, '796ms'],
  [2_100_000, '2.1s'],
  [80_000_000, '1m20s'],
  [300_000_000, '5m0s'],
  [3_725_050_000, '1h2m5.05s'],
])('%d microseconds are %s', (micros, text) => {
  expect(goDuration(micros)).toBe(text);
});

it('a hook takes what its sleep says', () => {
  expect(hookDuration({ exec: { command: ['sh', '-c', 'nginx -s quit; sleep 2.5'] } })).toBe(2.5 * SECOND);
  expect(hookDuration({ sleep: { seconds: 3 } })).toBe(3 * SECOND);
  expect(hookDuration({ httpGet: { port: 80 } })).toBe(0);
  expect(hookDuration(undefined)).toBe(0);
});
