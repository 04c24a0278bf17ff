import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { POD } from '../core/kinds/registry.ts';
import type { Pod } from '../core/schema/types.generated.ts';
import { formatProblems } from '../files/problem.ts';
import { loadInput } from '../files/scenario/load-scenario.ts';
import { formatDuration } from '../sim/scenario/duration.ts';
import type { Scenario } from '../sim/scenario/scenario.ts';
import { Story } from '../sim/story/story.ts';
import { type LoggedRun, loggedRun, reExecuted } from '../sim/testing/logged-run.ts';

/**
 * Every scenario of examples/ runs as its expected.txt tells. REWRITE=1 writes the files anew: commit that only when
 * you know what changed them.
 */
const folder = fileURLToPath(new URL('../examples', import.meta.url));
const rewrites = process.env.REWRITE === '1';

const examples = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(path.join(folder, entry.name, 'scenario.yaml')))
  .map((entry) => entry.name)
  .sort();

function load(example: string): Scenario {
  const loaded = loadInput([path.join(folder, example, 'scenario.yaml')]);
  if (!loaded.ok) throw new Error(formatProblems(loaded.problems));
  return loaded.scenario;
}

const TIME_WIDTH = 11;

/** The story as `run` tells it, without what differs from machine to machine. */
function storyText(scenario: Scenario, story: Story, { outcome }: LoggedRun): string {
  const { moments, dropped } = story.moments();
  const lines = moments.map(({ t, text }) => {
    // Whole milliseconds, as `run` prints them.
    const time = formatDuration(Math.floor((t - scenario.startTime) / 1000) * 1000);
    return `${time.padStart(TIME_WIDTH)}  ${text}`;
  });
  if (dropped > 0) lines.push(`… and ${dropped} more`);
  lines.push('');
  const phases = outcome.simulation.view.list(POD).map((pod) => (pod as Pod).status.phase ?? '');
  const counts = [...new Set(phases)].sort().map((phase) => {
    return `${phases.filter((other) => other === phase).length} ${phase}`;
  });
  lines.push(`pods at the end: ${counts.join(', ')}`);
  for (const { name, ok, message } of outcome.expectations) {
    lines.push(`${ok ? 'passed' : 'FAILED'}: ${name}${ok ? '' : ` (${message})`}`);
  }
  return `${lines.join('\n')}\n`;
}

describe.each(examples)('examples/%s', (example) => {
  const scenario = load(example);
  const story = new Story();
  const run = loggedRun(scenario, { sinks: [(record) => story.observe(record)] });

  test('tells the expected story', () => {
    const text = storyText(scenario, story, run);
    const file = path.join(folder, example, 'expected.txt');
    if (rewrites) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  test('meets its expectations, and nothing of it is refused', () => {
    expect(run.outcome.expectations.length).toBeGreaterThan(0);
    expect(run.outcome.expectations.filter(({ ok }) => !ok)).toEqual([]);
    expect(run.outcome.simulation.refusals).toEqual([]);
  });

  test('comes out the same when it is executed again from its log', () => {
    const again = reExecuted(run);
    expect(again.text === run.text).toBe(true);
    expect(again.sha256).toBe(run.sha256);
  });
});

test('there are examples', () => {
  expect(examples).toContain('shop');
});
