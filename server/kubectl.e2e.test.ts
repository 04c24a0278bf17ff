import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubectlCommand } from './testing/kubectl-command.ts';
import { KUBECTL_SECTIONS } from './testing/kubectl-commands.ts';
import { CUSTOM_RESOURCES } from './testing/kubectl-custom-resources.ts';
import { kubectlPage } from './testing/kubectl-page.ts';
import { contentOf, hasKubectl, pathOf, type ServedCluster, serveCluster } from './testing/served-cluster.ts';

/** A real kubectl against the built program, command by command. */
const PAGE = 'docs/kubectl.md';
/** Dozens of processes, on a machine that may be busy. */
const SECTION_MS = 300_000;

const SECTIONS = [...KUBECTL_SECTIONS, CUSTOM_RESOURCES];

function pattern(text: string): RegExp {
  const parts = text.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*?')}$`);
}

function check(cluster: ServedCluster, { run, prints, code = 0 }: KubectlCommand): void {
  const ran = cluster.run(run);
  expect([run, ran.code, ran.output]).toEqual([run, code, expect.stringMatching(pattern(prints))]);
}

describe.skipIf(!hasKubectl)('kubectl', () => {
  let cluster: ServedCluster;
  beforeAll(async () => {
    cluster = await serveCluster('--speed', 'max');
  });
  afterAll(async () => {
    expect(await cluster.end()).toBe(0);
  });

  for (const { title, commands } of SECTIONS) {
    test(
      title,
      () => {
        const failures: unknown[] = [];
        for (const command of commands) {
          try {
            check(cluster, command);
          } catch (error) {
            failures.push(error);
          }
        }
        if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('\n\n'));
      },
      SECTION_MS,
    );
  }
});

test('the page of kubectl commands is the table of this test', () => {
  const text = kubectlPage(SECTIONS);
  if (process.env.WAVETANK_WRITE_DOCS !== undefined) writeFileSync(pathOf(PAGE), text);
  expect(existsSync(pathOf(PAGE)) ? contentOf(PAGE) : '').toBe(text);
});
