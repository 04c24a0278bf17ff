import path from 'node:path';
import { isJsonObject } from '../../core/schema/decoding.ts';
import type { Path } from '../../sim/scenario/problem.ts';
import type { Change } from '../../sim/what-if/change.ts';
import { CHANGE_KIND, readChange } from '../../sim/what-if/document.ts';
import { lastPart, loadManifests } from '../manifests/load-manifests.ts';
import { manifestFiles } from '../manifests/manifest-files.ts';
import type { FileProblem } from '../problem.ts';
import { readText } from '../read-text.ts';
import { CONFIGURATION_PATH, fileSources } from '../scenario/load-scenario.ts';
import { loadSchedulerConfiguration } from '../scheduling/load-scheduler-configuration.ts';
import { problemIn } from '../yaml/document-problem.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';

export type LoadedChange =
  | {
      readonly ok: true;
      readonly change: Change;
      /** Where a part of the change is in its file. */
      readonly placed: (problem: { readonly path: Path; readonly message: string }) => FileProblem;
    }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

function isChange(document: YamlDocument | undefined): document is YamlDocument {
  return isJsonObject(document?.value) && document.value.kind === CHANGE_KIND;
}

/** Reads a change, or plain manifests: these take the place of what the recorded run applied. */
export function loadChange(file: string): LoadedChange {
  const [found] = manifestFiles(file, file).files;
  // A folder, or nothing at all: the manifests' own reader tells.
  if (found === undefined || found.isFound) return changeOfManifests(file);
  const read = readText(file);
  if (!('text' in read)) return { ok: false, problems: [read.problem] };
  const { documents, problems } = parseYaml(read.text, file);
  const document = documents.find(isChange);
  if (document === undefined) return changeOfManifests(file);
  if (problems.length > 0) return { ok: false, problems };
  if (documents.length > 1) {
    const message =
      'a change is one document: put objects into files of their own, and name them under spec.manifests';
    return { ok: false, problems: [{ file, ...(documents[1] as YamlDocument).positionOf([]), message }] };
  }
  return changeOfDocument(file, document);
}

function changeOfManifests(file: string): LoadedChange {
  const { objects, problems } = loadManifests([file]);
  if (problems.length > 0) return { ok: false, problems };
  const change: Change = {
    name: lastPart(file),
    manifests: objects.map(({ source, object }) => ({ source, object })),
    remove: [],
    patches: [],
    set: [],
    drop: [],
    move: [],
    add: [],
  };
  const placed = ({ path: at, message }: { readonly path: Path; readonly message: string }): FileProblem => {
    const object = objects[Number(at[2])];
    return object === undefined ? { file, message } : { file: object.file, line: object.line, message };
  };
  return { ok: true, change, placed };
}

function changeOfDocument(file: string, document: YamlDocument): LoadedChange {
  const fileProblems: FileProblem[] = [];
  const base = path.dirname(file);
  const sources = fileSources(
    { base, source: lastPart(file), positionOf: document.positionOf },
    fileProblems,
  );
  const read = readChange(document.value, sources);
  if (!read.ok) fileProblems.push(...read.problems.map((problem) => problemIn(file, document, problem)));
  if (fileProblems.length > 0 || !read.ok) return { ok: false, problems: fileProblems };
  const set = read.change.set.map((setting) => {
    const isFile = typeof setting.value === 'string' && samePath(setting.path, CONFIGURATION_PATH);
    if (!isFile) return setting;
    const loaded = loadSchedulerConfiguration(setting.value, base);
    if (!loaded.ok) fileProblems.push(...loaded.problems);
    return loaded.ok ? { ...setting, value: loaded.configuration } : setting;
  });
  if (fileProblems.length > 0) return { ok: false, problems: fileProblems };
  return {
    ok: true,
    change: { ...read.change, set },
    placed: (problem) => problemIn(file, document, problem),
  };
}

function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}
