import { canonicalQuantity } from './schema/quantity-text.ts';
import type { Quantity } from './schema/types.generated.ts';

/**
 * Amounts of resources as integers. Kubernetes keeps `resource.Quantity`; decisions here are made on its
 * `Value()` (whole units: bytes, pods, devices) and `MilliValue()` (CPU), which round away from zero
 * (https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity).
 */
export interface ParsedQuantity {
  /** Exact to the billionth, the finest that the format can hold. */
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

/** How an amount was written, and so how it is written again: `500m`, `5e-1`, `2Gi`. */
export type QuantityFormat = 'DecimalSI' | 'DecimalExponent' | 'BinarySI';

const NANOS_PER_UNIT = 1_000_000_000n;
const NANOS_PER_MILLI = 1_000_000n;
const BINARY_UNITS = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL_UNITS = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const CANONICAL = /^(-?)(\d+)(?:([KMGTPE]i)|([numkMGTPE])|e(-?\d+))?$/;

/** Distinct texts are few in a cluster; past this many something is generating them, and the table starts over. */
const MEMO_LIMIT = 20_000;
const parsed = new Map<string, ParsedQuantity | undefined>();
const wholes = new Map<string, number>();
const millis = new Map<string, number>();

function remember<T>(memo: Map<string, T>, text: string, value: T): T {
  if (memo.size >= MEMO_LIMIT) memo.clear();
  memo.set(text, value);
  return value;
}

/** The amount that a text stands for, or `undefined` where it is no quantity. */
export function parseQuantity(quantity: Quantity): ParsedQuantity | undefined {
  const text = typeof quantity === 'number' ? `${quantity}` : quantity;
  if (parsed.has(text)) return parsed.get(text);
  const canonical = canonicalQuantity(text);
  return remember(parsed, text, 'error' in canonical ? undefined : ofCanonical(canonical.text, text));
}

function ofCanonical(canonical: string, original: string): ParsedQuantity {
  const match = CANONICAL.exec(canonical);
  if (match === null) throw new Error(`the canonical quantity "${canonical}" can't be read back`);
  const [, sign, digits = '0', binary, decimal, exponent] = match;
  let nanos = BigInt(digits);
  let format: QuantityFormat = original.trim().endsWith('i') ? 'BinarySI' : 'DecimalSI';
  if (binary !== undefined) {
    nanos *= 1024n ** BigInt(BINARY_UNITS.indexOf(binary) + 1) * NANOS_PER_UNIT;
  } else if (exponent !== undefined) {
    format = 'DecimalExponent';
    nanos *= 10n ** BigInt(Number(exponent) + 9);
  } else {
    nanos *= 1000n ** BigInt(DECIMAL_UNITS.indexOf(decimal ?? ''));
    if (/[eE][-+]?\d+$/.test(original)) format = 'DecimalExponent';
  }
  return { nanos: sign === '-' ? -nanos : nanos, format };
}

function roundedAway(nanos: bigint, unit: bigint): bigint {
  const quotient = nanos / unit;
  if (nanos % unit === 0n) return quotient;
  return nanos > 0n ? quotient + 1n : quotient - 1n;
}

function mustParse(quantity: Quantity): ParsedQuantity {
  const result = parseQuantity(quantity);
  if (result === undefined) throw new Error(`"${quantity}" is no quantity; decoding should have refused it`);
  return result;
}

/**
 * `Value()`: bytes of memory or storage, a count of pods or devices. Exact up to 2^53; `exactNanos` beyond. The
 * text must be a quantity, as in every decoded object.
 */
export function whole(quantity: Quantity): number {
  if (typeof quantity === 'number' && Number.isSafeInteger(quantity)) return quantity;
  const text = typeof quantity === 'number' ? `${quantity}` : quantity;
  return (
    wholes.get(text) ?? remember(wholes, text, Number(roundedAway(mustParse(quantity).nanos, NANOS_PER_UNIT)))
  );
}

/** `MilliValue()`: thousandths of a CPU. */
export function milli(quantity: Quantity): number {
  const text = typeof quantity === 'number' ? `${quantity}` : quantity;
  return (
    millis.get(text) ??
    remember(millis, text, Number(roundedAway(mustParse(quantity).nanos, NANOS_PER_MILLI)))
  );
}

/** The amount in billionths, for what must stay exact past 2^53. */
export function exactNanos(quantity: Quantity): bigint {
  return mustParse(quantity).nanos;
}

/** Negative, zero or positive, as `Quantity.Cmp`. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  if (a === b) return 0;
  const left = exactNanos(a);
  const right = exactNanos(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The canonical form, as `Quantity.String()`: `1000m` is `1`, `1024Mi` is `1Gi`. */
export function formatQuantity(quantity: Quantity): string {
  const canonical = canonicalQuantity(`${quantity}`);
  if ('error' in canonical) throw new Error(`"${quantity}" is no quantity; decoding should have refused it`);
  return canonical.text;
}

/** Thousandths of a unit as a canonical DecimalSI text: 1500 is `1500m`, 2000 is `2`. */
export function formatMilli(amount: number): string {
  return amount % 1000 === 0 ? formatWhole(amount / 1000) : `${amount}m`;
}

/** A count as a canonical DecimalSI text: 1000 is `1k`. */
export function formatWhole(amount: number): string {
  let rest = amount;
  let unit = 3;
  while (rest !== 0 && rest % 1000 === 0 && unit < DECIMAL_UNITS.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${rest}${DECIMAL_UNITS[unit]}`;
}

/** Bytes as a canonical BinarySI text: 2147483648 is `2Gi`, 1000 is `1k` (amounts under 1Ki are decimal). */
export function formatBytes(amount: number): string {
  if (Math.abs(amount) < 1024) return formatWhole(amount);
  let rest = amount;
  let unit = -1;
  while (rest % 1024 === 0 && unit < BINARY_UNITS.length - 1) {
    rest /= 1024;
    unit++;
  }
  return unit < 0 ? `${rest}` : `${rest}${BINARY_UNITS[unit]}`;
}

/** An amount of billionths as a canonical text, written in the way that `format` says. */
function formatNanos(nanos: bigint, format: QuantityFormat): string {
  if (format !== 'BinarySI' || nanos % NANOS_PER_UNIT !== 0n) {
    const text = formatQuantity(`${nanos}n`);
    return format === 'DecimalExponent' ? formatQuantity(exponentText(nanos)) : text;
  }
  let rest = nanos / NANOS_PER_UNIT;
  // Under 1Ki both forms are one.
  if (rest > -1024n && rest < 1024n) return `${rest}`;
  let unit = -1;
  while (rest % 1024n === 0n && unit < BINARY_UNITS.length - 1) {
    rest /= 1024n;
    unit += 1;
  }
  return unit < 0 ? `${rest}` : `${rest}${BINARY_UNITS[unit]}`;
}

function exponentText(nanos: bigint): string {
  return `${nanos}e-9`;
}

/** `Quantity.Add`: exact, and written as the first of the two is, unless that is zero. */
export function addQuantities(a: Quantity, b: Quantity): string {
  const left = mustParse(a);
  const right = mustParse(b);
  return formatNanos(left.nanos + right.nanos, left.nanos === 0n ? right.format : left.format);
}

/** `Quantity.Sub`, in the same way. */
export function subtractQuantities(a: Quantity, b: Quantity): string {
  const left = mustParse(a);
  const right = mustParse(b);
  return formatNanos(left.nanos - right.nanos, left.nanos === 0n ? right.format : left.format);
}
