import path from 'node:path';
import type { NewObject } from '../../core/api/object.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import { SCENARIO_KIND } from '../../sim/scenario/document.ts';
import { keyOfManifest } from '../../sim/scenario/duplicates.ts';
import { definedKinds, documentObjects, readManifest } from '../../sim/scenario/manifest.ts';
import { type Path, pathText, type ScenarioProblem } from '../../sim/scenario/problem.ts';
import type { FileProblem } from '../problem.ts';
import { readText } from '../read-text.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';
import { type ManifestFile, manifestFiles } from './manifest-files.ts';

/** An object that was read from a file, decoded and complete with its namespace. */
export interface LoadedManifest {
  readonly object: NewObject;
  readonly kind: Kind;
  /** As the person named it. */
  readonly file: string;
  readonly line: number;
  /** `shop/web.yaml:12`: without the folders above what was named, for the log. */
  readonly source: string;
}

export interface LoadedManifests {
  /** In the order of the files and of the documents in them, as `kubectl apply` takes them. */
  readonly objects: readonly LoadedManifest[];
  readonly problems: readonly FileProblem[];
}

export interface LoadManifestsOptions {
  /** As `kubectl -n`. */
  readonly namespace?: string;
  /** Paths are relative to this folder; the working directory unless given. */
  readonly base?: string;
  /** How objects of a path are called in the log; its last part unless given. */
  readonly sourceOf?: (named: string) => string;
}

/** An object as it stands in a file. */
interface RawManifest {
  readonly file: ManifestFile;
  readonly document: YamlDocument;
  readonly path: Path;
  readonly raw: unknown;
}

export function lastPart(named: string): string {
  return path.basename(path.resolve(named));
}

/** Reads the objects of files and folders. All problems are reported, not the first alone. */
export function loadManifests(paths: readonly string[], options: LoadManifestsOptions = {}): LoadedManifests {
  const problems: FileProblem[] = [];
  const raws: RawManifest[] = [];
  for (const named of paths) {
    const source = (options.sourceOf ?? lastPart)(named);
    const listed = manifestFiles(named, source, options.base);
    problems.push(...listed.problems);
    for (const file of listed.files) raws.push(...readFile(file, problems));
  }
  const customKinds = definedKinds(raws.map(({ raw }) => raw));
  const { namespace } = options;
  const objects: LoadedManifest[] = [];
  const first = new Map<string, LoadedManifest>();
  for (const raw of raws) {
    const read = readManifest(raw.raw, { customKinds, ...(namespace === undefined ? {} : { namespace }) });
    if (!read.ok) {
      problems.push(...read.problems.map((problem) => placed(problem, raw)));
      continue;
    }
    const { line } = raw.document.positionOf(raw.path);
    const loaded: LoadedManifest = {
      object: read.object,
      kind: read.kind,
      file: raw.file.file,
      line,
      source: `${raw.file.source}:${line}`,
    };
    const key = keyOfManifest(read.object);
    const other = first.get(key);
    if (other !== undefined) {
      const message = `${key} is there twice: it is in ${other.file}:${other.line} too`;
      problems.push(placed({ path: ['metadata', 'name'], message }, raw));
      continue;
    }
    first.set(key, loaded);
    objects.push(loaded);
  }
  return { objects, problems };
}

/** The names that kustomize looks for. */
const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

function readFile(file: ManifestFile, problems: FileProblem[]): readonly RawManifest[] {
  if (KUSTOMIZATIONS.includes(path.basename(file.file))) {
    const folder = path.dirname(file.file);
    const message = `is a kustomization, which kubectl can render: kubectl kustomize ${folder} > rendered.yaml`;
    problems.push({ file: file.file, message });
    return [];
  }
  const read = readText(file.file);
  if ('problem' in read) {
    problems.push(read.problem);
    return [];
  }
  const parsed = parseYaml(read.text, file.file, { lastOfDuplicates: true });
  problems.push(...parsed.problems);
  if (parsed.problems.length > 0) return [];
  if (parsed.documents.length === 0) {
    problems.push({ file: file.file, message: 'holds no objects' });
    return [];
  }
  return parsed.documents.flatMap((document) => {
    // A scenario often lies in the folder whose manifests it applies.
    if (file.isFound && isJsonObject(document.value) && document.value.kind === SCENARIO_KIND) return [];
    return documentObjects(document.value).map((inner) => ({ file, document, ...inner }));
  });
}

function placed(problem: ScenarioProblem, { file, document, path: prefix }: RawManifest): FileProblem {
  const fullPath = [...prefix, ...problem.path];
  const spot = problem.atKey === true ? { atKey: true } : {};
  const text = pathText(fullPath);
  return {
    file: file.file,
    ...document.positionOf(fullPath, spot),
    ...(text === '' ? {} : { path: text }),
    message: problem.message,
  };
}
