import type { NewObject } from '../../core/api/object.ts';
import { readDocument, type ScenarioDocument } from './document.ts';
import { keyOfManifest } from './duplicates.ts';
import { definedKinds, type ManifestOptions, readManifest } from './manifest.ts';
import type { Path, ScenarioProblem } from './problem.ts';
import type { ManifestObject, Scenario, TimelineEntry } from './scenario.ts';
import type { ApplyItem, WrittenAction, WrittenEntry } from './schema/timeline.ts';

/** What lies outside a scenario's own text. */
export interface ScenarioSources {
  /**
   * The objects of a file or folder. What is wrong with them the source reports itself, with their own files and
   * lines; `undefined` where anything is.
   */
  readonly load: (reference: string, namespace: string | undefined) => readonly ManifestObject[] | undefined;
  /** Where a place in the scenario's text is: `shop.yaml:31`. */
  readonly sourceOf: (path: Path) => string;
}

/** For a scenario that is made, not read: its objects are all in it. */
export const NO_FILES: ScenarioSources = {
  load: (reference) => {
    throw new Error(`the scenario names the file ${reference}, and was read without files`);
  },
  sourceOf: (path) => path.map(String).join('.'),
};

export type ReadScenario =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly problems: readonly ScenarioProblem[] };

/** From a parsed scenario file to what a simulation runs. */
export function readScenario(raw: unknown, sources: ScenarioSources = NO_FILES): ReadScenario {
  const read = readDocument(raw);
  return read.ok ? resolveDocument(read.document, sources) : read;
}

function resolveDocument(document: ScenarioDocument, sources: ScenarioSources): ReadScenario {
  const resolver = new Resolver(sources);
  const manifestsPath = ['spec', 'manifests'];
  const manifests = resolver.objects(document.manifests, (index) => [...manifestsPath, index], undefined);
  const timeline = document.timeline
    .map((entry, index) => ({ index, entry: resolver.entry(entry, ['spec', 'timeline', index]) }))
    .sort((a, b) => a.entry.at - b.entry.at || a.index - b.index)
    .map(({ entry }) => entry);
  if (!resolver.isComplete) return { ok: false, problems: resolver.problems };
  return { ok: true, scenario: { ...document, manifests, timeline } };
}

/** Reads the files that a document names, and the objects in it; gathers what is wrong with them. */
export class Resolver {
  readonly problems: ScenarioProblem[] = [];
  private isFileMissing = false;
  private readonly sources: ScenarioSources;

  constructor(sources: ScenarioSources) {
    this.sources = sources;
  }

  get isComplete(): boolean {
    return this.problems.length === 0 && !this.isFileMissing;
  }

  entry(written: WrittenEntry, path: Path): TimelineEntry {
    const source = this.sources.sourceOf(path);
    return { at: written.at, source, action: this.action(written.action, path) };
  }

  private action(written: WrittenAction, path: Path): TimelineEntry['action'] {
    if (written.op !== 'apply') return written;
    const itemPath = (index: number): Path => [...path, 'apply', ...(written.isList ? [index] : [])];
    return { op: 'apply', objects: this.objects(written.items, itemPath, written.namespace) };
  }

  /** All objects of some items, in their order; one object twice is a slip. */
  objects(
    items: readonly ApplyItem[],
    pathOf: (index: number) => Path,
    namespace: string | undefined,
  ): readonly ManifestObject[] {
    const customKinds = definedKinds(items);
    const options: ManifestOptions = { customKinds, ...(namespace === undefined ? {} : { namespace }) };
    const sources = new Map<string, string>();
    return items.flatMap((item, index) => {
      const path = pathOf(index);
      const found = typeof item === 'string' ? this.load(item, namespace) : this.inline(item, path, options);
      for (const { object, source } of found) {
        const key = keyOfManifest(object);
        const first = sources.get(key);
        if (first === undefined) sources.set(key, source);
        else this.problems.push({ path, message: `${key} is there twice: ${first} and ${source}` });
      }
      return found;
    });
  }

  private load(reference: string, namespace: string | undefined): readonly ManifestObject[] {
    const loaded = this.sources.load(reference, namespace);
    if (loaded === undefined) this.isFileMissing = true;
    return loaded ?? [];
  }

  private inline(
    raw: Readonly<Record<string, unknown>>,
    path: Path,
    options: ManifestOptions,
  ): readonly ManifestObject[] {
    const read = readManifest(raw, options);
    if (read.ok) return [{ source: this.sources.sourceOf(path), object: read.object as NewObject }];
    for (const problem of read.problems) this.problems.push({ ...problem, path: [...path, ...problem.path] });
    return [];
  }
}
