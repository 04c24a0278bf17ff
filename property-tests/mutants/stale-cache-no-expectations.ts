import type { Controller } from '../../controllers/controller.ts';
import type { ReplicaSetMemory } from '../../controllers/workloads/replica-set.ts';
import type { Mutant } from './mutant.ts';

/** kubernetes#129795: expectations expire while the informer is late, and the pods that are not seen are made again. */
export const staleCacheNoExpectations: Mutant = {
  name: 'stale-cache-no-expectations',
  about: 'A ReplicaSet does not wait for its cache to show the pods that it has made, and makes them again.',
  source: 'https://github.com/kubernetes/kubernetes/issues/129795',
  controller: 'replicaset-controller',
  change: (real) => {
    const controller = real as Controller<ReplicaSetMemory>;
    const forgetful: Controller<ReplicaSetMemory> = {
      ...controller,
      reconcile: (view, key, memory, now) =>
        controller.reconcile(view, key, memory && { ...memory, expectation: undefined }, now),
    };
    // The host never looks into a controller's memory.
    return forgetful as Controller;
  },
};
