import { describe, expect, test } from 'vitest';
import type { FieldError } from '../../api/status.ts';
import type { ConfigMap, Deployment, Pod, PodSpec, Secret } from '../../schema/types.generated.ts';
import { podSpecDefaults, templateDefaults } from '../defaults/pod-spec.ts';
import { validateConfigMap, validateConfigMapUpdate, validateSecretUpdate } from './config.ts';
import { isCidr, isIpAddress } from './ip-address.ts';
import { validatePodUpdate } from './pod.ts';
import { validateDeploymentUpdate } from './workloads.ts';

const metadata = { name: 'x', namespace: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '' };
const texts = (errors: readonly FieldError[]) => errors.map(({ body, field }) => `${field}: ${body}`);

function pod(spec: PodSpec): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec, status: {} };
}

describe('a pod', () => {
  const spec = podSpecDefaults({
    containers: [{ name: 'c', image: 'a:1' }],
    tolerations: [{ key: 'k', operator: 'Exists' }],
    activeDeadlineSeconds: 60,
  });
  const changed = (change: Partial<PodSpec>) =>
    texts(validatePodUpdate(pod({ ...spec, ...change }), pod(spec)));
  const container = spec.containers[0]!;

  test('may get another image, more tolerations, an earlier deadline', () => {
    const tolerations = [...spec.tolerations!, { key: 'l', operator: 'Exists' as const }];
    const containers = [{ ...container, image: 'a:2' }];
    expect(changed({ activeDeadlineSeconds: 30, containers, tolerations })).toEqual([]);
  });

  test('may not get anything else', () => {
    expect(changed({ nodeName: 'n1' })[0]).toMatch(
      'spec: Forbidden: pod updates may not change fields other than',
    );
    expect(changed({ containers: [{ ...container, command: ['x'] }] })[0]).toMatch('changed: containers');
    expect(changed({ containers: [container, { ...container, name: 'd' }] })).toEqual([
      'spec.containers: Forbidden: pod updates may not add or remove containers',
    ]);
    expect(changed({ tolerations: [] })).toEqual([
      'spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds',
    ]);
    expect(changed({ activeDeadlineSeconds: 90 })).toEqual([
      'spec.activeDeadlineSeconds: Invalid value: 90: must be less than or equal to previous value',
    ]);
  });

  test('may lose its scheduling gates, and be steered while it has them', () => {
    const gated = podSpecDefaults({ ...spec, schedulingGates: [{ name: 'g' }] });
    const update = (change: Partial<PodSpec>) =>
      texts(validatePodUpdate(pod({ ...gated, ...change }), pod(gated)));
    expect(update({ schedulingGates: undefined })).toEqual([]);
    expect(update({ nodeSelector: { zone: 'a' } })).toEqual([]);
    expect(update({ schedulingGates: [{ name: 'h' }] })[0]).toMatch("found new scheduling gate 'h'");
  });
});

test('the selector of a Deployment stays', () => {
  const template = templateDefaults({
    metadata: { labels: { app: 'a', tier: 'b' } },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
  const deployment = (matchLabels: Readonly<Record<string, string>>): Deployment => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      selector: { matchLabels },
      template,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    },
    status: {},
  });
  expect(validateDeploymentUpdate(deployment({ app: 'a' }), deployment({ app: 'a' }))).toEqual([]);
  expect(texts(validateDeploymentUpdate(deployment({ tier: 'b' }), deployment({ app: 'a' })))).toEqual([
    'spec.selector: Invalid value: {"matchLabels":{"tier":"b"}}: field is immutable',
  ]);
});

describe('ConfigMaps and Secrets', () => {
  const config: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { a: 'b' },
    immutable: true,
  };
  const secret: Secret = { apiVersion: 'v1', kind: 'Secret', metadata, data: {}, type: 'Opaque' };

  test('stay as they are once immutable', () => {
    const next = { ...config, data: { a: 'c' }, immutable: false };
    expect(texts(validateConfigMapUpdate(next, config))).toEqual([
      'immutable: Forbidden: field is immutable when `immutable` is set',
      'data: Forbidden: field is immutable when `immutable` is set',
    ]);
    expect(validateConfigMapUpdate(config, config)).toEqual([]);
  });

  test('are of one type for ever', () => {
    expect(texts(validateSecretUpdate({ ...secret, type: 'x' }, secret))).toEqual([
      'type: Invalid value: "x": field is immutable',
    ]);
  });

  test('hold a mebibyte', () => {
    const big = { ...config, data: { a: 'x'.repeat(1_100_000) } };
    expect(texts(validateConfigMap(big))).toEqual(['[]: Too long: may not be more than 1048576 bytes']);
  });
});

describe('addresses', () => {
  test.each(['10.9.8.7', '::', '::1', '2001:db8::ffff', '::ffff:10.0.0.1', '1:2:3:4:5:6:7:8'])(
    '%s',
    (address) => {
      expect(isIpAddress(address)).toBe(true);
    },
  );
  test.each(['300.1.1.1', '10.0.0', '010.0.0.1', '1::2::3', '1:2:3:4:5:6:7', 'g::', ''])(
    'not %j',
    (address) => {
      expect(isIpAddress(address)).toBe(false);
    },
  );
  test('ranges', () => {
    expect(['10.0.0.0/8', '2001:db8::/64'].every(isCidr)).toBe(true);
    expect(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/x'].some(isCidr)).toBe(false);
  });
});
