import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifests = path.join(
  root,
  '../shared/data/manifests/online-boutique/release/kubernetes-manifests.yaml',
);
const run = promisify(execFile);

/** Compiling what is out of date takes a while. */
const buildTimeoutMs = 120_000;

interface Report {
  readonly seed: number;
  readonly settledAfterSeconds: number | null;
  readonly logSha256: string;
  readonly objects: Readonly<Record<string, number>>;
  readonly pods: Readonly<Record<string, number>>;
  readonly nodes: Readonly<Record<string, number>>;
}

async function boutique(...options: readonly string[]): Promise<Report> {
  const program = path.join(root, 'dist', 'cli', 'main.js');
  const words = ['run', manifests, '--nodes', '5', '--until-settled', '--json', ...options];
  const { stdout, stderr } = await run(process.execPath, [program, ...words], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Report;
}

describe.skipIf(!existsSync(manifests))('the Online Boutique, as it is published', () => {
  beforeAll(async () => {
    await run(process.execPath, [path.join(root, 'scripts', 'setup.mjs')], { cwd: root });
  }, buildTimeoutMs);

  test('comes up on five nodes: all its Deployments are available', async () => {
    const report = await boutique();
    expect(report.settledAfterSeconds).not.toBeNull();
    expect(report.objects).toMatchObject({ Deployment: 12, ReplicaSet: 12, EndpointSlice: 12 });
    expect(report.pods).toEqual({ Running: 12, Pending: 0, Failed: 0, Succeeded: 0 });
    expect(report.nodes).toEqual({ Ready: 5, NotReady: 0 });
  });

  test('comes up the same way with the same seed, and another way with another', async () => {
    const [first, again, other] = await Promise.all([
      boutique('--seed', '1'),
      boutique('--seed', '1'),
      boutique('--seed', '2'),
    ]);
    expect(again.logSha256).toBe(first.logSha256);
    expect(other.logSha256).not.toBe(first.logSha256);
    expect(other.pods).toEqual(first.pods);
  });
});
