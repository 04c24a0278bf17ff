import { KINDS } from '../kinds/registry.ts';
import { type FieldType, structNamed, structNameOf } from '../schema/table.ts';

/**
 * How version 2 of the OpenAPI document names its definitions: by Go package and type. The table of the schema knows the
 * type and the version; the package follows from the kinds that use it. What any kind of the core group uses is of the
 * core group, wherever else it is used too.
 */

/** Packages that are not in `k8s.io/api`. */
const PACKAGES: Readonly<Record<string, string>> = {
  'apiextensions.k8s.io': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
/** Types of the machinery that all groups use (k8s.io/apimachinery, `meta/v1`). */
const META_STRUCTS: readonly string[] = [
  'Condition',
  'FieldSelectorRequirement',
  'LabelSelector',
  'LabelSelectorRequirement',
  'ManagedFieldsEntry',
  'ObjectMeta',
  'OwnerReference',
];
/** Of the core group, though none of its own kinds uses them. */
const CORE_STRUCTS: readonly string[] = ['TopologySelectorLabelRequirement', 'TopologySelectorTerm'];

/** The claims of a StatefulSet need not say their kind, which this document doesn't tell apart. */
const DOCUMENTED_AS: Readonly<Record<string, string>> = { VolumeClaimTemplate: 'PersistentVolumeClaim' };

export function documentedStruct(struct: string): string {
  return Object.hasOwn(DOCUMENTED_AS, struct) ? (DOCUMENTED_AS[struct] as string) : struct;
}

function packageOf(group: string, version: string): string {
  if (group === '') return `io.k8s.api.core.${version}`;
  const own = Object.hasOwn(PACKAGES, group) ? PACKAGES[group] : undefined;
  return `${own ?? `io.k8s.api.${group.slice(0, group.indexOf('.') < 0 ? undefined : group.indexOf('.'))}`}.${version}`;
}

function structsIn(type: FieldType): readonly string[] {
  switch (type.type) {
    case 'struct':
    case 'structOr':
      return [type.struct];
    case 'list':
    case 'map':
      return structsIn(type.of);
    default:
      return [];
  }
}

function nameAll(): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const struct of META_STRUCTS) names.set(struct, `${META}.${structNamed(struct).goName}`);
  const visit = (struct: string, prefix: string): void => {
    if (names.has(struct)) return;
    const { goName, fields } = structNamed(struct);
    names.set(struct, `${prefix}.${goName}`);
    for (const { type } of fields) for (const used of structsIn(type)) visit(used, prefix);
  };
  const core = packageOf('', 'v1');
  const coreFirst = [...KINDS].sort((a, b) => Number(b.group === '') - Number(a.group === ''));
  for (const { group, version, apiVersion, kind } of coreFirst) {
    if (group !== '' && !names.has('TopologySelectorTerm'))
      for (const struct of CORE_STRUCTS) visit(struct, core);
    const struct = structNameOf(apiVersion, kind);
    if (struct !== undefined) visit(struct, packageOf(group, version));
  }
  return names;
}

let named: ReadonlyMap<string, string> | undefined;

/** `io.k8s.api.apps.v1.DeploymentSpec`. */
export function definitionName(struct: string): string {
  named ??= nameAll();
  return named.get(struct) ?? struct;
}
