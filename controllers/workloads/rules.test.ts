import { describe, expect, test } from 'vitest';
import { DEPLOYMENT } from '../../core/kinds/registry.ts';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../core/schema/types.generated.ts';
import { DEFAULT_START, MINUTE, rfc3339 } from '../../core/time.ts';
import { viewOf } from '../testing/fake-view.ts';
import { controllerReference } from './claim.ts';
import { expecting, satisfied } from './expectations.ts';
import { fencepostsOf } from './fenceposts.ts';
import { ownerKeys } from './owner-keys.ts';
import { podCreation } from './pod-from-template.ts';
import { replicaSetController } from './replica-set.ts';
import { REVISION, REVISION_HISTORY, withRevision } from './revisions.ts';
import { firstBatch, nextBatch } from './slow-start.ts';
import { equalIgnoringHash, POD_TEMPLATE_HASH, templateHash } from './template-hash.ts';

const TEMPLATE: PodTemplateSpec = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
};

function deploymentOf(spec: Partial<Deployment['spec']>, annotations?: Record<string, string>): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: rfc3339(DEFAULT_START),
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: {
      replicas: 10,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate' },
      template: TEMPLATE,
      ...spec,
    },
    status: {},
  };
}

describe('maxSurge and maxUnavailable', () => {
  test.each([
    [10, '25%', '25%', 3, 2],
    [3, '25%', '25%', 1, 0],
    [1, '25%', '25%', 1, 0],
    [4, 0, 1, 0, 1],
    [4, '0%', '10%', 0, 1],
    [10, 0, 0, 0, 1],
    [2, 0, 5, 0, 2],
    [0, '25%', '25%', 0, 0],
    [7, 2, '100%', 2, 7],
  ])('of %i: %s, %s', (replicas, maxSurge, maxUnavailable, surge, unavailable) => {
    const strategy = { type: 'RollingUpdate' as const, rollingUpdate: { maxSurge, maxUnavailable } };
    const fenceposts = fencepostsOf(deploymentOf({ replicas, strategy }));
    expect(fenceposts).toEqual({ maxSurge: surge, maxUnavailable: unavailable });
  });

  test('there are none for Recreate', () => {
    const fenceposts = fencepostsOf(deploymentOf({ strategy: { type: 'Recreate' } }));
    expect(fenceposts).toEqual({ maxSurge: 0, maxUnavailable: 0 });
  });
});

test('batches double, and end with what is left', () => {
  const batches: number[] = [];
  let left = 20;
  for (let batch = firstBatch(left); batch > 0; batch = nextBatch(batch, left)) {
    batches.push(batch);
    left -= batch;
  }
  expect(batches).toEqual([1, 2, 4, 8, 5]);
});

describe('the template’s hash', () => {
  test('is made of safe letters and does not depend on the order of keys', () => {
    const other = {
      spec: { containers: [{ image: 'nginx', name: 'c' }] },
      metadata: { annotations: undefined, labels: { app: 'web' } },
    } as unknown as PodTemplateSpec;
    expect(templateHash(TEMPLATE, undefined)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{6,10}$/);
    expect(templateHash(other, undefined)).toBe(templateHash(TEMPLATE, undefined));
  });

  test('changes with the template and with each collision', () => {
    const image = { ...TEMPLATE, spec: { containers: [{ name: 'c', image: 'nginx:2' }] } };
    const hashes = [
      templateHash(TEMPLATE, undefined),
      templateHash(TEMPLATE, 0),
      templateHash(TEMPLATE, 1),
      templateHash(image, undefined),
    ];
    expect(new Set(hashes).size).toBe(4);
  });

  test('templates are compared without it', () => {
    const labelled = { ...TEMPLATE, metadata: { labels: { app: 'web', [POD_TEMPLATE_HASH]: 'x' } } };
    expect(equalIgnoringHash(labelled, TEMPLATE)).toBe(true);
    const other = { ...TEMPLATE, metadata: { labels: { app: 'db' } } };
    expect(equalIgnoringHash(labelled, other)).toBe(false);
    expect(equalIgnoringHash(labelled, { ...TEMPLATE, spec: { containers: [] } })).toBe(false);
  });
});

describe('revisions', () => {
  test.each([
    [undefined, 1, { [REVISION]: '1' }],
    [{ [REVISION]: '1' }, 3, { [REVISION]: '3', [REVISION_HISTORY]: '1' }],
    [{ [REVISION]: '3', [REVISION_HISTORY]: '1' }, 5, { [REVISION]: '5', [REVISION_HISTORY]: '1,3' }],
    // One that is ahead already stays.
    [{ [REVISION]: '7' }, 5, { [REVISION]: '7' }],
    [{ [REVISION]: 'seven' }, 5, { [REVISION]: 'seven' }],
  ])('%j becomes revision %i', (annotations, revision, expected) => {
    expect(withRevision(annotations, deploymentOf({}), revision)).toEqual(expected);
  });

  test('a history that gets too long loses its oldest entries', () => {
    const history = Array.from({ length: 500 }, (_, i) => String(1000 + i)).join(',');
    const next = withRevision({ [REVISION]: '9999', [REVISION_HISTORY]: history }, deploymentOf({}), 10_000);
    const text = next?.[REVISION_HISTORY] ?? '';
    expect(text.length).toBeLessThanOrEqual(2000);
    expect(text.endsWith(',1499,9999')).toBe(true);
  });

  test('nothing to change is the very same object', () => {
    const annotations = { [REVISION]: '2', team: 'a' };
    const deployment = deploymentOf({}, { team: 'a', [REVISION]: '1' });
    expect(withRevision(annotations, deployment, 2)).toBe(annotations);
  });
});

describe('expectations', () => {
  test('hold until the view has seen the newest write, or five minutes have passed', () => {
    const expectation = expecting(expecting(undefined, 12, 100), 9, 200);
    expect(expectation).toEqual({ version: 12, since: 100 });
    expect(satisfied(expectation, 11, 300)).toBe(false);
    expect(satisfied(expectation, 12, 300)).toBe(true);
    expect(satisfied(expectation, 11, 100 + 5 * MINUTE)).toBe(false);
    expect(satisfied(expectation, 11, 101 + 5 * MINUTE)).toBe(true);
    expect(satisfied(undefined, 0, 0)).toBe(true);
    expect(expecting(undefined, 0, 100)).toBeUndefined();
  });
});

describe('a ReplicaSet’s pods', () => {
  const replicaSet: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: 'web-x',
      namespace: 'default',
      uid: 'rs-uid',
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: rfc3339(DEFAULT_START),
    },
    spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: TEMPLATE },
    status: { replicas: 3, observedGeneration: 1, terminatingReplicas: 0, fullyLabeledReplicas: 3 },
  };

  test('are created by one request object that holds the template’s own parts', () => {
    const request = podCreation(replicaSet);
    if (request.verb !== 'create') throw new Error('no creation');
    expect(podCreation({ ...replicaSet, spec: { ...replicaSet.spec, replicas: 5 } })).toBe(request);
    expect((request.object as { spec?: unknown }).spec).toBe(TEMPLATE.spec);
    expect(request.object.metadata.labels).toBe(TEMPLATE.metadata?.labels);
    expect(request.object.metadata.generateName).toBe('web-x-');
    // Another ReplicaSet of the same template has other pods.
    const namesake = { ...replicaSet, metadata: { ...replicaSet.metadata, uid: 'other' } };
    expect(podCreation(namesake)).not.toBe(request);
  });

  test('a name with no room for a dash goes without', () => {
    const long = 'x'.repeat(253);
    const request = podCreation({
      ...replicaSet,
      metadata: { ...replicaSet.metadata, name: long, uid: 'long' },
      spec: { ...replicaSet.spec, template: { ...TEMPLATE } },
    });
    expect(request.verb === 'create' && request.object.metadata.generateName).toBe(long);
  });

  test('a turn with nothing to do asks for nothing and remembers nothing', () => {
    const pod = (i: number) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...replicaSet.metadata,
        name: `web-x-${i}`,
        uid: `p${i}`,
        labels: { app: 'web' },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-x', uid: 'rs-uid', controller: true },
        ],
      },
      spec: { containers: [] },
      status: {},
    });
    const view = viewOf([replicaSet, pod(1), pod(2), pod(3)]);
    const outcome = replicaSetController.reconcile(view, 'default/web-x', undefined, DEFAULT_START);
    expect(outcome).toEqual({ requests: [], memory: undefined });
  });
});

describe('whom an event of a ReplicaSet concerns', () => {
  const keys = ownerKeys(DEPLOYMENT);
  const deployment = deploymentOf({});
  const other: Deployment = {
    ...deployment,
    metadata: { ...deployment.metadata, name: 'other', uid: 'o' },
    spec: { ...deployment.spec, selector: { matchLabels: { app: 'other' } } },
  };
  const view = viewOf([deployment, other]);
  const object = (labels: Record<string, string>, owner?: Deployment) => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      ...deployment.metadata,
      name: 'rs',
      labels,
      ...(owner === undefined ? {} : { ownerReferences: [controllerReference(DEPLOYMENT, owner)] }),
    },
  });
  const web = { app: 'web' };
  const event = (type: 'ADDED' | 'MODIFIED' | 'DELETED', next: object, previous?: object) =>
    keys({ type, object: next as never, previous: previous as never }, view);

  test.each([
    ['an owned one its owner', 'ADDED', object(web, deployment), undefined, ['default/web']],
    ['an orphan all that match', 'ADDED', object(web), undefined, ['default/web']],
    ['an orphan that nobody selects no one', 'ADDED', object({}), undefined, []],
    [
      'a change of owner both',
      'MODIFIED',
      object(web, other),
      object(web, deployment),
      ['default/web', 'default/other'],
    ],
    [
      'a lost owner the former one and all that match',
      'MODIFIED',
      object({ app: 'other' }),
      object({ app: 'other' }, deployment),
      ['default/web', 'default/other'],
    ],
    [
      'an orphan whose labels change all that match now',
      'MODIFIED',
      object(web),
      object({}),
      ['default/web'],
    ],
    ['a deleted orphan no one', 'DELETED', object(web), object(web), []],
    ['a deleted one its owner', 'DELETED', object(web, deployment), object(web, deployment), ['default/web']],
  ] as const)('%s', (_title, type, next, previous, expected) => {
    expect(event(type, next, previous)).toEqual(expected);
  });

  test('a change of something else about an orphan no one', () => {
    const orphan = object(web);
    const touched = { ...orphan, metadata: { ...orphan.metadata, annotations: { a: 'b' } } };
    expect(event('MODIFIED', touched, orphan)).toEqual([]);
  });
});
