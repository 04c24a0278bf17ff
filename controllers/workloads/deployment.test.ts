import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../core/api/object.ts';
import { keyOf } from '../../core/api/object.ts';
import { DEPLOYMENT } from '../../core/kinds/registry.ts';
import type { Deployment, ReplicaSet } from '../../core/schema/types.generated.ts';
import { DEFAULT_START, MINUTE, rfc3339 } from '../../core/time.ts';
import type { Request } from '../controller.ts';
import { viewOf } from '../testing/fake-view.ts';
import { controllerReference } from './claim.ts';
import { deploymentController } from './deployment.ts';
import { fencepostsOf } from './fenceposts.ts';
import { availableOf, replicasOf, wantedReplicas } from './replica-sets.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS, REVISION } from './revisions.ts';

const NOW = DEFAULT_START + MINUTE;

interface Shape {
  readonly replicas: number;
  readonly maxSurge: number | string;
  readonly maxUnavailable: number | string;
  readonly paused?: boolean;
}

function deploymentOf({ replicas, maxSurge, maxUnavailable, paused = false }: Shape): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'web',
      namespace: 'default',
      uid: 'deployment-uid',
      resourceVersion: '7',
      generation: 3,
      creationTimestamp: rfc3339(DEFAULT_START),
    },
    spec: {
      replicas,
      paused,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
      template: template('new'),
    },
    status: { observedGeneration: 2 },
  };
}

function template(image: string): ReplicaSet['spec']['template'] & object {
  return { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image }] } };
}

interface Size {
  readonly replicas: number;
  readonly available: number;
}

function replicaSetOf(
  deployment: Deployment,
  name: string,
  image: string,
  age: number,
  size: Size,
): ReplicaSet {
  const desired = deployment.spec.replicas ?? 1;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'default',
      uid: `${name}-uid`,
      resourceVersion: '5',
      generation: 1,
      creationTimestamp: rfc3339(NOW - age * MINUTE),
      labels: { app: 'web' },
      annotations: {
        [REVISION]: String(10 - age),
        [DESIRED_REPLICAS]: String(desired),
        [MAX_REPLICAS]: String(desired + fencepostsOf(deployment).maxSurge),
      },
      ownerReferences: [controllerReference(DEPLOYMENT, deployment)],
    },
    spec: {
      replicas: size.replicas,
      selector: { matchLabels: { app: 'web', r: name } },
      template: template(image),
    },
    status: {
      replicas: size.replicas,
      readyReplicas: size.available,
      availableReplicas: size.available,
      observedGeneration: 1,
      terminatingReplicas: 0,
    },
  };
}

function reconcile(objects: readonly KubeObject[], deployment: Deployment): readonly Request[] {
  return deploymentController.reconcile(viewOf(objects), keyOf(deployment), undefined, NOW).requests;
}

/** The ReplicaSets as the requests leave them. */
function applied(requests: readonly Request[], replicaSets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const result = new Map(replicaSets.map((replicaSet) => [replicaSet.metadata.name, replicaSet]));
  for (const request of requests) {
    if (request.verb === 'update' || request.verb === 'create') {
      const object = request.object as ReplicaSet;
      const { name } = object.metadata;
      const status = result.get(name)?.status ?? { replicas: 0 };
      result.set(name, { ...object, status });
    }
  }
  return [...result.values()];
}

const bound = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.integer({ min: 0, max: 100 }).map((n) => `${n}%`),
);
const size = fc
  .record({ replicas: fc.integer({ min: 0, max: 12 }), part: fc.integer({ min: 0, max: 100 }) })
  .map(({ replicas, part }): Size => ({ replicas, available: Math.floor((replicas * part) / 100) }));
const rollout = fc.record({
  shape: fc.record({ replicas: fc.integer({ min: 0, max: 12 }), maxSurge: bound, maxUnavailable: bound }),
  current: fc.option(size, { nil: undefined }),
  old: fc.array(size, { maxLength: 4 }),
});

describe('one turn of a rolling update', () => {
  test('wants no more pods than before, or than the surge allows, and never a negative number', () => {
    fc.assert(
      fc.property(rollout, ({ shape, current, old }) => {
        const deployment = deploymentOf(shape);
        const replicaSets = [
          ...(current === undefined ? [] : [replicaSetOf(deployment, 'web-new', 'new', 0, current)]),
          ...old.map((each, i) => replicaSetOf(deployment, `web-${i}`, `old-${i}`, i + 1, each)),
        ];
        const after = applied(reconcile([deployment, ...replicaSets], deployment), replicaSets);
        const most = (deployment.spec.replicas ?? 1) + fencepostsOf(deployment).maxSurge;
        expect(wantedReplicas(after)).toBeLessThanOrEqual(Math.max(wantedReplicas(replicaSets), most));
        for (const replicaSet of after) expect(replicasOf(replicaSet)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('leaves enough available pods, where there were enough', () => {
    fc.assert(
      fc.property(rollout, ({ shape, current, old }) => {
        const deployment = deploymentOf(shape);
        const newSize = current ?? { replicas: 0, available: 0 };
        // A new ReplicaSet that is too large is made smaller whatever the cost: that is a change of size.
        fc.pre(newSize.replicas <= shape.replicas);
        const replicaSets = [
          replicaSetOf(deployment, 'web-new', 'new', 0, newSize),
          ...old.map((each, i) => replicaSetOf(deployment, `web-${i}`, `old-${i}`, i + 1, each)),
        ];
        const after = applied(reconcile([deployment, ...replicaSets], deployment), replicaSets);
        const left = (sets: readonly ReplicaSet[]): number =>
          sets.reduce((sum, each) => sum + Math.min(replicasOf(each), availableOf(each)), 0);
        const least = shape.replicas - fencepostsOf(deployment).maxUnavailable;
        expect(left(after)).toBeGreaterThanOrEqual(Math.min(left(replicaSets), least));
      }),
    );
  });

  test('a change of size is shared out to the last pod', () => {
    fc.assert(
      fc.property(rollout, fc.integer({ min: 1, max: 20 }), ({ shape, current, old }, before) => {
        fc.pre(before !== shape.replicas);
        const earlier = deploymentOf({ ...shape, replicas: before });
        const deployment = deploymentOf(shape);
        const replicaSets = [
          ...(current === undefined ? [] : [replicaSetOf(earlier, 'web-new', 'new', 0, current)]),
          ...old.map((each, i) => replicaSetOf(earlier, `web-${i}`, `old-${i}`, i + 1, each)),
        ];
        fc.pre(replicaSets.filter((each) => replicasOf(each) > 0).length > 1);
        fc.pre(wantedReplicas(replicaSets) <= before + fencepostsOf(earlier).maxSurge);
        const after = applied(reconcile([deployment, ...replicaSets], deployment), replicaSets);
        const allowed = shape.replicas === 0 ? 0 : shape.replicas + fencepostsOf(deployment).maxSurge;
        expect(wantedReplicas(after)).toBe(allowed);
      }),
    );
  });

  test('is a function of the view: the same requests again, and no object touched', () => {
    fc.assert(
      fc.property(rollout, ({ shape, current, old }) => {
        const deployment = deploymentOf(shape);
        const replicaSets = [
          ...(current === undefined ? [] : [replicaSetOf(deployment, 'web-new', 'new', 0, current)]),
          ...old.map((each, i) => replicaSetOf(deployment, `web-${i}`, `old-${i}`, i + 1, each)),
        ];
        const objects = [deployment, ...replicaSets];
        const before = JSON.stringify(objects);
        const first = JSON.stringify(reconcile(objects, deployment));
        expect(JSON.stringify(reconcile(objects, deployment))).toBe(first);
        expect(JSON.stringify(objects)).toBe(before);
      }),
    );
  });
});

describe('a turn that updates one ReplicaSet twice', () => {
  test('sends the second update with the version that the first returned', () => {
    const deployment = deploymentOf({ replicas: 2, maxSurge: 0, maxUnavailable: 2 });
    const current = replicaSetOf(deployment, 'web-new', 'new', 0, { replicas: 2, available: 2 });
    const old = replicaSetOf(deployment, 'web-0', 'old', 1, { replicas: 4, available: 3 });
    const view = viewOf([deployment, current, old]);
    const { requests, memory } = deploymentController.reconcile(view, 'default/web', undefined, NOW);
    // Its one unavailable pod first; then the available ones.
    expect(requests.map((request) => request.verb)).toEqual(['updateStatus', 'update']);
    const first = requests[1];
    if (first?.verb !== 'update') throw new Error('no update');
    expect((first.object as ReplicaSet).spec.replicas).toBe(3);
    const stored = { ...first.object, metadata: { ...first.object.metadata, resourceVersion: '99' } };
    const reaction = deploymentController.onResult?.(
      memory,
      { request: first, result: { ok: true, object: stored, rv: 99 } },
      'default/web',
      NOW,
    );
    const second = reaction?.requests?.find((request) => request.verb === 'update');
    if (second?.verb !== 'update') throw new Error('no second update');
    expect((second.object as ReplicaSet).spec.replicas).toBe(0);
    expect(second.object.metadata.resourceVersion).toBe('99');
  });
});
