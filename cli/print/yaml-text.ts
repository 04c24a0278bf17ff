import { isJsonObject } from '../../core/schema/decoding.ts';
import { presentKeys } from './json-text.ts';

/**
 * YAML as kubectl writes it (sigs.k8s.io/yaml over go-yaml v2): keys sorted, lists not indented within maps, texts
 * plain where they read back as the same text, long ones folded at a space after this many columns.
 */
const WIDTH = 80;

type Fields = Readonly<Record<string, unknown>>;

/** A text that stands where YAML expects one of its own words, numbers or times (go-yaml v2 `resolve`). */
const RESERVED =
  /^(?:|~|null|Null|NULL|y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF|true|True|TRUE|false|False|FALSE|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const NUMBER =
  /^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*|(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$/;
const TIME =
  /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|\s+)\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:\s*(?:Z|[-+]\d{1,2}(?::?\d{2})?))?)?$/;
/** Signs that a plain text may not begin with, or not contain in this place. */
const NOT_PLAIN = /^(?:[#,[\]{}&*!|>'"%@`]|[-?:](?:\s|$)|---|\.\.\.)|^\s|\s$|:(?:\s|$)|\s#/;
/** What go-yaml won't write as it is: control characters, tabs among them, and all beyond the basic plane. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the point is to find them
const UNPRINTABLE = /[\u0000-\u0009\u000b-\u001f\u007f-\u0084\u0086-\u009f\ufeff\ufffe-\u{10ffff}]/u;

function readsAsText(text: string): boolean {
  return !RESERVED.test(text) && !NUMBER.test(text) && !TIME.test(text);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\u0000': '\\0',
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
};

function escaped(char: string): string {
  const known = ESCAPES[char];
  if (known !== undefined) return known;
  if (!UNPRINTABLE.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  const digits = code.toString(16).toUpperCase();
  if (code < 0x100) return `\\x${digits.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

/** Where a scalar stands: how far its line has got, and how deep a folded line begins. */
interface Place {
  readonly column: number;
  readonly indent: number;
}

/**
 * Break lines at single spaces past the width. `keep` is the sign that holds a space at the start of the next line,
 * where the style has one.
 */
function folded(chars: readonly string[], place: Place, keep: string | undefined): string {
  let text = '';
  let column = place.column;
  const breakLine = (): void => {
    text += `\n${' '.repeat(place.indent)}`;
    column = place.indent;
  };
  for (const [index, char] of chars.entries()) {
    const inside = index > 0 && index < chars.length - 1;
    if (char === ' ' && chars[index - 1] !== ' ' && column > WIDTH && inside) {
      if (keep !== undefined) {
        breakLine();
        if (chars[index + 1] === ' ') {
          text += keep;
          column += keep.length;
        }
        continue;
      }
      if (chars[index + 1] !== ' ') {
        breakLine();
        continue;
      }
    }
    text += char;
    column += char.length;
  }
  return text;
}

function singleQuoted(text: string, place: Place): string {
  const chars = [...text].map((char) => (char === "'" ? "''" : char));
  return `'${folded(chars, { ...place, column: place.column + 1 }, undefined)}'`;
}

function doubleQuoted(text: string, place: Place): string {
  const chars = [...text].map(escaped);
  return `"${folded(chars, { ...place, column: place.column + 1 }, '\\')}"`;
}

/** `|`, with a sign for how many line breaks end it. */
function literal(text: string, indent: number): string {
  const chomping = text.endsWith('\n') ? (text.endsWith('\n\n') || text === '\n' ? '+' : '') : '-';
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const lines = text.replace(/\n$/, '').split('\n');
  const body = lines.map((line) => (line === '' ? '' : `${' '.repeat(indent)}${line}`)).join('\n');
  return `|${hint}${chomping}\n${body}`;
}

function textScalar(text: string, place: Place): string {
  if (text.includes('\n')) {
    if (UNPRINTABLE.test(text) || /[ ]\n|[ ]$/.test(text)) return doubleQuoted(text, place);
    return literal(text, place.indent);
  }
  if (UNPRINTABLE.test(text) || !readsAsText(text)) return doubleQuoted(text, place);
  if (NOT_PLAIN.test(text)) return /^\s|\s$/.test(text) ? spaced(text, place) : singleQuoted(text, place);
  return folded([...text], place, undefined);
}

/** Spaces at the ends are kept within quotes. */
function spaced(text: string, place: Place): string {
  return singleQuoted(text, place);
}

function scalar(value: unknown, place: Place): string {
  if (typeof value === 'string') return textScalar(value, place);
  return `${value}`;
}

function key(name: string): string {
  // A key is never folded.
  return textScalar(name, { column: Number.NEGATIVE_INFINITY, indent: 0 });
}

/** Lines of a map; the first is without indentation, so that it can follow a `- `. */
function mapLines(fields: Fields, indent: number, out: string[], first: string): void {
  let lead = first;
  for (const name of presentKeys(fields)) {
    const value = fields[name];
    const title = `${lead}${key(name)}:`;
    lead = ' '.repeat(indent);
    if (Array.isArray(value) && value.length > 0) {
      out.push(title);
      listLines(value, indent, out);
    } else if (isJsonObject(value) && presentKeys(value).length > 0) {
      out.push(title);
      mapLines(value, indent + 2, out, ' '.repeat(indent + 2));
    } else {
      out.push(`${title} ${leaf(value, { column: title.length + 1, indent: indent + 2 })}`);
    }
  }
}

function leaf(value: unknown, place: Place): string {
  if (Array.isArray(value)) return '[]';
  return isJsonObject(value) ? '{}' : scalar(value, place);
}

function listLines(list: readonly unknown[], indent: number, out: string[]): void {
  const dash = `${' '.repeat(indent)}- `;
  for (const item of list) {
    if (isJsonObject(item) && presentKeys(item).length > 0) mapLines(item, indent + 2, out, dash);
    else if (Array.isArray(item) && item.length > 0) {
      const nested: string[] = [];
      listLines(item, indent + 2, nested);
      out.push(`${dash}${(nested[0] ?? '').trimStart()}`, ...nested.slice(1));
    } else out.push(`${dash}${leaf(item, { column: dash.length, indent: indent + 2 })}`);
  }
}

export function yamlText(value: Fields): string {
  const out: string[] = [];
  mapLines(value, 0, out, '');
  return `${out.join('\n')}\n`;
}
