import type { NewObject } from '../../core/api/object.ts';
import { storedVersion, toStoredVersion } from '../../core/kinds/conversion.ts';
import { customKindOf } from '../../core/kinds/custom/custom-kind.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { CUSTOM_RESOURCE_DEFINITION, KINDS, kindFor } from '../../core/kinds/registry.ts';
import { decodeObject } from '../../core/schema/decode.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import type { DecodeProblem } from '../../core/schema/problem.ts';
import { structNameOf } from '../../core/schema/table.ts';
import type { CustomResourceDefinition } from '../../core/schema/types.generated.ts';
import { didYouMean, type Path, type ScenarioProblem, shown } from './problem.ts';
import { removalHint } from './removed-versions.ts';
import { DEFAULT_NAMESPACE } from './resource-name.ts';

export interface ManifestOptions {
  /** As `kubectl -n`: where objects without a namespace go, and the only one that others may name. */
  readonly namespace?: string;
  readonly customKinds?: CustomKinds;
}

/** An object of a manifest, decoded and complete with its namespace, or all that is wrong with it. */
export type ReadManifest =
  | { readonly ok: true; readonly object: NewObject; readonly kind: Kind }
  | { readonly ok: false; readonly problems: readonly ScenarioProblem[] };

/** The objects in a document: itself, or those of a `kind: List`, each with its place. */
export function documentObjects(raw: unknown): readonly { readonly path: Path; readonly raw: unknown }[] {
  if (!isJsonObject(raw) || !Array.isArray(raw.items)) return [{ path: [], raw }];
  const { kind } = raw;
  const isList = typeof kind === 'string' && kind.endsWith('List') && typeof raw.apiVersion === 'string';
  if (!isList || kindFor(raw.apiVersion as string, kind) !== undefined) return [{ path: [], raw }];
  return raw.items.flatMap((item: unknown, index) =>
    documentObjects(item).map((inner) => ({ path: ['items', index, ...inner.path], raw: inner.raw })),
  );
}

/** Kinds that CustomResourceDefinitions among the same manifests define, by `group/version/Kind`. */
export type CustomKinds = ReadonlyMap<string, Kind>;

/** What definitions among documents define; nothing for anything else. */
export function definedKinds(raws: readonly unknown[]): CustomKinds {
  const defined = new Map<string, Kind>();
  for (const raw of raws) {
    if (!isJsonObject(raw) || raw.kind !== 'CustomResourceDefinition') continue;
    const { value, problems } = decodeObject(raw);
    if (value === undefined || problems.length > 0) continue;
    const { strategy } = CUSTOM_RESOURCE_DEFINITION;
    const definition = strategy.applyDefaults?.(value as NewObject<CustomResourceDefinition>) ?? value;
    if ((strategy.validate?.(definition as NewObject<CustomResourceDefinition>) ?? []).length > 0) continue;
    // Valid, and so complete.
    const kind = customKindOf(definition as unknown as CustomResourceDefinition);
    for (const { apiVersion } of kind?.custom ?? []) {
      if (kind !== undefined) defined.set(`${apiVersion}/${kind.kind}`, kind);
    }
  }
  return defined;
}

export function readManifest(raw: unknown, options: ManifestOptions = {}): ReadManifest {
  if (!isJsonObject(raw)) return refused({ path: [], message: `expected an object, got ${shown(raw)}` });
  const { apiVersion, kind: kindName } = raw;
  if (!isText(apiVersion) || !isText(kindName)) return refused(...typeProblems(raw));
  const kind =
    kindFor(storedVersion(apiVersion, kindName), kindName) ??
    options.customKinds?.get(`${apiVersion}/${kindName}`);
  if (kind === undefined) return refused(unknownKind(apiVersion, kindName));
  const decoded = decodeObject(raw);
  const problems = decoded.problems.map((problem) => fromDecoder(problem, raw));
  if (decoded.value === undefined || problems.length > 0) return refused(...problems);
  return complete(toStoredVersion(decoded.value), kind, options.namespace);
}

function refused(...problems: readonly ScenarioProblem[]): ReadManifest {
  return { ok: false, problems };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** kubectl says `apiVersion not set` too. */
function typeProblems(raw: Readonly<Record<string, unknown>>): readonly ScenarioProblem[] {
  const wrong = ['apiVersion', 'kind'].filter((field) => !isText(raw[field]));
  const absent = wrong.filter(
    (field) => raw[field] === undefined || raw[field] === null || raw[field] === '',
  );
  const problems = wrong
    .filter((field) => !absent.includes(field))
    .map(
      (field): ScenarioProblem => ({ path: [field], message: `expected a text, got ${shown(raw[field])}` }),
    );
  if (absent.length === 0) return problems;
  return [{ path: [], message: `${absent.join(' and ')} not set` }, ...problems];
}

function unknownKind(apiVersion: string, kind: string): ScenarioProblem {
  const noMatches = `no matches for kind "${kind}" in version "${apiVersion}"`;
  const hint = removalHint(apiVersion, kind);
  if (hint !== undefined) return { path: ['apiVersion'], message: `${noMatches}: ${hint}` };
  if (structNameOf(apiVersion, kind) !== undefined) {
    return { path: ['kind'], message: `${kind} (${apiVersion}) needs a later version of wavetank` };
  }
  const elsewhere = KINDS.filter((known) => known.kind === kind).map((known) => known.apiVersion);
  if (elsewhere.length > 0) {
    return { path: ['apiVersion'], message: `${noMatches}: use ${elsewhere.join(' or ')}` };
  }
  const neighbours = KINDS.filter((known) => known.apiVersion === apiVersion).map((known) => known.kind);
  return { path: ['kind'], message: `${noMatches}${didYouMean(kind, neighbours)}` };
}

function fromDecoder(problem: DecodeProblem, raw: unknown): ScenarioProblem {
  const path = pathIn(raw, problem.path);
  const { expected, got } = problem;
  switch (problem.kind) {
    case 'unknownField': {
      const meant = problem.didYouMean === undefined ? '' : `, did you mean "${problem.didYouMean}"?`;
      return { path, atKey: true, message: `unknown field "${String(path.at(-1))}"${meant}` };
    }
    case 'wrongType':
    case 'badText':
      if (expected === undefined) break;
      return { path, message: `expected ${expected}, got ${got ?? 'something else'}` };
    case 'forbiddenKey':
      return { path, atKey: true, message: problem.message };
    default:
      break;
  }
  return { path, message: problem.message };
}

/** A decoder's path as keys and indexes. Keys may hold dots, so the document itself says where each one ends. */
export function pathIn(raw: unknown, text: string): Path {
  const path: (string | number)[] = [];
  let rest = text;
  let value = raw;
  while (rest !== '') {
    const index = Array.isArray(value) ? /^\[(\d+)\]/.exec(rest) : null;
    if (index !== null) {
      path.push(Number(index[1]));
      value = (value as readonly unknown[])[Number(index[1])];
      rest = rest.slice(index[0].length);
    } else {
      const key = isJsonObject(value) ? keyAt(value, rest) : undefined;
      if (key === undefined) return [...path, rest];
      path.push(key);
      value = (value as Readonly<Record<string, unknown>>)[key];
      rest = rest.slice(key.length);
    }
    if (rest.startsWith('.')) rest = rest.slice(1);
  }
  return path;
}

/** The longest key that the text starts with. */
function keyAt(object: Readonly<Record<string, unknown>>, text: string): string | undefined {
  let found: string | undefined;
  for (const key of Object.keys(object)) {
    if (!text.startsWith(key) || (found !== undefined && found.length >= key.length)) continue;
    const next = text[key.length];
    if (next === undefined || next === '.' || next === '[') found = key;
  }
  return found;
}

function complete(object: NewObject, kind: Kind, namespace: string | undefined): ReadManifest {
  const { metadata } = object;
  if (metadata.name === undefined || metadata.name === '') {
    const path = metadata.generateName === undefined ? ['metadata'] : ['metadata', 'generateName'];
    const message =
      metadata.generateName === undefined
        ? 'metadata.name not set'
        : 'an object to apply needs a metadata.name: its generated name would differ every time';
    return refused({ path, message });
  }
  const own = metadata.namespace === '' ? undefined : metadata.namespace;
  if (!kind.namespaced) {
    // The API server drops the namespace of what has none (rest.BeforeCreate).
    const { namespace: _, ...rest } = metadata;
    return {
      ok: true,
      kind,
      object: metadata.namespace === undefined ? object : { ...object, metadata: rest },
    };
  }
  if (own !== undefined && namespace !== undefined && own !== namespace) {
    const message = `the namespace from the provided object "${own}" does not match the namespace "${namespace}"`;
    return refused({ path: ['metadata', 'namespace'], message });
  }
  const inNamespace = own ?? namespace ?? DEFAULT_NAMESPACE;
  if (inNamespace === metadata.namespace) return { ok: true, kind, object };
  // Behind the name, where the schema has it.
  const { name, ...rest } = metadata;
  return { ok: true, kind, object: { ...object, metadata: { ...rest, name, namespace: inNamespace } } };
}
