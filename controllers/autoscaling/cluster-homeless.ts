import { keyOf } from '../../core/api/object.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { type Micros, parseRfc3339, SECOND } from '../../core/time.ts';
import { type PodInfo, podInfo, priorityOf } from '../scheduling/cache/pod-info.ts';
import { ClusterFitter } from './cluster-fitter.ts';
import type { ClusterModel } from './cluster-model.ts';
import type { ClusterAutoscalerOptions } from './cluster-options.ts';
import type { Scene } from './cluster-scan.ts';

/** `unschedulablePodTimeBuffer`: the scheduler may not be through with pods that are younger. */
const POD_BUFFER: Micros = 2 * SECOND;

/** Pods without a place that also have none on nodes that are there or on their way. */
export function homelessPods(
  { expendablePriorityCutoff, newPodScaleUpDelay, profile }: ClusterAutoscalerOptions,
  model: ClusterModel,
  { trial, out, now }: Scene,
): readonly PodInfo[] {
  const pods: Pod[] = [];
  let newest = 0;
  let oldest = Number.POSITIVE_INFINITY;
  for (const pod of model.unschedulable.values()) {
    if (priorityOf(pod) < expendablePriorityCutoff) continue;
    const created = parseRfc3339(pod.metadata.creationTimestamp) ?? 0;
    if (created + newPodScaleUpDelay > now) {
      out.at(created + newPodScaleUpDelay);
      continue;
    }
    newest = Math.max(newest, created);
    oldest = Math.min(oldest, created);
    pods.push(pod);
  }
  if (pods.length > 0 && oldest + POD_BUFFER > now) {
    out.at(newest + POD_BUFFER);
    return [];
  }
  pods.sort((a, b) => priorityOf(b) - priorityOf(a) || (keyOf(a) < keyOf(b) ? -1 : 1));
  const homeless: PodInfo[] = [];
  const fitter = new ClusterFitter(profile, trial.cache);
  for (const pod of pods) {
    const info = podInfo(pod);
    const node = fitter.find(info, trial.cache.nodes);
    if (node === undefined) homeless.push(info);
    else trial.place(info, node.name);
  }
  return homeless;
}
