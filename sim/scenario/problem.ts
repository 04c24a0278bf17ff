import { closest } from '../../core/text/closest.ts';

export type Path = readonly (string | number)[];

/** Something wrong with a scenario or with an object in it. What read it knows the file, the line and the column. */
export interface ScenarioProblem {
  /** Into the document. */
  readonly path: Path;
  /** The field's name is what is wrong, not its value. */
  readonly atKey?: boolean;
  /** Where in the text at `path` (an expression), counted from 0. */
  readonly offset?: number;
  /** A sentence that reads on after the path: `expected a whole number of at least 0, got "three"`. */
  readonly message: string;
}

/** `spec.cluster.nodeGroups[0].count`; a key that is no plain name is quoted. */
export function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[\w-]+$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** A longer text is cut where a message quotes it. */
const SHOWN_LENGTH = 60;

/** A value as a message shows it. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') {
    return JSON.stringify(value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}…` : value);
  }
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'an object';
  return String(value);
}

export function didYouMean(word: string, candidates: Iterable<string>): string {
  const meant = closest(word, candidates);
  return meant === undefined ? '' : `, did you mean "${meant}"?`;
}

export function unknownField(key: string, known: readonly string[]): string {
  const meant = didYouMean(key, known);
  return meant === ''
    ? `unknown field "${key}"; there are ${known.join(', ')}`
    : `unknown field "${key}"${meant}`;
}
