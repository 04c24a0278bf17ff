// Holds the sources to rules that no type checker sees: what would make a run differ from its repetition is
// banned in core, controllers and sim, and a file is kept short enough to be read in one sitting.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { maskNonCode } from './mask-non-code.mjs';
import { isMain, root } from './run-command.mjs';

const pureFolders = ['core', 'controllers', 'sim'];
const sizedFolders = [...pureFolders, 'files', 'property-tests', 'server', 'cli', 'web', 'bench', 'scripts'];
const linesMax = 450;

const clock = 'take the virtual time as an argument (Micros)';
const random = 'draw from a keyed random stream (seed, stream, entity, purpose)';
const timer = 'put an event into the kernel’s queue, or return requeueAfter';
const locale =
  'compare strings with < and >, format with plain code: a locale differs from machine to machine';
const io = 'do the I/O in files, and pass the result in';

// Exact by IEEE 754 or by ECMAScript on every engine; all others are "implementation-approximated" there
// (ECMA-262, Function Properties of the Math Object). sqrt is correctly rounded by each engine's instruction.
const exactMath = 'abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc|PI|E|LN2|LN10|SQRT2';

/** `(?<![.\w$])` keeps out a property or a longer name: `host.fetch(…)` is nobody's I/O. */
const bans = [
  { pattern: /(?<![.\w$])Date\s*\.\s*now\b/g, instead: clock },
  { pattern: /(?<![.\w$])new\s+Date\b|(?<![.\w$])Date\s*\(/g, instead: clock },
  { pattern: /(?<![.\w$])performance\s*\.\s*\w+/g, instead: clock },
  { pattern: /(?<![.\w$])Math\s*\.\s*random\b/g, instead: random },
  { pattern: /(?<![.\w$])crypto\s*\.\s*\w+/g, instead: `${random}; hash through core's one interface` },
  {
    pattern: new RegExp(`(?<![.\\w$])Math\\s*\\.\\s*(?!(?:random|${exactMath})\\b)\\w+`, 'g'),
    instead: 'engines round it differently: use the fixed mathematics module',
  },
  {
    pattern: /(?<![.\w$])Math\b(?!\s*\.)/g,
    instead: 'name the function (Math.floor), so that this check can read it',
  },
  {
    // Exact from a BigInt, and between two whole numbers that are written out.
    pattern: /(?<!(?<![\w$.])\d[\d_]*n\s*)(?:(?<!(?<![\w$.])\d[\d_]*\s*)\*\*|\*\*(?!\s*\d[\d_]*(?![\w.])))/g,
    instead: 'engines round it differently: multiply, shift, or use the fixed mathematics module',
  },
  {
    pattern: /(?<![.\w$])(?:setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame)\b/g,
    instead: timer,
  },
  { pattern: /\.\s*(?:localeCompare|toLocale\w+)\b/g, instead: locale },
  { pattern: /(?<![.\w$])Intl\b/g, instead: locale },
  { pattern: /(?<![.\w$])process\s*\.\s*\w+/g, instead: io },
  { pattern: /(?<![.\w$])fetch\s*\(/g, instead: io },
  { pattern: /(?<![.\w$])require\s*\(/g, instead: 'import at the top of the file' },
  { pattern: /(?<![.\w$])import\s*\.\s*meta\b/g, instead: io },
  {
    pattern: /(?<![.\w$])eval\s*\(|(?<![.\w$])new\s+Function\b/g,
    instead: 'write a function, or interpret data',
  },
  { pattern: /(?<![.\w$])globalThis\b/g, instead: 'pass in what you need' },
  {
    pattern: /(?<![.\w$])(?:WeakRef|FinalizationRegistry)\b/g,
    instead: 'keep a plain reference: what the garbage collector does differs from run to run',
  },
];

function lineAt(text, offset) {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** What in `source` would make a run unrepeatable: `[{ line, what, instead }]`, in the order of the file. */
export function impurities(source) {
  const code = maskNonCode(source);
  return bans
    .flatMap(({ pattern, instead }) =>
      [...code.matchAll(pattern)].map((match) => ({ offset: match.index, what: match[0], instead })),
    )
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, what, instead }) => ({ line: lineAt(code, offset), what, instead }));
}

export function lineCount(source) {
  const lines = source.split('\n').length;
  return source.endsWith('\n') ? lines - 1 : lines;
}

function sourcesUnder(folder) {
  return readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /\.(ts|tsx|mjs)$/.test(entry.name) && !entry.name.includes('.generated.'),
    )
    .map((entry) =>
      path.join(folder, path.relative(path.join(root, folder), path.join(entry.parentPath, entry.name))),
    )
    .filter((file) => !file.split(path.sep).includes('node_modules'))
    .sort();
}

function check() {
  const present = new Set(readdirSync(root));
  const complaints = [];
  let fileCount = 0;
  for (const folder of sizedFolders.filter((name) => present.has(name))) {
    for (const file of sourcesUnder(folder)) {
      const source = readFileSync(path.join(root, file), 'utf8');
      fileCount++;
      const lines = lineCount(source);
      if (lines > linesMax) {
        complaints.push(
          `${file}:${linesMax + 1}: ${lines} lines, at most ${linesMax}. Instead: one concept a file; split it.`,
        );
      }
      if (!pureFolders.includes(folder) || /\.test\.(ts|mjs)$|[\\/]testing[\\/]/.test(file)) continue;
      for (const { line, what, instead } of impurities(source)) {
        complaints.push(`${file}:${line}: ${what} is not allowed in ${folder}. Instead: ${instead}.`);
      }
    }
  }
  for (const complaint of complaints) process.stdout.write(`${complaint}\n`);
  process.stdout.write(`purity and size: ${fileCount} files, ${complaints.length} complaints\n`);
  return complaints.length === 0 ? 0 : 1;
}

if (isMain(import.meta.url)) process.exitCode = check();
