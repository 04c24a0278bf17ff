import type { NewObject } from '../../api/object.ts';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  JSONSchemaProps,
} from '../../schema/types.generated.ts';
import { CATALOG } from '../catalog.ts';
import type { CustomVersion, Kind } from '../kind.ts';
import { customColumns } from './columns.ts';
import { customStrategy } from './custom-strategy.ts';
import { prune } from './prune.ts';
import { byPriority } from './version-order.ts';

/**
 * Kinds that CustomResourceDefinitions define. What such a kind is follows from its definition alone, and which
 * definitions there are is a matter of each cluster's state.
 */

/** Places behind those of the built-in kinds, by resource. A number means nothing: the order of kinds is by name. */
const indexes = new Map<string, number>();

function indexOf(resource: string): number {
  const known = indexes.get(resource);
  if (known !== undefined) return known;
  const index = CATALOG.length + indexes.size;
  indexes.set(resource, index);
  return index;
}

const ANYTHING: JSONSchemaProps = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

function versionOf(group: string, version: CustomResourceDefinitionVersion): CustomVersion {
  const apiVersion = `${group}/${version.name}`;
  return {
    apiVersion,
    schema: version.schema?.openAPIV3Schema ?? ANYTHING,
    columns: customColumns(version.additionalPrinterColumns),
    hasStatus: version.subresources?.status !== undefined,
    scale: version.subresources?.scale,
    selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, '')),
    deprecation:
      version.deprecated === true ? (version.deprecationWarning ?? `${apiVersion} is deprecated`) : undefined,
  };
}

const kinds = new WeakMap<CustomResourceDefinition, Kind | null>();

function makeKind({ spec }: CustomResourceDefinition): Kind | undefined {
  const { group, names, scope } = spec;
  const stored = spec.versions.find(({ storage }) => storage === true);
  const served = spec.versions
    .filter((version) => version.served === true)
    .toSorted((a, b) => byPriority(a.name, b.name));
  if (stored === undefined) return undefined;
  const resource = `${names.plural}.${group}`;
  const ownVersion = versionOf(group, stored);
  const versions = served.map((version) => versionOf(group, version));
  return {
    group,
    version: stored.name,
    apiVersion: ownVersion.apiVersion,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope === 'Namespaced',
    hasStatus: ownVersion.hasStatus,
    index: indexOf(resource),
    resource,
    strategy: customStrategy([ownVersion, ...versions]),
    custom: versions,
  };
}

/** The kind that a definition comes to; `undefined` where it stores no version. */
export function customKindOf(definition: CustomResourceDefinition): Kind | undefined {
  let kind = kinds.get(definition);
  if (kind === undefined) {
    kind = makeKind(definition) ?? null;
    kinds.set(definition, kind);
  }
  return kind ?? undefined;
}

/** What a client sent, without what the schema of its version doesn't know; each such field is told. */
export function prunedAs(kind: Kind, object: NewObject, onUnknown: (path: string) => void): NewObject {
  const version = kind.custom?.find(({ apiVersion }) => apiVersion === object.apiVersion);
  return version === undefined ? object : (prune(object, version.schema, '', onUnknown, true) as NewObject);
}
