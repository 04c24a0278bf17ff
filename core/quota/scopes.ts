import type { NewObject } from '../api/object.ts';
import type { KindRef } from '../kinds/kind-ref.ts';
import { qosClass } from '../kinds/pod/resources.ts';
import type {
  Affinity,
  PersistentVolumeClaim,
  Pod,
  PodAffinityTerm,
  PodSpec,
  ResourceQuotaSpec,
  ScopedResourceSelectorRequirement,
} from '../schema/types.generated.ts';

/** Whether an object is within the scopes of a quota (`podMatchesScopeFunc`, `pvcMatchesScopeFunc`). */

function matchesValue(value: string | undefined, requirement: ScopedResourceSelectorRequirement): boolean {
  const { operator, values = [] } = requirement;
  const isSet = value !== undefined && value !== '';
  if (operator === 'Exists') return isSet;
  if (operator === 'DoesNotExist') return !isSet;
  const isIn = isSet && values.includes(value);
  return operator === 'In' ? isIn : !isIn;
}

function crossesNamespaces({ namespaceSelector, namespaces = [] }: PodAffinityTerm): boolean {
  return namespaces.length > 0 || namespaceSelector !== undefined;
}

function termsOf({ podAffinity, podAntiAffinity }: Affinity): readonly PodAffinityTerm[] {
  return [podAffinity, podAntiAffinity].flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
      ({ podAffinityTerm }) => podAffinityTerm,
    ),
  ]);
}

function matchesPod(spec: PodSpec, requirement: ScopedResourceSelectorRequirement): boolean {
  const ends = (spec.activeDeadlineSeconds ?? -1) >= 0;
  switch (requirement.scopeName) {
    case 'Terminating':
      return ends;
    case 'NotTerminating':
      return !ends;
    case 'BestEffort':
      return qosClass(spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClass(spec) !== 'BestEffort';
    case 'PriorityClass':
      return matchesValue(spec.priorityClassName, requirement);
    case 'CrossNamespacePodAffinity':
      return termsOf(spec.affinity ?? {}).some(crossesNamespaces);
    case 'VolumeAttributesClass':
      return false;
  }
}

function matches(kind: KindRef, object: NewObject, requirement: ScopedResourceSelectorRequirement): boolean {
  if (kind.resource === 'pods') {
    const { spec } = object as NewObject<Pod>;
    return spec !== undefined && matchesPod(spec, requirement);
  }
  if (kind.resource !== 'persistentvolumeclaims' || requirement.scopeName !== 'VolumeAttributesClass') {
    return false;
  }
  return matchesValue(
    (object as NewObject<PersistentVolumeClaim>).spec?.volumeAttributesClassName,
    requirement,
  );
}

/** A quota without scopes covers everything; one with scopes what is in all of them. */
export function isInScopes(spec: ResourceQuotaSpec, kind: KindRef, object: NewObject): boolean {
  const { scopeSelector, scopes = [] } = spec;
  return [
    ...scopes.map((scopeName) => ({ scopeName, operator: 'Exists' }) as const),
    ...(scopeSelector?.matchExpressions ?? []),
  ].every((requirement) => matches(kind, object, requirement));
}
