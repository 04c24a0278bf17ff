import { describe, expect, test } from 'vitest';
import { definedKinds, documentObjects, pathIn, readManifest } from './manifest.ts';
import { pathText } from './problem.ts';
import { removalHint } from './removed-versions.ts';

function problems(raw: unknown, namespace?: string): readonly string[] {
  const read = readManifest(raw, namespace === undefined ? {} : { namespace });
  return read.ok ? [] : read.problems.map(({ path, message }) => `${pathText(path)}: ${message}`);
}

function pod(metadata: object = { name: 'a' }, spec: object = {}): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
}

describe('an object', () => {
  test('goes to the default namespace, or to the one asked for', () => {
    const read = readManifest(pod());
    expect(read.ok && [read.object.metadata, read.kind.resource]).toEqual([
      { name: 'a', namespace: 'default' },
      'pods',
    ]);
    const shop = readManifest(pod(), { namespace: 'shop' });
    expect(shop.ok && shop.object.metadata.namespace).toBe('shop');
  });

  test('of a cluster-scoped kind has no namespace', () => {
    const read = readManifest({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'a', namespace: 'b' },
    });
    expect(read.ok && read.object.metadata).toEqual({ name: 'a' });
  });

  test.each([
    ['a text', 'x', ': expected an object, got "x"'],
    ['no type', {}, ': apiVersion and kind not set'],
    ['no kind', { apiVersion: 'v1' }, ': kind not set'],
    ['odd kind', { apiVersion: 'v1', kind: 5 }, 'kind: expected a text, got 5'],
    ['no metadata', { apiVersion: 'v1', kind: 'Pod' }, 'metadata: metadata.name not set'],
    [
      'unknown field',
      pod({ name: 'a' }, { containers: [{ imagee: 'x' }] }),
      'spec.containers[0].imagee: unknown field "imagee", did you mean "image"?',
    ],
    [
      'wrong type',
      pod({ name: 'a' }, { hostNetwork: 'maybe' }),
      'spec.hostNetwork: expected boolean, got string "maybe"',
    ],
    [
      'label',
      pod({ name: 'a', labels: { 'app.kubernetes.io/version': 2 } }),
      'metadata.labels["app.kubernetes.io/version"]: expected string, got number 2',
    ],
    [
      'quantity',
      pod({ name: 'a' }, { containers: [{ name: 'x', resources: { requests: { cpu: 'lots' } } }] }),
      'spec.containers[0].resources.requests.cpu: expected quantity, got string "lots"',
    ],
    [
      'generated name',
      pod({ generateName: 'a-' }),
      'metadata.generateName: an object to apply needs a metadata.name: its generated name would differ every time',
    ],
    [
      'removed version',
      { apiVersion: 'extensions/v1beta1', kind: 'Deployment' },
      'apiVersion: no matches for kind "Deployment" in version "extensions/v1beta1": use apps/v1 (extensions/v1beta1 was removed in Kubernetes 1.16)',
    ],
    [
      'removed kind',
      { apiVersion: 'policy/v1beta1', kind: 'PodSecurityPolicy' },
      'apiVersion: no matches for kind "PodSecurityPolicy" in version "policy/v1beta1": PodSecurityPolicy was removed in Kubernetes 1.25, and nothing takes its place',
    ],
    [
      'another version',
      { apiVersion: 'v1', kind: 'Deployment' },
      'apiVersion: no matches for kind "Deployment" in version "v1": use apps/v1',
    ],
    [
      'misspelt kind',
      { apiVersion: 'apps/v1', kind: 'Deploymnet' },
      'kind: no matches for kind "Deploymnet" in version "apps/v1", did you mean "Deployment"?',
    ],
    [
      'unknown kind',
      { apiVersion: 'bar/v1', kind: 'Foo' },
      'kind: no matches for kind "Foo" in version "bar/v1"',
    ],
  ])('refused: %s', (_what, raw, problem) => {
    expect(problems(raw)).toEqual([problem]);
  });

  test('refused: another namespace than the one asked for', () => {
    expect(problems(pod({ name: 'a', namespace: 'b' }), 'shop')).toEqual([
      'metadata.namespace: the namespace from the provided object "b" does not match the namespace "shop"',
    ]);
  });

  test('a custom resource is read by the definition among the same manifests', () => {
    const version = {
      name: 'v2',
      served: true,
      storage: true,
      schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    };
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'rockets.acme.io' },
      spec: {
        group: 'acme.io',
        scope: 'Cluster',
        names: { kind: 'Rocket', plural: 'rockets' },
        versions: [version],
      },
    };
    const customKinds = definedKinds([crd]);
    expect([...customKinds.keys()]).toEqual(['acme.io/v2/Rocket']);
    const rocket = { apiVersion: 'acme.io/v2', kind: 'Rocket', metadata: { name: 'one' }, spec: { fuel: 3 } };
    const read = readManifest(rocket, { customKinds });
    expect(read.ok && [read.kind.resource, read.object]).toEqual(['rockets.acme.io', rocket]);
    expect(readManifest(rocket).ok).toBe(false);
  });
});

test('a list holds its items, lists among them', () => {
  const list = {
    apiVersion: 'v1',
    kind: 'List',
    items: [pod(), { apiVersion: 'v1', kind: 'PodList', items: [pod()] }],
  };
  expect(documentObjects(list).map(({ path }) => path)).toEqual([
    ['items', 0],
    ['items', 1, 'items', 0],
  ]);
  expect(documentObjects(pod()).map(({ path }) => path)).toEqual([[]]);
});

test('a path finds keys that hold dots', () => {
  const raw = { metadata: { labels: { 'a.b/c': 1, a: { b: 1 } } }, list: [{ x: 1 }] };
  expect(pathIn(raw, 'metadata.labels.a.b/c')).toEqual(['metadata', 'labels', 'a.b/c']);
  expect(pathIn(raw, 'metadata.labels.a.b')).toEqual(['metadata', 'labels', 'a', 'b']);
  expect(pathIn(raw, 'list[0].x')).toEqual(['list', 0, 'x']);
  expect(pathIn(raw, 'list[0].y.z')).toEqual(['list', 0, 'y.z']);
});

test('a version that was removed names what took its place', () => {
  expect(removalHint('batch/v1beta1', 'CronJob')).toBe(
    'use batch/v1 (batch/v1beta1 was removed in Kubernetes 1.25)',
  );
  expect(removalHint('apps/v1', 'Deployment')).toBeUndefined();
});
