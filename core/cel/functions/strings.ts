import { CelError } from '../error.ts';
import { fn, type Library } from '../overload.ts';
import type { List, Value } from '../value.ts';
import { showFormatted } from './format-text.ts';

/** Text (cel-go `ext.Strings`): positions count code points. */

type Charge = (cost: number) => void;

function points(text: string): string[] {
  return [...text];
}

function isPlain(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text);
}

function outOfRange(index: bigint): CelError {
  return new CelError(`index out of range: ${index}`);
}

/** A part of a text by code points. */
function slice(text: string, from: bigint, to: bigint): string {
  const whole = isPlain(text) ? undefined : points(text);
  const length = BigInt(whole?.length ?? text.length);
  if (from < 0n || from > length) throw outOfRange(from);
  if (to < 0n || to > length) throw outOfRange(to);
  if (from > to) throw new CelError(`invalid substring range. start: ${from}, end: ${to}`);
  const [start, end] = [Number(from), Number(to)];
  return whole === undefined ? text.slice(start, end) : whole.slice(start, end).join('');
}

function length(text: string): bigint {
  return BigInt(isPlain(text) ? text.length : points(text).length);
}

/** Where code point `position` of the text begins in JavaScript's units. */
function unitOf(text: string, position: bigint): number {
  return isPlain(text) ? Number(position) : points(text).slice(0, Number(position)).join('').length;
}

function pointOf(text: string, unit: number): bigint {
  return unit < 0 ? -1n : length(text.slice(0, unit));
}

function indexOf(text: string, wanted: string, from: bigint): bigint {
  if (from < 0n || from > length(text)) throw outOfRange(from);
  return pointOf(text, text.indexOf(wanted, unitOf(text, from)));
}

function lastIndexOf(text: string, wanted: string, from: bigint | undefined): bigint {
  if (from === undefined) return pointOf(text, text.lastIndexOf(wanted));
  if (from < 0n || from > length(text)) throw outOfRange(from);
  return pointOf(text, text.lastIndexOf(wanted, unitOf(text, from)));
}

function split(text: string, separator: string, limit: bigint): Value {
  if (limit === 0n) return [];
  if (limit === 1n) return [text];
  const parts = separator === '' ? points(text) : text.split(separator);
  const max = Number(limit);
  if (limit < 0n || parts.length <= max) return parts;
  return [...parts.slice(0, max - 1), parts.slice(max - 1).join(separator)];
}

function replace(text: string, old: string, by: string, limit: bigint): string {
  const parts = old === '' ? ['', ...points(text), ''] : text.split(old);
  if (limit < 0n || BigInt(parts.length - 1) <= limit) return parts.join(by);
  const count = Number(limit);
  if (count === 0) return text;
  return [parts.slice(0, count + 1).join(by), ...parts.slice(count + 1)].join(old);
}

function ascii(text: string, upper: boolean): string {
  return text.replace(upper ? /[a-z]+/g : /[A-Z]+/g, (run) =>
    upper ? run.toUpperCase() : run.toLowerCase(),
  );
}

// White space of Unicode, as Go's `strings.TrimSpace` has it: JavaScript's has one sign more and one less.
const SPACE = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const EDGES = new RegExp(`^${SPACE}|${SPACE}$`, 'g');

const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

function quoted(text: string): string {
  return `"${[...text].map((sign) => ESCAPES[sign] ?? sign).join('')}"`;
}

function joined(list: List, separator: string, charge: Charge): string {
  const parts = list.map((item) => {
    if (typeof item !== 'string') throw new CelError('no such overload');
    return item;
  });
  const text = parts.join(separator);
  charge(text.length / 10);
  return text;
}

/** Text grows by repetition alone, so what is made is paid for. */
function paid(text: string, charge: Charge): string {
  charge(text.length / 10);
  return text;
}

const str = (value: Value | undefined): string => value as string;
const int = (value: Value | undefined): bigint => value as bigint;

const STANDARD: Library = [
  fn('contains', 'string.(string) bool', ([a, b], { charge }) => {
    charge((str(a).length / 10) * Math.max(1, str(b).length / 10));
    return str(a).includes(str(b));
  }),
  fn('startsWith', 'string.(string) bool', ([a, b], { charge }) => {
    charge(str(b).length / 10);
    return str(a).startsWith(str(b));
  }),
  fn('endsWith', 'string.(string) bool', ([a, b], { charge }) => {
    charge(str(b).length / 10);
    return str(a).endsWith(str(b));
  }),
];

const EXTENDED: Library = [
  fn('charAt', 'string.(int) string', ([text, index], { charge }) => {
    charge(str(text).length / 10);
    const end = length(str(text));
    if (int(index) < 0n || int(index) > end) throw outOfRange(int(index));
    return int(index) === end ? '' : slice(str(text), int(index), int(index) + 1n);
  }),
  fn('indexOf', 'string.(string) int', ([text, wanted], { charge }) => {
    charge(str(text).length / 10);
    return indexOf(str(text), str(wanted), 0n);
  }),
  fn('indexOf', 'string.(string, int) int', ([text, wanted, from], { charge }) => {
    charge(str(text).length / 10);
    return indexOf(str(text), str(wanted), int(from));
  }),
  fn('lastIndexOf', 'string.(string) int', ([text, wanted], { charge }) => {
    charge(str(text).length / 10);
    return lastIndexOf(str(text), str(wanted), undefined);
  }),
  fn('lastIndexOf', 'string.(string, int) int', ([text, wanted, from], { charge }) => {
    charge(str(text).length / 10);
    return lastIndexOf(str(text), str(wanted), int(from));
  }),
  fn('lowerAscii', 'string.() string', ([text], { charge }) => paid(ascii(str(text), false), charge)),
  fn('upperAscii', 'string.() string', ([text], { charge }) => paid(ascii(str(text), true), charge)),
  fn('replace', 'string.(string, string) string', ([text, old, by], { charge }) => {
    charge((str(text).length + 1) * Math.max(1, str(by).length / 10) * 0.1);
    return paid(replace(str(text), str(old), str(by), -1n), charge);
  }),
  fn('replace', 'string.(string, string, int) string', ([text, old, by, limit], { charge }) => {
    charge((str(text).length + 1) * Math.max(1, str(by).length / 10) * 0.1);
    return paid(replace(str(text), str(old), str(by), int(limit)), charge);
  }),
  fn('split', 'string.(string) list(string)', ([text, separator], { charge }) => {
    charge(str(text).length / 10);
    return split(str(text), str(separator), -1n);
  }),
  fn('split', 'string.(string, int) list(string)', ([text, separator, limit], { charge }) => {
    charge(str(text).length / 10);
    return split(str(text), str(separator), int(limit));
  }),
  fn('substring', 'string.(int) string', ([text, from], { charge }) => {
    charge(str(text).length / 10);
    return slice(str(text), int(from), length(str(text)));
  }),
  fn('substring', 'string.(int, int) string', ([text, from, to], { charge }) => {
    charge(str(text).length / 10);
    return slice(str(text), int(from), int(to));
  }),
  fn('trim', 'string.() string', ([text], { charge }) => paid(str(text).replace(EDGES, ''), charge)),
  fn('join', 'list(string).() string', ([list], { charge }) => joined(list as List, '', charge)),
  fn('join', 'list(string).(string) string', ([list, separator], { charge }) =>
    joined(list as List, str(separator), charge),
  ),
  fn('strings.quote', '(string) string', ([text], { charge }) => paid(quoted(str(text)), charge)),
  fn('format', 'string.(list(dyn)) string', ([text, list], { charge }) =>
    paid(showFormatted(str(text), list as List, charge), charge),
  ),
];

export const STRINGS: Library = [...STANDARD, ...EXTENDED];
