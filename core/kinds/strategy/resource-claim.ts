import type { NewObject } from '../../api/object.ts';
import type {
  DeviceClass,
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaimSpec,
  ResourceClaimTemplate,
  ResourceSlice,
  ResourceV1ResourceClaim,
} from '../../schema/types.generated.ts';
import { fill, onField, onItems } from '../defaults/fill.ts';
import type { KindStrategy } from '../kind.ts';
import {
  validateClaimTemplate,
  validateClaimTemplateUpdate,
  validateDeviceClass,
  validateResourceClaim,
  validateResourceClaimStatusUpdate,
  validateResourceClaimUpdate,
} from '../validation/resource-claim.ts';
import { validateResourceSlice, validateResourceSliceUpdate } from '../validation/resource-slice.ts';

/** Dynamic resource allocation (Kubernetes' `pkg/apis/resource/v1/defaults.go`). */

type AnyRequest = ExactDeviceRequest & DeviceSubRequest;

/** One device, unless all are asked for. */
function withCount<T extends Partial<AnyRequest>>(request: T): T {
  const moded = fill(request, { allocationMode: 'ExactCount' } as Partial<T>);
  if (moded.allocationMode !== 'ExactCount' || (moded.count ?? 0) !== 0) return moded;
  return { ...moded, count: 1 };
}

function requestDefaults(request: DeviceRequest): DeviceRequest {
  const exact = onField(request, 'exactly', withCount);
  return onField(exact, 'firstAvailable', (list) => onItems(list, withCount));
}

function claimDefaults(spec: ResourceClaimSpec): ResourceClaimSpec {
  return onField(spec, 'devices', (devices) =>
    onField(devices, 'requests', (requests) => onItems(requests, requestDefaults)),
  );
}

export const RESOURCE_CLAIM_STRATEGY: KindStrategy<ResourceV1ResourceClaim> = {
  countsGenerations: false,
  applyDefaults: (object: NewObject<ResourceV1ResourceClaim>) => onField(object, 'spec', claimDefaults),
  prepareForCreate: (object: NewObject<ResourceV1ResourceClaim>) => ({ ...object, status: {} }),
  validate: validateResourceClaim,
  validateUpdate: validateResourceClaimUpdate,
  validateStatusUpdate: validateResourceClaimStatusUpdate,
};

export const RESOURCE_CLAIM_TEMPLATE_STRATEGY: KindStrategy<ResourceClaimTemplate> = {
  countsGenerations: false,
  applyDefaults: (object: NewObject<ResourceClaimTemplate>) =>
    onField(object, 'spec', (template) => onField(template, 'spec', claimDefaults)),
  validate: validateClaimTemplate,
  validateUpdate: validateClaimTemplateUpdate,
};

export const DEVICE_CLASS_STRATEGY: KindStrategy<DeviceClass> = {
  validate: validateDeviceClass,
  validateUpdate: (next) => validateDeviceClass(next),
};

export const RESOURCE_SLICE_STRATEGY: KindStrategy<ResourceSlice> = {
  validate: validateResourceSlice,
  validateUpdate: validateResourceSliceUpdate,
};
