import type { Node, Pod } from '../../../core/schema/types.generated.ts';
import type { PodInfo } from '../cache/pod-info.ts';

/**
 * What happened to the cluster, as far as it may make a waiting pod schedulable
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/#enqueueextension).
 */
export type ClusterEvent =
  | {
      readonly resource: 'Node';
      readonly action: 'Add' | 'Update' | 'Delete';
      /** What an update changed; empty for the rest. */
      readonly changes: NodeChanges;
      readonly previous: Node | undefined;
      readonly node: Node;
    }
  | {
      /** A pod that holds a place on a node. */
      readonly resource: 'AssignedPod';
      readonly action: 'Add' | 'Update' | 'Delete';
      readonly previous: Pod | undefined;
      readonly pod: Pod;
    }
  | {
      /** The waiting pod itself, by another's hand. */
      readonly resource: 'TargetPod';
      readonly action: 'Update';
      readonly previous: Pod;
      readonly pod: Pod;
    }
  | {
      readonly resource: 'PersistentVolumeClaim';
      readonly action: 'Add' | 'Update' | 'Delete';
      readonly namespace: string | undefined;
      readonly name: string;
    };

export interface NodeChanges {
  readonly allocatable: boolean;
  readonly labels: boolean;
  readonly taints: boolean;
}

export const NO_NODE_CHANGES: NodeChanges = { allocatable: false, labels: false, taints: false };

/** A queueing hint: whether the event may make a pod schedulable that this plugin has refused. */
export type QueueingHint = (pod: PodInfo, event: ClusterEvent) => boolean;
