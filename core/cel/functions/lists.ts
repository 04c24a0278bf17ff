import { compare, equals } from '../equality.ts';
import { CelError } from '../error.ts';
import { type CallContext, dispatch, fn, type Library, type Overload } from '../overload.ts';
import { Duration, type List, Optional, type Value } from '../value.ts';
import { ARITHMETIC } from './arithmetic.ts';

/** Kubernetes' functions for lists (https://kubernetes.io/docs/reference/using-api/cel/), those of cel-go's `ext.Lists`, and sets. */

const ADD = ARITHMETIC.filter(({ name }) => name === '_+_');

const SUMMABLE: readonly { readonly type: string; readonly zero: Value }[] = [
  { type: 'int', zero: 0n },
  { type: 'double', zero: 0 },
  { type: 'duration', zero: new Duration(0n) },
];

function added(a: Value, b: Value, context: CallContext): Value {
  const overload = dispatch(ADD, [a, b]);
  if (overload === undefined) throw new CelError('no such overload');
  return overload.call([a, b], context);
}

function ordered(a: Value, b: Value): number {
  const order = compare(a, b);
  if (order === undefined) throw new CelError('no such overload');
  return order;
}

function extreme(name: string, wins: (order: number) => boolean): Overload {
  return fn(name, 'list(A).() A', ([list], { charge }) => {
    const items = list as List;
    charge(items.length);
    const [first] = items;
    if (first === undefined) throw new CelError(`${name} called on empty list`);
    return items.reduce((best, item) => (wins(ordered(item, best)) ? item : best), first);
  });
}

function position(list: List, wanted: Value, charge: (cost: number) => void, last: boolean): bigint {
  const found = (item: Value): boolean => equals(item, wanted, charge);
  return BigInt(last ? list.findLastIndex(found) : list.findIndex(found));
}

function flattened(list: List, depth: bigint, charge: (cost: number) => void): Value[] {
  charge(list.length);
  return list.flatMap((item) =>
    Array.isArray(item) && depth > 0n ? flattened(item as List, depth - 1n, charge) : [item],
  );
}

export const LISTS: Library = [
  fn('isSorted', 'list(A).() bool', ([list], { charge }) => {
    const items = list as List;
    charge(items.length);
    return items.every((item, index) => index === 0 || ordered(items[index - 1] as Value, item) <= 0);
  }),
  ...SUMMABLE.map(({ type, zero }) =>
    fn('sum', `list(${type}).() ${type}`, ([list], context) => {
      const items = list as List;
      context.charge(items.length);
      return items.length === 0
        ? zero
        : items.slice(1).reduce((sum, item) => added(sum, item, context), items[0] as Value);
    }),
  ),
  extreme('min', (order) => order < 0),
  extreme('max', (order) => order > 0),
  fn('indexOf', 'list(A).(A) int', ([list, item], { charge }) =>
    position(list as List, item as Value, charge, false),
  ),
  fn('lastIndexOf', 'list(A).(A) int', ([list, item], { charge }) =>
    position(list as List, item as Value, charge, true),
  ),
  fn('slice', 'list(A).(int, int) list(A)', ([list, from, to], { charge }) => {
    const items = list as List;
    const [start, end] = [from as bigint, to as bigint];
    charge(items.length / 10);
    if (start < 0n || end < 0n)
      throw new CelError(`cannot slice(${start}, ${end}), negative indexes not supported`);
    if (start > end)
      throw new CelError(
        `cannot slice(${start}, ${end}), start index must be less than or equal to end index`,
      );
    if (end > BigInt(items.length))
      throw new CelError(`cannot slice(${start}, ${end}), list is length ${items.length}`);
    return items.slice(Number(start), Number(end));
  }),
  fn('flatten', 'list(list(A)).() list(A)', ([list], { charge }) => flattened(list as List, 1n, charge)),
  fn('flatten', 'list(dyn).(int) list(dyn)', ([list, depth], { charge }) => {
    if ((depth as bigint) < 0n) throw new CelError('level must be non-negative');
    return flattened(list as List, depth as bigint, charge);
  }),
  fn('lists.range', '(int) list(int)', ([count], { charge }) => {
    const length = count as bigint;
    charge(Number(length));
    return Array.from({ length: Math.max(0, Number(length)) }, (_, index) => BigInt(index));
  }),
  fn('distinct', 'list(A).() list(A)', ([list], { charge }) => {
    const kept: Value[] = [];
    for (const item of list as List) if (!has(kept, item, charge)) kept.push(item);
    return kept;
  }),
  fn('reverse', 'list(A).() list(A)', ([list], { charge }) => {
    charge((list as List).length);
    return [...(list as List)].reverse();
  }),
  fn('sort', 'list(A).() list(A)', ([list], { charge }) => {
    charge((list as List).length * 4);
    return [...(list as List)].sort(ordered);
  }),
  fn('first', 'list(A).() optional(A)', ([list]) => new Optional((list as List)[0])),
  fn('last', 'list(A).() optional(A)', ([list]) => new Optional((list as List).at(-1))),
];

function has(list: List, item: Value, charge: (cost: number) => void): boolean {
  return list.some((other) => equals(item, other, charge));
}

function within(a: List, b: List, charge: (cost: number) => void): boolean {
  return a.every((item) => has(b, item, charge));
}

export const SETS: Library = [
  fn('sets.contains', '(list(A), list(A)) bool', ([a, b], { charge }) =>
    within(b as List, a as List, charge),
  ),
  fn(
    'sets.equivalent',
    '(list(A), list(A)) bool',
    ([a, b], { charge }) => within(a as List, b as List, charge) && within(b as List, a as List, charge),
  ),
  fn('sets.intersects', '(list(A), list(A)) bool', ([a, b], { charge }) =>
    (a as List).some((item) => has(b as List, item, charge)),
  ),
];
