import type { CustomResourceDefinition } from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import type { Kind } from '../kind.ts';
import { CUSTOM_RESOURCE_DEFINITION, KINDS, kindByResource, kindFor } from '../registry.ts';
import { customKindOf } from './custom-kind.ts';

/** Kinds as one state of a cluster knows them: the built-in ones, and those of its CustomResourceDefinitions. */

interface Known {
  /** By resource, in its order. */
  readonly kinds: readonly Kind[];
  readonly byResource: ReadonlyMap<string, Kind>;
  /** By `apiVersion/kind` of every version that is served. */
  readonly byKind: ReadonlyMap<string, Kind>;
  /** By `apiVersion/plural`. */
  readonly byPath: ReadonlyMap<string, Kind>;
}

const NOTHING: Known = { kinds: [], byResource: new Map(), byKind: new Map(), byPath: new Map() };

/** A view gives the very same list until something in it changes. */
const known = new WeakMap<readonly CustomResourceDefinition[], Known>();

/** Names that another definition, or a kind of the API's own, has already are not served. */
function hasNames({ status }: CustomResourceDefinition): boolean {
  return !(status?.conditions ?? []).some((one) => one.type === 'NamesAccepted' && one.status === 'False');
}

function read(definitions: readonly CustomResourceDefinition[]): Known {
  const kinds = definitions
    .filter(hasNames)
    .map(customKindOf)
    .filter((kind) => kind !== undefined)
    .toSorted((a, b) => (a.resource < b.resource ? -1 : 1));
  const byKind = new Map<string, Kind>();
  const byPath = new Map<string, Kind>();
  for (const kind of kinds) {
    for (const { apiVersion } of kind.custom ?? []) {
      byKind.set(`${apiVersion}/${kind.kind}`, kind);
      byPath.set(`${apiVersion}/${kind.plural}`, kind);
    }
  }
  return { kinds, byResource: new Map(kinds.map((kind) => [kind.resource, kind])), byKind, byPath };
}

function knownTo(view: View): Known {
  const definitions = view.list(CUSTOM_RESOURCE_DEFINITION);
  if (definitions.length === 0) return NOTHING;
  let found = known.get(definitions);
  if (found === undefined) {
    found = read(definitions);
    known.set(definitions, found);
  }
  return found;
}

/** Those that definitions add, by resource. */
export function customKinds(view: View): readonly Kind[] {
  return knownTo(view).kinds;
}

/** Every kind: the built-in ones in the order of the registry, then the others. */
export function allKinds(view: View): readonly Kind[] {
  const custom = customKinds(view);
  return custom.length === 0 ? KINDS : [...KINDS, ...custom];
}

/** As `kindFor`, with custom kinds. */
export function kindIn(view: View, apiVersion: string, kind: string): Kind | undefined {
  return kindFor(apiVersion, kind) ?? knownTo(view).byKind.get(`${apiVersion}/${kind}`);
}

/** Whether the definition of a custom kind is on its way out. */
export function isTerminating(view: View, { resource }: Kind): boolean {
  return view.get(CUSTOM_RESOURCE_DEFINITION, undefined, resource)?.metadata.deletionTimestamp !== undefined;
}

/** As `kindByResource`, with custom kinds. */
export function kindOfResource(view: View, resource: string): Kind | undefined {
  return kindByResource(resource) ?? knownTo(view).byResource.get(resource);
}

/** By the place in a path: `example.com/v1/widgets`. */
export function customKindAt(view: View, apiVersion: string, plural: string): Kind | undefined {
  return knownTo(view).byPath.get(`${apiVersion}/${plural}`);
}

/** Whether a path may go on below `/apis/GROUP/VERSION`. */
export function servesCustomVersion(view: View, apiVersion: string): boolean {
  return knownTo(view).kinds.some(({ custom }) =>
    custom?.some((version) => version.apiVersion === apiVersion),
  );
}
