import type { Examples } from './example.ts';
import { budget, controlledBy, GOING, node, pod, replicaSet } from './objects.ts';

const DEPLOYMENT = 'deployment-controller';
const REPLICA_SET = 'replicaset-controller';
const ofReplicaSet = controlledBy('ReplicaSet', 'web-1');

function evicted(name: string) {
  const conditions = [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }];
  return pod(name, 'web', { conditions });
}

/** Of every invariant, at least one history that breaks it and one that looks like it and doesn't. */
export const PODS: Examples = {
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
};
