import { type KubeObject, keyOf } from '../../core/api/object.ts';
import { isPodTerminal } from '../../core/kinds/pod/status.ts';
import { NODE, POD } from '../../core/kinds/registry.ts';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type {
  Controller,
  Reaction,
  Reconciliation,
  Request,
  RequestResult,
  WatchEvent,
} from '../controller.ts';
import { DONE } from '../controller.ts';
import { OUT_OF_SERVICE, readyStatus } from './node-state.ts';
import { withDisruptionTarget } from './pod-disruption.ts';

/**
 * The pod garbage collector (kubernetes `pkg/controller/podgc`): pods of nodes that are gone, pods that are being
 * deleted and that no kubelet will ever end, and ended pods beyond a number. The real one looks every twenty
 * seconds; here it looks at those moments, and only when there is a candidate.
 *
 * Keys: `node NAME` for the pods of a node that is gone or out of service, `pod NAMESPACE/NAME` for a pod that is
 * being deleted before it was ever bound, `ended` for the ended ones.
 */

/** `gcCheckPeriod` and `quarantineTime`. */
const CHECK_PERIOD: Micros = 20 * SECOND;
const QUARANTINE: Micros = 40 * SECOND;

const NODE_KEY = 'node ';
const POD_KEY = 'pod ';
const ENDED = 'ended';

const NODE_LOOKUP = 'node';

export interface PodCollectorMemory {
  /** The look at which the candidate is taken. */
  readonly lookAt: Micros;
  /** What follows when the API confirms that the node is gone. */
  readonly orphans?: readonly Pod[];
}

type Outcome = Reconciliation<PodCollectorMemory>;

function nextCheck(now: Micros): Micros {
  return (Math.floor(now / CHECK_PERIOD) + 1) * CHECK_PERIOD;
}

function isOutOfService(node: Node): boolean {
  return readyStatus(node) !== 'True' && (node.spec.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE);
}

function isBeingDeleted(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

function isBound(pod: Pod): boolean {
  return pod.spec.nodeName !== undefined && pod.spec.nodeName !== '';
}

/** End a pod in its status, since nobody else will, and remove it without waiting for a kubelet. */
function collect(pod: Pod, orphaned: boolean, now: Micros): readonly Request[] {
  const { namespace, name, uid } = pod.metadata;
  const removal: Request = {
    verb: 'delete',
    kind: POD,
    namespace,
    name,
    options: { gracePeriodSeconds: 0 },
  };
  if (isPodTerminal(pod)) return [removal];
  const change = (stored: KubeObject): KubeObject => {
    const ended = stored as Pod;
    const failed: Pod = { ...ended, status: { ...ended.status, phase: 'Failed' } };
    return orphaned
      ? withDisruptionTarget(failed, 'DeletionByPodGC', 'PodGC: node no longer exists', now)
      : failed;
  };
  return [{ verb: 'patch', kind: POD, namespace, name, uid, subresource: 'status', change }, removal];
}

/** Wait for the look that a candidate is due at; `undefined` when that is now. */
function waiting(
  memory: PodCollectorMemory | undefined,
  first: Micros,
  now: Micros,
  requeueReason: string,
): Outcome | undefined {
  const lookAt = memory?.lookAt ?? first;
  if (now >= lookAt) return undefined;
  return { requests: [], memory: { lookAt }, requeueAfter: lookAt - now, requeueReason };
}

/** Evicted pods first, then the oldest; names make the order total. */
function inOrderOfCollection(a: Pod, b: Pod): number {
  const rank = Number(isEvicted(b)) - Number(isEvicted(a));
  if (rank !== 0) return rank;
  const left = a.metadata.creationTimestamp;
  const right = b.metadata.creationTimestamp;
  if (left !== right) return left < right ? -1 : 1;
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

function isEvicted({ status }: Pod): boolean {
  return status.phase === 'Failed' && status.reason === 'Evicted';
}

function reconcileNode(
  view: View,
  name: string,
  memory: PodCollectorMemory | undefined,
  now: Micros,
): Outcome {
  const node = view.get(NODE, undefined, name);
  const pods = view.onNode(POD, name);
  if (pods.length === 0) return DONE;
  if (node !== undefined) {
    const going = pods.filter(isBeingDeleted);
    if (!isOutOfService(node) || going.length === 0) return DONE;
    const wait = waiting(memory, nextCheck(now), now, 'its node is out of service');
    return wait ?? { requests: collectAll(going, false, now), memory: undefined };
  }
  // The first look finds the node missing; the first one after the quarantine believes it.
  const wait = waiting(memory, nextCheck(now) + QUARANTINE, now, 'its node has been gone for 40s');
  if (wait !== undefined) return wait;
  const lookup: Request = {
    verb: 'patch',
    kind: NODE,
    namespace: undefined,
    name,
    change: (stored) => stored,
    tag: NODE_LOOKUP,
  };
  return { requests: [lookup], memory: { lookAt: now, orphans: pods } };
}

function collectAll(pods: readonly Pod[], orphaned: boolean, now: Micros): readonly Request[] {
  return pods.toSorted(inOrderOfCollection).flatMap((pod) => collect(pod, orphaned, now));
}

function reconcilePod(view: View, key: string, memory: PodCollectorMemory | undefined, now: Micros): Outcome {
  const pod = view.getByKey(POD, key);
  if (pod === undefined || isBound(pod) || !isBeingDeleted(pod)) return DONE;
  const wait = waiting(memory, nextCheck(now), now, 'it was deleted before it was bound');
  return wait ?? { requests: collect(pod, false, now), memory: undefined };
}

function reconcileEnded(
  view: View,
  memory: PodCollectorMemory | undefined,
  endedMax: number,
  now: Micros,
): Outcome {
  const wait = waiting(memory, nextCheck(now), now, `more than ${endedMax} pods may have ended`);
  if (wait !== undefined) return wait;
  const ended = view.list(POD).filter(isPodTerminal);
  const surplus = ended.length - endedMax;
  if (surplus <= 0) return DONE;
  return { requests: collectAll(ended, false, now).slice(0, surplus), memory: undefined };
}

function reconcile(
  view: View,
  key: string,
  memory: PodCollectorMemory | undefined,
  endedMax: number,
  now: Micros,
): Outcome {
  if (key === ENDED) return reconcileEnded(view, memory, endedMax, now);
  if (key.startsWith(POD_KEY)) return reconcilePod(view, key.slice(POD_KEY.length), memory, now);
  return reconcileNode(view, key.slice(NODE_KEY.length), memory, now);
}

function onResult(
  memory: PodCollectorMemory | undefined,
  { request, result }: RequestResult,
  _key: string,
  now: Micros,
): Reaction<PodCollectorMemory> | undefined {
  if (request.tag !== NODE_LOOKUP) {
    return !result.ok && result.status.reason === 'NotFound' ? { memory } : undefined;
  }
  // It is there: only the cache had missed it.
  if (result.ok) return { memory: undefined };
  if (result.status.reason !== 'NotFound') return undefined;
  return { memory: undefined, requests: collectAll(memory?.orphans ?? [], true, now) };
}

function keysOfNode({ type, object }: WatchEvent<Node>): readonly string[] {
  return type === 'DELETED' || isOutOfService(object) ? [NODE_KEY + object.metadata.name] : [];
}

function keysOfPod(
  { type, object, previous }: WatchEvent<Pod>,
  view: View,
  endedMax: number,
): readonly string[] {
  if (type === 'DELETED') return [];
  const { nodeName } = object.spec;
  const keys: string[] = [];
  if (endedMax > 0 && isPodTerminal(object) && view.count(POD) > endedMax) {
    if (previous === undefined || !isPodTerminal(previous)) keys.push(ENDED);
  }
  const deleted = isBeingDeleted(object) && (previous === undefined || !isBeingDeleted(previous));
  if (nodeName === undefined || nodeName === '') {
    if (deleted) keys.push(POD_KEY + keyOf(object));
    return keys;
  }
  if (!deleted && previous?.spec.nodeName === nodeName) return keys;
  const node = view.get(NODE, undefined, nodeName);
  if (node === undefined || (deleted && isOutOfService(node))) keys.push(NODE_KEY + nodeName);
  return keys;
}

/** `endedMax`: ended pods that may stay; 0 for all of them. */
export function podGarbageCollector(endedMax: number): Controller<PodCollectorMemory> {
  return {
    name: 'pod-garbage-collector-controller',
    component: 'pod-garbage-collector',
    workers: 1,
    // A watch's events are of its own kind: the casts below are that boundary.
    watches: [
      { kind: NODE, keys: (event) => keysOfNode(event as WatchEvent<Node>) },
      { kind: POD, keys: (event, view) => keysOfPod(event as WatchEvent<Pod>, view, endedMax) },
    ],
    reconcile: (view, key, memory, now) => reconcile(view, key, memory, endedMax, now),
    onResult,
  };
}
