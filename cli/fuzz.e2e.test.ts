import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { INVARIANTS } from '../property-tests/invariants/list.ts';
import { DEPLOYMENT, expectRefused, folder, isBuilt, main, wavetank, write } from './testing/command.ts';

const MUTANT = ['--mutant', 'terminating-endpoint-ready'];
const timeout = 120_000;

function read(...parts: readonly string[]): string {
  return readFileSync(path.join(folder, ...parts), 'utf8');
}

function json(out: string): Readonly<Record<string, unknown>> {
  return JSON.parse(out) as Readonly<Record<string, unknown>>;
}

describe.skipIf(!isBuilt)('wavetank fuzz', () => {
  test('the real controllers pass', { timeout }, () => {
    const { code, out, err } = wavetank(['fuzz', '--runs', '60', '--json']);
    expect([code, err]).toEqual([0, '']);
    expect(json(out)).toMatchObject({ runs: 60, failedRuns: 0, failures: [], interrupted: false });
  });

  test('a mutant is found and shrunk, the same by one thread and by two', { timeout }, () => {
    const states = ['1', '2'].map((workers) => {
      const { code, out } = wavetank([
        'fuzz',
        '--runs',
        '75',
        ...MUTANT,
        '--workers',
        workers,
        '--out',
        `w${workers}`,
      ]);
      expect(code).toBe(1);
      expect(out).toMatch(/FAILED {7}terminating-endpoint in \d+ runs of 75, first with seed \d+/);
      return read(`w${workers}`, 'campaign.json');
    });
    expect(states[0]).toBe(states[1]);
    const [file = '', ...others] = readdirSync(path.join(folder, 'w1', 'failures')).sort();
    expect([file, ...others]).toEqual([
      expect.stringMatching(/^terminating-endpoint-\d+\.txt$/),
      expect.stringMatching(/^terminating-endpoint-\d+\.yaml$/),
    ]);
    expect(read('w1', 'failures', file)).toMatch(/← .*replicaset-controller .*marked for deletion/);
  });

  test('its file fails by itself, its log replays, and there is nothing left to shrink', { timeout }, () => {
    const name = readdirSync(path.join(folder, 'w1', 'failures')).find((one) => one.endsWith('.yaml')) ?? '';
    const file = `w1/failures/${name}`;
    const run = wavetank(['run', file, '--out', 'failed.jsonl', '--json']);
    expect(run.code).toBe(1);
    const { invariants } = json(run.out) as {
      readonly invariants: { readonly checked: number; readonly violations: readonly object[] };
    };
    expect(invariants.checked).toBe(INVARIANTS.length);
    expect(invariants.violations[0]).toMatchObject({ name: 'terminating-endpoint' });
    expect(wavetank(['run', file]).out).toMatch(
      /VIOLATED {5}terminating-endpoint at .*\n.*\n.*wavetank why endpointslice\//,
    );
    expect(wavetank(['run', file, '--no-invariants']).code).toBe(0);
    expect(wavetank(['replay', 'failed.jsonl', '--verify'])).toMatchObject({ code: 0, err: '' });
    const shrunk = wavetank(['shrink', file, '--out', 'again.yaml', '--json']);
    expect(shrunk).toMatchObject({ code: 0, err: '' });
    const entries = json(shrunk.out).entriesBefore;
    expect(json(shrunk.out)).toMatchObject({ name: 'terminating-endpoint', entries, complete: true });
    const withoutComment = (text: string): string => text.replaceAll(/^#.*\n/gm, '');
    expect(withoutComment(read('again.yaml'))).toBe(withoutComment(read(file)));
  });

  test('a campaign that is done is told again; with more runs it goes on', { timeout }, () => {
    const before = read('w1', 'campaign.json');
    const again = wavetank(['fuzz', '--runs', '75', ...MUTANT, '--out', 'w1']);
    expect([again.code, read('w1', 'campaign.json')]).toEqual([1, before]);
    const more = wavetank(['fuzz', '--runs', '100', ...MUTANT, '--out', 'w1']);
    expect(more.out).toContain('100 runs from seed 1, 75 of them before');
  });

  test('Ctrl-C: what was done is kept and told, and the same command goes on', { timeout }, async () => {
    const args = ['fuzz', '--runs', '100000', '--out', 'long'];
    const child = spawn(process.execPath, [main, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let err = '';
    let out = '';
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString();
    });
    const runsDone = (): number =>
      existsSync(path.join(folder, 'long', 'campaign.json'))
        ? (JSON.parse(read('long', 'campaign.json')) as { readonly state: { readonly runs: number } }).state
            .runs
        : 0;
    while (runsDone() === 0 && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(err).toMatch(/^ended by SIGINT after \d+ runs: the same command goes on from here\n$/);
    expect(out).toContain(`${INVARIANTS.length} invariants held in every run`);
    const done = runsDone();
    const resumed = wavetank(['fuzz', '--runs', String(done + 25), '--out', 'long', '--json']);
    expect([resumed.code, json(resumed.out).runs]).toEqual([0, done + 25]);
  });

  test('on a scenario of one’s own', { timeout }, () => {
    write('web.yaml', DEPLOYMENT);
    const { code, out } = wavetank(['fuzz', 'web.yaml', '--runs', '20', '--json']);
    expect([code, json(out).runs]).toEqual([0, 20]);
  });

  test('a controller of one’s own takes the place of a real one', { timeout }, () => {
    write(
      'broken.mjs',
      `export default {
  name: 'endpointslice-controller', component: 'none', workers: 1, watches: [],
  reconcile: () => ({ requests: [], memory: undefined }),
};\n`,
    );
    const { code, out } = wavetank(['fuzz', '--controller', 'broken.mjs', '--runs', '10', '--json']);
    expect(code).toBe(1);
    const { failures } = json(out) as { readonly failures: readonly { readonly name: string }[] };
    expect(failures.map(({ name }) => name)).toEqual(['eventually-stable']);
  });
});

describe.skipIf(!isBuilt)('what a campaign refuses', () => {
  test.each<[string, readonly string[], RegExp]>([
    [
      'a number that is none',
      ['--runs', 'many'],
      /--runs: expected a whole number from 1 to \d+, got "many"/,
    ],
    ['a time that is none', ['--time', 'soon'], /--time: /],
    ['a seed that is too large', ['--seed', '99999999999'], /--seed: expected a whole number from 0/],
    ['no threads', ['--workers', '0'], /--workers: expected a whole number from 1/],
    ['an unknown mutant', ['--mutant', 'stale-cache'], /--mutant: there is no mutant "stale-cache"/],
    [
      'an unknown invariant',
      ['--invariant', 'node-capacit'],
      /no invariant "node-capacit", did you mean "node-capacity"\?/,
    ],
    ['a module that is not there', ['--controller', 'none.mjs'], /--controller: Cannot find module/],
    ['a file that is not there', ['none.yaml'], /none\.yaml/],
  ])('%s', (_about, args, message) => {
    expectRefused(wavetank(['fuzz', ...args]), message);
  });

  test('a folder of another version, of another campaign, or with other things: nothing is lost', () => {
    const campaign = JSON.stringify({ formatVersion: 99, state: {} });
    write('old/campaign.json', campaign);
    expectRefused(
      wavetank(['fuzz', '--out', 'old']),
      /old is a campaign of another version: its format is 99, and this is 1/,
    );
    expect(read('old', 'campaign.json')).toBe(campaign);
    write('photos/a.jpg', 'x');
    expectRefused(wavetank(['fuzz', '--out', 'photos']), /photos holds other things than a campaign/);
    write('torn/campaign.json', '{"formatVersion": 1, "ident');
    expectRefused(wavetank(['fuzz', '--out', 'torn']), /torn\/campaign\.json is no JSON/);
  });

  test('the folder of a campaign with another seed', { timeout }, () => {
    expect(wavetank(['fuzz', '--runs', '5', '--out', 'mine']).code).toBe(0);
    expectRefused(
      wavetank(['fuzz', '--runs', '5', '--seed', '7', '--out', 'mine']),
      /mine is another campaign: its seed is 1, and here it is 7/,
    );
  });

  test('a scenario with an unknown mutant', () => {
    writeFileSync(
      path.join(folder, 'mutant.yaml'),
      'apiVersion: wavetank.dev/v1alpha1\nkind: Scenario\nmetadata: { name: m }\nspec: { cluster: { kubernetes: { mutants: [stale-cache-no-expectation] } } }\n',
    );
    for (const command of ['run', 'fuzz', 'shrink']) {
      expectRefused(
        wavetank([command, 'mutant.yaml']),
        /mutant\.yaml: spec\.cluster\.kubernetes\.mutants: there is no mutant "stale-cache-no-expectation", did you mean "stale-cache-no-expectations"\?/,
      );
    }
  });

  test('shrinking what does not fail, or does not fail so', { timeout }, () => {
    write('fine.yaml', DEPLOYMENT);
    expectRefused(
      wavetank(['shrink', 'fine.yaml']),
      /fine\.yaml: nothing fails in it, so there is nothing to shrink/,
    );
  });
});
