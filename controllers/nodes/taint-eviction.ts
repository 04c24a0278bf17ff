import { equalValues } from '../../core/api/equal.ts';
import { type KubeObject, keyOf, type ObjectMeta, splitKey } from '../../core/api/object.ts';
import { NODE, POD } from '../../core/kinds/registry.ts';
import type { Node, Pod, Taint, Toleration } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type {
  Controller,
  EventRequest,
  Reaction,
  Reconciliation,
  Request,
  RequestResult,
  WatchEvent,
} from '../controller.ts';
import { tolerates } from '../scheduling/taints.ts';
import { noExecuteTaints } from './node-state.ts';
import { withDisruptionTarget } from './pod-disruption.ts';

/**
 * The taint eviction controller (kubernetes `pkg/controller/tainteviction`): pods that do not tolerate a
 * NoExecute taint of their node are deleted at once; those that tolerate it for a time, after that time, counted
 * from when the taint was noticed.
 */

/** The longest period that a timer takes: a toleration of thirty years is one for ever. */
const TOLERATION_MAX_SECONDS = 1_000_000_000;

/** A deletion that has been scheduled. `firedAt`: it was carried out, and is not scheduled again by itself. */
export interface Eviction {
  readonly createdAt: Micros;
  readonly fireAt: Micros;
  readonly fired: boolean;
}

type Outcome = Reconciliation<Eviction>;

/**
 * How many seconds a pod may stay beside these taints: 0 where one of them is not tolerated, `undefined` for
 * ever. The first toleration that fits a taint counts, and the shortest of those that are used.
 */
function toleratedSeconds(taints: readonly Taint[], tolerations: readonly Toleration[]): number | undefined {
  let shortest: number | undefined;
  for (const taint of taints) {
    const used = tolerations.find((toleration) => tolerates(toleration, taint));
    if (used === undefined) return 0;
    const seconds = used.tolerationSeconds;
    if (seconds === undefined) continue;
    if (seconds <= 0) return 0;
    if (shortest === undefined || seconds < shortest) shortest = seconds;
  }
  return shortest;
}

/** Something to name a pod by in an Event when the cache no longer has it. */
function podNamed(key: string): KubeObject {
  const { namespace, name } = splitKey(key);
  const metadata: ObjectMeta = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid: '',
    resourceVersion: '',
    creationTimestamp: '',
  };
  return { apiVersion: POD.apiVersion, kind: POD.kind, metadata };
}

function evictionEvent(pod: KubeObject, what: string): EventRequest {
  const message = `${what} Pod ${keyOf(pod)}`;
  return { verb: 'event', regarding: pod, eventType: 'Normal', reason: 'TaintManagerEviction', message };
}

/** Forget a deletion; an Event says so where one was still to come. */
function cancelled(pod: KubeObject, scheduled: Eviction | undefined): readonly Request[] {
  if (scheduled === undefined || scheduled.fired) return [];
  return [evictionEvent(pod, 'Cancelling deletion of')];
}

function evict(pod: Pod, now: Micros): readonly Request[] {
  const { namespace, name, uid } = pod.metadata;
  const change = (stored: KubeObject) =>
    withDisruptionTarget(
      stored as Pod,
      'DeletionByTaintManager',
      'Taint manager: deleting due to NoExecute taint',
      now,
    );
  return [
    evictionEvent(pod, 'Marking for deletion'),
    { verb: 'patch', kind: POD, namespace, name, uid, subresource: 'status', change },
    { verb: 'delete', kind: POD, namespace, name },
  ];
}

function fire(pod: Pod, before: readonly Request[], createdAt: Micros, now: Micros): Outcome {
  return { requests: [...before, ...evict(pod, now)], memory: { createdAt, fireAt: now, fired: true } };
}

function waitUntil(eviction: Eviction, before: readonly Request[], seconds: number, now: Micros): Outcome {
  return {
    requests: before,
    memory: eviction,
    requeueAfter: eviction.fireAt - now,
    requeueReason: `it tolerates the taints of its node for ${seconds}s`,
  };
}

function reconcile(view: View, key: string, scheduled: Eviction | undefined, now: Micros): Outcome {
  const pod = view.getByKey(POD, key);
  if (pod === undefined) return { requests: cancelled(podNamed(key), scheduled), memory: undefined };
  const node = view.get(NODE, undefined, pod.spec.nodeName ?? '');
  const pending = scheduled !== undefined && !scheduled.fired ? scheduled : undefined;
  // A node that is gone takes its taints with it, but not what they have set off.
  if (node === undefined) {
    if (pending === undefined) return { requests: [], memory: scheduled };
    return now >= pending.fireAt ? fire(pod, [], pending.createdAt, now) : waitUntil(pending, [], 0, now);
  }
  const taints = noExecuteTaints(node);
  if (taints.length === 0) return { requests: cancelled(pod, scheduled), memory: undefined };
  if (pending !== undefined && now >= pending.fireAt) return fire(pod, [], pending.createdAt, now);

  const tolerated = toleratedSeconds(taints, pod.spec.tolerations ?? []);
  if (tolerated === undefined || tolerated > TOLERATION_MAX_SECONDS) {
    return { requests: cancelled(pod, scheduled), memory: undefined };
  }
  if (tolerated === 0) return fire(pod, cancelled(pod, scheduled), now, now);
  // Once the clock runs, other taints or tolerations do not set it anew (`processPodOnNode`).
  if (pending !== undefined) return waitUntil(pending, [], tolerated, now);
  if (scheduled !== undefined) return { requests: [], memory: scheduled };
  const eviction: Eviction = { createdAt: now, fireAt: now + tolerated * SECOND, fired: false };
  return waitUntil(eviction, [], tolerated, now);
}

function onResult(memory: Eviction | undefined, { result }: RequestResult): Reaction<Eviction> | undefined {
  if (result.ok) return undefined;
  // The pod has gone by itself, or another has taken its name: there is nothing left to evict.
  if (result.status.reason === 'NotFound' || result.status.reason === 'Conflict')
    return { memory, stop: true };
  // It is due still: the next turn carries it out.
  return memory === undefined ? undefined : { memory: { ...memory, fired: false }, stop: true, retry: true };
}

function keysOfNode({ type, object, previous }: WatchEvent<Node>, view: View): readonly string[] {
  if (type === 'DELETED' || previous?.spec.taints === object.spec.taints) return [];
  const before = noExecuteTaints(previous);
  const after = noExecuteTaints(object);
  if (equalValues(before, after)) return [];
  return view.onNode(POD, object.metadata.name).map(keyOf);
}

function keysOfPod({ type, object, previous }: WatchEvent<Pod>, view: View): readonly string[] {
  const { nodeName, tolerations } = object.spec;
  if (nodeName === undefined || nodeName === '') return [];
  if (type === 'MODIFIED' && previous !== undefined) {
    const same =
      previous.spec === object.spec ||
      (previous.spec.nodeName === nodeName && equalValues(previous.spec.tolerations, tolerations));
    if (same && previous.metadata.uid === object.metadata.uid) return [];
  }
  const node = view.get(NODE, undefined, nodeName);
  // Of a pod that is gone, something may be scheduled where its node is gone as well.
  const concerned = node === undefined ? type === 'DELETED' : noExecuteTaints(node).length > 0;
  return concerned ? [keyOf(object)] : [];
}

export const taintEvictionController: Controller<Eviction> = {
  name: 'taint-eviction-controller',
  component: 'taint-eviction-controller',
  // `UpdateWorkerSize`; deletions that are due run beside them in the real one.
  workers: 8,
  // A watch's events are of its own kind: the casts below are that boundary.
  watches: [
    { kind: NODE, keys: (event, view) => keysOfNode(event as WatchEvent<Node>, view) },
    { kind: POD, keys: (event, view) => keysOfPod(event as WatchEvent<Pod>, view) },
  ],
  reconcile,
  onResult,
};
