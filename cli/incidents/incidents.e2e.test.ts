import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  DEPLOYMENT,
  expectRefused,
  folder,
  isBuilt,
  scenarioWith,
  wavetank,
  write,
} from '../testing/command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const real = path.join(root, '../shared/data/incidents');
const hasReal = existsSync(real);
if (!hasReal) process.stderr.write('skipped: ../shared/data/incidents is missing\n');

function textOf(name: string): string {
  return readFileSync(path.join(folder, name), 'utf8');
}

describe.skipIf(!isBuilt)('wavetank export and import', () => {
  beforeAll(() => {
    write('web.yaml', DEPLOYMENT);
    write('scenario.yaml', scenarioWith(['  manifests:\n', '  manifests:\n    - web.yaml\n']));
    expect(wavetank(['run', 'scenario.yaml', '--out', 'run.jsonl']).code).toBe(0);
  });

  test('a run, exported, imported and run again, ends with the same workloads', () => {
    const exported = wavetank([
      'export',
      'run.jsonl',
      '--audit',
      'audit.jsonl',
      '--dump',
      'dump.yaml',
      '--at',
      '30s',
    ]);
    expect(exported).toMatchObject({ code: 0, err: '' });
    expect(exported.out).toMatch(/^wrote dump\.yaml: \d+ objects\nwrote audit\.jsonl: \d+ events\n$/);
    const imported = wavetank(['import', 'dump.yaml', 'audit.jsonl', '--out', 'incident', '--name', 'again']);
    expect(imported.code).toBe(0);
    expect(imported.out).toMatch(/^wrote incident\/scenario\.yaml: 2 nodes, 2 objects, 1 requests\n/);
    expect(imported.err).toMatch(
      /^ {2}\d+ requests of components, which the simulation makes by itself \(audit\.jsonl:\d+, /m,
    );
    expect(textOf('incident/scenario.yaml')).toContain('scale: deployment/default/web');
    expect(wavetank(['run', 'incident/scenario.yaml', '--out', 'again.jsonl']).code).toBe(0);
    const columns = ['-o', 'wide', '--no-headers'];
    const sets = (log: string) =>
      wavetank(['get', 'deploy,rs', '--log', log, ...columns])
        .out.replace(/ \d+[smh]\d*[smh]? /g, ' ')
        .replace(/ +/g, ' ');
    expect(sets('again.jsonl')).toBe(sets('run.jsonl'));
  });

  test('the same bytes twice, as YAML or JSON, whole or from a time on', () => {
    for (const name of ['one', 'two'])
      wavetank(['export', 'run.jsonl', '--audit', `${name}.jsonl`, '--dump', `${name}.json`]);
    expect(textOf('one.jsonl')).toBe(textOf('two.jsonl'));
    expect(JSON.parse(textOf('one.json'))).toMatchObject({ apiVersion: 'v1', kind: 'List' });
    wavetank(['export', 'run.jsonl', '--audit', 'later.jsonl', '--at', '1m']);
    expect(textOf('one.jsonl').endsWith(textOf('later.jsonl'))).toBe(true);
  });

  test('a log with broken lines is used as far as it goes', () => {
    const [first = '', ...rest] = textOf('one.jsonl').split('\n');
    write('broken.jsonl', [first, '{"kind":"Eve', '', 'not json', ...rest.slice(0, -1)].join('\n'));
    const { code, err, out } = wavetank(['import', 'broken.jsonl', '--out', 'from-broken', '--json']);
    expect(code).toBe(0);
    expect(err).toMatch(/^ {2}2 broken lines, which are no JSON \(broken\.jsonl:2, broken\.jsonl:4\)$/m);
    expect(JSON.parse(out)).toMatchObject({
      scenario: 'from-broken/scenario.yaml',
      requests: 3,
      objects: 0,
      nodes: 0,
    });
    expect(wavetank(['run', 'from-broken/scenario.yaml']).code).toBe(0);
  });

  test.each([
    [['import', 'gone.jsonl'], /gone\.jsonl.*does not exist/],
    [
      ['import', 'web.yaml', '--out', 'incident'],
      /incident exists already, and is not empty: name another folder with --out/,
    ],
    [['import', 'web.yaml', '--out', 'web.yaml'], /web\.yaml exists already/],
    [['import', 'web.yaml', '--settle', 'soon', '--out', 'x'], /--settle: expected a duration/],
    [['export', 'run.jsonl'], /export needs --audit FILE/],
    [['export', 'run.jsonl', '--audit', 'a', '--dump', 'a'], /name one file/],
    [['export', 'run.jsonl', '--dump', 'run.jsonl'], /this is what is read/],
    [['export', 'run.jsonl', '--dump', 'd.yaml', '--at', '1h'], /--at: the log ends at/],
    [['export', 'run.jsonl', '--dump', 'no/such/d.yaml'], /there is no directory no\/such/],
    [['export', 'web.yaml', '--dump', 'd.yaml'], /web\.yaml/],
  ])('%j', (args, message) => {
    expectRefused(wavetank(args), message);
  });

  test('nothing that can be used is bad input, and says why', () => {
    write(
      'reads.jsonl',
      '{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"list","stage":"ResponseComplete"}\nbroken\n',
    );
    expectRefused(
      wavetank(['import', 'reads.jsonl', '--out', 'none']),
      /nothing in reads\.jsonl makes a scenario: .*\n.*1 broken lines.*\n.*1 requests that read/,
    );
    write('empty.jsonl', '');
    expectRefused(
      wavetank(['import', 'empty.jsonl', '--out', 'none']),
      /nothing in empty\.jsonl makes a scenario: they are empty/,
    );
    expect(existsSync(path.join(folder, 'none'))).toBe(false);
  });
});

describe.skipIf(!isBuilt || !hasReal)('real audit logs and dumps', () => {
  test('an audit log that only reads has nothing to run', () => {
    const log = path.join(real, 'audit2rbac/testdata/demo.log');
    expectRefused(
      wavetank(['import', log, '--out', 'demo']),
      /nothing in .*demo\.log makes a scenario: .*\n.*37 requests that read/,
    );
  });

  test('a support bundle runs: its machines, its Deployments, its pods', () => {
    const bundle = path.join(real, 'troubleshoot/pkg/analyze/files/support-bundle/cluster-resources');
    const files = readdirSync(bundle, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => path.join(bundle, name));
    const imported = wavetank(['import', ...files, '--out', 'bundle', '--json']);
    expect(imported.code).toBe(0);
    expect(JSON.parse(imported.out)).toMatchObject({ nodes: 6, objects: 19 });
    const run = JSON.parse(wavetank(['run', 'bundle/scenario.yaml', '--json']).out);
    expect(run.nodes).toEqual({ Ready: 6, NotReady: 0 });
    expect(run.objects).toMatchObject({ Deployment: 10, StatefulSet: 3, Job: 3 });
    expect(run.pods.Running).toBeGreaterThan(0);
  });
});
