/**
 * Numbers as Go prints them. JavaScript's own text has the same digits (the fewest that read back), and ECMAScript
 * fixes it, so only its form is changed.
 */
interface Digits {
  readonly sign: string;
  readonly digits: string;
  /** The number is 0.DIGITS times ten to this. */
  readonly point: number;
}

function digitsOf(value: number): Digits {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]\d+))?$/.exec(`${value}`) ?? [];
  const all = (whole + fraction).replace(/^0+/, '');
  const leading = (whole + fraction).length - all.length;
  const digits = all.replace(/0+$/, '');
  return { sign, digits: digits === '' ? '0' : digits, point: whole.length - leading + Number(exponent) };
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  return undefined;
}

/** `strconv.FormatFloat(value, 'g', -1, 64)`. */
export function showDouble(value: number): string {
  const found = special(value);
  if (found !== undefined) return found;
  const { sign, digits, point } = digitsOf(value);
  const exponent = point - 1;
  // However long the shortest form is, it counts as six digits where the exponent is judged.
  if (exponent < -4 || exponent >= 6) return scientific(sign, digits, exponent);
  return showFixed(value);
}

function scientific(sign: string, digits: string, exponent: number): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  const size = `${Math.abs(exponent)}`.padStart(2, '0');
  return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${size}`;
}

/** `strconv.FormatFloat(value, 'f', -1, 64)`. */
export function showFixed(value: number): string {
  const found = special(value);
  if (found !== undefined) return found;
  const { sign, digits, point } = digitsOf(value);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits + '0'.repeat(point - digits.length);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** A double as the exact fraction that it is: `numerator` over two to the `shift`. */
function exactly(value: number): { readonly numerator: bigint; readonly shift: number } {
  let shift = 0;
  let whole = value;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    shift += 1;
  }
  return { numerator: BigInt(whole), shift };
}

/** Rounded half to even to so many decimals, as Go's `%.nf`. */
export function showRounded(value: number, decimals: number): string {
  const found = special(value);
  if (found !== undefined && value !== 0) return found;
  const isNegative = value < 0 || Object.is(value, -0);
  const { numerator, shift } = exactly(Math.abs(value));
  const scaled = numerator * 10n ** BigInt(decimals);
  const unit = 1n << BigInt(shift);
  const rounded = halfToEven(scaled, unit);
  const text = `${rounded}`.padStart(decimals + 1, '0');
  const point = text.length - decimals;
  const body = decimals === 0 ? text : `${text.slice(0, point)}.${text.slice(point)}`;
  return isNegative ? `-${body}` : body;
}

function halfToEven(value: bigint, unit: bigint): bigint {
  const quotient = value / unit;
  const doubled = (value % unit) * 2n;
  if (doubled > unit || (doubled === unit && quotient % 2n === 1n)) return quotient + 1n;
  return quotient;
}

/** As Go's `%.ne`: one digit, so many decimals, an exponent. */
export function showExponent(value: number, decimals: number): string {
  const found = special(value);
  if (found !== undefined && value !== 0) return found;
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (value === 0) return `${sign}${scientific('', '0'.repeat(decimals + 1), 0)}`;
  const { numerator, shift } = exactly(Math.abs(value));
  let exponent = digitsOf(Math.abs(value)).point - 1;
  const power = decimals - exponent;
  const scaled = power >= 0 ? numerator * 10n ** BigInt(power) : numerator;
  const unit = (1n << BigInt(shift)) * (power >= 0 ? 1n : 10n ** BigInt(-power));
  let text = `${halfToEven(scaled, unit)}`;
  if (text.length > decimals + 1) {
    exponent += 1;
    text = text.slice(0, decimals + 1);
  }
  return scientific(sign, text, exponent);
}
