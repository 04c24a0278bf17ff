import fc from 'fast-check';
import { SECOND } from '../../core/time.ts';
import type { FaultAction } from '../../sim/scenario/scenario.ts';
import type { Place } from './place.ts';

/** Lengths that matter: shorter than any timeout, around the 50 s of a lost node, longer. */
const lasting = fc
  .oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 30, max: 70 }), fc.integer({ min: 60, max: 180 }))
  .map((seconds) => seconds * SECOND);

const process = fc.constantFrom('kube-controller-manager' as const, 'kube-scheduler' as const);
/** From less than a reconciliation takes to more than a rollout does. */
const delay = fc.constantFrom(0.05, 0.5, 2, 10, 30).map((seconds) => seconds * SECOND);

type Weighted = { readonly weight: number; readonly arbitrary: fc.Arbitrary<FaultAction> };

function of<T extends object>(
  fault: FaultAction['fault'],
  weight: number,
  fields: fc.Arbitrary<T>,
): Weighted {
  // The fields that each call gives are those of the fault that it names.
  return {
    weight,
    arbitrary: fields.map((drawn) => ({ op: 'fault', fault, ...drawn }) as unknown as FaultAction),
  };
}

/** Everything that may befall the cluster of a case. */
export function fault({ nodes, zones, workloads, hasLoad }: Place): fc.Arbitrary<FaultAction> {
  const faults = [
    of('controller-crash', 2, fc.record({ controller: process, for: lasting })),
    of('watch-delay', 3, fc.record({ controller: process, by: delay, for: lasting })),
  ];
  if (hasLoad) faults.push(of('load-spike', 2, fc.record({ x: fc.constantFrom(3, 10), for: lasting })));
  if (nodes.length > 0) {
    const node = fc.constantFrom(...nodes).map((name) => ({ name }));
    faults.push(of('node-crash', 2, fc.record({ node, for: lasting })));
    faults.push(of('node-partition', 2, fc.record({ node, for: lasting })));
    faults.push(of('zone-outage', 1, fc.record({ zone: fc.constantFrom(...zones), for: lasting })));
  }
  if (workloads.length > 0) {
    const pods = fc.constantFrom(...workloads).map(({ namespace, labels }) => ({
      namespace,
      selector: { matchLabels: labels },
    }));
    const image = fc.constantFrom(...workloads.map((workload) => `${workload.image}:*`), '*');
    faults.push(of('container-crash', 2, fc.record({ pods, exitCode: fc.constantFrom(0, 1, 137) })));
    faults.push(of('image-pull-failure', 1, fc.record({ image, for: lasting })));
  }
  return fc.oneof(...faults);
}
