import type { KubeObject } from '../api/object.ts';
import { inVersion } from '../kinds/conversion.ts';
import type { Kind } from '../kinds/kind.ts';
import { materialiseLease } from '../kinds/lease.ts';
import { LEASE } from '../kinds/registry.ts';
import type { Lease } from '../schema/types.generated.ts';
import type { Micros } from '../time.ts';

/** As clients see it: in their version; and a lease that is renewed on schedule shows its last renewal. */
export function shownObject(object: KubeObject, now: Micros, apiVersion: string): KubeObject {
  return object.kind === LEASE.kind && object.apiVersion === LEASE.apiVersion
    ? (materialiseLease(object as Lease, now) as unknown as KubeObject)
    : inVersion(object, apiVersion);
}

/** As a table shows it: built-in kinds have the same columns in all versions, and take them from what is stored. */
export function tabledObject(object: KubeObject, now: Micros, kind: Kind, apiVersion: string): KubeObject {
  return kind === LEASE || kind.custom !== undefined ? shownObject(object, now, apiVersion) : object;
}
