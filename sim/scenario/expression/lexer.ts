import { parseDuration } from '../duration.ts';
import { ExpressionError } from './expression-error.ts';

export type Token =
  | {
      readonly type: 'number' | 'duration';
      readonly offset: number;
      readonly text: string;
      readonly value: number;
    }
  /** `text` is what stands between the quotes. */
  | { readonly type: 'string' | 'word' | 'reference'; readonly offset: number; readonly text: string }
  | { readonly type: 'symbol' | 'end'; readonly offset: number; readonly text: string };

const SPACE = /\s+/y;
const NUMBER = /\d[\w.µ]*/y;
/** `deployment/web`, `deployment/shop/web`: division is no operator, so a slash always joins a name. */
const REFERENCE = /[A-Za-z][\w.-]*\/[\w.:/-]*/y;
const WORD = /[A-Za-z_][\w.]*/y;
const STRING = /"[^"]*"|'[^']*'/y;
const SYMBOL = /&&|\|\||==|!=|<=|>=|[<>!+\-*(),]/y;

function match(pattern: RegExp, text: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text)?.[0];
}

function numberToken(text: string, offset: number): Token {
  if (/^\d+(\.\d+)?$/.test(text)) return { type: 'number', offset, text, value: Number(text) };
  const parsed = parseDuration(text);
  if ('error' in parsed) throw new ExpressionError(offset, `expected a number or a duration, got ${text}`);
  return { type: 'duration', offset, text, value: parsed.duration };
}

/** What people write from habit, and what it is called here. */
const INSTEAD: Readonly<Record<string, string>> = {
  '=': 'write == to compare, and labels in quotes',
  '&': 'write && for and',
  '|': 'write || for or',
  '/': 'there is no division: multiply the other side',
  '%': 'there are no percentages: write available(deployment/web) * 100 >= 80 * desired(deployment/web)',
  '"': 'the text has no closing quote',
  "'": 'the text has no closing quote',
};

export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < text.length) {
    const space = match(SPACE, text, offset);
    if (space !== undefined) {
      offset += space.length;
      continue;
    }
    const number = match(NUMBER, text, offset);
    const found = number ?? match(REFERENCE, text, offset) ?? match(WORD, text, offset);
    const string = match(STRING, text, offset);
    const symbol = match(SYMBOL, text, offset);
    if (number !== undefined) tokens.push(numberToken(number, offset));
    else if (found !== undefined) {
      tokens.push({ type: found.includes('/') ? 'reference' : 'word', offset, text: found });
    } else if (string !== undefined) {
      tokens.push({ type: 'string', offset, text: string.slice(1, -1) });
    } else if (symbol !== undefined) {
      tokens.push({ type: 'symbol', offset, text: symbol });
    } else {
      const char = String.fromCodePoint(text.codePointAt(offset)!);
      const instead = INSTEAD[char];
      throw new ExpressionError(offset, `unexpected ${char}${instead === undefined ? '' : `: ${instead}`}`);
    }
    offset += (number ?? found ?? string ?? symbol)!.length;
  }
  tokens.push({ type: 'end', offset: text.length, text: '' });
  return tokens;
}
