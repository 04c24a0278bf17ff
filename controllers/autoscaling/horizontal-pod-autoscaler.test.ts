import { describe, expect, test } from 'vitest';
import type { Command } from '../../core/api/command.ts';
import { DEPLOYMENT, HORIZONTAL_POD_AUTOSCALER } from '../../core/kinds/registry.ts';
import type { HorizontalPodAutoscaler } from '../../core/schema/types.generated.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import type { Controller } from '../controller.ts';
import { DEFAULT_CONTROLLER_SETTINGS } from '../settings.ts';
import { FrozenWorld } from '../testing/frozen-world.ts';
import { deploymentController } from '../workloads/deployment.ts';
import { replicaSetController } from '../workloads/replica-set.ts';
import {
  type AutoscalerMemory,
  type HorizontalPodAutoscalerOptions,
  horizontalPodAutoscalerController,
} from './horizontal-pod-autoscaler.ts';

const SETTINGS = DEFAULT_CONTROLLER_SETTINGS.horizontalPodAutoscaler;
const LABELS = { app: 'web' };

function deployment(replicas: number, image: string) {
  const resources = { requests: { cpu: '100m' } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: LABELS },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '100%', maxUnavailable: 0 } },
      template: {
        metadata: { labels: LABELS },
        spec: { containers: [{ name: 'c', image, resources }] },
      },
    },
  };
}

function autoscaler(spec: object = {}) {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 20,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
      ...spec,
    },
  };
}

/** Three pods, each using the half of what it requests, and objects that nobody may change. */
function world(options: HorizontalPodAutoscalerOptions = {}): FrozenWorld {
  const made = new FrozenWorld([
    deploymentController,
    replicaSetController,
    horizontalPodAutoscalerController(SETTINGS, options),
  ]);
  made.server.metrics = made.metrics;
  made.metrics.set({ fits: () => true, resource: 'cpu', amount: 50, isShared: false });
  made.setPodLife({ start: 40 * SECOND, stop: SECOND, nodes: 3 });
  made.create(deployment(3, 'web:1'));
  made.create(autoscaler());
  made.run(3 * MINUTE);
  return made;
}

function size(made: FrozenWorld): number | undefined {
  return made.server.state.get(DEPLOYMENT, 'default', 'web')?.spec.replicas;
}

function rollOut(made: FrozenWorld): void {
  const { spec } = deployment(3, 'web:2');
  const command: Command = {
    verb: 'patch',
    kind: DEPLOYMENT,
    namespace: 'default',
    name: 'web',
    change: (stored) => ({ ...stored, spec: { ...spec, replicas: size(made) } }) as typeof stored,
  };
  expect(made.request(command).ok).toBe(true);
  made.run(5 * MINUTE);
}

describe('a rollout at the target’s usage', () => {
  test('changes no size: the pods of its surge are no replicas', () => {
    const made = world();
    rollOut(made);
    expect(size(made)).toBe(3);
  });

  test('would double the size, were the pods counted that there are', () => {
    const made = world({ currentReplicas: ({ statusReplicas }) => statusReplicas });
    rollOut(made);
    expect(size(made)).toBeGreaterThan(3);
  });
});

test('a size that is put right is caused by the change of the bounds', () => {
  const made = world();
  const raised: Command = {
    verb: 'patch',
    kind: HORIZONTAL_POD_AUTOSCALER,
    namespace: 'default',
    name: 'web',
    change: (stored) => ({ ...stored, spec: autoscaler({ minReplicas: 5 }).spec }) as typeof stored,
  };
  const result = made.request(raised);
  made.takeRecords();
  made.run(20 * SECOND);
  const rescaled = made.takeRecords().find(({ kind }) => kind.kind === 'Deployment');
  expect(rescaled).toMatchObject({
    cause: result.ok ? result.rv : -1,
    reason: 'Current number of replicas below Spec.MinReplicas',
  });
});

test('a steady autoscaler reads, and writes nothing', () => {
  const made = world();
  made.takeRecords();
  made.run(30 * MINUTE);
  expect(made.story()).toEqual([]);
});

test('a steady autoscaler remembers no more than its window', () => {
  const controller = horizontalPodAutoscalerController(SETTINGS);
  let longest = 0;
  const watched: Controller<AutoscalerMemory> = {
    ...controller,
    onResult(memory, outcome, key, now) {
      const reaction = controller.onResult?.(memory, outcome, key, now);
      longest = Math.max(longest, reaction?.memory?.history?.recommendations.length ?? 0);
      return reaction;
    },
  };
  const made = new FrozenWorld([deploymentController, replicaSetController, watched]);
  made.server.metrics = made.metrics;
  made.metrics.set({ fits: () => true, resource: 'cpu', amount: 50, isShared: false });
  made.setPodLife({ start: SECOND, stop: SECOND, nodes: 1 });
  made.create(deployment(3, 'web:1'));
  made.create(autoscaler());
  made.run(60 * MINUTE);
  expect(longest).toBeGreaterThan(5);
  expect(longest).toBeLessThanOrEqual(22);
});

describe('one container', () => {
  const SOURCE = (container: string) => ({
    metrics: [
      {
        type: 'ContainerResource',
        containerResource: {
          name: 'cpu',
          container,
          target: { type: 'Utilization', averageUtilization: 25 },
        },
      },
    ],
  });

  function status(container: string): HorizontalPodAutoscaler['status'] | undefined {
    const made = world();
    made.request({
      verb: 'patch',
      kind: HORIZONTAL_POD_AUTOSCALER,
      namespace: 'default',
      name: 'web',
      change: (stored) => ({ ...stored, spec: autoscaler(SOURCE(container)).spec }) as typeof stored,
    });
    made.run(20 * SECOND);
    return made.server.state.get(HORIZONTAL_POD_AUTOSCALER, 'default', 'web')?.status;
  }

  test('counts alone', () => {
    expect(status('c')).toMatchObject({
      desiredReplicas: 6,
      currentMetrics: [{ type: 'ContainerResource', containerResource: { container: 'c', name: 'cpu' } }],
      conditions: [
        {},
        {
          message:
            'the HPA was able to successfully calculate a replica count from cpu container resource utilization (percentage of request)',
        },
        {},
      ],
    });
  });

  test('that no pod has is told', () => {
    const [, active] = status('sidecar')?.conditions ?? [];
    expect(active?.reason).toBe('FailedGetContainerResourceMetric');
    expect(active?.message).toMatch(
      /^the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: failed to get container metrics: container sidecar not present in metrics for pod default\/web-/,
    );
  });
});
