import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect } from 'vitest';

export const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
export const isBuilt = existsSync(main);
if (!isBuilt) process.stderr.write('skipped: dist/cli/main.js is missing (npm run build makes it)\n');

export const SCENARIO = `apiVersion: wavetank.dev/v1alpha1
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

export const DEPLOYMENT = `apiVersion: apps/v1
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

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The working directory of all commands of a test file; it is gone after its tests. */
export const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'wavetank-cli-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export function write(name: string, text: string | Buffer): string {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
  return name;
}

export function wavetank(args: readonly string[], nodeArgs: readonly string[] = []): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArgs, main, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: status, out: stdout, err: stderr };
}

export function unfinished(): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('unfinished'),
  );
}

/** Exit code 2, one message without a stack trace, and nothing else anywhere. */
export function expectRefused(ended: Ended, message: string | RegExp): void {
  expect(ended.err).toMatch(message);
  expect(ended.code).toBe(2);
  expect(ended.out).toBe('');
  expect(ended.err).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
  expect(ended.err.match(/^error: /gm)).toHaveLength(1);
  expect(unfinished()).toEqual([]);
}

/** The scenario with other texts in some places; each has to be there. */
export function scenarioWith(...changes: readonly (readonly [string, string])[]): string {
  let text = SCENARIO;
  for (const [before, after] of changes) {
    if (!text.includes(before)) throw new Error(`the scenario has no ${before}`);
    text = text.replace(before, after);
  }
  return text;
}
