import { existsSync, readFileSync } from 'node:fs';
import type { Describe } from '../../core/rest/openapi.ts';

/**
 * What structs and fields of the API mean. The build writes the file from its own dependency
 * (scripts/build-descriptions.mjs); it is read when somebody first asks for a document, and may be missing.
 */
type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

const file = new URL('../descriptions.json', import.meta.url);
let read: Descriptions | undefined;

export const describe: Describe = (struct, field = '') => {
  read ??= existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Descriptions) : {};
  const of = Object.hasOwn(read, struct) ? read[struct] : undefined;
  return of !== undefined && Object.hasOwn(of, field) ? of[field] : undefined;
};
