import type { Controller } from '../../controllers/controller.ts';
import type { JobMemory } from '../../controllers/workloads/job.ts';
import type { KubeObject } from '../../core/api/object.ts';
import type { KindRef } from '../../core/kinds/kind-ref.ts';
import { JOB } from '../../core/kinds/registry.ts';
import type { Job } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { Mutant } from './mutant.ts';

const NO_LIMIT = 2_147_483_647;

/** A view in which Jobs have no limit of failures. */
function unlimited(view: View): View {
  return new Proxy(view, {
    get(target, property) {
      if (property !== 'getByKey') {
        const value = Reflect.get(target, property) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      }
      return <T extends KubeObject>(kind: KindRef<T>, key: string): T | undefined => {
        const found = target.getByKey(kind, key);
        if (found === undefined || (kind as KindRef) !== JOB) return found;
        const job = found as unknown as Job;
        return { ...job, spec: { ...job.spec, backoffLimit: NO_LIMIT } } as unknown as T;
      };
    },
  });
}

/** kubernetes#27997: failed pods are replaced at once and for ever, 84,000 of them in one night. */
export const jobWithoutBackOff: Mutant = {
  name: 'job-without-back-off',
  about: 'A Job replaces failed pods at once, and however many have failed.',
  source: 'https://github.com/kubernetes/kubernetes/issues/27997',
  controller: 'job-controller',
  change: (real) => {
    const controller = real as Controller<JobMemory>;
    const eager: Controller<JobMemory> = {
      ...controller,
      reconcile: (view, key, memory, now) =>
        controller.reconcile(unlimited(view), key, memory && { ...memory, failures: undefined }, now),
    };
    // The host never looks into a controller's memory.
    return eager as Controller;
  },
};
