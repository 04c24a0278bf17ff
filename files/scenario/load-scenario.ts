import path from 'node:path';
import { isJsonObject } from '../../core/schema/decoding.ts';
import { SCENARIO_API_VERSION, SCENARIO_KIND } from '../../sim/scenario/document.ts';
import { type Path, pathText, type ScenarioProblem } from '../../sim/scenario/problem.ts';
import { readScenario, type ScenarioSources } from '../../sim/scenario/resolve.ts';
import type { ManifestObject, Scenario } from '../../sim/scenario/scenario.ts';
import { type LoadedManifests, lastPart, loadManifests } from '../manifests/load-manifests.ts';
import { manifestFiles } from '../manifests/manifest-files.ts';
import { loadPluginModules } from '../plugins/plugin-modules.ts';
import type { FileProblem } from '../problem.ts';
import { readText } from '../read-text.ts';
import { loadSchedulerConfiguration } from '../scheduling/load-scheduler-configuration.ts';
import { type ParsedYaml, type ParseYamlOptions, parseYaml } from '../yaml/parse-yaml.ts';
import type { Position, Spot, YamlDocument } from '../yaml/yaml-document.ts';
import { applyOverrides, type Overrides, optionAt } from './overrides.ts';

/** A scenario that runs, or everything that is wrong with what was given. */
export type LoadedScenario =
  | {
      readonly ok: true;
      readonly scenario: Scenario;
      /** Modules of the scheduler's plugins, absolute. */
      readonly modules: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/** What `run` is given: one scenario, or files and folders of manifests, which run on the default cluster. */
export function loadInput(paths: readonly string[], overrides: Overrides = {}): LoadedScenario {
  const [first] = paths;
  if (first === undefined) {
    return {
      ok: false,
      problems: [{ file: '.', message: 'expected a scenario, or files or folders of manifests' }],
    };
  }
  const scenario = paths.find(isScenarioFile);
  if (scenario === undefined) return scenarioFromManifests(paths, overrides);
  if (paths.length === 1) return loadScenario(scenario, overrides);
  const message = 'is a scenario, and runs alone: name the other files under its spec.manifests';
  return { ok: false, problems: [{ file: scenario, message }] };
}

function parseFile(file: string, options?: ParseYamlOptions): ParsedYaml {
  const read = readText(file);
  return 'text' in read ? parseYaml(read.text, file, options) : { documents: [], problems: [read.problem] };
}

function isScenario(document: YamlDocument | undefined): boolean {
  const value = document?.value;
  return isJsonObject(value) && value.kind === SCENARIO_KIND;
}

/** A file that can't be read is no scenario: it is reported when it is loaded. */
function isScenarioFile(named: string): boolean {
  const { files } = manifestFiles(named, named);
  const [only] = files;
  return (
    only !== undefined &&
    !only.isFound &&
    isScenario(parseFile(only.file, { lastOfDuplicates: true }).documents[0])
  );
}

/** Reads a scenario file and the manifests that it names. */
export function loadScenario(file: string, overrides: Overrides = {}): LoadedScenario {
  const parsed = parseFile(file);
  if (parsed.problems.length > 0) return { ok: false, problems: parsed.problems };
  const [document, second] = parsed.documents;
  if (document === undefined)
    return { ok: false, problems: [{ file, message: 'is empty: expected a scenario' }] };
  if (second !== undefined) {
    const message =
      'a scenario is one document: put objects into files of their own, and name them under spec.manifests';
    return { ok: false, problems: [{ file, ...second.positionOf([]), message }] };
  }
  return readWithFiles({
    raw: document.value,
    overrides,
    file,
    source: lastPart(file),
    base: path.dirname(file),
    positionOf: document.positionOf,
  });
}

/** Plain manifests on the default cluster. */
function scenarioFromManifests(paths: readonly string[], overrides: Overrides = {}): LoadedScenario {
  const loaded = loadManifests(paths);
  const raw = {
    apiVersion: SCENARIO_API_VERSION,
    kind: SCENARIO_KIND,
    metadata: { name: nameFor(paths[0] ?? '') },
    spec: {},
  };
  const read = readWithFiles({
    raw,
    overrides,
    file: paths[0] ?? '',
    source: 'manifests',
    base: '.',
    positionOf: undefined,
  });
  if (loaded.problems.length > 0) {
    return { ok: false, problems: [...loaded.problems, ...(read.ok ? [] : read.problems)] };
  }
  if (!read.ok) return read;
  return { ...read, scenario: { ...read.scenario, manifests: manifestObjects(loaded) } };
}

const NAME_LENGTH_MAX = 63;

/** A name for the run, after the first file. */
function nameFor(named: string): string {
  const base = path.basename(path.resolve(named)).replace(/\.(ya?ml|json)$/i, '');
  const name = base
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_LENGTH_MAX)
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? 'manifests' : name;
}

function manifestObjects(loaded: LoadedManifests): readonly ManifestObject[] {
  return loaded.objects.map(({ source, object }) => ({ source, object }));
}

interface Given {
  readonly raw: unknown;
  readonly overrides: Overrides;
  readonly file: string;
  /** How the scenario is called in the log. */
  readonly source: string;
  /** Folder that its files are looked for in. */
  readonly base: string;
  /** Absent where there is no file. */
  readonly positionOf: ((path: Path, spot?: Spot) => Position) | undefined;
}

/** A reference of a scenario as its objects are called in the log: `./shop/` is `shop`, `../web.yaml` `web.yaml`. */
function sourceOfReference(reference: string): string {
  const normal = path.posix.normalize(reference.replaceAll('\\', '/')).replace(/\/$/, '');
  return normal.startsWith('..') || path.isAbsolute(normal) || normal === '.' ? lastPart(reference) : normal;
}

export const CONFIGURATION_PATH: Path = ['spec', 'cluster', 'kubernetes', 'kubeScheduler', 'configuration'];

/** A file that the scenario names as the scheduler's configuration, put in its place. */
function withSchedulerConfiguration(
  document: unknown,
  base: string,
): {
  readonly document: unknown;
  readonly problems: readonly FileProblem[];
  readonly modules: readonly string[];
} {
  const reference = CONFIGURATION_PATH.reduce<unknown>(
    (value, part) => (isJsonObject(value) ? value[part] : undefined),
    document,
  );
  if (typeof reference !== 'string') return { document, problems: [], modules: [] };
  const loaded = loadSchedulerConfiguration(reference, base);
  const value = loaded.ok ? loaded.configuration : undefined;
  return {
    document: replaced(document, CONFIGURATION_PATH, value),
    problems: loaded.ok ? [] : loaded.problems,
    modules: loaded.ok ? loaded.modules : [],
  };
}

/** A copy with another value at a path of objects. */
function replaced(value: unknown, [key, ...rest]: Path, next: unknown): unknown {
  if (key === undefined || !isJsonObject(value)) return next;
  return { ...value, [key]: replaced(value[key], rest, next) };
}

/** The files beside a document that names them; what is wrong with them goes to `problems`. */
export function fileSources(
  given: Pick<Given, 'base' | 'source' | 'positionOf'>,
  problems: FileProblem[],
): ScenarioSources {
  return {
    load: (reference, namespace) => {
      const loaded = loadManifests([reference], {
        base: given.base,
        sourceOf: sourceOfReference,
        ...(namespace === undefined ? {} : { namespace }),
      });
      problems.push(...loaded.problems);
      return loaded.problems.length > 0 ? undefined : manifestObjects(loaded);
    },
    sourceOf: (at) => {
      const position = given.positionOf?.(at);
      return position === undefined ? given.source : `${given.source}:${position.line}`;
    },
  };
}

function readWithFiles(given: Given): LoadedScenario {
  const { document, overrides, problems } = applyOverrides(given.raw, given.overrides);
  const fileProblems: FileProblem[] = [...problems];
  const sources = fileSources(given, fileProblems);
  const withConfiguration = withSchedulerConfiguration(document, given.base);
  fileProblems.push(...withConfiguration.problems);
  const modules = loadPluginModules(document, CONFIGURATION_PATH, given.base);
  fileProblems.push(...modules.problems.map((problem) => placed(problem)));
  if (modules.problems.length > 0) return { ok: false, problems: fileProblems };
  const read = readScenario(withConfiguration.document, sources);
  if (!read.ok) fileProblems.push(...read.problems.map((problem) => placed(problem)));
  if (fileProblems.length > 0 || !read.ok) return { ok: false, problems: fileProblems };
  return {
    ok: true,
    scenario: read.scenario,
    modules: [...withConfiguration.modules, ...modules.files],
  };

  function placed(problem: ScenarioProblem): FileProblem {
    const text = pathText(problem.path);
    const at = text === '' ? {} : { path: text };
    const option = optionAt(overrides, problem.path);
    if (option !== undefined) return { file: option, ...at, message: problem.message };
    const spot: Spot = {
      ...(problem.atKey === undefined ? {} : { atKey: problem.atKey }),
      ...(problem.offset === undefined ? {} : { offset: problem.offset }),
    };
    return { file: given.file, ...given.positionOf?.(problem.path, spot), ...at, message: problem.message };
  }
}
