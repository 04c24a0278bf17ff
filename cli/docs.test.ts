import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { BENCHMARKS } from '../bench/list.ts';
import { formatProblems } from '../files/problem.ts';
import { loadInput } from '../files/scenario/load-scenario.ts';
import { runScenario } from '../sim/run.ts';

/**
 * The pages do what they say. In README.md and docs/, in a folder of the page's own:
 *
 * - a block ```sh that uses wavetank is run by sh, all blocks of a page in turn. It must succeed, or end with the code
 *   that its last line tells: `# exits with 1`;
 * - a block ```text after it is what it prints. `…` stands for any text, alone on a line for any lines. Names, numbers
 *   and hashes that any change of the model draws anew are not compared;
 * - a block ```yaml scenario is loaded and run, and all it expects must hold. With a name (```yaml scenario crash.yaml)
 *   it is a file for the commands after it.
 *
 * A block with the name of a file (```ts controllers/list.ts) is a part of that file, word for word. In all pages,
 * those of the root too, links and paths lead to what exists.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const program = path.join(root, 'dist', 'cli', 'main.js');
const canRun = existsSync(program) && process.platform !== 'win32';
/** A page runs a dozen commands, on a machine that may be busy. */
const pageTimeoutMs = 180_000;

const rootPages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'bench/README.md'];
const userPages = readdirSync(path.join(root, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)
  .sort();
const pages = [...rootPages, ...userPages];

interface Block {
  /** `sh`, `yaml scenario crash.yaml`. */
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

function contentOf(page: string): string {
  return readFileSync(path.join(root, page), 'utf8');
}

function blocksOf(page: string): readonly Block[] {
  const content = contentOf(page);
  return [...content.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map((match) => ({
    info: (match[1] as string).trim(),
    text: match[2] as string,
    line: content.slice(0, match.index).split('\n').length,
  }));
}

const usesProgram = ({ info, text }: Block): boolean => info === 'sh' && /(^|\(|\| )wavetank /m.test(text);
const isScenario = ({ info }: Block): boolean => /^yaml scenario\b/.test(info);

/** What differs between machines, or is drawn anew whenever the model changes. */
function comparable(text: string): string {
  return text
    .replace(/\b[0-9a-f]{16,64}\b/g, 'HASH')
    .replace(/in \d+\.\d\d s \([\d,]+ times as fast\)/g, 'in TIME')
    .replace(/, \d+\.\d\d s\)/g, ', TIME)')
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-NAME')
    .replace(/\brv:\d+/g, 'rv:N')
    .replace(/"(rv|events|wallSeconds)": [\d.]+/g, '"$1": N')
    .replace(/\b[\d,]+ (events|records)\b/g, 'N $1')
    .replace(/\bafter event \d+/g, 'after event N')
    .split('\n')
    .map((line) => line.trim().replace(/\s{2,}/g, '  '))
    .filter((line) => line !== '')
    .join('\n');
}

/** The text that a block shows, as a pattern. */
function pattern(shown: string): RegExp {
  const quoted = comparable(shown)
    .split('\n')
    .map((line) =>
      line === '…'
        ? '(?:.*\n)*?'
        : `${line
            .split('…')
            .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
            .join('.*')}\n`,
    );
  return new RegExp(`^${quoted.join('')}$`);
}

function commandFolder(folder: string): string {
  const bin = path.join(folder, '.bin');
  mkdirSync(bin);
  const command = path.join(bin, 'wavetank');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(command, 0o755);
  return bin;
}

/** Runs a block as a shell would; what it prints, on either stream, and its exit code. */
function runBlock({ text }: Block, folder: string): { readonly code: number; readonly output: string } {
  try {
    const output = execFileSync('sh', ['-ec', `exec 2>&1\n${text}`], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, PATH: `${path.join(folder, '.bin')}:${process.env.PATH}`, NO_COLOR: '1' },
    });
    return { code: 0, output };
  } catch (error) {
    const { status, stdout } = error as { readonly status: number | null; readonly stdout: string };
    if (status === null) throw error;
    return { code: status, output: stdout };
  }
}

function expectedCode({ text }: Block): number {
  return Number(/# exits with (\d)\s*$/.exec(text)?.[1] ?? 0);
}

const executed = pages.filter((page) =>
  blocksOf(page).some((block) => usesProgram(block) || isScenario(block)),
);

describe.skipIf(!canRun)('commands of the pages (need dist/, and sh)', () => {
  test.each(executed)('%s', { timeout: pageTimeoutMs }, (page) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-docs-'));
    try {
      commandFolder(folder);
      symlinkSync(path.join(root, 'examples'), path.join(folder, 'examples'));
      const blocks = blocksOf(page);
      for (const [place, block] of blocks.entries()) {
        const [, , file] = block.info.split(' ');
        if (isScenario(block) && file !== undefined) writeFileSync(path.join(folder, file), block.text);
        if (!usesProgram(block)) continue;
        const { code, output } = runBlock(block, folder);
        const at = `${page}:${block.line}`;
        expect({ at, code, output }).toEqual({ at, code: expectedCode(block), output });
        const shown = blocks[place + 1];
        if (shown?.info !== 'text') continue;
        const printed = `${comparable(output)}\n`;
        if (!pattern(shown.text).test(printed)) {
          expect(printed, `${page}:${shown.line}: what is shown is not what is printed`).toBe(
            comparable(shown.text),
          );
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('scenarios of the pages', () => {
  const scenarios = pages.flatMap((page) =>
    blocksOf(page)
      .filter(isScenario)
      .map((block) => ({ at: `${page}:${block.line}`, block })),
  );

  test('there are some', () => {
    expect(scenarios.length).toBeGreaterThan(0);
  });

  test.each(scenarios)('$at loads, runs, and meets what it expects', ({ block }) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'wavetank-docs-'));
    try {
      const file = path.join(folder, 'scenario.yaml');
      writeFileSync(file, block.text);
      const loaded = loadInput([file]);
      if (!loaded.ok) throw new Error(formatProblems(loaded.problems));
      const { simulation, expectations } = runScenario(loaded.scenario);
      expect(simulation.refusals).toEqual([]);
      expect(expectations.filter(({ ok }) => !ok)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('code of the pages is code of the files', () => {
  const excerpts = pages.flatMap((page) =>
    blocksOf(page)
      .filter(({ info }) => info.startsWith('ts '))
      .map(({ info, text, line }) => ({ at: `${page}:${line}`, file: info.slice('ts '.length), text })),
  );

  test.each(excerpts)('$at is in $file', ({ file, text }) => {
    expect(contentOf(file)).toContain(text);
  });
});

test('bench/README.md names every benchmark', () => {
  const documented = [...contentOf('bench/README.md').matchAll(/^\| `([\w-]+)` \|/gm)].map(
    ([, name]) => name,
  );
  expect(documented).toEqual(BENCHMARKS.map(({ name }) => name));
});

describe('what the pages point to exists', () => {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map((entry) => entry.name);

  /** Paths in backticks: what begins with a folder of ours, or is a file in the root by its ending. */
  function pathsIn(text: string): readonly string[] {
    const prose = text.replace(/^```.*?^```$/gms, '');
    return [...prose.matchAll(/`([\w.@-]+(?:\/[\w.@-]*)*)`/g)]
      .map((match) => match[1] as string)
      .filter((name) => name.includes('/') && folders.includes(name.split('/')[0] as string));
  }

  test.each(pages)('paths of %s', (page) => {
    expect(pathsIn(contentOf(page)).filter((name) => !existsSync(path.join(root, name)))).toEqual([]);
  });

  test.each(pages)('links of %s', (page) => {
    const prose = contentOf(page).replace(/^```.*?^```$/gms, '');
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] as string);
    const missing = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [file = '', anchor] = link.split('#');
        const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
        if (!existsSync(path.join(root, target))) return true;
        if (anchor === undefined) return false;
        const anchors = [...contentOf(target).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
          title
            .toLowerCase()
            .replace(/[^\w\- ]/g, '')
            .replaceAll(' ', '-'),
        );
        return !anchors.includes(anchor);
      });
    expect(missing).toEqual([]);
  });

  test('paths are looked for at all', () => {
    expect(pathsIn(contentOf('ARCHITECTURE.md')).length).toBeGreaterThan(20);
  });
});
