import type { Pod } from '../../core/schema/types.generated.ts';

/** `scheduling.SystemCriticalPriority` (https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/). */
const SYSTEM_CRITICAL = 2_000_000_000;
/** Where a pod came from, as the kubelet notes it on static pods and on their mirrors. */
export const CONFIG_SOURCE = 'kubernetes.io/config.source';
export const CONFIG_MIRROR = 'kubernetes.io/config.mirror';
export const CONFIG_HASH = 'kubernetes.io/config.hash';

/** Of a pod that the API server did not ask for: a static one, or its mirror. */
export function isStaticPod({ metadata }: Pod): boolean {
  const source = metadata.annotations?.[CONFIG_SOURCE];
  return (source !== undefined && source !== 'api') || metadata.annotations?.[CONFIG_MIRROR] !== undefined;
}

/** `IsCriticalPod` of `pkg/kubelet/types/pod_update.go`. */
export function isCriticalPod(pod: Pod): boolean {
  return (pod.spec.priority ?? 0) >= SYSTEM_CRITICAL || isStaticPod(pod);
}
