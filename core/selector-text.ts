import { labelValue, qualifiedName } from './kinds/validation/names.ts';
import type { Requirement, SelectorOperator } from './labels.ts';

/**
 * The text form of label selectors: kubectl's `-l`, the API's `labelSelector` parameter
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors):
 * `app=web,tier in (front,back),!legacy`. Errors read as the API server's.
 */
export type ParsedSelector =
  | { readonly ok: true; readonly requirements: readonly Requirement[] }
  | { readonly ok: false; readonly error: string };

type TokenType = 'end' | 'identifier' | 'symbol';

interface Token {
  readonly type: TokenType;
  readonly text: string;
}

const SYMBOLS = ['!=', '==', '=', '!', '(', ')', ',', '>', '<'];
const SYMBOL_CHARS = '=!(),><';
const SPACE = /\s/;
const END: Token = { type: 'end', text: '' };
const BINARY: Readonly<Record<string, SelectorOperator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
};
const INTEGER = /^[+-]?\d{1,19}$/;

/** Thrown and caught within this file alone: a parser's way out. */
class SelectorError extends Error {}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    if (SPACE.test(char)) {
      at++;
    } else if (SYMBOL_CHARS.includes(char)) {
      const symbol = SYMBOLS.find((candidate) => text.startsWith(candidate, at))!;
      tokens.push({ type: 'symbol', text: symbol });
      at += symbol.length;
    } else {
      let end = at;
      while (end < text.length && !SYMBOL_CHARS.includes(text[end]!) && !SPACE.test(text[end]!)) end++;
      tokens.push({ type: 'identifier', text: text.slice(at, end) });
      at = end;
    }
  }
  return tokens;
}

/** A cursor over the tokens. */
interface Cursor {
  readonly tokens: readonly Token[];
  at: number;
}

function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.at] ?? END;
}

function next(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.at++;
  return token;
}

function is(token: Token, symbol: string): boolean {
  return token.type === 'symbol' && token.text === symbol;
}

function parseRequirement(cursor: Cursor): Requirement {
  const negated = is(peek(cursor), '!');
  if (negated) next(cursor);
  const key = next(cursor);
  if (key.type !== 'identifier') throw new SelectorError(`found '${key.text}', expected: identifier`);
  checkKey(key.text);
  const after = peek(cursor);
  const ends = after.type === 'end' || is(after, ',');
  if (negated || ends) return { key: key.text, operator: negated ? '!' : 'exists', values: [] };
  const operator = BINARY[next(cursor).text];
  if (operator === undefined) {
    throw new SelectorError(`found '${after.text}', expected: in, notin, =, ==, !=, gt, lt`);
  }
  const values = operator === 'in' || operator === 'notin' ? parseValues(cursor) : [parseExactValue(cursor)];
  checkValues(key.text, operator, values);
  return { key: key.text, operator, values };
}

function parseExactValue(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.type === 'end' || is(token, ',')) return '';
  if (token.type === 'identifier') return next(cursor).text;
  throw new SelectorError(`found '${token.text}', expected: identifier`);
}

/** `(a,b)`, sorted and without repeats; an empty place between commas is the empty value. */
function parseValues(cursor: Cursor): readonly string[] {
  const open = next(cursor);
  if (!is(open, '(')) throw new SelectorError(`found '${open.text}' expected: '('`);
  const values = new Set<string>();
  if (is(peek(cursor), ')')) {
    next(cursor);
    return [];
  }
  for (;;) {
    const token = next(cursor);
    if (token.type === 'identifier') {
      values.add(token.text);
      const after = next(cursor);
      if (is(after, ')')) break;
      if (!is(after, ',')) throw new SelectorError(`found '${after.text}', expected: ',' or ')'`);
      if (is(peek(cursor), ')')) {
        values.add('');
        next(cursor);
        break;
      }
    } else if (is(token, ',')) {
      values.add('');
      if (is(peek(cursor), ')')) {
        next(cursor);
        break;
      }
    } else {
      throw new SelectorError(`found '${token.text}', expected: ',', or identifier`);
    }
  }
  return [...values].sort((a, b) => (a < b ? -1 : 1));
}

function checkKey(key: string): void {
  const problems = qualifiedName(key);
  if (problems.length > 0) throw new SelectorError(`key: Invalid value: "${key}": ${problems.join('; ')}`);
}

function checkValues(key: string, operator: SelectorOperator, values: readonly string[]): void {
  if (values.length === 0) {
    throw new SelectorError(
      "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
    );
  }
  for (const [index, value] of values.entries()) {
    if ((operator === 'gt' || operator === 'lt') && !INTEGER.test(value)) {
      throw new SelectorError(
        `values[${index}]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    }
    const problems = labelValue(value);
    if (problems.length > 0) {
      throw new SelectorError(`values[${index}][${key}]: Invalid value: "${value}": ${problems.join('; ')}`);
    }
  }
}

function parseAll(cursor: Cursor): readonly Requirement[] {
  const requirements: Requirement[] = [];
  while (peek(cursor).type !== 'end') {
    const start = peek(cursor);
    if (start.type !== 'identifier' && !is(start, '!')) {
      throw new SelectorError(`found '${start.text}', expected: !, identifier, or 'end of string'`);
    }
    try {
      requirements.push(parseRequirement(cursor));
    } catch (error) {
      if (error instanceof SelectorError)
        throw new SelectorError(`unable to parse requirement: ${error.message}`);
      throw error;
    }
    const after = next(cursor);
    if (after.type === 'end') break;
    if (!is(after, ',')) throw new SelectorError(`found '${after.text}', expected: ',' or 'end of string'`);
    const following = peek(cursor);
    if (following.type !== 'identifier' && !is(following, '!')) {
      throw new SelectorError(`found '${following.text}', expected: identifier after ','`);
    }
  }
  return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** Requirements of a selector's text, sorted by key; the empty text selects everything. */
export function parseSelector(text: string): ParsedSelector {
  try {
    return { ok: true, requirements: parseAll({ tokens: tokenize(text), at: 0 }) };
  } catch (error) {
    if (error instanceof SelectorError) return { ok: false, error: error.message };
    throw error;
  }
}
