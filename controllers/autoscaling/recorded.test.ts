import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { KubeObject } from '../../core/api/object.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { HorizontalPodAutoscaler } from '../../core/schema/types.generated.ts';
import { SECOND } from '../../core/time.ts';
import { DEFAULT_CONTROLLER_SETTINGS } from '../settings.ts';
import { FrozenWorld } from '../testing/frozen-world.ts';
import { deploymentController } from '../workloads/deployment.ts';
import { replicaSetController } from '../workloads/replica-set.ts';
import type { Conditions } from './conditions.ts';
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler.ts';

/** A real control plane (1.20.2) without metrics: `kubectl autoscale deploy web --min=2 --max=5 --cpu-percent=50`. */
const RECORDED = '../shared/data/oracle/timelines/hpa-object/events.jsonl';

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        containers: [{ name: 'c', image: 'nginx:1.19', resources: { requests: { cpu: '100m' } } }],
      },
    },
  },
};

const AUTOSCALER = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 2,
    maxReplicas: 5,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
      },
    ],
  },
};

interface Observation {
  readonly t: number;
  readonly resource: string;
  readonly type: string;
  readonly object: KubeObject;
}

interface EventLike {
  readonly reason: string;
  readonly message: string;
  readonly type: string;
  readonly involvedObject: { readonly kind: string };
}

const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';
/** Since 1.21 the first error is told with the metric that it is of. */
const FIRST_ERROR = 'first error is: ';
const ADDED = 'failed to get cpu resource metric value: ';

/** `type reason: message` of an Event about an autoscaler, or nothing. */
function eventText(object: unknown): readonly string[] {
  const { involvedObject, message, reason, type } = object as EventLike;
  if (involvedObject.kind !== 'HorizontalPodAutoscaler') return [];
  return [`${type} ${reason}: ${message.replace(`${FIRST_ERROR}${ADDED}`, FIRST_ERROR)}`];
}

function untimed(conditions: Conditions): readonly object[] {
  return conditions.map(({ lastTransitionTime: _, ...rest }) => rest);
}

test.skipIf(!existsSync(RECORDED))('the first sync of a real autoscaler without metrics', () => {
  const recorded = readFileSync(RECORDED, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Observation);
  const written = recorded.filter(({ resource }) => resource === 'horizontalpodautoscalers');
  const [created, synced] = written as [Observation, Observation];

  const made = new FrozenWorld([
    deploymentController,
    replicaSetController,
    horizontalPodAutoscalerController(DEFAULT_CONTROLLER_SETTINGS.horizontalPodAutoscaler),
  ]);
  made.setPodLife({ start: SECOND, stop: SECOND, nodes: 3 });
  made.create(DEPLOYMENT);
  made.create(AUTOSCALER);
  const start = made.now;
  made.run(20 * SECOND);
  const records = made.takeRecords();
  const ours = records.find(
    ({ kind, verb }) => kind.plural === 'horizontalpodautoscalers' && verb === 'update',
  ) as EventRecord;

  // A period after its creation, to the tenth of a second.
  const seconds = (ours.t - start) / SECOND;
  expect(Math.abs(seconds - (synced.t - created.t))).toBeLessThan(0.1);

  const { conditions, currentReplicas, desiredReplicas } = (ours.next as HorizontalPodAutoscaler).status;
  const theirs = synced.object as unknown as { readonly status: object };
  expect({ currentReplicas, desiredReplicas }).toEqual(theirs.status);
  const told = JSON.parse(synced.object.metadata.annotations?.[CONDITIONS] ?? '[]') as Conditions;
  expect(untimed(conditions ?? [])).toEqual(untimed(told));

  const events = records.filter(({ kind }) => kind.kind === 'Event').flatMap(({ next }) => eventText(next));
  expect(events).toEqual(
    recorded.filter(({ resource }) => resource === 'events').flatMap(({ object }) => eventText(object)),
  );
});
