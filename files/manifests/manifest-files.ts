import fs from 'node:fs';
import path from 'node:path';
import { FileError, withFile } from '../file-error.ts';
import type { FileProblem } from '../problem.ts';

/** A file to read. */
export interface ManifestFile {
  /** As the person named it, or as its folder was named: what problems show. */
  readonly file: string;
  /** Without the folders above what was named, so that a log is the same wherever it is made. */
  readonly source: string;
  /** Found in a folder: it may hold other things than manifests. */
  readonly isFound: boolean;
}

export interface ManifestFiles {
  readonly files: readonly ManifestFile[];
  readonly problems: readonly FileProblem[];
}

const EXTENSIONS = ['.yaml', '.yml', '.json'];
/** More levels of folders or more files than these, and it is the wrong folder. */
const FOLDER_DEPTH_MAX = 32;
const FILES_MAX = 10_000;

function isManifestName(name: string): boolean {
  return EXTENSIONS.includes(path.extname(name).toLowerCase());
}

/** The files of a folder and its folders, each level in the order of its names. Hidden ones are left out. */
function walk(folder: string, depth: number, found: string[]): void {
  if (depth > FOLDER_DEPTH_MAX)
    throw new FileError(folder, 'ELOOP', `has more than ${FOLDER_DEPTH_MAX} levels of folders`);
  const names = withFile(folder, 'read', () => fs.readdirSync(folder)).sort();
  for (const name of names) {
    if (name.startsWith('.') || name === 'node_modules') continue;
    const full = path.join(folder, name);
    // A link is followed; one that leads nowhere is reported when it is named like a manifest.
    const stat = fs.statSync(full, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) walk(full, depth + 1, found);
    else if (isManifestName(name)) found.push(full);
    if (found.length > FILES_MAX)
      throw new FileError(folder, 'EFBIG', `holds more than ${FILES_MAX} manifests`);
  }
}

function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** Where `named` is looked for: beside the scenario that names it, or in the working directory. */
function placeOf(named: string, base: string | undefined): string {
  return base === undefined || path.isAbsolute(named) ? named : path.join(base, named);
}

/** The files that a person means by a path: itself, or all in it. `source` is how objects in it are called. */
export function manifestFiles(named: string, source: string, base?: string): ManifestFiles {
  const refused = (message: string): ManifestFiles => ({ files: [], problems: [{ file: named, message }] });
  if (isUrl(named)) return refused('is a URL, and nothing is ever fetched: download it, and name the file');
  if (named === '') return refused('the name of a file is empty');
  const place = placeOf(named, base);
  try {
    const stat = withFile(place, 'read', () => fs.statSync(place));
    if (!stat.isDirectory()) return { files: [{ file: place, source, isFound: false }], problems: [] };
    const found: string[] = [];
    walk(place, 0, found);
    if (found.length === 0) return refused('holds no manifests (.yaml, .yml, .json)');
    const files = found.map((file) => {
      const inner = path.relative(place, file).split(path.sep).join('/');
      return { file, source: `${source}/${inner}`, isFound: true };
    });
    return { files, problems: [] };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { files: [], problems: [{ file: error.path, message: error.problem }] };
  }
}
