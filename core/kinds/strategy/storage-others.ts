import type { CSINode, CSIStorageCapacity, VolumeAttributesClass } from '../../schema/types.generated.ts';
import type { KindStrategy } from '../kind.ts';
import {
  validateCsiNode,
  validateCsiNodeUpdate,
  validateStorageCapacity,
  validateStorageCapacityUpdate,
  validateVolumeAttributesClass,
  validateVolumeAttributesClassUpdate,
} from '../validation/storage-others.ts';

export const CSI_NODE_STRATEGY: KindStrategy<CSINode> = {
  countsGenerations: false,
  validate: validateCsiNode,
  validateUpdate: validateCsiNodeUpdate,
};

export const STORAGE_CAPACITY_STRATEGY: KindStrategy<CSIStorageCapacity> = {
  countsGenerations: false,
  validate: validateStorageCapacity,
  validateUpdate: validateStorageCapacityUpdate,
};

export const VOLUME_ATTRIBUTES_CLASS_STRATEGY: KindStrategy<VolumeAttributesClass> = {
  validate: validateVolumeAttributesClass,
  validateUpdate: validateVolumeAttributesClassUpdate,
};
