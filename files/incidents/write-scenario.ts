import fs from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import type { ImportedScenario } from '../../sim/incidents/import.ts';
import { FileError, withFile } from '../file-error.ts';

/** YAML that the reader of scenarios and manifests takes for the same: version 1.1, as Kubernetes reads it. */
function yamlOf(value: unknown): string {
  return stringify(value, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
}

function write(file: string, text: string): void {
  withFile(file, 'write', () => {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  });
}

/** Writes a scenario and what belongs to it into a folder of its own; what is there already stays. */
export function writeScenario(folder: string, { scenario, files }: ImportedScenario): string {
  const there = withFile(folder, 'write', () =>
    fs.existsSync(folder) ? (fs.statSync(folder).isDirectory() ? fs.readdirSync(folder) : ['']) : [],
  );
  if (there.length > 0) {
    throw new FileError(
      folder,
      'EEXIST',
      'exists already, and is not empty: name another folder with --out, or remove it',
    );
  }
  for (const { name, objects } of files) {
    write(path.join(folder, name), objects.map(yamlOf).join('---\n'));
  }
  const main = path.join(folder, 'scenario.yaml');
  write(main, yamlOf(scenario));
  return main;
}
