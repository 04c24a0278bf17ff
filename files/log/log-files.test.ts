import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KubeObject } from '../../core/api/object.ts';
import { CONFIG_MAP } from '../../core/kinds/registry.ts';
import { snapshotOf } from '../../core/log/format.ts';
import { LogError } from '../../core/log/log-error.ts';
import type { EventRecord } from '../../core/log/record.ts';
import { State } from '../../core/store/state.ts';
import { DEFAULT_START, SECOND } from '../../core/time.ts';
import { FileError } from '../file-error.ts';
import { readLog, readRecords, readStateAt, verifyChain } from './read-log.ts';
import type { LogWriterOptions } from './write-log.ts';
import { openLogWriter } from './write-log.ts';

const HEADER = { version: '0.1.0', start: DEFAULT_START, seed: 1 };
let folder = '';

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wavetank-log-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A config map is made, changed often, deleted, and made again. */
function makeRecords(count: number): EventRecord[] {
  const records: EventRecord[] = [];
  let previous: KubeObject | undefined;
  let slot = -1;
  for (let rv = 1; rv <= count; rv++) {
    const verb = previous === undefined ? 'create' : rv % 10 === 0 ? 'delete' : 'update';
    if (verb === 'create') slot++;
    const metadata = {
      name: 'a',
      namespace: 'ns',
      uid: 'u',
      resourceVersion: String(rv),
      creationTimestamp: '',
    };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { größe: String(rv) } };
    const next = verb === 'delete' ? undefined : (object as KubeObject);
    const t = DEFAULT_START + rv * SECOND;
    const head = {
      type: 'event',
      rv,
      t,
      cause: 0,
      reason: undefined,
      actor: 'a',
      verb,
      slot,
      key: 'ns/a',
    } as const;
    records.push({ ...head, kind: CONFIG_MAP, previous, next });
    previous = next;
  }
  return records;
}

function write(name: string, records: readonly EventRecord[], options: LogWriterOptions = {}): string {
  const file = path.join(folder, name);
  const state = new State();
  const writer = openLogWriter(file, HEADER, {
    snapshot: () => snapshotOf(state),
    ...options,
  });
  for (const record of records) {
    state.apply(record);
    writer.append(record);
  }
  writer.close();
  return file;
}

function problemOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof FileError || error instanceof LogError) return error.message;
    throw error;
  }
  return '';
}

describe.each(['run.jsonl', 'run.jsonl.gz'])('a log in %s', (name) => {
  const records = makeRecords(300);
  const options = { blockLines: 16, keyframeEvery: 70 };

  test('comes back as it was written, the same bytes on every run', () => {
    const file = write(name, records, options);
    expect(readRecords(file)).toEqual({ header: HEADER, records, tornTail: undefined });
    expect(fs.readFileSync(write(`second-${name}`, records, options))).toEqual(fs.readFileSync(file));
    expect(fs.readdirSync(folder).sort()).toEqual([name, `second-${name}`].sort());
  });

  test('is read up to a moment', () => {
    const file = write(name, records, options);
    const seen: number[] = [];
    const reading = readLog(file, { at: { rv: 123 }, onRecord: ({ rv }) => void seen.push(rv) });
    expect(seen).toEqual(records.slice(0, 123).map(({ rv }) => rv));
    expect(reading).toMatchObject({ rv: 123, t: DEFAULT_START + 123 * SECOND, summary: undefined });
    expect(reading.objects.map(({ object }) => object)).toEqual([records[122]!.next]);
  });

  test('gives the state at any moment, from the nearest keyframe', () => {
    const file = write(name, records, options);
    for (const rv of [0, 1, 69, 70, 71, 140, 150, 215, 299, 300, 1000]) {
      const expected = records.findLast((record) => record.rv <= rv)?.next;
      const byNumber = readStateAt(file, { rv });
      expect(byNumber.objects.map(({ object }) => object)).toEqual(expected === undefined ? [] : [expected]);
      expect(byNumber.rv).toBe(Math.min(rv, 300));
      const byTime = readStateAt(file, { t: DEFAULT_START + rv * SECOND + 1 });
      expect(byTime.objects).toEqual(byNumber.objects);
      expect(byTime.header).toEqual(HEADER);
    }
  });

  test('starts at the keyframe: what lies before it is not looked at', () => {
    const file = write('run.jsonl', records, options);
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    lines[5] = 'changed';
    fs.writeFileSync(file, lines.join('\n'));
    expect(readStateAt(file, { rv: 200 }).objects.map(({ object }) => object)).toEqual([]);
    expect(readStateAt(file, { rv: 201 }).objects.map(({ object }) => object)).toEqual([records[200]!.next]);
    expect(() => readStateAt(file, { rv: 20 })).toThrow(/block 0 .* was changed/);
  });

  test('is verified without its records', () => {
    const file = write(name, records, options);
    const blocks: number[] = [];
    const summary = verifyChain(file, ({ block }) => void blocks.push(block));
    expect(summary.blocks).toBe(blocks.length);
    expect(summary).toMatchObject({ lastRv: 300, sha256: readLog(file).summary?.sha256 });
  });

  test('has no file in its place until it is closed, and none at all when given up', () => {
    const file = path.join(folder, name);
    const writer = openLogWriter(file, HEADER);
    writer.append(records[0]!);
    expect(fs.existsSync(file)).toBe(false);
    writer.abort();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  test('torn anywhere, is read to its last whole block', () => {
    const file = write(name, records, options);
    const whole = fs.readFileSync(file);
    const torn = path.join(folder, 'torn');
    const lastRvs = [0];
    verifyChain(file, ({ last }) => void lastRvs.push(last));
    const ofText = name.endsWith('.gz') ? 60 : fs.readFileSync(file).indexOf(10);
    fc.assert(
      fc.property(fc.integer({ min: ofText, max: whole.length - 1 }), (length) => {
        fs.writeFileSync(torn, whole.subarray(0, length));
        let result: ReturnType<typeof readRecords>;
        try {
          result = readRecords(torn);
        } catch (error) {
          // The first piece gave not even the header.
          expect(error).toBeInstanceOf(LogError);
          expect(name.endsWith('.gz') && length < 400).toBe(true);
          return;
        }
        if (result.tornTail === undefined) {
          // All of the text was there: only the checksum of the last piece was not.
          expect(name.endsWith('.gz') && length >= whole.length - 9).toBe(true);
          expect(result.records).toEqual(records);
          return;
        }
        const { lastRv } = result.tornTail;
        expect(lastRvs).toContain(lastRv);
        expect(result.records).toEqual(records.slice(0, lastRv));
        if (!name.endsWith('.gz')) {
          const text = whole.subarray(0, length).toString();
          const sealed = text
            .split('\n')
            .slice(0, -1)
            .findLast((line) => line.startsWith('{"block":'));
          expect(lastRv).toBe(sealed === undefined ? 0 : JSON.parse(sealed).last);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('with any byte changed, is found out, or reads the same', () => {
    const file = write(name, records, options);
    const whole = fs.readFileSync(file);
    const changed = path.join(folder, 'changed');
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (position, flip) => {
        const bytes = Buffer.from(whole);
        bytes[position]! ^= flip;
        fs.writeFileSync(changed, bytes);
        const problem = problemOf(() => {
          const result = readRecords(changed);
          if (result.tornTail !== undefined) return;
          // Only bytes of gzip's own header that mean nothing to the text can change unseen.
          expect(name.endsWith('.gz')).toBe(true);
          expect(result.records).toEqual(records);
        });
        if (problem !== '') expect(problem).toContain('changed');
      }),
      { numRuns: 200 },
    );
  });
});

describe('compression', () => {
  test('is seen from the content, and any gunzip reads it', () => {
    const records = makeRecords(50);
    const plain = fs.readFileSync(write('a.jsonl', records));
    const compressed = fs.readFileSync(write('a.jsonl.gz', records));
    expect(zlib.gunzipSync(compressed)).toEqual(plain);
    const renamed = path.join(folder, 'renamed.jsonl');
    fs.writeFileSync(renamed, compressed);
    expect(readRecords(renamed).records).toEqual(records);
    fs.writeFileSync(renamed, zlib.gzipSync(plain));
    expect(readRecords(renamed).records).toEqual(records);
    fs.writeFileSync(renamed, zlib.gzipSync(plain).subarray(0, -20));
    expect(readRecords(renamed).tornTail).toBeDefined();
  });

  test('pieces are members of their own', () => {
    const records = makeRecords(8000);
    const file = write('big.jsonl.gz', records, { blockLines: 100 });
    const cut = path.join(folder, 'cut.gz');
    fs.writeFileSync(cut, fs.readFileSync(file).subarray(0, -50));
    const { tornTail } = readRecords(cut);
    expect(tornTail!.lastRv).toBeGreaterThan(7000);
    expect(readRecords(file).records).toHaveLength(8000);
  });
});

describe('failures name the file and what to do', () => {
  test('of reading', () => {
    const missing = path.join(folder, 'missing.jsonl');
    expect(problemOf(() => readLog(missing))).toBe(`${missing} does not exist: check the path`);
    expect(problemOf(() => readLog(folder))).toBe(`${folder} is a directory: name a file in it`);
    const notALog = path.join(folder, 'pod.yaml');
    fs.writeFileSync(notALog, 'kind: Pod\n');
    expect(problemOf(() => readStateAt(notALog, { rv: 1 }))).toContain(
      `${notALog}:1: this is not a wavetank log`,
    );
    fs.writeFileSync(notALog, '');
    expect(problemOf(() => readStateAt(notALog, { rv: 1 }))).toContain(`${notALog}:1: the file is empty`);
  });

  test('of writing', () => {
    const noFolder = path.join(folder, 'none', 'run.jsonl');
    expect(problemOf(() => openLogWriter(noFolder, HEADER))).toBe(
      `${noFolder} cannot be written, since there is no directory ${path.dirname(noFolder)}: create it, or choose another path`,
    );
    expect(problemOf(() => openLogWriter(folder, HEADER))).toBe(
      `${folder} is a directory: name a file in it`,
    );
  });

  test.each([
    ['ENOSPC', /run\.jsonl could not be written to its end, since the disk is full; .* Free some space/],
    ['EFBIG', /has grown past the largest file/],
    ['EIO', /run\.jsonl cannot be written: /],
  ])('of the disk while it is written: %s; nothing is left, and the file before stays', (code, sentence) => {
    const file = path.join(folder, 'run.jsonl');
    fs.writeFileSync(file, 'before');
    vi.spyOn(fs, 'writeSync').mockImplementation(() => {
      throw Object.assign(new Error(`${code}: it failed`), { code });
    });
    const writer = openLogWriter(file, HEADER);
    for (const record of makeRecords(10)) writer.append(record);
    expect(problemOf(() => writer.close())).toMatch(sentence);
    expect(fs.readdirSync(folder)).toEqual(['run.jsonl']);
    expect(fs.readFileSync(file, 'utf8')).toBe('before');
  });

  test.skipIf(!fs.existsSync('/dev/full'))('of a device that is full', () => {
    const writer = openLogWriter('/dev/full', HEADER);
    expect(problemOf(() => writer.close())).toMatch(
      /^\/dev\/full could not be written to its end, since the disk is full/,
    );
    expect(fs.statSync('/dev/full').isFile()).toBe(false);
  });

  test('a link to a log stays a link', () => {
    const target = path.join(folder, 'target.jsonl');
    const link = path.join(folder, 'link.jsonl');
    fs.writeFileSync(target, '');
    fs.symlinkSync(target, link);
    write('link.jsonl', makeRecords(3));
    expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readRecords(target).records).toHaveLength(3);
  });
});
