import fs from 'node:fs';
import { isJsonObject } from '../../core/schema/decoding.ts';
import { AUDIT_GROUP } from '../../sim/incidents/audit-event.ts';
import { Findings } from '../../sim/incidents/findings.ts';
import type { ImportSources } from '../../sim/incidents/import.ts';
import { withFile } from '../file-error.ts';
import { eachLine, textPieces } from '../log/text-source.ts';
import { lastPart } from '../manifests/load-manifests.ts';
import type { FileProblem } from '../problem.ts';
import { readText } from '../read-text.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';

interface Line {
  readonly raw: unknown;
  readonly where: string;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAudit(value: unknown): boolean {
  if (!isJsonObject(value) || typeof value.apiVersion !== 'string') return false;
  return value.apiVersion.startsWith(`${AUDIT_GROUP}/`);
}

/** Lines that are looked at to see what a file is. */
const LOOKED_AT = 1000;

/** Whether a file holds a JSON object a line, with audit events among the first. */
function isAuditLog(file: string): boolean {
  let found = false;
  let lines = 0;
  eachLine(file, (line) => {
    lines += 1;
    found = isAudit(parsed(line));
    return !found && lines < LOOKED_AT;
  });
  return found;
}

function readAuditLog(file: string, findings: Findings): readonly Line[] {
  const source = lastPart(file);
  const lines: Line[] = [];
  let number = 0;
  const take = (text: string): void => {
    number += 1;
    if (text.trim() === '') return;
    const raw = parsed(text);
    const where = `${source}:${number}`;
    if (raw === undefined) findings.add('broken lines, which are no JSON', where);
    else lines.push({ raw, where });
  };
  const rest = eachLine(file, (line) => {
    take(line);
    return true;
  });
  // A last line without an end is one all the same.
  if (rest.text !== '') take(rest.text);
  return lines;
}

/** A dump of a large cluster is larger than what a person writes. */
const DUMP_BYTES_MAX = 400 * 1_048_576;
/** Up to here a file is read with all checks of what a person writes. */
const TEXT_BYTES_MAX = 16 * 1_048_576;

function readDump(file: string): ReturnType<typeof readText> {
  if (withFile(file, 'read', () => fs.statSync(file)).size <= TEXT_BYTES_MAX) return readText(file);
  const pieces: Buffer[] = [];
  let bytes = 0;
  for (const piece of textPieces(file)) {
    bytes += piece.length;
    if (bytes > DUMP_BYTES_MAX) {
      return {
        problem: {
          file,
          message: 'is larger than 400 MiB: leave out kinds that are not needed, or split it',
        },
      };
    }
    pieces.push(piece);
  }
  return { text: Buffer.concat(pieces).toString('utf8') };
}

export type ReadSources =
  | { readonly ok: true; readonly sources: ImportSources }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/** Reads audit logs and dumps; which of them a file is, it says itself. Broken lines of an audit log are counted. */
export function readSources(files: readonly string[]): ReadSources {
  const findings = new Findings();
  const audit: Line[] = [];
  const dump: Line[] = [];
  const problems: FileProblem[] = [];
  for (const file of files) {
    if (isAuditLog(file)) {
      for (const line of readAuditLog(file, findings)) audit.push(line);
      continue;
    }
    const read = readDump(file);
    if ('problem' in read) {
      problems.push(read.problem);
      continue;
    }
    const { text } = read;
    const source = lastPart(file);
    // Large dumps are JSON more often than not, and JSON is read much faster than YAML.
    const json = /^\s*[[{]/.test(text) ? parsed(text) : undefined;
    if (json !== undefined) {
      dump.push({ raw: json, where: source });
      continue;
    }
    const yaml = parseYaml(text, file, { lastOfDuplicates: true });
    problems.push(...yaml.problems);
    for (const { value, positionOf } of yaml.documents) {
      dump.push({ raw: value, where: `${source}:${positionOf([]).line}` });
    }
  }
  const audits = dump.filter(({ raw }) => isAudit(raw));
  // A list of audit events (`kubectl` style) is an audit log as well.
  const rest = dump.filter((line) => !audits.includes(line));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, sources: { audit: [...audit, ...audits], dump: rest, findings } };
}
