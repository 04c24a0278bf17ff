/**
 * `Object.spec{replicas: 3}` makes an object of a named type. cel-js's grammar has no such literals, so they become
 * `Object.spec.__new__({replicas: 3})` before it reads them, where the keys are names.
 */
export const NEW_OBJECT = '__new__';

const OPENS = `.${NEW_OBJECT}(`;
const MAYBE = /[A-Za-z0-9_]\s*\{/;

export interface Rewritten {
  readonly text: string;
  /** Where an offset of the new text is in the old one. */
  readonly offsetIn: (offset: number) => number;
}

interface Insertion {
  /** In the old text, before the sign that stands there. */
  readonly at: number;
  readonly text: string;
}

/** The end of a string that begins at `start`, or of the text where it has none. */
function endOfString(source: string, start: number): number {
  const quote = source[start] as string;
  const triple = quote.repeat(3);
  const ends = source.startsWith(triple, start) ? triple : quote;
  const isRaw = /[rR]/.test(source[start - 1] ?? '');
  let at = start + ends.length;
  while (at < source.length) {
    if (source.startsWith(ends, at)) return at + ends.length;
    at += source[at] === '\\' && !isRaw ? 2 : 1;
  }
  return source.length;
}

/** Whether the brace at `at` follows the name of a type. */
function followsName(source: string, at: number): boolean {
  const [, word] = /([A-Za-z0-9_]+)\s*$/.exec(source.slice(Math.max(0, at - 64), at)) ?? [];
  return word !== undefined && word !== 'in';
}

function insertionsOf(source: string): readonly Insertion[] {
  const insertions: Insertion[] = [];
  const open: boolean[] = [];
  let at = 0;
  while (at < source.length) {
    const sign = source[at];
    if (sign === '"' || sign === "'") {
      at = endOfString(source, at);
      continue;
    }
    if (sign === '/' && source[at + 1] === '/') {
      const end = source.indexOf('\n', at);
      at = end < 0 ? source.length : end;
      continue;
    }
    if (sign === '{') {
      const isStruct = followsName(source, at);
      open.push(isStruct);
      if (isStruct) insertions.push({ at, text: OPENS });
    } else if (sign === '}' && open.pop() === true) insertions.push({ at: at + 1, text: ')' });
    at += 1;
  }
  return insertions;
}

function same(offset: number): number {
  return offset;
}

export function structLiterals(source: string): Rewritten {
  if (!MAYBE.test(source)) return { text: source, offsetIn: same };
  const insertions = insertionsOf(source);
  if (insertions.length === 0) return { text: source, offsetIn: same };
  const pieces: string[] = [];
  let from = 0;
  for (const { at, text } of insertions) {
    pieces.push(source.slice(from, at), text);
    from = at;
  }
  pieces.push(source.slice(from));
  const offsetIn = (offset: number): number => {
    let shift = 0;
    for (const { at, text } of insertions) {
      if (at + shift >= offset) break;
      shift += Math.min(text.length, offset - at - shift);
    }
    return offset - shift;
  };
  return { text: pieces.join(''), offsetIn };
}
