import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import { describe } from '../describe/describe.ts';
import { get } from '../print/get.ts';
import type { Alias } from './names.ts';
import { NAMESPACE } from './recording.ts';

/** A kubectl that only reads, on a state. */
export function print(view: View, now: Micros, command: string): string {
  const [, verb, ...rest] = command.split(' ');
  const words: string[] = [];
  const options: Record<string, string> = { namespace: NAMESPACE };
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] as string;
    if (word === '-o') options.output = rest[++index] as string;
    else if (word.startsWith('--sort-by=')) options.sortBy = word.slice('--sort-by='.length);
    else words.push(word);
  }
  return (verb === 'get' ? get(view, now, words, options) : describe(view, now, words, options)).out;
}

const AGE = /(?<=\s)(?:(\d+)m)?(\d+)s(?=\s|$)/g;

/** Rows that differ in their age alone lie together. */
function byText(a: string, b: string): number {
  const left = a.replace(AGE, '<age>');
  const right = b.replace(AGE, '<age>');
  if (left !== right) return left < right ? -1 : 1;
  return a < b ? -1 : 1;
}

export interface Normal {
  /** Rows of a table in the order of their texts: names drawn at random order the real ones. */
  readonly lines: readonly string[];
  /** Every age, in seconds, in the order of the lines. */
  readonly ages: readonly number[];
}

/** Column widths follow from names, and addresses and times are the run's. */
export function normalPrint(
  text: string,
  alias: Alias,
  isTable: boolean,
  edit: (lines: readonly string[]) => readonly string[],
): Normal {
  const folded = alias(text)
    .replace(/\d+\.\d+\.\d+\.\d+/g, '<ip>')
    .replace(/\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000/g, '<time>')
    .split('\n')
    .map((line) => line.replace(/-{2,}/g, '--').replace(/ {2,}/g, '  ').trimEnd());
  const blocks: string[][] = [[]];
  for (const line of edit(folded)) {
    if (line === '') blocks.push([]);
    else blocks.at(-1)?.push(line);
  }
  const ordered = isTable ? blocks.map(([header = '', ...rows]) => [header, ...rows.sort(byText)]) : blocks;
  const lines = ordered.flatMap((block) => [...block, '']);
  const ages = [...lines.join('\n').matchAll(AGE)].map(
    ([, minutes = '0', rest]) => Number(minutes) * 60 + Number(rest),
  );
  return { lines: lines.map((line) => line.replace(AGE, '<age>')), ages };
}

/** An age is counted from a whole second, so that two runs of the same seconds may differ by one. */
export function agesAgree(one: readonly number[], other: readonly number[]): boolean {
  return (
    one.length === other.length && one.every((age, index) => Math.abs(age - (other[index] as number)) <= 1)
  );
}
