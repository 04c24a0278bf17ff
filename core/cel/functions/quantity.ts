import {
  addQuantities,
  compareQuantities,
  exactNanos,
  parseQuantity,
  subtractQuantities,
} from '../../quantity.ts';
import { CelError } from '../error.ts';
import { fn, type Library } from '../overload.ts';
import { Opaque } from '../value.ts';

/** Quantities (https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-quantity-library). */
const QUANTITY = 'kubernetes.Quantity';
const NANOS = 1_000_000_000n;
const MAX_INT = 9_223_372_036_854_775_807n;

class QuantityValue extends Opaque {
  readonly type = QUANTITY;
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  equals(other: Opaque): boolean {
    return other instanceof QuantityValue && compareQuantities(this.text, other.text) === 0;
  }
}

const text = (value: unknown): string => (value as QuantityValue).text;

function quantity(given: string): QuantityValue {
  if (parseQuantity(given) === undefined) {
    throw new CelError(
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  }
  return new QuantityValue(given);
}

function isWhole(given: string): boolean {
  const nanos = exactNanos(given);
  return nanos % NANOS === 0n && nanos / NANOS <= MAX_INT && nanos / NANOS >= -MAX_INT;
}

function asInteger(given: string): bigint {
  if (!isWhole(given)) throw new CelError('cannot convert value to integer');
  return exactNanos(given) / NANOS;
}

export const QUANTITIES: Library = [
  fn('quantity', `(string) ${QUANTITY}`, ([given]) => quantity(given as string)),
  fn('isQuantity', '(string) bool', ([given]) => parseQuantity(given as string) !== undefined),
  fn('sign', `${QUANTITY}.() int`, ([a]) => {
    const nanos = exactNanos(text(a));
    return nanos > 0n ? 1n : nanos < 0n ? -1n : 0n;
  }),
  fn('isInteger', `${QUANTITY}.() bool`, ([a]) => isWhole(text(a))),
  fn('asInteger', `${QUANTITY}.() int`, ([a]) => asInteger(text(a))),
  fn('asApproximateFloat', `${QUANTITY}.() double`, ([a]) => Number(exactNanos(text(a))) / Number(NANOS)),
  fn('isGreaterThan', `${QUANTITY}.(${QUANTITY}) bool`, ([a, b]) => compareQuantities(text(a), text(b)) > 0),
  fn('isLessThan', `${QUANTITY}.(${QUANTITY}) bool`, ([a, b]) => compareQuantities(text(a), text(b)) < 0),
  fn('compareTo', `${QUANTITY}.(${QUANTITY}) int`, ([a, b]) => {
    const order = compareQuantities(text(a), text(b));
    return order < 0 ? -1n : order > 0 ? 1n : 0n;
  }),
  fn(
    'add',
    `${QUANTITY}.(${QUANTITY}) ${QUANTITY}`,
    ([a, b]) => new QuantityValue(addQuantities(text(a), text(b))),
  ),
  fn(
    'add',
    `${QUANTITY}.(int) ${QUANTITY}`,
    ([a, b]) => new QuantityValue(addQuantities(text(a), `${b as bigint}`)),
  ),
  fn(
    'sub',
    `${QUANTITY}.(${QUANTITY}) ${QUANTITY}`,
    ([a, b]) => new QuantityValue(subtractQuantities(text(a), text(b))),
  ),
  fn(
    'sub',
    `${QUANTITY}.(int) ${QUANTITY}`,
    ([a, b]) => new QuantityValue(subtractQuantities(text(a), `${b as bigint}`)),
  ),
];
