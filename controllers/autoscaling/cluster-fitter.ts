import { controllerOf } from '../../core/api/object.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import type { ClusterView } from '../scheduling/cache/cluster-view.ts';
import type { NodeInfo } from '../scheduling/cache/node-info.ts';
import type { PodInfo } from '../scheduling/cache/pod-info.ts';
import type { Profile } from '../scheduling/framework/extension-points.ts';
import { firstFit } from '../scheduling/reference.ts';

/** Whether where its likes are matters to a pod: then a node that did not do may do later. */
function looksAtOthers({ spec }: Pod): boolean {
  return (
    spec.topologySpreadConstraints !== undefined ||
    spec.affinity?.podAffinity !== undefined ||
    spec.affinity?.podAntiAffinity !== undefined
  );
}

function* startingAt(nodes: readonly NodeInfo[], from: number): Iterable<NodeInfo> {
  for (let i = from; i < nodes.length; i += 1) yield nodes[i]!;
}

/**
 * Finds a place for many pods, one after the other, on nodes that only fill up meanwhile. Pods of one controller with the
 * same containers fare alike: what one could not have, the next can't, and need not ask for.
 */
export class ClusterFitter {
  private readonly profile: Profile;
  private readonly cluster: ClusterView;
  private readonly numbers = new Map<object, number>();
  /** By likeness, the first node that may still do. */
  private readonly from = new Map<string, number>();

  constructor(profile: Profile, cluster: ClusterView) {
    this.profile = profile;
    this.cluster = cluster;
  }

  /** The same text for pods that fare alike. */
  likeness({ pod, facts }: PodInfo): string {
    const owner = controllerOf(pod)?.uid ?? pod.metadata.uid;
    const known = this.numbers.get(facts) ?? this.numbers.size;
    this.numbers.set(facts, known);
    return `${owner}/${known}`;
  }

  /** The first of the nodes that would do. The list may grow from call to call, and changes in no other way. */
  find(pod: PodInfo, nodes: readonly NodeInfo[]): NodeInfo | undefined {
    const like = this.likeness(pod);
    const isFree = looksAtOthers(pod.pod);
    const from = isFree ? 0 : (this.from.get(like) ?? 0);
    const { node } = firstFit(this.profile, pod, this.cluster, startingAt(nodes, from));
    if (!isFree) this.from.set(like, node === undefined ? nodes.length : nodes.indexOf(node, from));
    return node;
  }
}
