import { describe, expect, test } from 'vitest';
import { POD, POD_DISRUPTION_BUDGET } from '../kinds/registry.ts';
import type { Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '../schema/types.generated.ts';
import type { Result } from './command.ts';
import {
  type Cluster,
  cluster,
  create,
  done,
  newObject,
  newPod,
  refusal,
  stored,
} from './testing/cluster.ts';

type Budget = Partial<PodDisruptionBudget['spec']>;

function pod(world: Cluster, name: string, phase = 'Running', ready = true): Pod {
  const made = create<Pod>(world, newPod({ name, labels: { app: 'web' } }), POD);
  const bound = done<Pod>(
    world.run({ verb: 'bind', namespace: 'default', name, uid: made.metadata.uid, nodeName: 'node-1' }),
  );
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
  const object = { ...bound, status: { ...bound.status, phase, conditions } } as Pod;
  return done<Pod>(world.run({ verb: 'updateStatus', kind: POD, object }));
}

/** A budget as its controller has left it. */
function budget(world: Cluster, status: PodDisruptionBudgetStatus, spec: Budget = {}, name = 'web'): void {
  const written = newObject(
    POD_DISRUPTION_BUDGET,
    { name, namespace: 'default' },
    { spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } }, ...spec } },
  );
  const made = create<PodDisruptionBudget>(world, written, POD_DISRUPTION_BUDGET);
  const object = { ...made, status: { observedGeneration: 1, ...status } };
  done(world.run({ verb: 'updateStatus', kind: POD_DISRUPTION_BUDGET, object }));
}

function evict(world: Cluster, name: string): Result {
  return world.run({ verb: 'evict', namespace: 'default', name });
}

const REFUSED = "429 TooManyRequests: Cannot evict pod as it would violate the pod's disruption budget.";

describe('an eviction', () => {
  test('without a budget marks the pod and deletes it', () => {
    const world = cluster();
    pod(world, 'a');
    world.events.length = 0;
    done(evict(world, 'a'));
    expect(world.events.map(({ verb }) => verb)).toEqual(['update', 'update']);
    const going = stored<Pod>(world, POD, 'a');
    expect(going?.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(going?.status.conditions).toContainEqual({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    });
  });

  test('is granted as often as the budget allows, whatever its controller has seen', () => {
    const world = cluster();
    for (const name of ['a', 'b', 'c']) pod(world, name);
    budget(world, { disruptionsAllowed: 2, currentHealthy: 3, desiredHealthy: 1, expectedPods: 3 });
    done(evict(world, 'a'));
    done(evict(world, 'b'));
    const refused = evict(world, 'c');
    expect(refusal(refused)).toBe(REFUSED);
    expect(refused).toMatchObject({
      status: {
        details: {
          causes: [
            {
              reason: 'DisruptionBudget',
              message: 'The disruption budget web needs 1 healthy pods and has 3 currently',
            },
          ],
        },
      },
    });
    expect(stored<PodDisruptionBudget>(world, POD_DISRUPTION_BUDGET, 'web')?.status).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods: { a: '2026-01-01T00:00:00Z', b: '2026-01-01T00:00:00Z' },
    });
    // One that is going already isn't charged again.
    done(evict(world, 'a'));
  });

  test('waits for a budget that was not counted yet', () => {
    const world = cluster();
    pod(world, 'a');
    budget(world, { observedGeneration: 0, disruptionsAllowed: 1 });
    expect(evict(world, 'a')).toMatchObject({
      status: { code: 429, details: { retryAfterSeconds: 10, causes: [{ reason: 'DisruptionBudget' }] } },
    });
  });

  test.each([
    ['Pending', false],
    ['Succeeded', false],
    ['Failed', false],
  ])('of a pod that is %s asks no budget', (phase, ready) => {
    const world = cluster();
    pod(world, 'a', phase, ready);
    budget(world, { disruptionsAllowed: 0 });
    done(evict(world, 'a'));
  });

  test.each<[string, Budget, PodDisruptionBudgetStatus, boolean]>([
    ['by default, while enough others are', {}, { currentHealthy: 1, desiredHealthy: 1 }, true],
    ['by default, while too few others are', {}, { currentHealthy: 0, desiredHealthy: 1 }, false],
    [
      'always, where the budget says so',
      { unhealthyPodEvictionPolicy: 'AlwaysAllow' },
      { currentHealthy: 0, desiredHealthy: 1 },
      true,
    ],
  ])('of a pod that is not ready: %s', (_title, spec, status, isGranted) => {
    const world = cluster();
    pod(world, 'a', 'Running', false);
    budget(world, { disruptionsAllowed: 0, ...status }, spec);
    expect(evict(world, 'a').ok).toBe(isGranted);
  });

  test('is refused where two budgets cover the pod', () => {
    const world = cluster();
    pod(world, 'a');
    budget(world, { disruptionsAllowed: 1 });
    budget(world, { disruptionsAllowed: 1 }, {}, 'also');
    expect(refusal(evict(world, 'a'))).toBe(
      '500 InternalError: This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  });

  test('of another pod than was meant charges nothing', () => {
    const world = cluster();
    pod(world, 'a');
    budget(world, { disruptionsAllowed: 1 });
    const options = { preconditions: { uid: 'other' } };
    expect(world.run({ verb: 'evict', namespace: 'default', name: 'a', options })).toMatchObject({
      status: { code: 409 },
    });
    const { status } = stored<PodDisruptionBudget>(world, POD_DISRUPTION_BUDGET, 'web') ?? {};
    expect(status?.disruptionsAllowed).toBe(1);
    expect(refusal(evict(world, 'b'))).toBe('404 NotFound: pods "b" not found');
  });
});

test.each<[Budget, string]>([
  [
    { minAvailable: 1, maxUnavailable: 1 },
    'spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set',
  ],
  [{ minAvailable: -1 }, 'spec.minAvailable: Invalid value: -1: must be greater than or equal to 0'],
  [{ maxUnavailable: '101%' }, 'spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
])('a budget that cannot be: %j', (spec, message) => {
  const world = cluster();
  const object = newObject(POD_DISRUPTION_BUDGET, { name: 'web', namespace: 'default' }, { spec });
  const result = world.run({ verb: 'create', kind: POD_DISRUPTION_BUDGET, object });
  expect(refusal(result)).toBe(`422 Invalid: PodDisruptionBudget.policy "web" is invalid: ${message}`);
});
