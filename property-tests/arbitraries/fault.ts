import fc from 'fast-check';
import { SECOND } from '../../core/time.ts';
import type { FaultAction } from '../../sim/scenario/scenario.ts';
import type { Place } from './place.ts';

/** Lengths that matter: shorter than any timeout, around the 50 s of a lost node, longer. */
const length = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 30, max: 70 }),
  fc.integer({ min: 60, max: 180 }),
);
const lasting = length.map((seconds) => seconds * SECOND);

const process = fc.constantFrom('kube-controller-manager' as const, 'kube-scheduler' as const);

/** Everything that may befall the cluster of a case. */
export function fault({ nodes, zones, apps }: Place): fc.Arbitrary<FaultAction> {
  const op = fc.constant('fault' as const);
  const node = fc.constantFrom(...nodes).map((name) => ({ name }));
  const pods = fc.constantFrom(...apps).map((name) => ({
    namespace: 'default',
    selector: { matchLabels: { app: name } },
  }));
  return fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        op,
        fault: fc.constantFrom('node-crash' as const, 'node-partition' as const),
        node,
        for: lasting,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        op,
        fault: fc.constant('container-crash' as const),
        pods,
        exitCode: fc.constantFrom(0, 1, 137),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        op,
        fault: fc.constant('image-pull-failure' as const),
        image: fc.constantFrom(...apps.map((name) => `registry.test/${name}:*`), '*'),
        for: lasting,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        op,
        fault: fc.constant('controller-crash' as const),
        controller: process,
        for: lasting,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        op,
        fault: fc.constant('watch-delay' as const),
        controller: process,
        by: fc.constantFrom(0.05, 0.5, 2, 10, 30).map((seconds) => seconds * SECOND),
        for: lasting,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        op,
        fault: fc.constant('zone-outage' as const),
        zone: fc.constantFrom(...zones),
        for: lasting,
      }),
    },
  ) as fc.Arbitrary<FaultAction>;
}
