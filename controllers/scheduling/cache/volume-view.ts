import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../../../core/schema/types.generated.ts';

/** The cluster's storage as plugins see it: with what the scheduler assumes, and as the API last told it. */
export interface VolumeView {
  claim(namespace: string | undefined, name: string): PersistentVolumeClaim | undefined;
  storedClaim(namespace: string | undefined, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  storedVolume(name: string): PersistentVolume | undefined;
  /** Those that name the class, by name; the empty name: those without any. */
  volumesOf(className: string): readonly PersistentVolume[];
  storageClass(name: string): StorageClass | undefined;
  csiDriver(name: string): CSIDriver | undefined;
  csiNode(name: string): CSINode | undefined;
  /** Whether any node has a limit for volumes of the driver. */
  isLimited(driver: string): boolean;
  capacities(): Iterable<CSIStorageCapacity>;
  attachmentsTo(nodeName: string): Iterable<VolumeAttachment>;
}
