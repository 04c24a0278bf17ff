import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { SECOND } from '../../core/time.ts';
import type { TraceArrival } from '../../sim/policies/workload.ts';
import { FileError } from '../file-error.ts';
import { findOpenb, readOpenb } from './read-openb.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-trace-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NODES = 'sn,cpu_milli,memory_mib,gpu,model\nn-1,32000,262144,0,\nn-2,96000,393216,8,G2\n';
const PODS_HEAD =
  'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time,deletion_time,scheduled_time';
const GOOD = 'p-1,12000,16384,1,1000,,0,100,10';

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

function read(pods: string, arrival: TraceArrival = 'recorded', nodes = NODES) {
  return readOpenb(write('nodes.csv', nodes), write('pods.csv', pods), arrival);
}

function failure(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof FileError) return error.message.replaceAll(`${folder}${path.sep}`, '');
    throw error;
  }
  throw new Error('it was read');
}

/** Enough good rows that a bad one is no reason to give up. */
function withGood(...rows: readonly string[]): string {
  const good = Array.from({ length: 100 }, (_, i) => GOOD.replace('p-1', `good-${i}`));
  return `${[PODS_HEAD, ...rows, ...good].join('\n')}\n`;
}

describe('the two tables of a trace', () => {
  it('become nodes and tasks', () => {
    const trace = read(
      `${PODS_HEAD}\n${GOOD}\np-2,4000,15258,1,220,V100M16|V100M32,5,25,\np-3,8000,30517,0,0,,7,nan,7\n`,
    );
    expect(trace.nodes).toEqual([
      { name: 'n-1', milliCpu: 32_000, memoryMi: 262_144, gpus: 0, model: '' },
      { name: 'n-2', milliCpu: 96_000, memoryMi: 393_216, gpus: 8, model: 'G2' },
    ]);
    expect(trace.tasks).toEqual([
      // From when it was scheduled.
      {
        name: 'p-1',
        milliCpu: 12_000,
        memoryMi: 16_384,
        gpus: 1,
        gpuMilli: 1000,
        models: [],
        created: 0,
        lifetime: 90 * SECOND,
      },
      {
        name: 'p-2',
        milliCpu: 4000,
        memoryMi: 15_258,
        gpus: 1,
        gpuMilli: 220,
        models: ['V100M16', 'V100M32'],
        created: 5 * SECOND,
        lifetime: 20 * SECOND,
      },
      {
        name: 'p-3',
        milliCpu: 8000,
        memoryMi: 30_517,
        gpus: 0,
        gpuMilli: 0,
        models: [],
        created: 7 * SECOND,
      },
    ]);
    expect(trace.rejected).toEqual([]);
  });

  it('need no times where tasks come by themselves', () => {
    const pods = 'name,cpu_milli,memory_mib,num_gpu,gpu_milli\np-1,12000,16384,1,1000\n';
    expect(read(pods, 'inflation').tasks).toHaveLength(1);
    expect(failure(() => read(pods))).toBe(
      'pods.csv lacks the columns creation_time, deletion_time, which the arrival "recorded" needs: ' +
        'line 1 has name, cpu_milli, memory_mib, num_gpu, gpu_milli',
    );
  });

  it('need their columns', () => {
    expect(failure(() => read('name,cpu_mili,memory_mib,num_gpu,gpu_milli\np,1,1,0,0\n', 'inflation'))).toBe(
      'pods.csv lacks the column cpu_milli: line 1 has name, cpu_mili, memory_mib, num_gpu, gpu_milli; ' +
        'is it "cpu_mili" by another name?',
    );
    expect(failure(() => read(`${PODS_HEAD}\n${GOOD}\n`, 'recorded', 'sn,cpu_milli\nn,1\n'))).toContain(
      'nodes.csv lacks the columns memory_mib, gpu, model',
    );
    expect(failure(() => read(''))).toContain('pods.csv is empty');
    expect(failure(() => read(`${PODS_HEAD}\n`))).toBe('pods.csv has no rows');
    expect(failure(() => read(`${PODS_HEAD}\n"p-1,1\n`))).toMatch(/^pods\.csv can't be read as CSV: /);
  });
});

describe('rows that can not be used', () => {
  it.each([
    ['p,-1,1,0,0,,0,1,0', `cpu_milli: can't be negative, got "-1"`],
    ['p,NaN,1,0,0,,0,1,0', 'cpu_milli: expected a whole number, got "NaN"'],
    ['p,1,,0,0,,0,1,0', 'memory_mib: expected a whole number, got nothing'],
    ['p,1,1e3,0,0,,0,1,0', 'memory_mib: expected a whole number, got "1e3"'],
    ['p,1,99999999999,0,0,,0,1,0', 'memory_mib: expected at most 50000000, got "99999999999"'],
    ['p,1,1,1,1001,,0,1,0', 'gpu_milli: expected at most 1000, got "1001"'],
    ['p,1,1,2,500,,0,1,0', `gpu_milli: several GPUs can't be shared: expected 1000, got "500"`],
    ['p,1,1,1,0,,0,1,0', 'gpu_milli: expected more than 0 of the one GPU, got "0"'],
    ['p,1,1,0,0,,9,1,9', 'deletion_time: is 1, before the creation_time 9'],
    ['p,1,1,0,0,,x,1,0', 'creation_time: expected a whole number, got "x"'],
    [',1,1,0,0,,0,1,0', 'name: expected a name of lower-case letters, digits, "-" and ".", got nothing'],
    ['good-7,1,1,0,0,,0,1,0\ngood-7,1,1,0,0,,0,1,0', 'name: good-7 is in line 2 already'],
    ['p,1', 'num_gpu: expected a whole number, got nothing'],
  ])('%s', (row, problem) => {
    const { tasks, rejected } = read(withGood(row));
    const line = row.includes('\n') ? 3 : 2;
    expect(rejected[0]?.examples[0]?.replace(`${folder}${path.sep}`, '')).toBe(
      `pods.csv:${line}: ${problem}`,
    );
    expect(rejected[0]?.rows).toBe(100 + row.split('\n').length);
    expect(tasks.length + rejected[0]!.count).toBe(rejected[0]!.rows);
  });

  it('are all counted, and the first are named', () => {
    const bad = Array.from({ length: 8 }, (_, i) => `bad-${i},-1,1,0,0,,0,1,0`);
    const [rejected] = read(withGood(...bad)).rejected;
    expect(rejected).toMatchObject({ rows: 108, count: 8 });
    expect(rejected?.examples).toHaveLength(5);
  });

  it('are too many past a tenth', () => {
    const bad = Array.from({ length: 12 }, (_, i) => `bad-${i},-1,1,0,0,,0,1,0`);
    const message = failure(() => read(withGood(...bad)));
    expect(message.split('\n').slice(0, 2)).toEqual([
      "pods.csv has 112 rows, of which 12 can't be used",
      `pods.csv:2: cpu_milli: can't be negative, got "-1"`,
    ]);
  });
});

describe('finding the tables', () => {
  it('says what is missing where', () => {
    expect(failure(() => findOpenb(folder))).toContain('holds no openb_node_list_all_node.csv');
    expect(failure(() => findOpenb(path.join(folder, 'nowhere')))).toContain('does not exist');
  });
});

const OPENB = fileURLToPath(new URL('../../../shared/data/traces/openb', import.meta.url));

describe.skipIf(!existsSync(OPENB))('the published trace', () => {
  it('is read whole', () => {
    const { nodes, pods } = findOpenb(OPENB);
    const trace = readOpenb(nodes, pods, 'recorded');
    expect(trace.rejected).toEqual([]);
    expect(trace.nodes).toHaveLength(1523);
    expect(trace.tasks).toHaveLength(8152);
    expect(trace.nodes.reduce((sum, { gpus }) => sum + gpus, 0)).toBe(6212);
    expect(trace.tasks.reduce((sum, { gpus, gpuMilli }) => sum + gpus * gpuMilli, 0)).toBe(6_086_800);
  });
});
