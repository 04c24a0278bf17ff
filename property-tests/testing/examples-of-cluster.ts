import type { Examples } from './example.ts';
import type { History } from './history.ts';
import { controlledBy, deployment, endpoint, GOING, node, pod, service, slice } from './objects.ts';

function bind(history: History, name: string, to: string, parts: object = {}): void {
  history.put('user', pod(name, 'web', parts));
  history.put('kube-scheduler', pod(name, 'web', { ...parts, node: to }));
}

const PREEMPTED = [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }];

/** Of every invariant, at least one history that breaks it and one that looks like it and doesn't. */
export const CLUSTER: Examples = {
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
  preemption: [
    {
      about: 'for a pod of the same priority',
      make: (history) => {
        history.put('user', pod('urgent', 'web', { priority: 5, nominated: 'n1' }));
        history.put('kube-scheduler', pod('a', 'web', { node: 'n1', priority: 5, conditions: PREEMPTED }));
      },
      wrong:
        /pod default\/a of priority 5 was preempted on node n1, for which no pod above priority 5 was ever nominated/,
    },
    {
      about: 'for nobody',
      make: (history) => {
        history.put('kube-scheduler', pod('a', 'web', { node: 'n1', conditions: PREEMPTED }));
      },
      wrong: /for which no pod was ever nominated/,
    },
    {
      about: 'with a nomination that outlives the binding',
      make: (history) => {
        history.put('kube-scheduler', pod('urgent', 'web', { node: 'n1', nominated: 'n1' }));
      },
      wrong: /is bound to node n1 and still nominated for node n1/,
    },
    {
      about: 'for a pod of a higher priority, which is bound then',
      make: (history) => {
        history.put('kube-scheduler', pod('urgent', 'web', { priority: 6, nominated: 'n1' }));
        history.put('kube-scheduler', pod('a', 'web', { node: 'n1', priority: 5, conditions: PREEMPTED }));
        history.put('kube-scheduler', pod('urgent', 'web', { priority: 6, node: 'n1' }));
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
      about: 'a pod of a Job that has just been made',
      make: (history) => {
        history.put('user', node('n1'));
        const metadata = controlledBy('Job', 'import', 'batch/v1');
        history.put('user', pod('a', 'import', { phase: 'Pending', ready: false, metadata }));
      },
      atRest: true,
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
