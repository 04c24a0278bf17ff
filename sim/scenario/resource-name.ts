import type { Kind } from '../../core/kinds/kind.ts';
import { KINDS } from '../../core/kinds/registry.ts';
import { didYouMean } from './problem.ts';

/** Every word by which kubectl knows a kind: `deployments`, `deployment`, `deploy`, `deployments.apps`. */
const byWord = new Map<string, Kind>();
for (const kind of KINDS) {
  const words = [kind.plural, kind.singular, kind.kind.toLowerCase(), ...kind.shortNames];
  for (const word of words) {
    if (!byWord.has(word)) byWord.set(word, kind);
    if (kind.group !== '') byWord.set(`${word}.${kind.group}`, kind);
  }
}

/** The kind that a person means by a word; of two kinds with one name the first in the registry, as in kubectl. */
export function kindByWord(word: string): Kind | undefined {
  return byWord.get(word.toLowerCase());
}

/** `the server doesn't have a resource type "deploymint"`: kubectl's words, with what may have been meant. */
export function unknownResource(word: string): string {
  return `the server doesn't have a resource type "${word}"${didYouMean(word, byWord.keys())}`;
}

export interface ParsedName {
  readonly kind: Kind;
  /** Absent for a cluster-scoped kind. */
  readonly namespace?: string;
  readonly name: string;
}

/** Where a name stands without its namespace. */
export const DEFAULT_NAMESPACE = 'default';

/** A name as the API has them: enough to keep out spaces and other slips. Each kind's own rule is validation's. */
const NAME = /^[A-Za-z0-9]([A-Za-z0-9.:_-]*[A-Za-z0-9])?$/;

/** `deployment/web`, `deployment/shop/web`; `namespace` is the one of a name that has none of its own. */
export function parseName(
  text: string,
  namespace: string = DEFAULT_NAMESPACE,
): ParsedName | { readonly error: string } {
  const parts = text.split('/');
  const [word = '', ...names] = parts;
  if (parts.length < 2 || parts.length > 3 || names.some((name) => !NAME.test(name)) || word === '') {
    return {
      error: `expected kind/name or kind/namespace/name, such as deployment/web, got ${JSON.stringify(text)}`,
    };
  }
  const kind = kindByWord(word);
  if (kind === undefined) return { error: unknownResource(word) };
  const name = names.at(-1)!;
  if (!kind.namespaced) {
    if (names.length > 1) return { error: `${kind.plural} have no namespace: write ${word}/${name}` };
    return { kind, name };
  }
  return { kind, namespace: names.length > 1 ? names[0]! : namespace, name };
}
