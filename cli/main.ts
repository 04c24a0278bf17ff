#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';

/** The compiled file is dist/cli/main.js, so the manifest is two folders up. */
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

const program = new Command('wavetank')
  .description('A deterministic Kubernetes control plane: simulate, replay, explain.')
  .version(manifest.version);

program.parse();
if (process.argv.length <= 2) program.outputHelp();
