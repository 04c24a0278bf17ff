import { POD } from '../kinds/registry.ts';
import type { ApiStore } from './api-store.ts';
import type { DeleteOptions, Result } from './command.ts';
import { deleteObject } from './delete.ts';
import type { RequestContext } from './identity.ts';

/** `pods/eviction`. */
export function evictPod(
  server: ApiStore,
  command: { readonly namespace: string; readonly name: string; readonly options?: DeleteOptions },
  context: RequestContext,
): Result {
  return deleteObject(server, { verb: 'delete', kind: POD, ...command }, context);
}
