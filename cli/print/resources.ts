import { OTHER_VERSIONS, UNSTORED } from '../../core/kinds/catalog.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { KINDS } from '../../core/kinds/registry.ts';
import { closest } from '../../core/text/closest.ts';

/** What one kind is asked for: named objects, or all where `names` is absent. */
export interface ResourceRequest {
  readonly kind: Kind;
  readonly names?: readonly string[];
}

export type ParsedResources =
  | { readonly ok: true; readonly requests: readonly ResourceRequest[] }
  | { readonly ok: false; readonly error: string };

type Kinds = readonly Kind[];

function namesOf(kind: Kind): readonly string[] {
  return [kind.plural, kind.singular, ...kind.shortNames];
}

/** A kind by any name that `kubectl api-resources` lists, with or without `.group` or `.version.group`. */
function findKind(word: string, kinds: Kinds): Kind | undefined {
  const wanted = word.toLowerCase();
  const dot = wanted.indexOf('.');
  const name = dot < 0 ? wanted : wanted.slice(0, dot);
  const group = dot < 0 ? undefined : wanted.slice(dot + 1);
  return kinds.find(
    (kind) =>
      namesOf(kind).includes(name) &&
      (group === undefined || group === kind.group || group === `${kind.version}.${kind.group}`),
  );
}

/** The kinds of a category (`all`), in the order in which `kubectl get all` shows them. */
function categoryOf(word: string, kinds: Kinds): Kinds {
  return kinds.filter((kind) => kind.categories.includes(word.toLowerCase()));
}

function unknownKind(word: string, kinds: Kinds): string {
  const error = `the server doesn't have a resource type "${word}"`;
  const name = word.toLowerCase().split('.')[0] ?? '';
  const unstored = [...UNSTORED, ...OTHER_VERSIONS].find(
    (kind) => kind.plural === name || kind.singular === name || kind.shortNames.includes(name),
  );
  if (unstored !== undefined) return `${error}: a ${unstored.kind} is never stored`;
  const near = closest(word, kinds.flatMap(namesOf));
  return near === undefined ? error : `${error}; did you mean "${near}"?`;
}

class ResourceError extends Error {}

/** The kinds of `po,svc` or `all`, each once. */
function kindsOf(words: string, known: Kinds): Kinds {
  const kinds = words.split(',').flatMap((word) => {
    const kind = findKind(word, known);
    if (kind !== undefined) return [kind];
    const category = categoryOf(word, known);
    if (category.length === 0) throw new ResourceError(unknownKind(word, known));
    return category;
  });
  return [...new Set(kinds)];
}

function pairOf(word: string, kinds: Kinds): ResourceRequest {
  const parts = word.split('/');
  const [type = '', name = ''] = parts;
  if (parts.length !== 2 || type === '' || name === '') {
    throw new ResourceError('arguments in resource/name form may not have more than one slash');
  }
  const kind = findKind(type, kinds);
  if (kind === undefined) throw new ResourceError(unknownKind(type, kinds));
  return { kind, names: [name] };
}

/** Neighbouring pairs of one kind are one request, so that they share a table. */
function joined(requests: readonly ResourceRequest[]): readonly ResourceRequest[] {
  const result: ResourceRequest[] = [];
  for (const request of requests) {
    const last = result.at(-1);
    if (last?.kind === request.kind) {
      result[result.length - 1] = {
        kind: last.kind,
        names: [...(last.names ?? []), ...(request.names ?? [])],
      };
    } else result.push(request);
  }
  return result;
}

function parse(words: readonly string[], known: Kinds): readonly ResourceRequest[] {
  const [types, ...names] = words;
  if (types === undefined || types === '') {
    throw new ResourceError('you must specify the type of resource, as in "pods" or "deployment/web"');
  }
  const pairs = words.filter((word) => word.includes('/'));
  if (pairs.length === words.length) return joined(words.map((word) => pairOf(word, known)));
  if (pairs.length > 0) {
    throw new ResourceError(
      "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'get pod/web' instead of 'get pod pod/web')",
    );
  }
  const kinds = kindsOf(types, known);
  return kinds.map((kind) => (names.length === 0 ? { kind } : { kind, names }));
}

/**
 * What `kubectl get` or `describe` is asked for: `po`, `deploy,rs web`, `pod/a svc/b`, `all`. `kinds`: those that there
 * are, where that may be more than the built-in ones.
 */
export function parseResources(words: readonly string[], kinds: Kinds = KINDS): ParsedResources {
  try {
    return { ok: true, requests: parse(words, kinds) };
  } catch (error) {
    if (error instanceof ResourceError) return { ok: false, error: error.message };
    throw error;
  }
}
