import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/*
 * The command as a person meets it when something is wrong: its exit code, one message that says where and what was
 * expected, nothing on standard output, nothing half-written left behind.
 */

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const isBuilt = existsSync(main);
if (!isBuilt) process.stderr.write('skipped: dist/cli/main.js is missing (npm run build makes it)\n');

const SCENARIO = `apiVersion: wavetank.dev/v1alpha1
kind: Scenario
metadata: { name: test }
spec:
  duration: 2m
  cluster:
    nodeGroups:
      - { name: node, count: 2 }
  manifests:
    - apiVersion: v1
      kind: ConfigMap
      metadata: { name: settings }
      data: { a: b }
  timeline:
    - { at: 1m, scale: deployment/web, replicas: 2 }
  expect:
    - { name: two nodes, always: 'count(nodes) >= 0' }
`;

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: nginx }
`;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let folder = '';

function write(name: string, text: string | Buffer): string {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
  return name;
}

function wavetank(args: readonly string[], nodeArgs: readonly string[] = []): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArgs, main, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: status, out: stdout, err: stderr };
}

function unfinished(): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('unfinished'),
  );
}

/** Exit code 2, one message without a stack trace, and nothing else anywhere. */
function expectRefused(ended: Ended, message: string | RegExp): void {
  expect(ended.err).toMatch(message);
  expect(ended.code).toBe(2);
  expect(ended.out).toBe('');
  expect(ended.err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  expect(ended.err.match(/^error: /gm)).toHaveLength(1);
  expect(unfinished()).toEqual([]);
}

/** The scenario with other texts in some places; each has to be there. */
function scenarioWith(...changes: readonly (readonly [string, string])[]): string {
  let text = SCENARIO;
  for (const [before, after] of changes) {
    if (!text.includes(before)) throw new Error(`the scenario has no ${before}`);
    text = text.replace(before, after);
  }
  return text;
}

const WEB = ['settings', 'web'] as const;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'wavetank-bad-input-')));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!isBuilt)('files that cannot be used', () => {
  test('a file that is missing', () => {
    expectRefused(wavetank(['run', 'none.yaml']), /none\.yaml: does not exist: check the path/);
  });

  test.each([
    [
      'YAML that does not parse',
      'kind: Pod\nspec:\n  containers: [ a\nkind: x\n',
      /in\.yaml:\d:\d+: can't be read as YAML/,
    ],
    ['an empty file', '', /in\.yaml: holds no objects/],
    [
      'a wrong type',
      DEPLOYMENT.replace('replicas: 1', 'replicas: many'),
      /in\.yaml:5:13: spec\.replicas: expected integer, got string "many"/,
    ],
    [
      'an unknown field',
      DEPLOYMENT.replace('replicas: 1', 'replicsa: 1'),
      /in\.yaml:5:3: spec\.replicsa: unknown field "replicsa", did you mean "replicas"\?/,
    ],
    [
      'an unknown kind',
      DEPLOYMENT.replace('kind: Deployment', 'kind: Deploymnet'),
      /in\.yaml:2:7: kind: no matches for kind "Deploymnet" in version "apps\/v1"/,
    ],
    [
      'a name that is there twice',
      `${DEPLOYMENT}---\n${DEPLOYMENT}`,
      /in\.yaml:15:19: metadata\.name: .*web is there twice: it is in in\.yaml:1 too/,
    ],
    [
      '__proto__ as a key',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  __proto__: x\n',
      /in\.yaml:5:3: __proto__ is not allowed as the name of a field/,
    ],
    [
      'aliases that would fill the memory',
      `a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n${[1, 2, 3, 4, 5, 6, 7, 8, 9]
        .map(
          (n) =>
            `a${n}: &a${n} [${Array(10)
              .fill(`*a${n - 1}`)
              .join(', ')}]\n`,
        )
        .join('')}`,
      /in\.yaml: uses its aliases too often/,
    ],
    [
      'nesting without end',
      `a: ${'['.repeat(5000)}${']'.repeat(5000)}\n`,
      /in\.yaml: nested more than 128 levels deep/,
    ],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0xff]), /in\.yaml: is no text in UTF-8/],
    ['a file of 50 MB', Buffer.alloc(50_000_000, 'a'), /in\.yaml: has 48 MiB, more than the 16 MiB/],
    [
      'an object that the API refuses',
      DEPLOYMENT.replace('labels: { app: web }', 'labels: { app: other }'),
      /in\.yaml:1: Deployment\.apps "web" is invalid: spec\.template\.metadata\.labels: Invalid value: \{"app":"other"\}: `selector` does not match template `labels`/,
    ],
  ])('%s', (_name, text, message) => {
    const file = write('in.yaml', text);
    expectRefused(wavetank(['run', file, '--out', 'log.jsonl']), message);
    expect(existsSync(path.join(folder, 'log.jsonl'))).toBe(false);
  });

  test('a directory without manifests', () => {
    write('empty/notes.txt', 'nothing\n');
    expectRefused(wavetank(['run', 'empty']), /empty: holds no manifests \(\.yaml, \.yml, \.json\)/);
  });

  test('several problems are told together, a line each', () => {
    const file = write(
      'in.yaml',
      DEPLOYMENT.replace('replicas: 1', 'replicas: many').replace('image: nginx', 'img: nginx'),
    );
    const ended = wavetank(['run', file]);
    expectRefused(ended, /spec\.replicas: expected integer/);
    expect(ended.err).toMatch(
      /in\.yaml:11:24: spec\.template\.spec\.containers\[0\]\.img: unknown field "img"/,
    );
  });
});

describe.skipIf(!isBuilt)('scenarios that say what cannot be', () => {
  test.each([
    [
      'a negative duration',
      [['at: 1m', 'at: -1m']],
      /s\.yaml:15:13: spec\.timeline\[0\]\.at: a duration can't be negative, got "-1m"/,
    ],
    [
      'an unknown field',
      [['count: 2', 'cuont: 2']],
      /s\.yaml:8:23: spec\.cluster\.nodeGroups\[0\]\.cuont: unknown field "cuont", did you mean "count"\?/,
    ],
    [
      'a wrong type',
      [['count: 2', 'count: two']],
      /s\.yaml:8:30: spec\.cluster\.nodeGroups\[0\]\.count: expected a whole number from 0 to \d+, got "two"/,
    ],
    [
      'an expression that does not parse',
      [['count(nodes) >= 0', 'count(nodes >= 0']],
      /s\.yaml:17:\d+: spec\.expect\[0\]\.always: expected , or \), got >=/,
    ],
    [
      'an expression about what there is not',
      [['count(nodes) >= 0', 'cuont(nodes) >= 0']],
      /s\.yaml:17:\d+: spec\.expect\[0\]\.always: .*did you mean "?count"?/,
    ],
    [
      'an action on what does not exist: the scenario runs up to there',
      [],
      /^error: s\.yaml:15: deployments\.apps "web" not found\n$/,
    ],
    [
      'an invalid object',
      [WEB, ['data: { a: b }', 'data: { "a b": c }']],
      /s\.yaml:10: ConfigMap "web" is invalid: data\[a b\]: Invalid value: "a b"/,
    ],
    [
      'an object in a namespace that does not exist',
      [['name: settings', 'name: settings, namespace: none']],
      /s\.yaml:10: namespaces "none" not found/,
    ],
  ] as const)('%s', (_name, changes, message) => {
    write('s.yaml', scenarioWith(...(changes as readonly (readonly [string, string])[])));
    expectRefused(wavetank(['run', 's.yaml', '--out', 'log.jsonl']), message);
    expect(existsSync(path.join(folder, 'log.jsonl'))).toBe(false);
  });
});

describe.skipIf(!isBuilt)('usage that cannot be', () => {
  const usage: readonly (readonly [readonly string[], RegExp])[] = [
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['rum', 's.yaml'], /unknown command 'rum'\n\(Did you mean run\?\)/],
    [['run'], /missing required argument 'path'/],
    [['run', 's.yaml', '--nodse', '3'], /unknown option '--nodse'\n\(Did you mean --nodes\?\)/],
    [
      ['run', 's.yaml', '--seed', 'x'],
      /--seed x: spec\.seed: expected a whole number of at least 0, got "x"/,
    ],
    [['run', 's.yaml', '--seed', '1.5'], /--seed 1\.5: spec\.seed: expected a whole number/],
    [
      ['run', 's.yaml', '--for', 'long'],
      /--for long: spec\.duration: expected a duration such as .* got "long"/,
    ],
    [['run', 's.yaml', '--nodes', 'many'], /--nodes many: .*count: expected a whole number/],
    [['run', 's.yaml', '--set', 'spec.seed'], /--set spec\.seed: expected path=value/],
    [
      ['run', 's.yaml', '--set', 'spec.sede=3'],
      /--set spec\.sede=3: spec\.sede: unknown field "sede", did you mean "seed"\?/,
    ],
    [['run', 's.yaml', '--set', '__proto__.x=3'], /__proto__ is not allowed as the name of a field/],
    [['run', 's.yaml', '--set', 'spec.seed=[1'], /--set spec\.seed=\[1: .*can't be read as YAML/],
    [['get', 'pods'], /required option '--log <file>' not specified/],
    [['get', 'pods', '--log', 'none.jsonl'], /none\.jsonl does not exist: check the path/],
    [['get', 'pods', '--log', '.'], /\. is a directory: name a file in it/],
    [['init', 's.yaml'], /s\.yaml exists already: name another file, or remove it/],
    [['init', 'none/s.yaml'], /none\/s\.yaml cannot be written, since there is no directory none/],
  ];
  test.each(usage)('%j', (args, message) => {
    write('s.yaml', SCENARIO);
    expectRefused(wavetank(args), message);
  });
});

describe.skipIf(!isBuilt)('logs', () => {
  let whole = '';

  beforeAll(() => {
    write('deployment.yaml', DEPLOYMENT);
    const ended = wavetank(['run', 'deployment.yaml', '--for', '10m', '--nodes', '40', '--out', 'log.jsonl']);
    if (ended.code !== 0) throw new Error(`the run for these tests failed: ${ended.err}`);
    whole = readFileSync(path.join(folder, 'log.jsonl'), 'utf8');
  });

  const moments: readonly (readonly [string, RegExp])[] = [
    ['yesterday', /--at: expected a time since the start \(5m30s\), .* got "yesterday"/],
    ['-5m', /--at: expected a time since the start/],
    ['2020-01-01T00:00:00Z', /--at: 2020-01-01T00:00:00Z is before the start of the run/],
    ['2h', /--at: the log ends at 10m0s, with record \d+: expected a moment up to there/],
    ['rv:99999999', /--at: the log ends at 10m0s, with record \d+/],
  ];
  test.each(moments)('at a moment that is none: %s', (at, message) => {
    expectRefused(wavetank(['get', 'pods', '--log', 'log.jsonl', `--at=${at}`]), message);
    expectRefused(wavetank(['why', 'pod/web', '--log', 'log.jsonl', `--at=${at}`]), message);
  });

  test('that are none', () => {
    expectRefused(
      wavetank(['get', 'pods', '--log', write('in.yaml', DEPLOYMENT)]),
      /in\.yaml:1: this is not a wavetank log: .*Name a file that `wavetank run --out FILE` has written/,
    );
    expectRefused(wavetank(['get', 'pods', '--log', write('e.jsonl', '')]), /e\.jsonl:1: the file is empty/);
  });

  test('of another format version', () => {
    write('format.jsonl', whole.replace(/"format":\d+/, '"format":99'));
    expectRefused(
      wavetank(['get', 'pods', '--log', 'format.jsonl']),
      /format\.jsonl:1: this log has format 99; this wavetank reads format \d+: read it with the version that wrote it/,
    );
  });

  test('with one changed byte: the block and its records are named', () => {
    const place = whole.indexOf('nginx', whole.length / 2);
    expect(place).toBeGreaterThan(0);
    write('changed.jsonl', `${whole.slice(0, place)}m${whole.slice(place + 1)}`);
    const message = /changed\.jsonl:\d+: block \d+ \(records \d+ to \d+, lines \d+ to \d+\) was changed/;
    expectRefused(wavetank(['get', 'pods', '--log', 'changed.jsonl']), message);
    expectRefused(wavetank(['replay', 'changed.jsonl', '--out', 'again.jsonl']), message);
    expect(existsSync(path.join(folder, 'again.jsonl'))).toBe(false);
  });

  test('cut in mid-line: said aloud, and read to the last whole block', () => {
    const lines = whole.split('\n');
    const lastBlock = lines.findLastIndex(
      (line) => line.startsWith('{"block":') && !line.includes('"end":true'),
    );
    const sealed = lastBlock < 0 ? undefined : (JSON.parse(lines[lastBlock] as string) as { last: number });
    write('torn.jsonl', whole.slice(0, whole.length - 500));
    const { code, out, err } = wavetank(['get', 'nodes', '--log', 'torn.jsonl', '--no-headers']);
    expect(err).toMatch(
      /^warning: torn\.jsonl was not closed: \d+ lines \(\d+ bytes\) after its last whole block are left out, and it ends at record \d+\n/,
    );
    expect(Number(/ends at record (\d+)/.exec(err)?.[1])).toBe(sealed?.last ?? 0);
    expect(code).toBe(0);
    if (sealed !== undefined) expect(out.trim().split('\n')).toHaveLength(40);
  });

  test('of objects that are not there', () => {
    const get = wavetank(['get', 'pod/none', '--log', 'log.jsonl']);
    expect(get).toEqual({ code: 2, out: '', err: 'Error from server (NotFound): pods "none" not found\n' });
    expectRefused(
      wavetank(['get', 'pdos', '--log', 'log.jsonl']),
      /the server doesn't have a resource type "pdos"/,
    );
    expectRefused(
      wavetank(['get', 'pods', '--log', 'log.jsonl', '-o', 'yamll']),
      /unable to match a printer suitable for the output format "yamll", allowed formats are: json,name,wide,yaml/,
    );
    expectRefused(
      wavetank(['get', 'pods', '--log', 'log.jsonl', '-l', 'a in (b']),
      /unable to parse|couldn't parse|found ''/,
    );
  });
});

/** A file system of 64 KiB at `at`, where this user may mount one. */
function mountTiny(at: string): boolean {
  mkdirSync(at, { recursive: true });
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at], { stdio: 'ignore' }).status === 0;
}

describe.skipIf(!isBuilt)('places that cannot be written to', () => {
  test('a folder that does not exist', () => {
    write('ok.yaml', DEPLOYMENT);
    expectRefused(
      wavetank(['run', 'ok.yaml', '--out', 'none/log.jsonl']),
      /none\/log\.jsonl cannot be written, since there is no directory none: create it, or choose another path/,
    );
  });

  test('a disk that is full', ({ skip }) => {
    write('ok.yaml', DEPLOYMENT);
    const place = path.join(folder, 'tiny');
    if (!mountTiny(place)) {
      if (!existsSync('/dev/full')) skip('neither mount nor /dev/full are there');
      expectRefused(wavetank(['run', 'ok.yaml', '--out', '/dev/full']), /the disk is full/);
      skip('mounting is not allowed here: tested with /dev/full');
    }
    try {
      write('tiny/log.jsonl', 'before');
      const args = ['run', 'ok.yaml', '--nodes', '40', '--for', '5m', '--out', 'tiny/log.jsonl'];
      expectRefused(
        wavetank(args),
        /tiny\/log\.jsonl could not be written to its end, since the disk is full/,
      );
      expect(readdirSync(place)).toEqual(['log.jsonl']);
      expect(readFileSync(path.join(place, 'log.jsonl'), 'utf8')).toBe('before');
    } finally {
      execFileSync('umount', [place]);
    }
  });

  test.skipIf(!existsSync('/dev/full'))('standard output on a disk that is full', () => {
    write('ok.yaml', DEPLOYMENT);
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', `"$0" "$1" run ok.yaml --for 1m > /dev/full`, process.execPath, main],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(stderr).toBe('error: the standard output cannot be written to its end, since the disk is full\n');
    expect(status).toBe(2);
  });

  test.skipIf(process.platform === 'win32')('a reader that has seen enough is no failure', () => {
    write('ok.yaml', DEPLOYMENT);
    wavetank(['run', 'ok.yaml', '--for', '1m', '--nodes', '200', '--out', 'ok.jsonl']);
    const { stdout, stderr } = spawnSync(
      'sh',
      [
        '-c',
        `("$0" "$1" get all,nodes -A -o json --log ok.jsonl; echo "code $?" >&2) | head -c 1`,
        process.execPath,
        main,
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    expect([stdout, stderr]).toEqual(['{', 'code 0\n']);
  });
});

describe.skipIf(!isBuilt)('exit codes that say something else', () => {
  test('1: an expectation failed', () => {
    write(
      's.yaml',
      scenarioWith(
        ['count(nodes) >= 0', 'count(nodes) > 5'],
        ['scale: deployment/web, replicas: 2', 'cordon: node-1'],
      ),
    );
    const { code, out, err } = wavetank(['run', 's.yaml', '--out', 'failed.jsonl']);
    expect([code, err]).toEqual([1, '']);
    expect(out).toMatch(/FAILED +two nodes/);
    expect(existsSync(path.join(folder, 'failed.jsonl'))).toBe(true);
  });

  test('3: a defect, which says how to report it, and nothing half-written is left', () => {
    write('ok.yaml', DEPLOYMENT);
    const sabotage =
      'data:text/javascript,process.hrtime.bigint=()=>{throw new Error("the clock is broken")}';
    const { code, out, err } = wavetank(['run', 'ok.yaml', '--out', 'defect.jsonl'], ['--import', sabotage]);
    expect(err).toMatch(/^wavetank failed by its own fault: Error: the clock is broken\nPlease report it/);
    expect(err).not.toMatch(/^\s+at /m);
    expect([code, out]).toEqual([3, '']);
    expect(readdirSync(folder).filter((name) => name.includes('defect'))).toEqual([]);
  });

  const signals = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const;
  test.skipIf(process.platform === 'win32').each(signals)(
    '%s: nothing half-written is left',
    async (signal, code) => {
      write('ok.yaml', DEPLOYMENT);
      const child = spawn(
        process.execPath,
        [main, 'run', 'ok.yaml', '--nodes', '2000', '--for', '240h', '--out', 'interrupted.jsonl'],
        { cwd: folder },
      );
      let err = '';
      child.stderr.on('data', (text: Buffer) => {
        err += text.toString();
      });
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
      // The log has begun when its unfinished file is there.
      while (unfinished().length === 0) {
        if (child.exitCode !== null) throw new Error(`the run ended too early: ${err}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      child.kill(signal);
      expect(await ended).toBe(code);
      expect(err).toBe(`ended by ${signal}: nothing was written\n`);
      expect(readdirSync(folder).filter((name) => name.startsWith('interrupted'))).toEqual([]);
    },
  );
});
