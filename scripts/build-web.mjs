// Builds the page of `wavetank report`: dist/web/report.html, with script and styles in it and nothing to fetch.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMain, root } from './run-command.mjs';

const webFolder = path.join(root, 'web');
/** Where the page is put. */
export const page = path.join(root, 'dist', 'web', 'report.html');
/** What the page was made from, each file with its hash: nothing is done while they are the same. */
const inputsFile = path.join(root, 'dist', '.tsbuild', 'web-inputs.json');
/** What decides the page besides the modules in it. */
const alwaysInputs = ['scripts/build-web.mjs', 'package-lock.json'];

function sha256(text, encoding) {
  return createHash('sha256').update(text).digest(encoding);
}

/** All of `web` but its tests: a style sheet that another imports is no module. */
function webFiles() {
  return readdirSync(webFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => relativeName(path.join(entry.parentPath, entry.name)));
}

function relativeName(file) {
  return path.relative(root, file).split(path.sep).join('/');
}

function hashOf(name) {
  const file = path.join(root, name);
  return existsSync(file) ? sha256(readFileSync(file), 'hex') : '';
}

function isUpToDate() {
  if (!existsSync(page) || !existsSync(inputsFile)) return false;
  const { page: pageHash, inputs } = JSON.parse(readFileSync(inputsFile, 'utf8'));
  return (
    sha256(readFileSync(page), 'hex') === pageHash &&
    Object.entries(inputs).every(([name, hash]) => hashOf(name) === hash)
  );
}

/** The content of the only element of a name. */
function contentOf(html, name) {
  const found = [...html.matchAll(new RegExp(`<${name}\\b[^>]*>(.*?)</${name}>`, 'gs'))];
  if (found.length !== 1)
    throw new Error(`the page has ${found.length} elements <${name}>; there has to be one`);
  return found[0][1];
}

/**
 * The page may run this one script and use these styles, and do nothing else: no connection, no other script, no
 * evaluation of text. It goes before everything that it governs.
 */
function withPolicy(html) {
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${sha256(contentOf(html, 'script'), 'base64')}'`,
    `style-src 'sha256-${sha256(contentOf(html, 'style'), 'base64')}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const encoding = '<meta charset="utf-8" />';
  if (!html.includes(encoding)) throw new Error(`web/report.html has no ${encoding}`);
  return html.replace(
    encoding,
    `${encoding}\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`,
  );
}

/**
 * The page reads what was written: how a kind's objects are made, checked and defaulted isn't a part of it, nor the
 * languages that this takes.
 */
const WRITING = ['/strategies.ts', './custom-strategy.ts'];
const READS_ONLY = '\0reads-only';
const NO_STRATEGIES = 'export const STRATEGIES = {}; export const customStrategy = () => ({});';

async function bundle() {
  const [{ build }, { viteSingleFile }] = await Promise.all([
    import('vite'),
    import('vite-plugin-singlefile'),
  ]);
  const modules = new Set();
  const output = await build({
    root: webFolder,
    configFile: false,
    logLevel: 'warn',
    // Chromium, Firefox and Safari that have DecompressionStream (2023).
    build: {
      write: false,
      target: 'es2022',
      modulePreload: { polyfill: false },
      rolldownOptions: { input: path.join(webFolder, 'report.html') },
    },
    plugins: [
      viteSingleFile(),
      {
        name: 'wavetank-reads-only',
        enforce: 'pre',
        resolveId: (source) => (WRITING.some((module) => source.endsWith(module)) ? READS_ONLY : undefined),
        load: (id) => (id === READS_ONLY ? NO_STRATEGIES : undefined),
      },
      {
        name: 'wavetank-inputs',
        moduleParsed: ({ id }) => void modules.add(id.split('?')[0]),
      },
    ],
  });
  const { output: files } = Array.isArray(output) ? output[0] : output;
  if (files.length !== 1) {
    throw new Error(`the page needs more than one file: ${files.map(({ fileName }) => fileName).join(', ')}`);
  }
  const names = [...modules]
    .map(relativeName)
    // What is installed is as the lock file says.
    .filter(
      (name) =>
        !name.startsWith('..') && !name.startsWith('node_modules/') && existsSync(path.join(root, name)),
    );
  return { html: String(files[0].source), modules: names };
}

/** Builds the page unless it is up to date. Resolves to an exit code. */
export async function buildWeb() {
  if (isUpToDate()) return 0;
  process.stderr.write('setup: vite build (the page of wavetank report)\n');
  try {
    const { html, modules } = await bundle();
    const text = withPolicy(html);
    mkdirSync(path.dirname(page), { recursive: true });
    mkdirSync(path.dirname(inputsFile), { recursive: true });
    writeFileSync(page, text);
    const names = [...new Set([...alwaysInputs, ...webFiles(), ...modules])].sort();
    const inputs = Object.fromEntries(names.map((name) => [name, hashOf(name)]));
    writeFileSync(inputsFile, `${JSON.stringify({ page: sha256(text, 'hex'), inputs }, undefined, 2)}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
}

if (isMain(import.meta.url)) process.exitCode = await buildWeb();
