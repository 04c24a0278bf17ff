import { controllerOf, objectKey } from '../../core/api/object.ts';
import { DEPLOYMENT, POD, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { View } from '../../core/store/view.ts';
import type { WatchEvent } from '../controller.ts';
import { NO_KEYS } from './owner-keys.ts';

/**
 * The Deployment whose last pod has just gone, where it recreates its pods: it waits for that before it starts
 * new ones (`deletePod` of the Deployment controller).
 */
export function lastPodGone({ type, object }: WatchEvent, view: View): readonly string[] {
  if (type !== 'DELETED') return NO_KEYS;
  const owner = controllerOf(object);
  if (owner === undefined || owner.kind !== REPLICA_SET.kind) return NO_KEYS;
  const { namespace } = object.metadata;
  const replicaSet = view.get(REPLICA_SET, namespace, owner.name);
  if (replicaSet === undefined || replicaSet.metadata.uid !== owner.uid) return NO_KEYS;
  const controller = controllerOf(replicaSet);
  if (controller === undefined || controller.kind !== DEPLOYMENT.kind) return NO_KEYS;
  const deployment = view.get(DEPLOYMENT, namespace, controller.name);
  if (deployment === undefined || deployment.metadata.uid !== controller.uid) return NO_KEYS;
  if (deployment.spec.strategy?.type !== 'Recreate') return NO_KEYS;
  for (const sister of view.ownedBy(REPLICA_SET, deployment.metadata.uid)) {
    if (view.ownedBy(POD, sister.metadata.uid).length > 0) return NO_KEYS;
  }
  return [objectKey(namespace, controller.name)];
}
