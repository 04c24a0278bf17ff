import { addQuantities, compareQuantities, exactNanos, subtractQuantities } from '../quantity.ts';
import type { Quantity } from '../schema/types.generated.ts';

/** Amounts by the names under which a quota counts them (apiserver `pkg/quota/v1`). */
export type Amounts = Readonly<Record<string, Quantity>>;

export const NO_AMOUNTS: Amounts = Object.freeze({});

/** With the keys in order: one sum, one serialised form. */
function ordered(amounts: Readonly<Record<string, Quantity>>): Amounts {
  const result: Record<string, Quantity> = {};
  for (const name of Object.keys(amounts).sort()) result[name] = amounts[name]!;
  return result;
}

/** Of every name that either has; what only one has stays as it is. */
export function addAmounts(a: Amounts, b: Amounts): Amounts {
  const sum: Record<string, Quantity> = { ...a };
  for (const name of Object.keys(b)) {
    const before = sum[name];
    sum[name] = before === undefined ? b[name]! : addQuantities(before, b[name]!);
  }
  return ordered(sum);
}

/** The greater of both, name by name. */
export function greaterAmounts(a: Amounts, b: Amounts): Amounts {
  const most: Record<string, Quantity> = { ...a };
  for (const name of Object.keys(b)) {
    const before = most[name];
    if (before === undefined || compareQuantities(b[name]!, before) > 0) most[name] = b[name]!;
  }
  return ordered(most);
}

/** What `a` has more than `b`: nothing where it has less (`SubtractWithNonNegativeResult`). */
export function increase(a: Amounts, b: Amounts): Amounts {
  const rest: Record<string, Quantity> = {};
  for (const name of Object.keys(a)) {
    const before = b[name];
    const more = before === undefined ? a[name]! : subtractQuantities(a[name]!, before);
    rest[name] = exactNanos(more) < 0n ? '0' : more;
  }
  return ordered(rest);
}

/** Only what has one of these names (`Mask`). */
export function maskedAmounts(amounts: Amounts, names: readonly string[]): Amounts {
  const masked: Record<string, Quantity> = {};
  for (const name of names) {
    const amount = amounts[name];
    if (amount !== undefined) masked[name] = amount;
  }
  return ordered(masked);
}

export function withoutZeros(amounts: Amounts): Amounts {
  return maskedAmounts(
    amounts,
    Object.keys(amounts).filter((name) => exactNanos(amounts[name]!) !== 0n),
  );
}

/** Names of which there is more than `limits` allows. */
export function exceededNames(amounts: Amounts, limits: Amounts): readonly string[] {
  return Object.keys(amounts).filter((name) => {
    const limit = limits[name];
    return limit !== undefined && compareQuantities(amounts[name]!, limit) > 0;
  });
}

export function equalAmounts(a: Amounts | undefined, b: Amounts | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => b[name] !== undefined && compareQuantities(a[name]!, b[name]) === 0);
}

/** `cpu=1,memory=2Gi`, as messages list them. */
export function amountsText(amounts: Amounts): string {
  return Object.keys(amounts)
    .sort()
    .map((name) => `${name}=${amounts[name]}`)
    .join(',');
}
