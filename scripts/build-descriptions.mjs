/**
 * Writes dist/server/descriptions.json: what each struct and field of the API means, for the OpenAPI document of
 * `serve` and so for `kubectl explain`. The words are those of the package `kubernetes-models` (a development
 * dependency), which has them from the published API; they are no part of the sources.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openModels, readStructs } from './schema/read-models.mjs';
import { nameStructs, rootsOf } from './schema/select-kinds.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const output = join(root, 'dist', 'server', 'descriptions.json');

/** The text of a comment, on one line a paragraph. */
function plain(comment) {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim();
}

/** The comments of the interface in a declaration file: its own under the empty name, and of each field. */
function commentsOf(text) {
  const head = /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?export interface I\w+[^{]*\{/.exec(text);
  if (head === null) return {};
  const comments = head[1] === undefined ? {} : { '': plain(head[1]) };
  const body = text.slice(head.index + head[0].length, text.indexOf('\n}', head.index));
  for (const [, comment, field] of body.matchAll(/^ {4}\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*"([^"]+)"\??:/gm)) {
    comments[field] = plain(comment);
  }
  return comments;
}

/** Whether a build has written them. */
export function hasDescriptions() {
  return existsSync(output);
}

export function buildDescriptions() {
  const source = openModels(join(root, 'node_modules/kubernetes-models'));
  const structs = readStructs(source, rootsOf(source));
  const names = nameStructs(structs.values());
  const descriptions = {};
  for (const { id } of structs.values()) {
    const file = `${id.startsWith('@/') ? join(source.machinery, id.slice(2)) : join(source.models, id)}.d.ts`;
    if (existsSync(file)) descriptions[names.get(id)] = commentsOf(readFileSync(file, 'utf8'));
  }
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, JSON.stringify(descriptions));
}
