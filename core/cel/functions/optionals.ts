import { CelError } from '../error.ts';
import { fn, type Library } from '../overload.ts';
import { CelMap, Duration, isList, NONE, Optional, Uint, type Value } from '../value.ts';

/** Values that may be absent (cel-go `cel.OptionalTypes`). */
function isZero(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (isList(value)) return value.length === 0;
  if (value instanceof CelMap) return value.size === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Duration) return value.nanos === 0n;
  return value instanceof Uint8Array && value.length === 0;
}

const valueIn = (optional: unknown): Value | undefined => (optional as Optional).value;

export const OPTIONALS: Library = [
  fn('optional.none', '() optional(A)', () => NONE),
  fn('optional.of', '(A) optional(A)', ([value]) => new Optional(value as Value)),
  fn('optional.ofNonZeroValue', '(A) optional(A)', ([value]) =>
    isZero(value as Value) ? NONE : new Optional(value as Value),
  ),
  fn('hasValue', 'optional(A).() bool', ([optional]) => valueIn(optional) !== undefined),
  fn('value', 'optional(A).() A', ([optional]) => {
    const value = valueIn(optional);
    if (value === undefined) throw new CelError('optional.none() dereference');
    return value;
  }),
  fn('or', 'optional(A).(optional(A)) optional(A)', ([first, second]) =>
    valueIn(first) === undefined ? (second as Optional) : (first as Optional),
  ),
  fn('orValue', 'optional(A).(A) A', ([optional, other]) =>
    valueIn(optional) === undefined ? (other as Value) : (valueIn(optional) as Value),
  ),
  ...['optional.unwrap', 'unwrapOpt'].map((name) =>
    fn(
      name,
      name === 'unwrapOpt' ? 'list(optional(A)).() list(A)' : '(list(optional(A))) list(A)',
      ([list], { charge }) => {
        const items = list as readonly Value[];
        charge(items.length);
        return items.flatMap((item) =>
          item instanceof Optional && item.value !== undefined ? [item.value] : [],
        );
      },
    ),
  ),
];
