import { compare, equals, keysOfItem } from '../equality.ts';
import { CelError } from '../error.ts';
import { fn, type Library, type Overload } from '../overload.ts';
import { inTimestampRange } from '../time-text.ts';
import {
  CelMap,
  Duration,
  type List,
  semanticsOf,
  Timestamp,
  Uint,
  type Value,
  withSemantics,
} from '../value.ts';

/** Operators of the standard library (cel-spec "Standard definitions"): integers have 64 bits and overflow is an error. */
const MIN_INT = -9_223_372_036_854_775_808n;
const MAX_INT = 9_223_372_036_854_775_807n;
const MAX_UINT = 18_446_744_073_709_551_615n;

export function intOf(value: bigint): bigint {
  if (value < MIN_INT || value > MAX_INT) throw new CelError('integer overflow');
  return value;
}

export function uintOf(value: bigint): Uint {
  if (value < 0n || value > MAX_UINT) throw new CelError('unsigned integer overflow');
  return new Uint(value);
}

function durationOf(nanos: bigint): Duration {
  if (nanos < MIN_INT || nanos > MAX_INT) throw new CelError('duration overflow');
  return new Duration(nanos);
}

function timestampOf(nanos: bigint): Timestamp {
  return new Timestamp(inTimestampRange(nanos));
}

function divisor(value: bigint, what: string): bigint {
  if (value === 0n) throw new CelError(what);
  return value;
}

const nanos = (value: Value): bigint => (value as Timestamp | Duration).nanos;

function integers(
  name: string,
  compute: (a: bigint, b: bigint) => bigint,
  doubles?: (a: number, b: number) => number,
): Overload[] {
  const list = [
    fn(name, '(int, int) int', ([a, b]) => intOf(compute(a as bigint, b as bigint))),
    fn(name, '(uint, uint) uint', ([a, b]) => uintOf(compute((a as Uint).value, (b as Uint).value))),
  ];
  if (doubles !== undefined) {
    list.push(fn(name, '(double, double) double', ([a, b]) => doubles(a as number, b as number)));
  }
  return list;
}

/** Lists are put together; where they are a set, or a map by keys, what both have is there once. */
function concatenated(a: List, b: List, charge: (cost: number) => void): List {
  charge((a.length + b.length) / 10);
  const how = semanticsOf(a);
  if (how === undefined) return [...a, ...b];
  if (how.kind === 'set') {
    const extra = b.filter((item) => !a.some((other) => equals(item, other, charge)));
    return withSemantics([...a, ...extra], how);
  }
  const replaced = new Map(b.map((item) => [keysOfItem(item, how.keys), item]));
  const own = a.map((item) => {
    const key = keysOfItem(item, how.keys);
    const other = replaced.get(key);
    replaced.delete(key);
    return other ?? item;
  });
  return withSemantics([...own, ...replaced.values()], how);
}

const ADDITION: Library = [
  ...integers(
    '_+_',
    (a, b) => a + b,
    (a, b) => a + b,
  ),
  fn('_+_', '(string, string) string', ([a, b], { charge }) => {
    charge(((a as string).length + (b as string).length) / 10);
    return (a as string) + (b as string);
  }),
  fn('_+_', '(bytes, bytes) bytes', ([a, b], { charge }) => {
    const [left, right] = [a as Uint8Array, b as Uint8Array];
    charge((left.length + right.length) / 10);
    const joined = new Uint8Array(left.length + right.length);
    joined.set(left);
    joined.set(right, left.length);
    return joined;
  }),
  fn('_+_', '(list(A), list(A)) list(A)', ([a, b], { charge }) => concatenated(a as List, b as List, charge)),
  fn('_+_', '(timestamp, duration) timestamp', ([a, b]) =>
    timestampOf(nanos(a as Value) + nanos(b as Value)),
  ),
  fn('_+_', '(duration, timestamp) timestamp', ([a, b]) =>
    timestampOf(nanos(a as Value) + nanos(b as Value)),
  ),
  fn('_+_', '(duration, duration) duration', ([a, b]) => durationOf(nanos(a as Value) + nanos(b as Value))),
];

const SUBTRACTION: Library = [
  ...integers(
    '_-_',
    (a, b) => a - b,
    (a, b) => a - b,
  ),
  fn('_-_', '(timestamp, timestamp) duration', ([a, b]) => durationOf(nanos(a as Value) - nanos(b as Value))),
  fn('_-_', '(timestamp, duration) timestamp', ([a, b]) =>
    timestampOf(nanos(a as Value) - nanos(b as Value)),
  ),
  fn('_-_', '(duration, duration) duration', ([a, b]) => durationOf(nanos(a as Value) - nanos(b as Value))),
  fn('-_', '(int) int', ([a]) => intOf(-(a as bigint))),
  fn('-_', '(double) double', ([a]) => -(a as number)),
];

const ORDERED = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'];
const NUMBERS = ['int', 'uint', 'double'];

/** Values of one type, and numbers of any two. */
function ordering(name: string, holds: (order: number) => boolean): Overload[] {
  const pairs = [
    ...ORDERED.map((type) => [type, type]),
    ...NUMBERS.flatMap((a) => NUMBERS.filter((b) => b !== a).map((b) => [a, b])),
  ];
  return pairs.map(([a, b]) =>
    fn(name, `(${a}, ${b}) bool`, ([left, right], { charge }) => {
      if (typeof left === 'string') charge(Math.min(left.length, (right as string).length) / 10);
      const order = compare(left as Value, right as Value);
      return order !== undefined && holds(order);
    }),
  );
}

function itemAt(list: List, index: bigint): Value {
  const item = list[Number(index)];
  if (index < 0n || item === undefined) throw new CelError(`index out of bounds: ${index}`);
  return item;
}

/** A number is an index whatever its type, as long as it is whole. */
export function elementOf(target: Value, index: Value): Value {
  if (target instanceof CelMap) {
    const found = target.get(index);
    if (found === undefined)
      throw new CelError(`no such key: ${index instanceof Uint ? index.value : String(index)}`);
    return found;
  }
  if (typeof index === 'bigint') return itemAt(target as List, index);
  if (index instanceof Uint) return itemAt(target as List, index.value);
  if (typeof index === 'number' && Number.isInteger(index)) return itemAt(target as List, BigInt(index));
  throw new CelError(`unsupported index type '${typeof index}' in list`);
}

const MEMBERSHIP: Library = [
  fn('@in', '(A, list(A)) bool', ([item, list], { charge }) =>
    (list as List).some((other) => equals(item as Value, other, charge)),
  ),
  fn('@in', '(A, map(A, B)) bool', ([key, map]) => (map as CelMap).get(key as Value) !== undefined),
  fn('_[_]', '(list(A), int) A', ([list, index]) => elementOf(list as Value, index as Value)),
  fn('_[_]', '(map(A, B), A) B', ([map, key]) => elementOf(map as Value, key as Value)),
];

export const ARITHMETIC: Library = [
  ...ADDITION,
  ...SUBTRACTION,
  ...integers(
    '_*_',
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  ...integers(
    '_/_',
    (a, b) => a / divisor(b, 'division by zero'),
    (a, b) => a / b,
  ),
  ...integers('_%_', (a, b) => a % divisor(b, 'modulus by zero')),
  ...ordering('_<_', (order) => order < 0),
  ...ordering('_<=_', (order) => order <= 0),
  ...ordering('_>_', (order) => order > 0),
  ...ordering('_>=_', (order) => order >= 0),
  fn('_==_', '(A, A) bool', ([a, b], { charge }) => equals(a as Value, b as Value, charge)),
  fn('_!=_', '(A, A) bool', ([a, b], { charge }) => !equals(a as Value, b as Value, charge)),
  fn('!_', '(bool) bool', ([a]) => !(a as boolean)),
  ...MEMBERSHIP,
];
