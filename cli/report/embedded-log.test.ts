import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LogDecoder } from '../../core/log/decoder.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { readLog } from '../../files/log/read-log.ts';
import { openLogWriter } from '../../files/log/write-log.ts';
import { loadInput } from '../../files/scenario/load-scenario.ts';
import { runScenario } from '../../sim/run.ts';
import type { ExpectationResult } from '../../sim/scenario/expectations.ts';
import { embeddedLog } from './embedded-log.ts';
import { judgeLog } from './judge-log.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-report-'));
const file = path.join(folder, 'shop.jsonl.gz');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let expected: readonly ExpectationResult[] = [];

beforeAll(() => {
  const loaded = loadInput(['examples/shop/scenario.yaml']);
  if (!loaded.ok) throw new Error('the example does not load');
  const { scenario } = loaded;
  const writer = openLogWriter(file, {
    version: '0.0.0',
    start: scenario.startTime,
    scenario: scenario.name,
  });
  const outcome = runScenario(scenario, { sinks: [writer.append] });
  const { simulation } = outcome;
  expected = outcome.expectations;
  const { rv, t } = { rv: simulation.journal.lastNumber, t: simulation.now };
  const sample = { type: 'sample', t, cause: 1 } as const;
  writer.append({ ...sample, rv: rv + 1, series: 'pod/default/web/cpu', value: 5 });
  writer.append({ ...sample, rv: rv + 2, series: 'node/general-1/cpu', value: 5 });
  writer.close();
});

/** What a page would read. */
function recordsOf(base64: string): readonly LogRecord[] {
  const records: LogRecord[] = [];
  const decoder = new LogDecoder({ onRecord: (record) => void records.push(record) });
  const lines = gunzipSync(Buffer.from(base64, 'base64')).toString('utf8').split('\n');
  const rest = lines.pop();
  for (const line of lines) decoder.feed(line);
  decoder.finish(rest);
  return records;
}

function recordsOfFile(): readonly LogRecord[] {
  const records: LogRecord[] = [];
  readLog(file, { onRecord: (record) => void records.push(record) });
  return records;
}

function isLeftOut(record: LogRecord): boolean {
  if (record.type === 'sample') return record.series.startsWith('pod/');
  return record.type === 'event' && record.kind.kind === 'Event';
}

describe('the log in a page', () => {
  test('is the whole log, whatever compressed it', async () => {
    const { base64, leftOut } = await embeddedLog(file, 10_000_000);
    expect(leftOut).toBeUndefined();
    expect(recordsOf(base64)).toEqual(recordsOfFile());
  });

  test('where it is too large, goes without Event objects and the usage of single pods, and says so', async () => {
    const whole = Buffer.from((await embeddedLog(file, 10_000_000)).base64, 'base64').length;
    const { base64, leftOut } = await embeddedLog(file, whole - 1);
    expect(leftOut).toMatch(
      /^The log is large: Event objects .* are left out of this page\. .* shop\.jsonl\.gz\.$/,
    );
    const kept = recordsOfFile().filter((record) => !isLeftOut(record));
    expect(recordsOf(base64)).toEqual(kept);
    expect(kept.length).toBeLessThan(recordsOfFile().length - 10);
  });

  test('and where even that is too large, is refused with what to do', async () => {
    await expect(embeddedLog(file, 1000)).rejects.toThrow(
      /shop\.jsonl\.gz is too large for one page: .*Run the scenario for a shorter time \(run --for\)/,
    );
  });
});

test('a log is judged as the run that wrote it', () => {
  const { expectations, invariants, summary } = judgeLog(file);
  expect(expected).toHaveLength(6);
  expect(expectations).toEqual(expected);
  expect(invariants).toMatchObject({ violations: [] });
  expect(summary.sha256).toMatch(/^[0-9a-f]{64}$/);
});
