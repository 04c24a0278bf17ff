import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatProblem } from '../problem.ts';
import { type LoadManifestsOptions, loadManifests } from './load-manifests.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'wavetank-manifests-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string | Uint8Array): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** What is wrong, a line each, without the test's own folder. */
function problems(named: string | readonly string[], options: LoadManifestsOptions = {}): readonly string[] {
  const paths = typeof named === 'string' ? [named] : named;
  return loadManifests(paths, options).problems.map((problem) =>
    formatProblem(problem).replaceAll(`${folder}/`, ''),
  );
}

function pod(name: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: { name: ${name} }\n`;
}

describe('manifests', () => {
  test('are read in the order of files and documents, with their lines', () => {
    write('shop/b.yaml', `${pod('b1')}---\n# a comment\n---\n${pod('b2')}`);
    write('shop/a/web.yml', pod('a'));
    write('shop/c.json', '{"apiVersion": "v1", "kind": "Namespace",\n\t"metadata": {"name": "c"}}');
    write('shop/notes.txt', 'not this');
    write('shop/.hidden/x.yaml', 'nor: this');
    const { objects, problems: none } = loadManifests([path.join(folder, 'shop')]);
    expect(none).toEqual([]);
    expect(
      objects.map(({ object, source, line, kind }) => [object.metadata.name, kind.resource, source, line]),
    ).toEqual([
      ['a', 'pods', 'shop/a/web.yml:1', 1],
      ['b1', 'pods', 'shop/b.yaml:1', 1],
      ['b2', 'pods', 'shop/b.yaml:7', 7],
      ['c', 'namespaces', 'shop/c.json:1', 1],
    ]);
    expect(objects[0]?.object.metadata.namespace).toBe('default');
  });

  test('are called the same wherever their folder lies', () => {
    const file = write('deep/down/web.yaml', pod('x'));
    expect(loadManifests([file]).objects[0]?.source).toBe('web.yaml:1');
    expect(loadManifests(['down'], { base: path.join(folder, 'deep') }).objects[0]?.source).toBe(
      'down/web.yaml:1',
    );
  });

  test('of a list are objects of their own', () => {
    const file = write(
      'list.yaml',
      `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: { name: a }\n- apiVersion: v1\n  kind: Pod\n  metadata: {}\n`,
    );
    expect(loadManifests([file]).objects.map(({ line }) => line)).toEqual([4]);
    expect(problems(file)).toEqual(['list.yaml:9:13: items[1].metadata: metadata.name not set']);
  });

  test('are YAML as Kubernetes reads it', () => {
    const file = write(
      'dialect.yaml',
      `apiVersion: v1
kind: Pod
metadata:
  name: a
  annotations: &all { date: 2026-01-01, time: "12:30:45" }
  labels: { <<: *all }
spec:
  hostNetwork: yes
  volumes:
  - name: v
    configMap: { name: c, defaultMode: 0644 }
`,
    );
    const { objects, problems: none } = loadManifests([file]);
    expect(none).toEqual([]);
    expect(objects[0]?.object).toMatchObject({
      metadata: { annotations: { date: '2026-01-01', time: '12:30:45' }, labels: { date: '2026-01-01' } },
      spec: { hostNetwork: true, volumes: [{ configMap: { defaultMode: 0o644 } }] },
    });
  });

  test('may lie beside a scenario and beside other folders of programs', () => {
    write(
      'beside/scenario.yaml',
      'apiVersion: wavetank.dev/v1alpha1\nkind: Scenario\nmetadata: { name: x }\nspec: {}\n',
    );
    write('beside/web.yaml', pod('web'));
    write('beside/node_modules/x/y.json', '{}');
    const { objects, problems: none } = loadManifests([path.join(folder, 'beside')]);
    expect([objects.length, none]).toEqual([1, []]);
  });
});

describe('bad input', () => {
  const laughs = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
    .split('')
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`)
    .join('\n')}\n`;

  const cases: readonly (readonly [what: string, name: string, text: string, problem: string])[] = [
    [
      'broken YAML',
      'broken.yaml',
      'a: b: c\n',
      `broken.yaml:1:4: can't be read as YAML: nested mappings are not allowed in compact mappings`,
    ],
    [
      'unclosed',
      'unclosed.json',
      '{"a": [1, 2',
      `unclosed.json:1:12: can't be read as YAML: flow sequence in block collection must be sufficiently indented and end with a ]`,
    ],
    ['a template', 'chart.yaml', 'a: {{ .Values.x }}\nb: {{- end }}: c\n', ''],
    [
      'wrong in the last of two fields of one name',
      'twice.yaml',
      `${pod('a')}spec:\n  containers: []\nspec:\n  containers: none\n`,
      'twice.yaml:7:15: spec.containers: expected list, got string "none"',
    ],
    [
      'wrong type',
      'type.yaml',
      `${pod('a')}spec:\n  containers: none\n`,
      'type.yaml:5:15: spec.containers: expected list, got string "none"',
    ],
    [
      'unknown field',
      'field.yaml',
      `${pod('a')}spec:\n  containerz: []\n`,
      'field.yaml:5:3: spec.containerz: unknown field "containerz", did you mean "containers"?',
    ],
    [
      'unknown kind',
      'kind.yaml',
      'apiVersion: v1\nkind: Podd\nmetadata: {name: a}\n',
      'kind.yaml:2:7: kind: no matches for kind "Podd" in version "v1", did you mean "Pod"?',
    ],
    [
      'removed version',
      'old.yaml',
      'apiVersion: apps/v1beta2\nkind: Deployment\nmetadata: {name: a}\n',
      'old.yaml:1:13: apiVersion: no matches for kind "Deployment" in version "apps/v1beta2": use apps/v1 (apps/v1beta2 was removed in Kubernetes 1.16)',
    ],
    ['no type', 'untyped.yaml', '\nmetadata:\n  name: a\n', 'untyped.yaml:2:1: apiVersion and kind not set'],
    [
      'no name',
      'unnamed.yaml',
      'apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {}\n',
      'unnamed.yaml:4:3: metadata: metadata.name not set',
    ],
    ['a list', 'array.yaml', '- 1\n', 'array.yaml:1:1: expected an object, got a list'],
    ['a text', 'text.yaml', 'hello\n', 'text.yaml:1:1: expected an object, got "hello"'],
    ['empty', 'empty.yaml', '', 'empty.yaml: holds no objects'],
    ['comments alone', 'comments.yaml', '# nothing\n---\n', 'comments.yaml: holds no objects'],
    [
      'alias bomb',
      'bomb.yaml',
      laughs,
      'bomb.yaml: uses its aliases too often: unfolded, they would fill the memory',
    ],
    [
      'circle',
      'circle.yaml',
      'a: &a\n  b: *a\n',
      `circle.yaml:2:6: can't be read as YAML: an alias stands for something that contains it`,
    ],
    [
      '__proto__',
      'proto.yaml',
      `${pod('a')}__proto__:\n  x: 1\n`,
      'proto.yaml:4:1: __proto__ is not allowed as the name of a field',
    ],
    [
      '__proto__ inside',
      'proto2.yaml',
      `${pod('a')}spec:\n  nodeSelector: { __proto__: x }\n`,
      'proto2.yaml:5:19: __proto__ is not allowed as the name of a field',
    ],
    [
      'deep',
      'deep.yaml',
      `${pod('a')}spec: ${'['.repeat(200)}${']'.repeat(200)}\n`,
      'deep.yaml:4:134: nested more than 128 levels deep',
    ],
    ['very deep', 'abyss.yaml', `${'['.repeat(50_000)}${']'.repeat(50_000)}\n`, ''],
    [
      'a key that is no text',
      'key.yaml',
      '? [a]\n: b\n',
      `key.yaml:1:3: can't be read as YAML: the name of a field is no text`,
    ],
    [
      'kustomization',
      'kustomization.yaml',
      'resources: []\n',
      'kustomization.yaml: is a kustomization, which kubectl can render: kubectl kustomize',
    ],
  ];

  test.each(cases)('%s', (_what, name, text, problem) => {
    const found = problems(write(name, text));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^[\w.]+(:\d+:\d+)?: /);
    expect(found[0]).not.toMatch(/\n| {4}at /);
    expect(found[0]).toContain(problem);
  });

  test('template', () => {
    expect(problems(write('helm.yaml', 'metadata:\n  name: {{ .Values.name }}\n'))[0]).toContain(
      'helm template',
    );
  });

  test('a file that is not there', () => {
    expect(problems(path.join(folder, 'nope.yaml'))).toEqual(['nope.yaml: does not exist: check the path']);
  });

  test('a file that is too large', () => {
    const file = write('large.yaml', '');
    truncateSync(file, 50 * 1_048_576);
    expect(problems(file)).toEqual([
      'large.yaml: has 50 MiB, more than the 16 MiB that a file may have: split it',
    ]);
  });

  test('a file that is no text', () => {
    expect(problems(write('image.yaml', new Uint8Array([0x89, 0x50, 0, 1])))).toEqual([
      'image.yaml: is no text: it holds bytes that are zero',
    ]);
    expect(problems(write('latin.yaml', new Uint8Array([0x61, 0xe9, 0x62])))).toEqual([
      'latin.yaml: is no text in UTF-8',
    ]);
  });

  test('a URL', () => {
    expect(problems('https://example.com/web.yaml')).toEqual([
      'https://example.com/web.yaml: is a URL, and nothing is ever fetched: download it, and name the file',
    ]);
  });

  test('a folder without manifests, and one that contains itself', () => {
    mkdirSync(path.join(folder, 'bare'));
    expect(problems(path.join(folder, 'bare'))[0]).toContain('holds no manifests (.yaml, .yml, .json)');
    mkdirSync(path.join(folder, 'loop'));
    symlinkSync('.', path.join(folder, 'loop/again'));
    expect(problems(path.join(folder, 'loop'))[0]).toContain('has more than 32 levels of folders');
  });

  test('an object that is there twice names both places', () => {
    const first = write('one.yaml', pod('a'));
    const second = write('two.yaml', `${pod('b')}---\n${pod('a')}`);
    expect(problems([first, second])).toEqual([
      'two.yaml:7:19: metadata.name: Pod default/a is there twice: it is in one.yaml:1 too',
    ]);
  });

  test('another namespace than the one asked for', () => {
    const file = write('ns.yaml', 'apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: b }\n');
    expect(problems(file, { namespace: 'shop' })).toEqual([
      'ns.yaml:3:33: metadata.namespace: the namespace from the provided object "b" does not match the namespace "shop"',
    ]);
  });

  test('all problems of all files are told at once', () => {
    write('many/a.yaml', 'a: b: c\n');
    write('many/b.yaml', 'x: 1\n');
    write('many/c.yaml', pod('fine'));
    expect(problems(path.join(folder, 'many'))).toHaveLength(2);
    expect(loadManifests([path.join(folder, 'many')]).objects).toHaveLength(1);
  });
});
