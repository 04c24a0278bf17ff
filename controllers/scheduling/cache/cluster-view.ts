import type { StringMap } from '../../../core/api/object.ts';
import type { Pod } from '../../../core/schema/types.generated.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import type { PodSelector } from './pod-owners.ts';
import type { VolumeView } from './volume-view.ts';

/** The cluster as plugins see it. */
export interface ClusterView {
  /** Every node that has an object, by name. */
  readonly nodes: readonly NodeInfo[];
  node(name: string): NodeInfo | undefined;
  /** Raised whenever a node comes or goes. */
  readonly nodeSetVersion: number;
  readonly images: ImageStates;
  /** How many pods anywhere have a rule on other pods; zero lets such plugins stand aside. */
  readonly podsWithAffinity: number;
  /** Priority of the least important pod that holds a place; infinite where there is none. */
  lowestPriority(): number;
  /** The pods that the Services and the workload of a pod have in common; `undefined` where it has none of these. */
  ownersSelector(pod: Pod): PodSelector | undefined;
  /** Pods of this or a higher priority for which room is being made on the node. */
  nominatedAhead(priority: number, node: NodeInfo): readonly PodInfo[];
  /** What there is to see if these pods were on a node. */
  supposing<T>(node: NodeInfo, pods: readonly PodInfo[], look: () => T): T;
  namespaceLabels(name: string): StringMap | undefined;
  readonly volumes: VolumeView;
}

/** Which images the nodes hold. */
export interface ImageStates {
  /** Size as the nodes report it, and how many have it. */
  get(image: string): ImageState | undefined;
  /** Raised whenever the images of any node change. */
  readonly version: number;
}

export interface ImageState {
  readonly sizeBytes: number;
  readonly nodeCount: number;
}
