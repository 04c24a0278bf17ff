import { POD } from '../kinds/registry.ts';
import type { Pod, PodCondition } from '../schema/types.generated.ts';
import { rfc3339 } from '../time.ts';
import type { ApiStore } from './api-store.ts';
import { type Command, type Result, refused } from './command.ts';
import type { RequestContext } from './identity.ts';
import { numbered } from './metadata.ts';
import { objectKey } from './object.ts';
import { conflict, notFound, uidConflict } from './status.ts';

/** How messages name the subresource. */
const BINDING = { group: '', plural: 'pods/binding', kind: 'Pod' };

let cachedCondition: PodCondition | undefined;

/** Pods bound within one second share the condition. */
function scheduledCondition(timestamp: string): PodCondition {
  if (cachedCondition?.lastTransitionTime !== timestamp) {
    cachedCondition = {
      type: 'PodScheduled',
      status: 'True',
      // The real API server writes the null of an unset time here; absent means the same.
      lastProbeTime: undefined,
      lastTransitionTime: timestamp,
    };
  }
  return cachedCondition;
}

function withScheduled(
  conditions: readonly PodCondition[] | undefined,
  timestamp: string,
): readonly PodCondition[] {
  const scheduled = scheduledCondition(timestamp);
  if (conditions === undefined) return [scheduled];
  const place = conditions.findIndex((condition) => condition.type === 'PodScheduled');
  return place < 0 ? [...conditions, scheduled] : conditions.with(place, scheduled);
}

/** A nomination ends with the binding, since 1.35 (`ClearingNominatedNodeNameAfterBinding`). */
function boundStatus({ status }: Pod, timestamp: string): Pod['status'] {
  const conditions = withScheduled(status.conditions, timestamp);
  if (status.nominatedNodeName === undefined) return { ...status, conditions };
  return { ...status, conditions, nominatedNodeName: undefined };
}

/** `pods/binding`: a pod is bound once (registry/core/pod/storage `setPodHostAndAnnotations`). Hot path. */
export function bindPod(
  server: ApiStore,
  command: Extract<Command, { verb: 'bind' }>,
  context: RequestContext,
): Result {
  const key = objectKey(command.namespace, command.name);
  const stored = server.state.getByKey(POD, key);
  if (stored === undefined) return refused(notFound(POD, command.name));
  const { uid } = stored.metadata;
  if (uid !== command.uid) {
    return refused(uidConflict(BINDING, command.name, command.uid, uid));
  }
  if (stored.metadata.deletionTimestamp !== undefined) {
    const detail = `pod ${command.name} is being deleted, cannot be assigned to a host`;
    return refused(conflict(BINDING, command.name, detail));
  }
  if (stored.spec.nodeName !== undefined && stored.spec.nodeName !== '') {
    const detail = `pod ${command.name} is already assigned to node "${stored.spec.nodeName}"`;
    return refused(conflict(BINDING, command.name, detail));
  }
  const rv = server.journal.nextNumber;
  const bound: Pod = {
    apiVersion: stored.apiVersion,
    kind: stored.kind,
    metadata: numbered(stored.metadata, rv),
    spec: { ...stored.spec, nodeName: command.nodeName },
    status: boundStatus(stored, rfc3339(context.now)),
  };
  server.commit('update', POD, key, stored, bound, context);
  return { ok: true, object: bound, rv };
}
