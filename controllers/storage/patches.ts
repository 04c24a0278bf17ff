import type { KubeObject } from '../../core/api/object.ts';
import { PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM } from '../../core/kinds/registry.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../core/schema/types.generated.ts';
import type { EventRequest, Request } from '../controller.ts';

/** Changes of claims and of volumes, as requests. */
export type PatchRequest = Extract<Request, { verb: 'patch' }>;

export function patchClaim(
  { metadata }: PersistentVolumeClaim,
  change: (stored: PersistentVolumeClaim) => KubeObject,
  subresource?: 'status',
): PatchRequest {
  return {
    verb: 'patch',
    kind: PERSISTENT_VOLUME_CLAIM,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    change: (stored) => change(stored as PersistentVolumeClaim),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

export function patchVolume(
  name: string,
  change: (stored: PersistentVolume) => KubeObject,
  subresource?: 'status',
): PatchRequest {
  return {
    verb: 'patch',
    kind: PERSISTENT_VOLUME,
    namespace: undefined,
    name,
    change: (stored) => change(stored as PersistentVolume),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** An Event on a claim or a volume. */
export function told(
  regarding: KubeObject,
  eventType: EventRequest['eventType'],
  reason: string,
  message: string,
): EventRequest {
  return { verb: 'event', regarding, eventType, reason, message };
}
