import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Controller } from '../controller.ts';
import { HANDLERS, type Handler } from './commands.ts';
import { formatTimeline, parseTimeline } from './timeline-file.ts';
import { TestWorld } from './world.ts';

const SUFFIX = '.timeline.txt';

export interface TimelineOptions {
  /** Commands of one's own, besides those of commands.ts. */
  readonly handlers?: Readonly<Record<string, Handler>>;
}

/** The output of each command of a timeline, in a world of its own. */
function runTimeline(
  text: string,
  controllers: readonly Controller[],
  handlers: Readonly<Record<string, Handler>> = {},
): string {
  const file = parseTimeline(text);
  const world = new TestWorld(controllers);
  const outputs = file.blocks.map((block) => {
    const handler = handlers[block.command] ?? HANDLERS[block.command];
    if (handler === undefined) throw new Error(`line ${block.line}: no command "${block.command}"`);
    return handler(world, block);
  });
  return formatTimeline(file, outputs);
}

/**
 * A test for each `*.timeline.txt` of a folder (`new URL('.', import.meta.url)`): runs its commands and
 * compares what comes out with what the file says. With `REWRITE=1` in the environment the files are rewritten
 * instead; commit that only when you understand what caused each change.
 */
export function timelineTests(
  folder: URL,
  // Controllers of every memory type; the host never looks into it.
  controllers: readonly unknown[],
  { handlers }: TimelineOptions = {},
): void {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith(SUFFIX))
    .sort();
  describe('timelines', () => {
    test.each(names.map((name) => [name.slice(0, -SUFFIX.length), name]))('%s', (_title, name) => {
      const path = new URL(name, folder);
      const text = readFileSync(path, 'utf8');
      const outcome = runTimeline(text, controllers as readonly Controller[], handlers);
      if (process.env.REWRITE !== undefined && outcome !== text) writeFileSync(path, outcome);
      else expect(outcome).toBe(text);
    });
  });
}
