import type { CanonicalText } from './canonical-text.ts';

const WRONG_FORMAT =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const WRONG_NUMBER = 'unable to parse numeric part of quantity';
const WRONG_SUFFIX = "unable to parse quantity's suffix";

const PARTS = /^([+-]?)([0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const NUMBER = /^(\d*)(?:\.(\d*))?$/;
const EXPONENT = /^[eE]([+-]?\d+)$/;
/** Already canonical, and nearly all that manifests hold: up to three digits and a unit that can't pass the cap. */
const SHORT = /^[1-9]\d{0,2}(?:[numkMGTP]|[KMGTP]i)?$/;
/** Longer texts are refused: they mean nothing in a cluster, and big-number work grows with their square. */
const MAX_LENGTH = 256;

/** Powers of ten, from nano. */
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
/** Powers of 1024, from the first. */
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANO_EXPONENT = -9;
const NANOS = 10n ** 9n;
/** Larger amounts are capped at the largest int64. */
const MAX_NANOS = (2n ** 63n - 1n) * NANOS;
/** Beyond these powers of ten, an amount that isn't zero is over the cap, or under a nano, by its length alone. */
const LARGEST_EXPONENT = 19;

type Format = 'decimal' | 'exponent' | 'binary';

/**
 * The text of a quantity as the API server gives it back: it parses every one it decodes and writes the
 * canonical form, so that `1000m` comes back as `1` and `1024Mi` as `1Gi`
 * (rules of https://pkg.go.dev/k8s.io/apimachinery/pkg/api/resource#Quantity).
 */
export function canonicalQuantity(input: string): CanonicalText {
  if (SHORT.test(input)) return { text: input };
  if (input.length > MAX_LENGTH) return { error: WRONG_NUMBER };
  const parts = PARTS.exec(input.trim());
  if (parts === null) return { error: WRONG_FORMAT };
  const [, sign, number = '', suffix = ''] = parts;
  const digits = NUMBER.exec(number);
  if (digits === null || number === '.') return { error: WRONG_NUMBER };
  const whole = digits[1] ?? '';
  const fraction = digits[2] ?? '';
  const mantissa = BigInt(whole + fraction);
  let format: Format = 'decimal';
  let nanos: bigint;
  if (BINARY.includes(suffix)) {
    format = 'binary';
    nanos = divideUp(
      mantissa * 1024n ** BigInt(BINARY.indexOf(suffix) + 1) * NANOS,
      10n ** BigInt(fraction.length),
    );
  } else {
    const exponent = EXPONENT.exec(suffix);
    if (exponent === null && !DECIMAL.includes(suffix)) return { error: WRONG_SUFFIX };
    if (exponent !== null) format = 'exponent';
    const power = exponent === null ? DECIMAL.indexOf(suffix) * 3 + NANO_EXPONENT : Number(exponent[1]);
    nanos = scale(mantissa, whole.length, power - fraction.length - NANO_EXPONENT);
  }
  if (nanos > MAX_NANOS) nanos = MAX_NANOS;
  if (nanos === 0n) return { text: '0' };
  return { text: `${sign === '-' ? '-' : ''}${written(nanos, format)}` };
}

/** `mantissa · 10^power`, rounded up. */
function scale(mantissa: bigint, wholeDigits: number, power: number): bigint {
  if (mantissa === 0n) return 0n;
  if (power > LARGEST_EXPONENT - NANO_EXPONENT) return MAX_NANOS;
  if (power >= 0) return mantissa * 10n ** BigInt(power);
  if (-power > mantissa.toString().length + wholeDigits) return 1n;
  return divideUp(mantissa, 10n ** BigInt(-power));
}

function divideUp(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

function written(nanos: bigint, format: Format): string {
  if (format === 'binary' && nanos >= 1024n * NANOS) {
    let amount = divideUp(nanos, NANOS);
    let unit = 0;
    while (amount % 1024n === 0n) {
      amount /= 1024n;
      unit++;
    }
    return unit === 0 ? `${amount}` : `${amount}${BINARY[unit - 1]}`;
  }
  let amount = nanos;
  let thousands = 0;
  while (amount % 1000n === 0n) {
    amount /= 1000n;
    thousands++;
  }
  if (format !== 'exponent') return `${amount}${DECIMAL[thousands]}`;
  const exponent = thousands * 3 + NANO_EXPONENT;
  return exponent === 0 ? `${amount}` : `${amount}e${exponent}`;
}
