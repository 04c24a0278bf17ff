import type { NewObject } from '../../api/object.ts';
import type {
  CSIDriver,
  CSIDriverSpec,
  VolumeAttachment,
  VolumeAttachmentStatus,
} from '../../schema/types.generated.ts';
import { fill, onField } from '../defaults/fill.ts';
import type { KindStrategy } from '../kind.ts';
import {
  validateAttachment,
  validateAttachmentUpdate,
  validateCsiDriver,
  validateCsiDriverUpdate,
} from '../validation/csi.ts';

/** Drivers of volumes and what they attach (Kubernetes' `pkg/apis/storage/v1/defaults.go`). */

const DETACHED: VolumeAttachmentStatus = { attached: false };

export const VOLUME_ATTACHMENT_STRATEGY: KindStrategy<VolumeAttachment> = {
  countsGenerations: false,
  prepareForCreate(object: NewObject<VolumeAttachment>): NewObject<VolumeAttachment> {
    return { ...object, status: DETACHED };
  },
  validate: validateAttachment,
  validateUpdate: validateAttachmentUpdate,
};

const CSI_DRIVER: Partial<CSIDriverSpec> = {
  attachRequired: true,
  fsGroupPolicy: 'ReadWriteOnceWithFSType',
  podInfoOnMount: false,
  requiresRepublish: false,
  seLinuxMount: false,
  storageCapacity: false,
  volumeLifecycleModes: Object.freeze(['Persistent']),
};

export const CSI_DRIVER_STRATEGY: KindStrategy<CSIDriver> = {
  countsGenerations: false,
  applyDefaults(object: NewObject<CSIDriver>): NewObject<CSIDriver> {
    return onField(object, 'spec', (spec) => fill(spec, CSI_DRIVER));
  },
  validate: validateCsiDriver,
  validateUpdate: validateCsiDriverUpdate,
};
