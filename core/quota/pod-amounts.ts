import type { Container, PodSpec } from '../schema/types.generated.ts';
import { type Amounts, addAmounts, greaterAmounts, NO_AMOUNTS } from './amounts.ts';

/** Amounts of a pod as its quotas see them: exact, and nothing where no container says anything. */

type Side = 'requests' | 'limits';

const memos: Readonly<Record<Side, WeakMap<PodSpec, Amounts>>> = {
  requests: new WeakMap(),
  limits: new WeakMap(),
};

function amountsOf({ resources }: Container, side: Side): Amounts {
  return resources?.[side] ?? NO_AMOUNTS;
}

/**
 * Init containers run one after the other, before the others and beside the sidecars that started before them
 * (component-helpers `resource.PodRequests`).
 */
function ofContainers(spec: PodSpec, side: Side): Amounts {
  let together = NO_AMOUNTS;
  for (const container of spec.containers ?? []) together = addAmounts(together, amountsOf(container, side));
  let sidecars = NO_AMOUNTS;
  let peak = NO_AMOUNTS;
  for (const container of spec.initContainers ?? []) {
    const own = amountsOf(container, side);
    if (container.restartPolicy === 'Always') {
      sidecars = addAmounts(sidecars, own);
      peak = greaterAmounts(peak, sidecars);
    } else peak = greaterAmounts(peak, addAmounts(own, sidecars));
  }
  return greaterAmounts(addAmounts(together, sidecars), peak);
}

function computed(spec: PodSpec, side: Side): Amounts {
  const { overhead = NO_AMOUNTS, resources } = spec;
  // What the pod sets for itself stands in the place of the sum.
  const own = { ...ofContainers(spec, side), ...resources?.[side] };
  if (side === 'requests') return addAmounts(own, overhead);
  const limited: Record<string, Amounts[string]> = {};
  for (const name of Object.keys(overhead)) if (own[name] !== undefined) limited[name] = overhead[name]!;
  return addAmounts(own, limited);
}

/** Requests or limits of all pods with this spec. */
export function podAmounts(spec: PodSpec, side: Side): Amounts {
  const known = memos[side].get(spec);
  if (known !== undefined) return known;
  const amounts = computed(spec, side);
  memos[side].set(spec, amounts);
  return amounts;
}
