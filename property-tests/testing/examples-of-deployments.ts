import type { Examples } from './example.ts';
import type { History } from './history.ts';
import { autoscaler, deployment, pod, replicaSet, template } from './objects.ts';

const DEPLOYMENT = 'deployment-controller';
const REPLICA_SET = 'replicaset-controller';
const HPA = 'horizontal-pod-autoscaler-controller';

function rollout(history: History): void {
  history.put('user', deployment('web'));
  history.put(DEPLOYMENT, replicaSet('web', 1, 4));
  history.put(DEPLOYMENT, replicaSet('web', 2, 1, 0));
}

function measured(utilization: number, status: object = {}): Readonly<Record<string, unknown>> {
  const currentMetrics = [
    { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: utilization } } },
  ];
  return { currentMetrics, ...status };
}

/** A Deployment under an autoscaler whose metric is at its target. */
function autoscaled(history: History, size: number): void {
  history.put('user', deployment('web', { replicas: size }));
  for (let i = 0; i < size; i += 1) history.put('kubelet/n1', pod(`web-${i}`, 'web'));
  history.put('user', autoscaler('web', {}));
}

/** Of every invariant, at least one history that breaks it and one that looks like it and doesn't. */
export const DEPLOYMENTS: Examples = {
  'deployment-availability': [
    {
      about: 'two of four available pods taken away, where one may be missing',
      make: (history) => {
        rollout(history);
        history.put(DEPLOYMENT, replicaSet('web', 1, 2, 4));
      },
      wrong: /web-1 was scaled down from 4 to 2, which leaves 2 available pods .* at least 3/,
    },
    {
      about: 'one of four taken away',
      make: (history) => {
        rollout(history);
        history.put(DEPLOYMENT, replicaSet('web', 1, 3, 4));
      },
    },
    {
      about: 'the loss of a node, and then a pod that was not available anyway',
      make: (history) => {
        rollout(history);
        history.put(REPLICA_SET, replicaSet('web', 1, 4, 2));
        history.put(DEPLOYMENT, replicaSet('web', 1, 3, 2));
      },
    },
    {
      about: 'a scale-down by the user, shared out among ReplicaSets',
      make: (history) => {
        rollout(history);
        history.put('user', deployment('web', { replicas: 2 }));
        history.put(
          DEPLOYMENT,
          replicaSet('web', 1, 1, 4, { 'deployment.kubernetes.io/desired-replicas': '2' }),
        );
      },
    },
  ],
  'deployment-surge': [
    {
      about: 'six pods wanted, where five are allowed',
      make: (history) => {
        rollout(history);
        history.put(DEPLOYMENT, replicaSet('web', 2, 2, 0));
      },
      wrong: /wants 6 pods: at most 5/,
    },
    {
      about: 'an old ReplicaSet shrinks before the new one grows',
      make: (history) => {
        rollout(history);
        const cause = history.last;
        history.put(DEPLOYMENT, replicaSet('web', 1, 3, 4), cause);
        history.put(DEPLOYMENT, replicaSet('web', 2, 2, 0), cause);
      },
    },
    {
      about: 'a smaller size that the controller could not know of yet',
      make: (history) => {
        rollout(history);
        const cause = history.put(DEPLOYMENT, replicaSet('web', 1, 3, 4));
        history.put('user', deployment('web', { replicas: 1 }));
        history.put(DEPLOYMENT, replicaSet('web', 2, 2, 0), cause);
      },
    },
  ],
  'rollout-by-template': [
    {
      about: 'a second ReplicaSet of the same template',
      make: (history) => {
        history.put('user', deployment('web'));
        history.put(DEPLOYMENT, replicaSet('web', 1, 4));
        const again = replicaSet('web', 1, 1);
        history.put(DEPLOYMENT, { ...again, metadata: { ...again.metadata, name: 'web-again' } });
      },
      wrong: /web-again was made for deployment\/web, which has replicaset\/web-1 with the same template/,
    },
    {
      about: 'a ReplicaSet of a template that nobody asked for',
      make: (history) => {
        history.put('user', deployment('web'));
        history.put(DEPLOYMENT, replicaSet('web', 7, 4));
      },
      wrong: /a template that deployment\/web does not have/,
    },
    {
      about: 'a new template, then its ReplicaSet',
      make: (history) => {
        history.put('user', deployment('web'));
        history.put(DEPLOYMENT, replicaSet('web', 1, 4));
        history.put('user', deployment('web', { template: template('web', 2) }));
        history.put(DEPLOYMENT, replicaSet('web', 2, 1));
      },
    },
    {
      about: 'at rest without a ReplicaSet of the template',
      make: (history) => {
        history.put('user', deployment('web'));
        history.put(DEPLOYMENT, replicaSet('web', 1, 4));
        history.put('user', deployment('web', { template: template('web', 2) }));
      },
      atRest: true,
      wrong: /its rollout has not begun/,
    },
    {
      about: 'the same, paused',
      make: (history) => {
        history.put('user', deployment('web', { paused: true }));
      },
      atRest: true,
    },
  ],
  'autoscaler-size': [
    {
      about: 'grows while its metric is at the target',
      make: (history) => {
        autoscaled(history, 4);
        history.put(HPA, deployment('web', { replicas: 5 }));
        history.put(HPA, autoscaler('web', measured(50, { lastScaleTime: '2026-01-01T00:01:00Z' })));
      },
      wrong: /scaled from 4 to 5: for 300s it has had no more than 4, and no metric asks for more/,
    },
    {
      about: 'grows as its metric asks',
      make: (history) => {
        autoscaled(history, 4);
        history.put(HPA, deployment('web', { replicas: 6 }));
        history.put(HPA, autoscaler('web', measured(75, { lastScaleTime: '2026-01-01T00:01:00Z' })));
      },
    },
    {
      about: 'shrinks while its metric is at the target',
      make: (history) => {
        autoscaled(history, 4);
        history.put(HPA, deployment('web', { replicas: 2 }));
        history.put(HPA, autoscaler('web', measured(50, { lastScaleTime: '2026-01-01T00:01:00Z' })));
      },
      wrong: /scaled from 4 to 2: its metrics ask for at least 4/,
    },
    {
      about: 'leaves its bounds',
      make: (history) => {
        autoscaled(history, 9);
        history.put(HPA, deployment('web', { replicas: 11 }));
      },
      wrong: /scaled from 9 to 11, outside of 1 to 10/,
    },
  ],
};
