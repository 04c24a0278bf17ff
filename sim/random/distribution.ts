import type { Micros } from '../../core/time.ts';

/**
 * Logarithm, exponential and inverse normal by a fixed sequence of additions, multiplications and divisions:
 * IEEE 754 fixes those to the last bit, while an engine's own `Math.exp` and `Math.log` may differ from another's.
 */

/** ln 2 in two parts, the first exact in few bits, so that `k * LN2_HIGH` has no rounding error. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const SQRT_HALF = 1 / Math.SQRT2;
/** Terms after which the series below add less than half a unit in the last place. */
const LOG_TERMS = 21;
const EXP_TERMS = 18;
/** e^709 is the largest double; less than e^-745 is zero. */
const EXP_MAX = 709;
const EXP_MIN = -745;

/** Natural logarithm of a positive number. */
export function naturalLog(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) throw new Error(`no logarithm of ${x} is used anywhere`);
  let mantissa = x;
  let exponent = 0;
  while (mantissa >= 2) {
    mantissa /= 2;
    exponent += 1;
  }
  while (mantissa < 1) {
    mantissa *= 2;
    exponent -= 1;
  }
  if (mantissa * SQRT_HALF > 1) {
    mantissa /= 2;
    exponent += 1;
  }
  // ln m = 2 artanh((m - 1) / (m + 1)).
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let term = LOG_TERMS; term >= 1; term -= 2) sum = sum * square + 1 / term;
  return exponent * LN2_HIGH + (2 * ratio * sum + exponent * LN2_LOW);
}

export function exponential(x: number): number {
  if (x > EXP_MAX) return Number.POSITIVE_INFINITY;
  if (x < EXP_MIN) return 0;
  const exponent = Math.round(x / (LN2_HIGH + LN2_LOW));
  const rest = x - exponent * LN2_HIGH - exponent * LN2_LOW;
  let sum = 1;
  for (let term = EXP_TERMS; term >= 1; term -= 1) sum = 1 + (sum * rest) / term;
  let result = sum;
  for (let k = 0; k < exponent; k += 1) result *= 2;
  for (let k = 0; k > exponent; k -= 1) result /= 2;
  return result;
}

// P. J. Acklam's rational approximation of the inverse normal distribution (relative error under 1.15e-9).
const CENTRAL_ABOVE = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
];
const CENTRAL_BELOW = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
  1,
];
const TAIL_ABOVE = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_BELOW = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];
const TAIL = 0.02425;

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

/** The value below which a standard normal variable falls with probability `p`, for 0 < p < 1. */
export function inverseNormal(p: number): number {
  if (!(p > 0 && p < 1)) throw new Error(`a probability between 0 and 1 was expected, not ${p}`);
  if (p < TAIL) {
    const q = Math.sqrt(-2 * naturalLog(p));
    return polynomial(TAIL_ABOVE, q) / polynomial(TAIL_BELOW, q);
  }
  if (p > 1 - TAIL) return -inverseNormal(1 - p);
  const q = p - 0.5;
  const r = q * q;
  return (q * polynomial(CENTRAL_ABOVE, r)) / polynomial(CENTRAL_BELOW, r);
}

/** 99 of 100 draws of a standard normal variable are at most this. */
const NORMAL_P99 = inverseNormal(0.99);
/** Half of the finest step of a draw: keeps 0 out of the logarithm. */
const HALF_STEP = 0.5 / 0x1_0000_0000;

/** A time that differs from case to case: half are at most `p50`, 99 of 100 at most `p99`. */
export interface Spread {
  readonly p50: Micros;
  readonly p99: Micros;
}

/** The time at `unit` (a uniform draw in [0, 1)) of the log-normal distribution with these quantiles. */
export function drawSpread(spread: Spread, unit: number): Micros {
  const { p50, p99 } = spread;
  if (p99 <= p50 || p50 <= 0) return Math.round(p50);
  const sigma = naturalLog(p99 / p50) / NORMAL_P99;
  return Math.round(p50 * exponential(sigma * inverseNormal(unit + HALF_STEP)));
}

/** A time uniform between two, by a draw in [0, 1). */
export function drawBetween(least: Micros, most: Micros, unit: number): Micros {
  return least + Math.floor(unit * (most - least + 1));
}
