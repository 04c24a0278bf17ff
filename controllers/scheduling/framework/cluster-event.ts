import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
  VolumeAttachment,
} from '../../../core/schema/types.generated.ts';
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
  | StorageEvent;

interface ObjectEvent<R extends string, T> {
  readonly resource: R;
  readonly action: 'Add' | 'Update' | 'Delete';
  /** What was known of it before. */
  readonly previous: T | undefined;
  readonly object: T;
}

/** Of what volumes are made of and come from. */
export type StorageEvent =
  | ObjectEvent<'PersistentVolumeClaim', PersistentVolumeClaim>
  | ObjectEvent<'PersistentVolume', PersistentVolume>
  | ObjectEvent<'StorageClass', StorageClass>
  | ObjectEvent<'CSINode', CSINode>
  | ObjectEvent<'CSIDriver', CSIDriver>
  | ObjectEvent<'CSIStorageCapacity', CSIStorageCapacity>
  | ObjectEvent<'VolumeAttachment', VolumeAttachment>;

export interface NodeChanges {
  readonly allocatable: boolean;
  readonly labels: boolean;
  readonly taints: boolean;
}

export const NO_NODE_CHANGES: NodeChanges = { allocatable: false, labels: false, taints: false };

/** A queueing hint: whether the event may make a pod schedulable that this plugin has refused. */
export type QueueingHint = (pod: PodInfo, event: ClusterEvent) => boolean;
