import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectRefused, folder, isBuilt, main, SCENARIO, wavetank, write } from './testing/command.ts';

const HEAD = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';
const SPREAD = HEAD;
const PACK = `${HEAD}profiles:
  - pluginConfig:
      - name: NodeResourcesFit
        args: { scoringStrategy: { type: MostAllocated } }
`;

function benchmark(pods: number, seeds: number): string {
  return `apiVersion: wavetank.dev/v1alpha1
kind: PolicyBenchmark
metadata: { name: small }
spec:
  seeds: ${seeds}
  policies:
    - { name: spread, configuration: spread.yaml }
    - { name: pack, configuration: pack.yaml }
  workloads:
    - name: mixed
      generator:
        nodeGroups: [{ name: node, count: 6 }]
        pods: ${pods}
        arrival: { poisson: 0.5 }
        classes:
          - { name: web, cpu: [250m, 500m], memory: 1Gi, lifetime: 2m }
          - { name: big, cpu: 3, memory: 8Gi, lifetime: 1m }
`;
}

function writeAll(): void {
  write('spread.yaml', SPREAD);
  write('pack.yaml', PACK);
  write('small.yaml', benchmark(60, 3));
}

describe.skipIf(!isBuilt)('wavetank bench', () => {
  test('prints the same whatever the number of workers, and writes CSV and JSON', () => {
    writeAll();
    const runs = [1, 2, 3].map((workers) =>
      wavetank([
        'bench',
        'small.yaml',
        '--workers',
        `${workers}`,
        '--csv',
        `${workers}.csv`,
        '--out',
        `${workers}.json`,
      ]),
    );
    expect(runs[0]?.err).toBe('');
    expect(runs[0]?.code).toBe(0);
    expect(runs[0]?.out).toContain('against spread, pack leaves ');
    expect(new Set(runs.map(({ out }) => out)).size).toBe(1);
    for (const suffix of ['csv', 'json']) {
      const texts = [1, 2, 3].map((workers) =>
        readFileSync(path.join(folder, `${workers}.${suffix}`), 'utf8'),
      );
      expect(new Set(texts).size).toBe(1);
    }
    const report = JSON.parse(readFileSync(path.join(folder, '1.json'), 'utf8'));
    expect(report).toMatchObject({
      benchmark: 'small',
      policies: ['spread', 'pack'],
      seeds: 3,
      interrupted: false,
    });
    expect(wavetank(['bench', 'small.yaml', '--json']).out).toBe(
      readFileSync(path.join(folder, '1.json'), 'utf8'),
    );
    const csv = readFileSync(path.join(folder, '1.csv'), 'utf8');
    expect(csv).toMatch(/^mixed,pack,3,nodes\/empty-mean,nodes,\d/m);
  });

  test('writes the log of one run, which re-executes', () => {
    writeAll();
    const made = wavetank(['bench', 'small.yaml', '--log', 'one.jsonl', '--of', 'mixed/pack/2']);
    expect(made).toEqual({
      code: 0,
      err: '',
      out: 'wrote one.jsonl: mixed under pack with seed 2, as a whole simulation\n',
    });
    const verified = wavetank(['replay', 'one.jsonl', '--verify']);
    expect(verified.code).toBe(0);
    expect(verified.out).toContain('re-executed bit for bit');
  });

  test('runs scenarios, with the measures of whole simulations', () => {
    writeAll();
    write('scenario.yaml', SCENARIO.replace(/ {2}timeline:\n.*\n/, ''));
    const args = ['bench', '--policy', 'spread.yaml', '--policy', 'pack.yaml', '--scenario', 'scenario.yaml'];
    const ended = wavetank([...args, '--seeds', '2']);
    expect(ended.err).toBe('');
    expect(ended.out).toContain('nodes/mean');
    expect(ended.out).toContain('pack and spread show no difference in ');
  });

  test('a scenario whose action is refused is bad input', () => {
    writeAll();
    write('refused.yaml', SCENARIO);
    const args = ['bench', '--policy', 'spread.yaml', '--policy', 'pack.yaml', '--scenario', 'refused.yaml'];
    expectRefused(wavetank(args), /^error: refused\.yaml:\d+: /);
  });

  test('Ctrl-C leaves the report of the seeds that are complete', { timeout: 60_000 }, async () => {
    writeAll();
    write('long.yaml', benchmark(1500, 10_000));
    const child = spawn(process.execPath, [main, 'bench', 'long.yaml', '--json', '--workers', '1'], {
      cwd: folder,
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
    });
    setTimeout(() => child.kill('SIGINT'), 4000);
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(err).toMatch(/^ended early, after \d+ runs: the report is of the seeds that are complete\n$/);
    const report = JSON.parse(out);
    expect(report.interrupted).toBe(true);
    expect(report.workloads[0].seeds.length).toBeLessThan(10_000);
  });

  test.each<readonly [string, readonly string[], string | RegExp]>([
    [
      'nothing',
      [],
      'expected the file of a benchmark, or at least two --policy FILE and either --trace FOLDER or',
    ],
    ['one policy', ['--policy', 'spread.yaml', '--trace', '.'], 'at least two --policy'],
    [
      'both',
      ['small.yaml', '--policy', 'spread.yaml'],
      'small.yaml names its policies and workloads: leave out --policy and --scenario',
    ],
    [
      'a trace of nothing',
      ['small.yaml', '--trace', '.'],
      'small.yaml: has no openb workload: leave out --trace',
    ],
    [
      'a load',
      ['small.yaml', '--load', '2'],
      'small.yaml says how its tasks come: leave out --arrival and --load',
    ],
    ['no file', ['nope.yaml'], 'nope.yaml: does not exist: check the path'],
    ['seeds', ['small.yaml', '--seeds', '0'], '--seeds: expected a whole number from 1 to 10000, got "0"'],
    [
      'workers',
      ['small.yaml', '--workers', 'x'],
      '--workers: expected a whole number from 1 to 256, got "x"',
    ],
    [
      'no trace',
      ['--policy', 'spread.yaml', '--policy', 'pack.yaml', '--trace', '.'],
      /\. holds no openb_node_list_all_node\.csv, nor do its folders csv and data\/csv/,
    ],
    ['out', ['small.yaml', '--out', 'pack.yaml'], '--out pack.yaml: this is what is read: name another file'],
    ['of', ['small.yaml', '--of', 'mixed/pack'], '--of says which run --log FILE writes: give both'],
    [
      'of what',
      ['small.yaml', '--log', 'x.jsonl', '--of', 'mixed/pac'],
      'there is no policy "pac", did you mean "pack"?',
    ],
    [
      'of how',
      ['small.yaml', '--log', 'x.jsonl', '--of', 'mixed'],
      'expected WORKLOAD/POLICY or WORKLOAD/POLICY/SEED',
    ],
  ])('refuses %s', (_what, args, message) => {
    writeAll();
    const ended = wavetank(['bench', ...args]);
    if (typeof message === 'string') {
      expect(ended.err).toContain(message);
      expect(ended.code).toBe(2);
      expect(ended.out).toBe('');
    } else expectRefused(ended, message);
    expect(existsSync(path.join(folder, 'x.jsonl'))).toBe(false);
  });

  test('tells an unknown plugin with its place', () => {
    writeAll();
    write('pack.yaml', PACK.replace('name: NodeResourcesFit', 'name: NodeResourceFit'));
    expectRefused(
      wavetank(['bench', 'small.yaml']),
      'error: pack.yaml:5:15: profiles[0].pluginConfig[0].name: there is no plugin "NodeResourceFit", did you mean "NodeResourcesFit"?',
    );
  });

  test('names bad rows of a trace, and uses the rest', () => {
    writeAll();
    write(
      'trace/openb_node_list_all_node.csv',
      'sn,cpu_milli,memory_mib,gpu,model\nn-1,32000,262144,0,\nn-2,32000,262144,2,T4\n',
    );
    const rows = Array.from({ length: 20 }, (_, i) => `p-${i},1000,1024,0,0,`);
    rows[3] = 'p-3,-1000,1024,0,0,';
    const pods = ['name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec', ...rows];
    write('trace/openb_pod_list_default.csv', `${pods.join('\n')}\n`);
    const args = [
      'bench',
      '--policy',
      'spread.yaml',
      '--policy',
      'pack.yaml',
      '--trace',
      'trace',
      '--seeds',
      '2',
    ];
    const ended = wavetank(args);
    expect(ended.code).toBe(0);
    expect(ended.err).toBe(
      "note: 1 of the 20 rows of trace/openb_pod_list_default.csv can't be used, and are left out:\n" +
        `  trace/openb_pod_list_default.csv:5: cpu_milli: can't be negative, got "-1000"\n`,
    );
    expect(ended.out).toContain('2 nodes, 19 tasks, drawn until they ask for 120 % of what there is');
    write('trace/openb_pod_list_default.csv', 'name,cpu_milli\np,1\n');
    expectRefused(
      wavetank(args),
      'openb_pod_list_default.csv lacks the columns memory_mib, num_gpu, gpu_milli: line 1 has name, cpu_milli',
    );
  });
});
