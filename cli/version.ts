import { readFileSync } from 'node:fs';

/** The compiled file is dist/cli/version.js, so the manifest is two folders up. */
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** The version of wavetank, which every log carries. */
export const VERSION = manifest.version;
