import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  DEPLOYMENT,
  expectRefused,
  folder,
  isBuilt,
  SCENARIO,
  scenarioWith,
  wavetank,
  write,
} from './testing/command.ts';

/*
 * The command as a person meets it when something is wrong: its exit code, one message that says where and what was
 * expected, nothing on standard output, nothing half-written left behind.
 */

const WEB = ['settings', 'web'] as const;

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
    [['run', 's.yaml', '--out', './s.yaml'], /--out \.\/s\.yaml: this is what is read: name another file/],
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
