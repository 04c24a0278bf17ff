import { describe, expect, test } from 'vitest';
import { History } from '../testing/history.ts';
import {
  autoscaler,
  budget,
  controlledBy,
  deployment,
  endpoint,
  GOING,
  node,
  pod,
  replicaSet,
  service,
  slice,
  template,
} from '../testing/objects.ts';
import { INVARIANTS } from './list.ts';

const DEPLOYMENT = 'deployment-controller';
const REPLICA_SET = 'replicaset-controller';

interface Example {
  readonly about: string;
  readonly make: (history: History) => void;
  /** What must be found wrong; nothing where it is absent. */
  readonly wrong?: RegExp;
  /** Looked at once all is quiet. */
  readonly atRest?: boolean;
}

function rollout(history: History): void {
  history.put('user', deployment('web'));
  history.put(DEPLOYMENT, replicaSet('web', 1, 4));
  history.put(DEPLOYMENT, replicaSet('web', 2, 1, 0));
}

const ofReplicaSet = controlledBy('ReplicaSet', 'web-1');

/** Of every invariant, at least one history that breaks it and one that looks like it and doesn't. */
const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
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
  'replicaset-count': [
    {
      about: 'a third pod of two',
      make: (history) => {
        const cause = history.put(DEPLOYMENT, replicaSet('web', 1, 2));
        for (const name of ['a', 'b', 'c'])
          history.put(REPLICA_SET, pod(name, 'web', { metadata: ofReplicaSet }), cause);
      },
      wrong: /pod\/c was created as one of 3 pods of a ReplicaSet that wants 2/,
    },
    {
      about: 'a third pod, made by an earlier life of the controller',
      make: (history) => {
        const cause = history.put(DEPLOYMENT, replicaSet('web', 1, 2));
        for (const name of ['a', 'b'])
          history.put(REPLICA_SET, pod(name, 'web', { metadata: ofReplicaSet }), cause);
        history.stimulus({
          op: 'fault',
          fault: 'controller-crash',
          controller: 'kube-controller-manager',
          for: 1,
        });
        history.put(REPLICA_SET, pod('c', 'web', { metadata: ofReplicaSet }), cause);
      },
    },
    {
      about: 'a pod too many taken away',
      make: (history) => {
        const cause = history.put(DEPLOYMENT, replicaSet('web', 1, 2));
        for (const name of ['a', 'b'])
          history.put(REPLICA_SET, pod(name, 'web', { metadata: ofReplicaSet }), cause);
        history.put(REPLICA_SET, pod('a', 'web', { metadata: { ...ofReplicaSet, ...GOING } }));
      },
      wrong: /pod\/a was taken away, which leaves 1 pods of a ReplicaSet that wants 2/,
    },
    {
      about: 'one taken away after another was lost, which the controller could not know',
      make: (history) => {
        history.put(DEPLOYMENT, replicaSet('web', 1, 2));
        for (const name of ['a', 'b', 'c']) history.put('user', pod(name, 'web', { metadata: ofReplicaSet }));
        const cause = history.last;
        history.put(
          'taint-eviction-controller',
          pod('b', 'web', { metadata: { ...ofReplicaSet, ...GOING } }),
        );
        history.put(REPLICA_SET, pod('a', 'web', { metadata: { ...ofReplicaSet, ...GOING } }), cause);
      },
    },
    {
      about: 'at rest with a pod too few',
      make: (history) => {
        history.put(DEPLOYMENT, replicaSet('web', 1, 2));
        history.put('user', pod('a', 'web', { metadata: ofReplicaSet }));
      },
      atRest: true,
      wrong: /has 1 active pods and wants 2/,
    },
  ],
  'controller-ownership': [
    {
      about: "a ReplicaSet controller deletes somebody else's pod",
      make: (history) => {
        history.put('user', pod('a', 'web', { metadata: controlledBy('Job', 'web', 'batch/v1') }));
        history.put(
          REPLICA_SET,
          pod('a', 'web', { metadata: { ...controlledBy('Job', 'web', 'batch/v1'), ...GOING } }),
        );
      },
      wrong: /deleted a, which is controlled by job\/web/,
    },
    {
      about: 'it deletes its own',
      make: (history) => {
        history.put('user', pod('a', 'web', { metadata: ofReplicaSet }));
        history.put(REPLICA_SET, pod('a', 'web', { metadata: { ...ofReplicaSet, ...GOING } }));
      },
    },
    {
      about: 'it takes a pod over from another',
      make: (history) => {
        history.put('user', pod('a', 'web', { metadata: controlledBy('ReplicaSet', 'web-0') }));
        history.put(REPLICA_SET, pod('a', 'web', { metadata: ofReplicaSet }));
      },
      wrong: /took a over from replicaset\/web-0 for replicaset\/web-1/,
    },
    {
      about: 'it adopts what it selects',
      make: (history) => {
        history.put(DEPLOYMENT, replicaSet('web', 1, 1));
        history.put('user', pod('a', 'web'));
        history.put(REPLICA_SET, pod('a', 'web', { metadata: ofReplicaSet }));
      },
    },
    {
      about: 'it adopts what it does not select',
      make: (history) => {
        history.put(DEPLOYMENT, replicaSet('web', 1, 1));
        history.put('user', pod('a', 'api'));
        history.put(REPLICA_SET, pod('a', 'api', { metadata: ofReplicaSet }));
      },
      wrong: /adopted a for replicaset\/web-1, which does not select it/,
    },
    {
      about: 'it releases what it selects',
      make: (history) => {
        history.put(DEPLOYMENT, replicaSet('web', 1, 1));
        history.put('user', pod('a', 'web', { metadata: ofReplicaSet }));
        history.put(REPLICA_SET, pod('a', 'web'));
      },
      wrong: /released a, which replicaset\/web-1 selects/,
    },
  ],
  'eviction-budget': [
    {
      about: 'an eviction that was not charged to the budget',
      make: (history) => {
        for (const name of ['a', 'b']) history.put('user', pod(name, 'web'));
        history.put('disruption-controller', budget('web', { disruptionsAllowed: 0, desiredHealthy: 2 }));
        history.put('user', evicted('a'));
      },
      wrong: /evicted without a disruption of poddisruptionbudget\/web/,
    },
    {
      about: 'two evictions, where the controller had counted one that may go',
      make: (history) => {
        for (const name of ['a', 'b', 'c']) history.put('user', pod(name, 'web'));
        history.put('disruption-controller', budget('web', { disruptionsAllowed: 1, desiredHealthy: 2 }));
        for (const name of ['a', 'b']) {
          const disruptedPods = { a: 'now', b: 'now' };
          history.put('user', budget('web', { disruptionsAllowed: 0, desiredHealthy: 2, disruptedPods }));
          history.put('user', evicted(name));
        }
      },
      wrong: /pod\/b was evicted, which leaves 1 healthy pods: poddisruptionbudget\/web wants 2/,
    },
    {
      about: 'one eviction that may be, and a pod that is lost besides',
      make: (history) => {
        for (const name of ['a', 'b', 'c']) history.put('user', pod(name, 'web'));
        history.put('disruption-controller', budget('web', { disruptionsAllowed: 1, desiredHealthy: 2 }));
        history.put('kubelet/n1', pod('b', 'web', { ready: false }));
        history.put(
          'user',
          budget('web', { disruptionsAllowed: 0, desiredHealthy: 2, disruptedPods: { a: 'now' } }),
        );
        history.put('user', evicted('a'));
      },
    },
  ],
  'forced-deletion': [
    {
      about: 'a controller removes a running pod',
      make: (history) => {
        history.put('kubelet/n1', node('n1'));
        history.put('kubelet/n1', pod('a', 'web', { node: 'n1' }));
        history.remove('taint-eviction-controller', 'Pod', 'a');
      },
      wrong: /removed by taint-eviction-controller while node n1 may still run it/,
    },
    {
      about: 'its kubelet does; and the collector, once the node is gone',
      make: (history) => {
        history.put('kubelet/n1', node('n1'));
        for (const name of ['a', 'b']) history.put('kubelet/n1', pod(name, 'web', { node: 'n1' }));
        history.remove('kubelet/n1', 'Pod', 'a');
        history.remove('user', 'Node', 'n1');
        history.remove('pod-garbage-collector-controller', 'Pod', 'b');
      },
    },
  ],
  'node-capacity': [
    {
      about: 'three pods of 800m on two CPUs',
      make: (history) => {
        history.put('kubelet/n1', node('n1'));
        for (const name of ['a', 'b', 'c']) bind(history, name, 'n1', { cpu: '800m' });
      },
      wrong: /more than it has: milli-CPU 2400 of 2000/,
    },
    {
      about: 'two of them, and one that has ended',
      make: (history) => {
        history.put('kubelet/n1', node('n1'));
        bind(history, 'a', 'n1', { cpu: '800m' });
        history.put('kubelet/n1', pod('a', 'web', { cpu: '800m', node: 'n1', phase: 'Succeeded' }));
        for (const name of ['b', 'c']) bind(history, name, 'n1', { cpu: '800m' });
      },
    },
  ],
  'bound-once': [
    {
      about: 'to a second node',
      make: (history) => {
        for (const name of ['n1', 'n2']) history.put('user', node(name));
        bind(history, 'a', 'n1');
        history.put('kube-scheduler', pod('a', 'web', { node: 'n2' }));
      },
      wrong: /bound to node n2, and before to node n1/,
    },
    {
      about: 'to a node that was never there',
      make: (history) => bind(history, 'a', 'n1'),
      wrong: /bound to node n1, which does not exist/,
    },
    {
      about: 'to a node that went meanwhile',
      make: (history) => {
        history.put('user', node('n1'));
        const cause = history.put('user', pod('a', 'web'));
        history.remove('user', 'Node', 'n1');
        history.put('kube-scheduler', pod('a', 'web', { node: 'n1' }), cause);
      },
    },
  ],
  'binding-taints': [
    {
      about: 'to a node that was cordoned before',
      make: (history) => {
        history.put('user', node('n1', { unschedulable: true }));
        bind(history, 'a', 'n1');
      },
      wrong: /taint node.kubernetes.io\/unschedulable:NoSchedule it does not tolerate/,
    },
    {
      about: 'to a tainted node, by a pod that tolerates the taint, and by one that could not know it',
      make: (history) => {
        const taints = [{ key: 'gpu', effect: 'NoSchedule' }];
        const cause = history.put('user', pod('late', 'web'));
        history.put('user', node('n1', { taints }));
        bind(history, 'a', 'n1', { tolerations: [{ key: 'gpu', operator: 'Exists' }] });
        history.put('kube-scheduler', pod('late', 'web', { node: 'n1' }), cause);
      },
    },
  ],
  'owner-absent': [
    {
      about: 'a dependent of an owner that is there',
      make: (history) => {
        history.put(DEPLOYMENT, replicaSet('web', 1, 1));
        history.put(REPLICA_SET, pod('a', 'web', { metadata: ofReplicaSet }));
        history.put(
          'garbage-collector-controller',
          pod('a', 'web', { metadata: { ...ofReplicaSet, ...GOING } }),
        );
      },
      wrong: /collected though its owner replicaset\/web-1 is there/,
    },
    {
      about: 'of one that is gone, and of one that waits for its dependents',
      make: (history) => {
        const waiting = replicaSet('web', 1, 1);
        history.put(DEPLOYMENT, {
          ...waiting,
          metadata: { ...waiting.metadata, ...GOING, finalizers: ['foregroundDeletion'] },
        });
        for (const [name, version] of [
          ['a', 1],
          ['b', 2],
        ] as const) {
          const metadata = controlledBy('ReplicaSet', `web-${version}`);
          history.put(REPLICA_SET, pod(name, 'web', { metadata }));
          history.put(
            'garbage-collector-controller',
            pod(name, 'web', { metadata: { ...metadata, ...GOING } }),
          );
        }
      },
    },
  ],
  'finalizers-kept': [
    {
      about: 'an object with a finalizer vanishes',
      make: (history) => {
        history.put('user', pod('a', 'web', { metadata: { ...GOING, finalizers: ['example.com/keep'] } }));
        history.remove('replicaset-controller', 'Pod', 'a');
      },
      wrong: /removed by replicaset-controller with finalizers left: example.com\/keep/,
    },
    {
      about: 'a user takes it away, and the collector its own',
      make: (history) => {
        history.put('user', pod('a', 'web', { metadata: { ...GOING, finalizers: ['example.com/keep'] } }));
        history.remove('user', 'Pod', 'a');
        history.put('user', pod('b', 'web', { metadata: { ...GOING, finalizers: ['foregroundDeletion'] } }));
        history.remove('garbage-collector-controller', 'Pod', 'b');
      },
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
  'terminating-endpoint': [
    {
      about: 'ready and terminating at once',
      make: (history) => {
        history.put('user', service('web'));
        history.put('endpointslice-controller', slice('web', [endpoint('a', true, true)]));
      },
      wrong: /pod\/a is on its way out, and its endpoint of service\/web is ready/,
    },
    {
      about: 'written as ready after the controller knew that the pod is going',
      make: (history) => {
        history.put('user', pod('a', 'web'));
        history.put('user', pod('a', 'web', { metadata: GOING }));
        history.put('endpointslice-controller', slice('web', [endpoint('a', true)]));
      },
      wrong: /pod\/a is on its way out/,
    },
    {
      about: 'before it could know; and for a Service that publishes all',
      make: (history) => {
        const cause = history.put('user', pod('a', 'web'));
        history.put('user', pod('a', 'web', { metadata: GOING }));
        history.put('endpointslice-controller', slice('web', [endpoint('a', true)]), cause);
        history.put('user', service('all', { publishNotReadyAddresses: true }));
        history.put('endpointslice-controller', slice('all', [endpoint('a', true, true)]));
      },
    },
  ],
  'eventually-stable': [
    {
      about: 'a node that is not ready',
      make: (history) => {
        history.put('user', node('n1', {}, false));
      },
      atRest: true,
      wrong: /node\/n1 is not Ready/,
    },
    {
      about: 'a pod without a node, which would fit one',
      make: (history) => {
        history.put('user', node('n1'));
        history.put('user', pod('a', 'web', { phase: 'Pending', ready: false }));
      },
      atRest: true,
      wrong: /pod\/a has no node, and would fit n1/,
    },
    {
      about: 'a pod that fits no node',
      make: (history) => {
        history.put('user', node('n1'));
        history.put('user', pod('a', 'web', { phase: 'Pending', ready: false, cpu: '3' }));
      },
      atRest: true,
    },
    {
      about: 'a Deployment whose status is not true',
      make: (history) => {
        history.put('user', deployment('web', { replicas: 0 }, { replicas: 2, availableReplicas: 2 }));
      },
      atRest: true,
      wrong: /deployment\/web says 2 replicas, 2 available, and has 0/,
    },
    {
      about: 'a Service without its ready pod',
      make: (history) => {
        history.put('kubelet/n1', node('n1'));
        history.put('kubelet/n1', pod('a', 'web', { node: 'n1' }));
        history.put('user', service('web'));
        history.put('endpointslice-controller', slice('web', []));
      },
      atRest: true,
      wrong: /service\/web has the ready endpoints none, and its ready pods are a/,
    },
    {
      about: 'a cluster as it should be',
      make: (history) => {
        history.put('kubelet/n1', node('n1'));
        history.put('kubelet/n1', pod('a', 'web', { node: 'n1' }));
        history.put('user', service('web'));
        history.put('endpointslice-controller', slice('web', [endpoint('a', true)]));
      },
      atRest: true,
    },
    {
      about: 'an object that is written for ever',
      make: (history) => {
        history.stimulus({ op: 'cordon' });
        history.after(400);
        for (let i = 0; i < 30; i += 1) history.put('some-controller', service('web', { n: i }));
      },
      atRest: true,
      wrong: /is still being written: 30 times/,
    },
  ],
};

const HPA = 'horizontal-pod-autoscaler-controller';

function evicted(name: string) {
  const conditions = [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }];
  return pod(name, 'web', { conditions });
}

function bind(history: History, name: string, to: string, parts: object = {}): void {
  history.put('user', pod(name, 'web', parts));
  history.put('kube-scheduler', pod(name, 'web', { ...parts, node: to }));
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

test('every invariant has examples', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(INVARIANTS.map(({ name }) => name).sort());
});

describe.each(INVARIANTS)('$name', (invariant) => {
  const examples = EXAMPLES[invariant.name] ?? [];

  test('is told apart by its examples', () => {
    const broken = examples.filter(({ wrong }) => wrong !== undefined);
    expect([broken.length > 0, broken.length < examples.length]).toEqual([true, true]);
  });

  test.each(examples)('$about', ({ make, wrong, atRest }) => {
    const history = new History(invariant);
    make(history);
    const found = atRest === true ? [...history.violations, ...history.unrest] : history.violations;
    if (wrong === undefined) expect(found).toEqual([]);
    else expect(found.join('\n')).toMatch(wrong);
  });
});
