import { textOfUtf8 } from '../../text/utf8.ts';
import { CelError } from '../error.ts';
import { showExponent, showFixed, showRounded } from '../number-text.ts';
import { showDuration, showTimestamp } from '../time-text.ts';
import {
  CelMap,
  Duration,
  isList,
  type List,
  Timestamp,
  TypeValue,
  typeName,
  Uint,
  type Value,
} from '../value.ts';
import { utf8Bytes } from './conversions.ts';

/** `"…".format([…])` (cel-go `ext.Strings`, "format"): clauses `%s %d %f %e %b %x %X %o %%`. */
const CLAUSE = /%(?:%|(?:\.(\d+))?([a-zA-Z]))?/g;
const DEFAULT_PRECISION = 6;
const PRECISION_MAX = 100;

/** As `%s` has it; also what `string()` of a list would be, had it one. */
function shown(value: Value, charge: (cost: number) => void): string {
  charge(1);
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
    case 'bigint':
      return `${value}`;
    case 'number':
      return special(value) ?? showFixed(value);
    default:
      break;
  }
  if (value instanceof Uint) return `${value.value}`;
  if (value instanceof Uint8Array) return textOfUtf8(value) ?? '';
  if (value instanceof Timestamp) return showTimestamp(value.nanos);
  if (value instanceof Duration) return showDuration(value.nanos);
  if (value instanceof TypeValue) return value.name;
  if (isList(value)) return `[${value.map((item) => shown(item, charge)).join(', ')}]`;
  if (value instanceof CelMap) {
    const parts = value
      .entries()
      .map((entry) => `${shown(entry.key, charge)}: ${shown(entry.value, charge)}`);
    return `{${parts.sort().join(', ')}}`;
  }
  throw new CelError(
    `error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${typeName(value)}`,
  );
}

function special(value: number): string | undefined {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Number.POSITIVE_INFINITY) return 'Infinity';
  return value === Number.NEGATIVE_INFINITY ? '-Infinity' : undefined;
}

function wrong(clause: string, takes: string, value: Value): CelError {
  return new CelError(
    `error during formatting: ${clause} clause can only be used on ${takes}, was given ${typeName(value)}`,
  );
}

function whole(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return value instanceof Uint ? value.value : undefined;
}

function hex(value: Value, upper: boolean): string {
  const number = whole(value);
  let text: string;
  if (number !== undefined) text = number.toString(16);
  else if (typeof value === 'string' || value instanceof Uint8Array) {
    const bytes = typeof value === 'string' ? [...utf8Bytes(value)] : [...value];
    text = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  } else throw wrong('hex', 'integers, byte buffers, and strings', value);
  return upper ? text.toUpperCase() : text;
}

function fraction(value: Value, clause: string): number {
  if (typeof value === 'number') return value;
  const number = whole(value);
  if (number !== undefined) return Number(number);
  throw wrong(clause, 'doubles', value);
}

function clauseText(verb: string, value: Value, precision: number, charge: (cost: number) => void): string {
  const number = whole(value);
  switch (verb) {
    case 's':
      return shown(value, charge);
    case 'd':
      if (number !== undefined) return `${number}`;
      if (typeof value === 'number' && special(value) !== undefined) return special(value) as string;
      throw wrong('decimal', 'integers', value);
    case 'f':
    case 'e': {
      const double = fraction(value, verb === 'f' ? 'fixed-point' : 'scientific');
      return (
        special(double) ?? (verb === 'f' ? showRounded(double, precision) : showExponent(double, precision))
      );
    }
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      if (number !== undefined) return number.toString(2);
      throw wrong('only integers and bools', 'as binary', value);
    case 'x':
    case 'X':
      return hex(value, verb === 'X');
    case 'o':
      if (number !== undefined) return number.toString(8);
      throw wrong('octal', 'integers', value);
    default:
      throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

export function showFormatted(text: string, args: List, charge: (cost: number) => void): string {
  charge(text.length / 10);
  let next = 0;
  return text.replace(CLAUSE, (all: string, precision: string | undefined, verb: string | undefined) => {
    if (all === '%%') return '%';
    if (verb === undefined) throw new CelError('could not parse formatting clause: unexpected end of string');
    const value = args[next];
    if (value === undefined) throw new CelError(`index ${next} out of range`);
    next += 1;
    const decimals = precision === undefined ? DEFAULT_PRECISION : Number(precision);
    if (decimals > PRECISION_MAX) throw new CelError(`precision ${decimals} is larger than ${PRECISION_MAX}`);
    return clauseText(verb, value, decimals, charge);
  });
}
