import { POD, STATEFUL_SET } from '../../core/kinds/registry.ts';
import type {
  Pod,
  PodSpec,
  PodTemplateSpec,
  StatefulSet,
  Volume,
} from '../../core/schema/types.generated.ts';
import type { Request } from '../controller.ts';
import { REVISION_HASH } from './controller-revisions.ts';
import { newPod } from './pod-from-template.ts';
import { claimName } from './stateful-set-claims.ts';
import { ordinalOf, POD_INDEX_LABEL, POD_NAME_LABEL, podName } from './stateful-set-identity.ts';

/** The volumes of the claims, and those of the template that no claim replaces (`updateStorage`). */
function volumesOf(
  set: StatefulSet,
  others: readonly Volume[] | undefined,
  ordinal: number,
): readonly Volume[] | undefined {
  const templates = set.spec.volumeClaimTemplates ?? [];
  if (templates.length === 0) return others;
  const names = new Set(templates.map(({ metadata }) => metadata?.name));
  return [
    ...templates.map((template) => ({
      name: template.metadata?.name ?? '',
      persistentVolumeClaim: { claimName: claimName(set, template, ordinal) },
    })),
    ...(others ?? []).filter(({ name }) => !names.has(name)),
  ];
}

/** The request that creates the pod of a number (`newStatefulSetPod`). */
export function statefulPodCreation(
  set: StatefulSet,
  template: PodTemplateSpec,
  revision: string,
  ordinal: number,
  tag: string,
): Request {
  const name = podName(set, ordinal);
  const spec = template.spec as PodSpec;
  const placed = {
    ...spec,
    hostname: name,
    subdomain: set.spec.serviceName,
    volumes: volumesOf(set, spec.volumes, ordinal),
  } as PodSpec;
  const labels = {
    ...template.metadata?.labels,
    [POD_NAME_LABEL]: name,
    [POD_INDEX_LABEL]: String(ordinal),
    [REVISION_HASH]: revision,
  };
  return newPod(STATEFUL_SET, set, template, placed, tag, { name, labels });
}

/** `identityMatches`; its name and namespace are right, or it would be none of the set's. */
export function hasIdentity(pod: Pod): boolean {
  return pod.metadata.labels?.[POD_NAME_LABEL] === pod.metadata.name;
}

/** Whether a pod has the volumes of all claims (`storageMatches`). */
export function hasStorage(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod);
  return (set.spec.volumeClaimTemplates ?? []).every((template) => {
    const volume = pod.spec.volumes?.find(({ name }) => name === template.metadata?.name);
    return volume?.persistentVolumeClaim?.claimName === claimName(set, template, ordinal);
  });
}

/** Puts identity and volumes right. The API refuses other volumes, and says so in the Event. */
export function statefulPodUpdate(set: StatefulSet, pod: Pod, tag: string): Request {
  const ordinal = ordinalOf(pod);
  return {
    verb: 'patch',
    kind: POD,
    namespace: pod.metadata.namespace,
    name: pod.metadata.name,
    uid: pod.metadata.uid,
    change: (stored) => {
      const before = stored as Pod;
      const labels = {
        ...before.metadata.labels,
        [POD_NAME_LABEL]: before.metadata.name,
        [POD_INDEX_LABEL]: String(ordinal),
      };
      const named = hasIdentity(before) ? before : { ...before, metadata: { ...before.metadata, labels } };
      if (hasStorage(set, before)) return named;
      const volumes = volumesOf(set, before.spec.volumes, ordinal);
      return { ...named, spec: { ...before.spec, volumes } } as Pod;
    },
    concurrent: true,
    tag,
  };
}

export function statefulPodDeletion({ metadata }: Pod, tag: string): Request {
  return {
    verb: 'delete',
    kind: POD,
    namespace: metadata.namespace,
    name: metadata.name,
    concurrent: true,
    tag,
  };
}
