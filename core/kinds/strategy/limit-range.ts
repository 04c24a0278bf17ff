import type { NewObject } from '../../api/object.ts';
import type { LimitRange, LimitRangeItem, LimitRangeSpec, Quantity } from '../../schema/types.generated.ts';
import { fill, memoised, onField, onItems, withFields } from '../defaults/fill.ts';
import type { KindStrategy } from '../kind.ts';
import { validateLimitRange } from '../validation/limit-range.ts';

/** LimitRanges (`SetDefaults_LimitRangeItem`): without defaults of its own a container gets what it may at most have. */

type Amounts = Readonly<Record<string, Quantity>>;

const NO_SPEC: LimitRangeSpec = Object.freeze({ limits: Object.freeze([]) });
const NOTHING: Amounts = Object.freeze({});

function itemDefaults(item: LimitRangeItem): LimitRangeItem {
  if (item.type !== 'Container') return item;
  const limits = fill<Amounts>(item.default ?? NOTHING, item.max ?? NOTHING);
  const requests = fill<Amounts>(fill<Amounts>(item.defaultRequest ?? NOTHING, limits), item.min ?? NOTHING);
  return withFields<LimitRangeItem>(item, {
    ...(Object.keys(limits).length === 0 ? {} : { default: limits }),
    ...(Object.keys(requests).length === 0 ? {} : { defaultRequest: requests }),
  });
}

const specDefaults = memoised((spec: LimitRangeSpec) =>
  onField(spec, 'limits', (limits) => onItems(limits, itemDefaults)),
);

export const LIMIT_RANGE_STRATEGY: KindStrategy<LimitRange> = {
  countsGenerations: false,
  applyDefaults(object: NewObject<LimitRange>): NewObject<LimitRange> {
    const spec = specDefaults(object.spec ?? NO_SPEC);
    return spec === object.spec ? object : { ...object, spec };
  },
  validate: validateLimitRange,
  validateUpdate: validateLimitRange,
};
