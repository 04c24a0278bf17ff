import { isPodAvailable, isPodReady } from '../../core/kinds/pod/status.ts';
import type { Pod, StatefulSet } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import { REVISION_HASH } from './controller-revisions.ts';

/** Labels by which a pod of a StatefulSet is told from its brothers (https://kubernetes.io/docs/reference/labels-annotations-taints/). */
export const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
export const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';

const NAME = /^(.*)-(\d+)$/;
/** Greater numbers are none (`strconv.ParseInt` of 32 bits). */
const MAX_ORDINAL = 2_147_483_647;

/** The number at the end of a pod's name; -1 where there is none. */
export function ordinalOf({ metadata }: Pod): number {
  const ordinal = Number(NAME.exec(metadata.name)?.[2] ?? -1);
  return ordinal > MAX_ORDINAL ? -1 : ordinal;
}

/** Whether a pod's name is one that this StatefulSet gives (`isMemberOf`). */
export function isMemberOf(set: StatefulSet): (pod: Pod) => boolean {
  return ({ metadata }) => NAME.exec(metadata.name)?.[1] === set.metadata.name;
}

export function podName(set: StatefulSet, ordinal: number): string {
  return `${set.metadata.name}-${ordinal}`;
}

export function startOrdinal({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0;
}

export function replicasOf({ spec }: StatefulSet): number {
  return spec.replicas ?? 1;
}

/** Whether the StatefulSet wants a pod of this number. */
export function isInRange(set: StatefulSet, ordinal: number): boolean {
  const start = startOrdinal(set);
  return ordinal >= start && ordinal < start + replicasOf(set);
}

export function isParallel({ spec }: StatefulSet): boolean {
  return spec.podManagementPolicy === 'Parallel';
}

/** The name of the revision that a pod is of. */
export function revisionOf({ metadata }: Pod): string {
  return metadata.labels?.[REVISION_HASH] ?? '';
}

export function isTerminating({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}

export function isRunningAndReady(pod: Pod): boolean {
  return pod.status.phase === 'Running' && isPodReady(pod);
}

export function isUnavailable({ spec }: StatefulSet, pod: Pod, now: Micros): boolean {
  return isTerminating(pod) || !isPodAvailable(pod, spec.minReadySeconds ?? 0, now);
}
