import { beforeAll, describe, expect, test } from 'vitest';
import { DEPLOYMENT, expectRefused, isBuilt, scenarioWith, wavetank, write } from '../testing/command.ts';

function change(spec: string): string {
  return `apiVersion: wavetank.dev/v1alpha1\nkind: Change\nmetadata: { name: other }\nspec:\n${spec}`;
}

describe.skipIf(!isBuilt)('wavetank replay --with', () => {
  beforeAll(() => {
    write('web.yaml', DEPLOYMENT);
    write('scenario.yaml', scenarioWith(['  manifests:\n', '  manifests:\n    - web.yaml\n']));
    expect(wavetank(['run', 'scenario.yaml', '--out', 'run.jsonl']).code).toBe(0);
  });

  test('compares the two histories in words and numbers, and writes a log that verifies', () => {
    write('slower.yaml', change('  timeline:\n    move: [{ action: scale, to: 90s }]\n'));
    const { code, out, err } = wavetank([
      'replay',
      'run.jsonl',
      '--with',
      'slower.yaml',
      '--out',
      'other.jsonl',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      /^The histories agree in \d+ records, then part:\n {2}recorded {2}rv:\d+ at 1m0s scale deployments\/web to 2/m,
    );
    expect(out).toMatch(/^ {2}1m0s +1m30s +scale deployments\/web to 2$/m);
    expect(out).toMatch(/^ {2}deployment\/default\/web\/replicas-mean +[\d.]+ +[\d.]+ +-[\d.]+/m);
    expect(out).toMatch(/^With other, /m);
    expect(wavetank(['replay', 'other.jsonl', '--verify']).code).toBe(0);
    expect(wavetank(['diff', 'run.jsonl', 'other.jsonl']).code).toBe(0);
  });

  test('takes plain manifests, and prints one JSON object', () => {
    write('three.yaml', DEPLOYMENT.replace('replicas: 1', 'replicas: 3'));
    const { code, out } = wavetank(['replay', 'run.jsonl', '--with', 'three.yaml', '--seeds', '3', '--json']);
    expect(code).toBe(0);
    const result = JSON.parse(out);
    expect(result).toMatchObject({ log: 'run.jsonl', change: 'three.yaml', seeds: 3 });
    expect(Object.keys(result)).toEqual([
      'log',
      'change',
      'seeds',
      'parting',
      'moments',
      'measures',
      'expectations',
      'verdict',
    ]);
    expect(result.measures['deployment/default/web/replicas-mean']).toMatchObject({ verdict: 'different' });
    expect(result.measures['deployment/default/web/replicas-mean'].low).toBeGreaterThan(0);
  });

  test('the same twice', () => {
    const once = wavetank(['replay', 'run.jsonl', '--with', 'three.yaml', '--seeds', '2']).out;
    expect(wavetank(['replay', 'run.jsonl', '--with', 'three.yaml', '--seeds', '2']).out).toBe(once);
  });

  test.each([
    [
      'that touches nothing',
      change('  timeline:\n    drop:\n      - { fault: node-crash }\n'),
      /error: bad\.yaml:7:9: spec\.timeline\.drop\[0\]: nothing in the timeline of the recorded run fits fault node-crash: there is at 1m scale deployments\/web to 2/,
    ],
    [
      'of an object that is not there',
      change('  remove: [deployment/wep]\n'),
      /error: bad\.yaml:5:12: spec\.remove\[0\]: deployment\/wep is never applied in the recorded run: did you mean deployment\/web\?/,
    ],
    [
      'with an unknown setting',
      change('  set:\n    spec.cluster.kubernetes.kubelet.max-pods: 3\n'),
      /error: bad\.yaml:6:\d+: spec\.set\["spec\.cluster\.kubernetes\.kubelet\.max-pods"\]: unknown field "max-pods"/,
    ],
    [
      'with a value of the wrong kind',
      change('  set:\n    spec.duration: soon\n'),
      /error: bad\.yaml:6:20: .*expected a duration/,
    ],
    [
      'that names a file which is not there',
      change('  manifests: [gone.yaml]\n'),
      /gone\.yaml.*does not exist/,
    ],
    [
      'with a misspelt part',
      change('  patch: []\n'),
      /bad\.yaml:5:3: spec\.patch: unknown field "patch"; there are manifests, remove/,
    ],
    ['that is no YAML', 'a: [', /error: bad\.yaml:1:\d+: can't be read as YAML/],
    [
      'that the API refuses',
      change(
        '  patches:\n    - { target: deployment/web, patch: { spec: { template: { metadata: { labels: { app: other } } } } } }\n',
      ),
      /error: web\.yaml:1: .*selector.*does not match template/,
    ],
  ])('a change %s', (_name, text, message) => {
    write('bad.yaml', text);
    expectRefused(wavetank(['replay', 'run.jsonl', '--with', 'bad.yaml', '--out', 'never.jsonl']), message);
  });

  test.each([
    [['--with', 'gone.yaml'], /gone\.yaml.*does not exist/],
    [['--with', 'three.yaml', '--seeds', '0'], /--seeds: expected a whole number from 1 to 10000, got "0"/],
    [['--with', 'three.yaml', '--verify'], /give one of them/],
    [['--seeds', '3'], /give a change with --with/],
    [['--with', 'three.yaml', '--out', 'run.jsonl'], /name another file/],
    [['--with', 'three.yaml', '--out', 'three.yaml'], /name another file/],
    [[], /replay needs --verify/],
  ])('%j', (options, message) => {
    expectRefused(wavetank(['replay', 'run.jsonl', ...options]), message);
  });
});
