import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_START } from '../time.ts';
import type { LogSummary } from './decoder.ts';
import { LogDecoder } from './decoder.ts';
import { LogEncoder } from './encoder.ts';
import type { BlockSeal } from './format.ts';
import { LogError } from './log-error.ts';
import type { LogRecord } from './record.ts';

/** Ten samples in blocks of four lines, the header's among them. */
function writeLog(): { readonly text: string; readonly seals: BlockSeal[]; readonly sha256: string } {
  let text = '';
  const seals: BlockSeal[] = [];
  const encoder = new LogEncoder(
    { version: '0.1.0', start: DEFAULT_START, note: 'é 中 𝄞' },
    {
      write: (piece) => {
        text += piece;
      },
      blockLines: 4,
      onBlock: (seal) => void seals.push(seal),
    },
  );
  for (let rv = 1; rv <= 10; rv++) {
    const series = `requests/wäb-${rv}`;
    encoder.append({ type: 'sample', rv, t: DEFAULT_START + rv, cause: rv - 1, series, value: rv });
  }
  return { sha256: encoder.close().sha256, text, seals };
}

function read(text: string): { readonly records: LogRecord[]; readonly summary: LogSummary } {
  const records: LogRecord[] = [];
  const decoder = new LogDecoder({ onRecord: (record) => void records.push(record) });
  const lines = text.split('\n');
  const rest = lines.pop();
  for (const line of lines) decoder.feed(line);
  return { summary: decoder.finish(rest), records };
}

function problemOf(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof LogError) return error.message;
    throw error;
  }
  return '';
}

const { text, seals, sha256 } = writeLog();
const bytes = new TextEncoder().encode(text);
const lines = text.trimEnd().split('\n');

describe('blocks', () => {
  test('seal every so many lines, and chain to the hash of the log', () => {
    expect(seals.map(({ block, first, last, end }) => [block, first, last, end])).toEqual([
      [0, 1, 3, false],
      [1, 4, 7, false],
      [2, 8, 10, true],
    ]);
    expect(seals[1]!.prev).toBe(seals[0]!.sha256);
    expect(seals[2]!.sha256).toBe(sha256);
    const { records, summary } = read(text);
    expect(summary).toMatchObject({ records: 10, blocks: 3, lastRv: 10, sha256 });
    expect(summary.tornTail).toBeUndefined();
    expect(records).toHaveLength(10);
  });

  test('a changed block is named, with its records and its lines', () => {
    expect(problemOf(text.replace('wäb-5"', 'wäb-6"'))).toMatch(
      /^line 6: block 1 \(records 4 to 7, lines 6 to 10\) was changed: its hash is [0-9a-f]{64}, its block line says [0-9a-f]{64}/,
    );
  });

  test('a removed block, and blocks in another order', () => {
    const removed = [...lines.slice(0, 5), ...lines.slice(10)];
    expect(problemOf(`${removed.join('\n')}\n`)).toMatch(/block 2 where block 1 should be/);
  });

  test('lines after the end', () => {
    expect(problemOf(`${text}{"rv":11}\n`)).toMatch(/^line 15: the log ended with the block before/);
    expect(problemOf(`${text}x`)).toMatch(/^line 15: the log ended with the block before/);
  });

  test('one changed byte anywhere is found, and its place is named', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (position, flip) => {
        const changed = bytes.slice();
        changed[position]! ^= flip;
        const result = new TextDecoder('utf-8', { ignoreBOM: true }).decode(changed);
        const lineOfChange = bytes.subarray(0, position).filter((byte) => byte === 10).length + 1;
        const blockOfChange = Math.floor((lineOfChange - 1) / 5);
        let problem = '';
        try {
          const { summary } = read(result);
          // The very last line feed is all that tells a whole line from one that was cut off.
          if (summary.tornTail !== undefined && position === bytes.length - 1) problem = 'torn';
        } catch (error) {
          if (!(error instanceof LogError)) throw error;
          problem = error.message;
          // In the block of the change; where its block line is no longer seen as one, at the next one.
          expect(error.line).toBeGreaterThan(blockOfChange * 5);
          expect(error.line).toBeLessThanOrEqual((blockOfChange + 2) * 5);
        }
        expect(problem).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a torn tail', () => {
  test('is cut at the last whole block and reported, wherever the tear is', () => {
    const headerEnd = bytes.indexOf(10);
    const blockEnds = [5, 10].map(
      (count) => new TextEncoder().encode(`${lines.slice(0, count).join('\n')}\n`).length,
    );
    for (let length = headerEnd; length < bytes.length; length++) {
      const { records, summary } = read(new TextDecoder().decode(bytes.slice(0, length)));
      const whole = blockEnds.filter((end) => end <= length).length;
      const lastRv = [0, 3, 7][whole]!;
      expect(records).toHaveLength(lastRv);
      expect(summary.tornTail?.lastRv).toBe(lastRv);
      expect(summary.lastRv).toBe(lastRv);
    }
  });

  test('says how much is dropped', () => {
    const whole = `${lines.slice(0, 5).join('\n')}\n`;
    expect(read(whole).summary.tornTail).toEqual({ droppedLines: 0, droppedBytes: 0, lastRv: 3 });
    const rest = `${lines[5]}\n${lines[6]!.slice(0, 20)}`;
    const droppedBytes = new TextEncoder().encode(rest).length;
    expect(read(whole + rest).summary.tornTail).toEqual({ droppedLines: 2, droppedBytes, lastRv: 3 });
  });
});

/** A log whose hashes are right, made by somebody else. */
function forge(change: (line: string) => string): string {
  let forged = '';
  const encoder = new LogEncoder(
    { version: '0.1.0', start: DEFAULT_START },
    {
      write: (piece) => {
        forged += piece;
      },
      newHasher: () => ({ update: () => undefined, digest: () => 'f'.repeat(64) }),
    },
  );
  for (let rv = 1; rv <= 2; rv++) {
    encoder.append({ type: 'sample', rv, t: DEFAULT_START, cause: rv - 1, series: 's', value: rv });
  }
  encoder.close();
  return forged.split('\n').map(change).join('\n');
}

function problemOfForged(change: (line: string) => string): string {
  const decoder = new LogDecoder({
    newHasher: () => ({ update: () => undefined, digest: () => 'f'.repeat(64) }),
  });
  try {
    for (const line of forge(change).trimEnd().split('\n')) decoder.feed(line);
  } catch (error) {
    if (error instanceof LogError) return error.message;
    throw error;
  }
  return '';
}

describe('what is no log of this version is refused with what to do', () => {
  const header = lines[0]!;
  test.each([
    ['an empty file', '', /^line 1: the file is empty/],
    [
      'another file',
      'apiVersion: v1\nkind: Pod\n',
      /^line 1: this is not a wavetank log: .*`wavetank run --out FILE`/,
    ],
    ['JSON Lines of another program', '{"level":"info"}\n', /^line 1: this is not a wavetank log/],
    [
      'another format',
      header.replace('"format":1,"version":"0.1.0"', '"format":2,"version":"0.9.0"'),
      /^line 1: this log has format 2; this wavetank reads format 1: read it with the version that wrote it, 0\.9\.0/,
    ],
    ['a header without a start', header.replace('2026', 'soon'), /no "start"/],
  ])('%s', (_, content, problem) => {
    expect(problemOf(content)).toMatch(problem);
  });

  test.each([
    ['numbers that do not rise', '"rv":2', '"rv":1', /^line 3: record 1 comes after record 1/],
    ['a cause that comes later', '"c":1', '"c":9', /^line 3: record 2 names record 9 as its cause/],
    ['a value of another type', '"x":2', '"x":"2"', /^line 3: "x" is "2"; it has to be a number/],
    [
      'an unknown kind',
      '"m":"s","x":2',
      '"a":"a","v":"create","k":"podz","o":"n","d":{}',
      /"podz" is no kind .*nearest is pods/,
    ],
    [
      'a change of nothing',
      '"m":"s","x":2',
      '"a":"a","v":"update","k":"pods","o":"n","d":{}',
      /update of pods n, which does not exist/,
    ],
    [
      'an unknown verb',
      '"m":"s","x":2',
      '"a":"a","v":"apply","k":"pods","o":"n","d":{}',
      /which does not exist/,
    ],
    [
      'an undefined value',
      '"m":"s","x":2',
      '"a":"a","v":"create","k":"pods","o":"n","d":{"spec":{"@":4}}',
      /refers to value 4/,
    ],
    ['a line that is not JSON', '"x":2}', '"x":2', /^line 3: this line is not JSON/],
  ])('%s, in a log with right hashes', (_, from, to, problem) => {
    const change = (line: string) => (line.startsWith('{"rv":2,') ? line.replace(from, to) : line);
    const sealed = (line: string) =>
      to === '"rv":1' && line.startsWith('{"block":') ? line.replace('"last":2', '"last":1') : change(line);
    expect(problemOfForged(sealed)).toMatch(problem);
  });
});
