// Writes docs/api.txt: every name that users can import, with the signatures of the functions, from the compiled
// declarations. Run `npm run build` first. With --check it only says whether the file is up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMain, root } from './run-command.mjs';

const reportFile = path.join(root, 'docs', 'api.txt');

/** `export { a, type B as C } from './x.ts'` and `export type * from './x.ts'`, as the compiler writes them. */
const EXPORT = /export (type )?(?:\{([^}]*)\}|\*) from '([^']+)';/g;

/** The text of a declaration on one line: a signature for a function, what it is for all else. */
function describe(declarations, name) {
  const found = new RegExp(
    `^export (?:declare )?(?:abstract )?(function|class|const|interface|type) ${name}\\b`,
    'm',
  ).exec(declarations);
  if (found === null) throw new Error(`no declaration of ${name} was found`);
  const [, sort] = found;
  if (sort !== 'function') return `${sort} ${name}`;
  const from = found.index + found[0].length - name.length;
  const rest = declarations.slice(endOfParameters(declarations, from));
  // The statement ends where the next line begins another: not inside the braces of a type.
  const end = declarations.length - rest.length + /;\n(?![\s}])/.exec(rest).index;
  const text = declarations.slice(from, end);
  return `function ${text.replaceAll(/\/\*\*.*?\*\/\s*/gs, '').replaceAll(/\s+/g, ' ')}`;
}

/** Place after the closing parenthesis of a function's parameters, which may hold functions and objects. */
function endOfParameters(text, from) {
  let depth = 0;
  for (let at = text.indexOf('(', from); at < text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')' && --depth === 0) return at;
  }
  throw new Error('a declaration has no end');
}

function declarationsAt(folder, specifier) {
  const file = path.join(folder, specifier.replace(/\.(ts|js)$/, '.d.ts'));
  return readFileSync(file, 'utf8');
}

function linesOf(indexFile) {
  const folder = path.dirname(indexFile);
  const lines = [];
  for (const [, , names, specifier] of readFileSync(indexFile, 'utf8').matchAll(EXPORT)) {
    if (names === undefined) {
      const count = declarationsAt(folder, specifier).match(/^export interface /gm).length;
      lines.push(`types of ${specifier}: ${count} interfaces`);
      continue;
    }
    const declarations = declarationsAt(folder, specifier);
    for (const part of names.split(',').map((text) => text.trim())) {
      if (part === '') continue;
      const [, inner, outer] = /^(?:type )?(\w+)(?: as (\w+))?$/.exec(part);
      lines.push(describe(declarations, inner) + (outer === undefined ? '' : ` as ${outer}`));
    }
  }
  return lines.sort();
}

/** The report, from the entry points that package.json names. */
export function apiReport() {
  const { name, exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const seen = new Map();
  const parts = Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([entry, { types }]) => {
      const title = entry === '.' ? name : `${name}/${entry.slice(2)}`;
      if (seen.has(types)) return `${title}\n  the same as ${seen.get(types)}\n`;
      seen.set(types, title);
      return `${title}\n${linesOf(path.join(root, types))
        .map((line) => `  ${line}\n`)
        .join('')}`;
    });
  return `What users can import. Written by scripts/generate-api-report.mjs: a change of it is a change of the interface.\n\n${parts.join('\n')}`;
}

if (isMain(import.meta.url)) {
  const report = apiReport();
  const stored = existsSync(reportFile) ? readFileSync(reportFile, 'utf8') : '';
  if (!process.argv.includes('--check')) writeFileSync(reportFile, report);
  else if (stored !== report) {
    process.stderr.write('docs/api.txt is out of date: run node scripts/generate-api-report.mjs\n');
    process.exitCode = 1;
  }
}
