import type { NewObject } from '../../api/object.ts';
import type { ResourceQuota, ResourceQuotaStatus } from '../../schema/types.generated.ts';
import type { KindStrategy } from '../kind.ts';
import {
  validateQuota,
  validateQuotaStatusUpdate,
  validateQuotaUpdate,
} from '../validation/resource-quota.ts';

/** Nothing is counted before the controller has. */
const STATUS: ResourceQuotaStatus = Object.freeze({});

export const RESOURCE_QUOTA_STRATEGY: KindStrategy<ResourceQuota> = {
  countsGenerations: false,
  prepareForCreate({
    apiVersion,
    kind,
    metadata,
    spec = {},
  }: NewObject<ResourceQuota>): NewObject<ResourceQuota> {
    return { apiVersion, kind, metadata, spec, status: STATUS };
  },
  validate: validateQuota,
  validateUpdate: validateQuotaUpdate,
  validateStatusUpdate: validateQuotaStatusUpdate,
};
