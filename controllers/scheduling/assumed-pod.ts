import type { Request } from '../controller.ts';
import type { ClusterCache } from './cache/cluster-cache.ts';
import type { PodInfo } from './cache/pod-info.ts';
import type { Placer } from './fast/placement.ts';
import type { CycleState } from './framework/cycle-state.ts';
import type { Plugin, Profile, ReserveContext } from './framework/extension-points.ts';
import type { Rejection } from './framework/rejection.ts';
import type { SchedulerOptions } from './options.ts';
import type { QueuedPod } from './queue/queued-pod.ts';

export interface ServedProfile {
  readonly profile: Profile;
  readonly placer: Placer;
  readonly byName: ReadonlyMap<string, Plugin>;
  /** Instead of the scheduler's own. */
  readonly tieBreak: 'draw' | 'first' | undefined;
}

export function servedBy(profile: Profile, placer: Placer): ServedProfile {
  const plugins = profile.plugins.map(({ plugin }) => plugin);
  return {
    profile,
    placer,
    byName: new Map(plugins.map((plugin) => [plugin.name, plugin])),
    tieBreak: plugins.find(({ tieBreak }) => tieBreak !== undefined)?.tieBreak,
  };
}

/** A pod that was given a node, until both the binding's result and the pod's own event have come. */
export interface AssumedPod {
  readonly queued: QueuedPod;
  readonly served: ServedProfile;
  readonly state: CycleState;
  readonly nodeName: string;
  info: PodInfo;
  /** While the requests before its binding are under way: the plugin that then waits. */
  waitsFor: Plugin | undefined;
  bound: boolean;
  confirmed: boolean;
  /** Deleted, or ended, while its binding was under way. */
  gone: boolean;
}

/** The plugins take what the pod needs, and may hold it back; the first that refuses is told. */
export function reserve(
  { served, state, info, nodeName }: AssumedPod,
  cluster: ClusterCache,
  drawOf: SchedulerOptions['draw'],
): Rejection | undefined {
  const context: ReserveContext = {
    cluster,
    volumes: cluster.volumes,
    draw: (purpose) => drawOf(info.uid, purpose),
  };
  for (const { plugin } of served.profile.plugins) {
    const rejection = plugin.reserve?.reserve(state, info, nodeName, context);
    if (rejection !== undefined) return rejection;
  }
  for (const { plugin } of served.profile.plugins) {
    const rejection = plugin.permit?.(state, info, nodeName);
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}

/** In the other direction. */
export function unreserve({ served, state, info, nodeName }: AssumedPod): void {
  for (const { plugin } of served.profile.plugins.toReversed()) {
    plugin.reserve?.unreserve(state, info, nodeName);
  }
}

/** What the first plugin that binds the pod sends. */
export function bindRequests({ served, info, nodeName }: AssumedPod): readonly Request[] {
  for (const { plugin } of served.profile.plugins) {
    const request = plugin.bind?.(info.pod, nodeName);
    if (request !== undefined) return [request];
  }
  return [];
}
