// Brings a fresh clone to where it runs: installs what is missing, builds what is out of date.
// Uses nothing but Node, because it runs before anything is installed.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { buildDescriptions, hasDescriptions } from './build-descriptions.mjs';
import { buildWeb, page } from './build-web.mjs';
import { isMain, root, runNpm, runTool } from './run-command.mjs';

const stampFile = path.join(root, 'dist', '.tsbuild', 'stamp');

function modifiedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** The folders that the root tsconfig.json builds. */
function builtFolders() {
  const config = JSON.parse(readFileSync(path.join(root, 'tsconfig.json'), 'utf8'));
  return config.references.map((reference) => path.basename(reference.path));
}

function filesUnder(folder, matches) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && matches(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

const isSource = (name) => /\.(tsx?|json|css|html)$/.test(name) && !name.endsWith('.test.ts');

function needsBuild() {
  const builtAt = modifiedAt(stampFile);
  if (builtAt === 0) return true;
  if (!existsSync(page) || !hasDescriptions()) return true;
  const configs = ['tsconfig.json', 'tsconfig.base.json', 'package-lock.json', 'scripts/build-web.mjs'].map(
    (name) => path.join(root, name),
  );
  const sources = builtFolders().flatMap((folder) => {
    const top = path.join(root, folder);
    // A folder's own time changes when a file in it is added, renamed or deleted.
    const folders = existsSync(top)
      ? readdirSync(top, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map((entry) => path.join(entry.parentPath, entry.name))
      : [];
    return [top, ...folders, ...filesUnder(top, isSource)];
  });
  return [...configs, ...sources].some((file) => modifiedAt(file) > builtAt);
}

/** Deletes what was compiled from a source that is gone: the compiler leaves it, and it would be published. */
function removeStaleOutput() {
  for (const folder of builtFolders()) {
    const out = path.join(root, 'dist', folder);
    for (const file of filesUnder(out, (name) => /\.(js|js\.map|d\.ts)$/.test(name))) {
      const source = path
        .join(root, folder, path.relative(out, file))
        .replace(/\.(js|js\.map|d\.ts)$/, '.ts');
      // What tests share is no part of the product, though it may have been once.
      const isOfTests = source.split(path.sep).includes('testing');
      if (isOfTests || !existsSync(source)) rmSync(file);
    }
  }
}

/** Whether the installed tree holds every package of the lock file, and none in another version. */
function holdsTheSame(installedFile, lockFile) {
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  const locked = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  const wanted = Object.entries(locked).filter(([place]) => place !== '');
  return (
    Object.keys(installed).every((place) => locked[place] !== undefined) &&
    wanted.every(([place, entry]) => {
      const found = installed[place];
      // What is optional may be left out: a binary for another operating system, say.
      if (found === undefined) return entry.optional === true;
      return found.version === entry.version && found.integrity === entry.integrity;
    })
  );
}

/** Installs the dependencies if the lock file is newer than what is installed. Resolves to an exit code. */
export async function ensureInstalled() {
  const lock = path.join(root, 'package-lock.json');
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  if (existsSync(installed)) {
    if (modifiedAt(installed) >= modifiedAt(lock)) return 0;
    // The lock file is younger than what is installed, which alone says little: npm install may write it last.
    if (holdsTheSame(installed, lock)) return 0;
  }
  const why = existsSync(installed) ? 'package-lock.json has changed' : 'nothing is installed yet';
  process.stderr.write(`setup: npm ci (${why})\n`);
  return runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['ignore', 2, 2] });
}

/** Compiles everything into dist/ and builds the page of reports, and notes when. Resolves to an exit code. */
export async function build() {
  const startedAt = new Date();
  const code = await runTool('tsc', ['-b']);
  if (code !== 0) return code;
  const webCode = await buildWeb();
  if (webCode !== 0) return webCode;
  buildDescriptions();
  removeStaleOutput();
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, '');
  // Dated to the start, so that a source saved while the compiler ran counts as newer.
  utimesSync(stampFile, startedAt, startedAt);
  return 0;
}

async function ensureBuilt() {
  if (!needsBuild()) return 0;
  process.stderr.write('setup: tsc -b\n');
  return build();
}

if (isMain(import.meta.url)) {
  // `npm run build` asks for it: what is up to date is found out by the compilers themselves.
  const bring = process.argv.includes('--build') ? build : ensureBuilt;
  process.exitCode = (await ensureInstalled()) || (await bring());
}
