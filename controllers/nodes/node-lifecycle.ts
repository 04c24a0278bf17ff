import type { RenewedLeaseSpec } from '../../core/kinds/lease.ts';
import { isPodReady } from '../../core/kinds/pod/status.ts';
import { LEASE, NODE, POD } from '../../core/kinds/registry.ts';
import type { Lease, Node, Pod } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { humanDuration } from '../../core/text/human-duration.ts';
import type { Micros } from '../../core/time.ts';
import type {
  Controller,
  EventRequest,
  Reaction,
  Reconciliation,
  Request,
  RequestResult,
  WatchEvent,
} from '../controller.ts';
import { DONE } from '../controller.ts';
import type { NodeLifecycleSettings } from '../settings.ts';
import { afterEviction, assessZones, mayEvict, nextEviction, type Zone } from './eviction-zones.ts';
import {
  clearEvictionTaints,
  evictionTaint,
  NODE_LEASE_NAMESPACE,
  nextLook,
  silentAt,
  taintCorrection,
  taintForEviction,
  upkeep,
  withUnknownConditions,
} from './node-health.ts';
import { hasTaint, noExecuteTaints, readyStatus, zoneKey } from './node-state.ts';
import { withPodCondition } from './pod-disruption.ts';

/**
 * The node lifecycle controller (kubernetes `pkg/controller/nodelifecycle`). The real one looks at every node
 * every five seconds; here a node is looked at when something about it is due, at the moment at which the real
 * one would look. Three sorts of keys: a node's name for its own health and taints, `ZONES` for what is decided
 * over all nodes together (who may be tainted for eviction, and when), `namespace/name` for a pod that was found
 * ready on a node that is not.
 *
 * Not modelled: nodes that are already going silent get no new grace period when a cluster that was lost as a
 * whole comes back.
 */

/** No node is called so: a colon is not allowed in names. */
const ZONES = 'zones:';

const POD_NOT_READY = 'pod-not-ready';

interface NodeMemory {
  readonly sort: 'node';
  /** The node as it was last seen: what an Event about its removal is about. */
  readonly node: Node;
  readonly watchedSince: Micros;
  readonly registered: boolean;
  /** Marking its pods as not ready failed for one of them. */
  readonly podsLeft: boolean;
  /** When it is looked at next, as far as that is known. */
  readonly lookAt: Micros | undefined;
}

interface ZonesMemory {
  readonly sort: 'zones';
  readonly zones: ReadonlyMap<string, Zone>;
  /** The Ready status for which each node was tainted, until the cache shows the taint. */
  readonly tainted: ReadonlyMap<string, string>;
  readonly lookAt: Micros | undefined;
}

export type LifecycleMemory = NodeMemory | ZonesMemory;
type Outcome = Reconciliation<LifecycleMemory>;

function nodeEvent(node: Node, reason: string, message: string): EventRequest {
  return { verb: 'event', regarding: node, eventType: 'Normal', reason, message };
}

/** Take ready pods of a node that is not out of the endpoints; the Event follows the write (`MarkPodsNotReady`). */
function markNotReady(pods: readonly Pod[], now: Micros): readonly Request[] {
  return pods.filter(isPodReady).map((pod) => {
    const ready = pod.status.conditions?.find(({ type }) => type === 'Ready');
    const object = withPodCondition(pod, { ...ready, type: 'Ready', status: 'False' }, now);
    return { verb: 'updateStatus', kind: POD, object, tag: POD_NOT_READY };
  });
}

function reconcileNode(
  view: View,
  name: string,
  before: NodeMemory | undefined,
  settings: NodeLifecycleSettings,
  now: Micros,
): Outcome {
  const node = view.get(NODE, undefined, name);
  if (node === undefined) {
    if (before === undefined || !before.registered) return DONE;
    const removing = nodeEvent(before.node, 'RemovingNode', `Removing Node ${name} from Controller`);
    return { requests: [removing], memory: undefined };
  }
  const known =
    before ??
    ({
      sort: 'node',
      node,
      watchedSince: now,
      registered: false,
      podsLeft: false,
      lookAt: undefined,
    } satisfies NodeMemory);
  const requests = [...upkeep(node, now)];
  let memory: NodeMemory = { ...known, node };
  if (memory.lookAt !== undefined && now >= memory.lookAt) {
    const looked = look(view, memory, settings, now);
    requests.push(...looked.requests);
    memory = looked.memory;
  }
  const next = nextLookAt(view, memory, settings, now);
  memory = { ...memory, lookAt: next?.at };
  if (next === undefined) return { requests, memory };
  return { requests, memory, requeueAfter: next.at - now, requeueReason: next.reason };
}

/** One look of the monitor at a node. */
function look(
  view: View,
  before: NodeMemory,
  settings: NodeLifecycleSettings,
  now: Micros,
): { readonly requests: readonly Request[]; readonly memory: NodeMemory } {
  const { node } = before;
  const { name } = node.metadata;
  const requests: Request[] = [];
  if (!before.registered)
    requests.push(nodeEvent(node, 'RegisteredNode', `Registered Node ${name} in Controller`));
  const observed = readyStatus(node);
  const silent = silentAt(view, node, before.watchedSince, settings, now);
  const current = silent !== undefined && now >= silent ? withUnknownConditions(node, now) : node;
  if (current !== node) requests.push({ verb: 'updateStatus', kind: NODE, object: current });
  // Taints follow the status as it was before this look.
  if (observed !== undefined) requests.push(...taintCorrection(node, now));
  const status = readyStatus(current);
  const lost = observed === 'True' && status !== 'True';
  if (lost) requests.push(nodeEvent(node, 'NodeNotReady', `Node ${name} status is now: NodeNotReady`));
  if (lost || (before.podsLeft && status !== 'True'))
    requests.push(...markNotReady(view.onNode(POD, name), now));
  return { requests, memory: { ...before, registered: true, podsLeft: false } };
}

interface DueLook {
  readonly at: Micros;
  readonly reason: string;
}

function nextLookAt(
  view: View,
  memory: NodeMemory,
  settings: NodeLifecycleSettings,
  now: Micros,
): DueLook | undefined {
  const { node } = memory;
  const soon = nextLook(settings, now);
  if (!memory.registered) return { at: soon, reason: everyPeriod(settings) };
  if (memory.podsLeft) return { at: soon, reason: 'pods of a node that is not ready are left to mark' };
  if (taintCorrection(node, now).length > 0)
    return { at: soon, reason: 'its taints do not match its readiness' };
  if (readyStatus(node) === 'Unknown') return undefined;
  const silent = silentAt(view, node, memory.watchedSince, settings, now);
  if (silent === undefined) return undefined;
  const period = readyStatus(node) === undefined ? settings.startupGracePeriod : settings.monitorGracePeriod;
  return { at: Math.max(silent, soon), reason: `no sign of life for ${humanDuration(period)}` };
}

function everyPeriod({ monitorPeriod }: NodeLifecycleSettings): string {
  return `the monitor looks at nodes every ${humanDuration(monitorPeriod)}`;
}

function reconcileZones(
  view: View,
  before: ZonesMemory | undefined,
  settings: NodeLifecycleSettings,
  now: Micros,
): Outcome {
  const due = before?.lookAt;
  if (due === undefined || now < due) {
    const at = Math.min(due ?? nextLook(settings, now), nextLook(settings, now));
    const memory: ZonesMemory = {
      sort: 'zones',
      zones: before?.zones ?? new Map(),
      tainted: before?.tainted ?? new Map(),
      lookAt: at,
    };
    const requeueReason = everyPeriod(settings);
    return { requests: [], memory, requeueAfter: at - now, requeueReason };
  }
  const nodes = view.list(NODE);
  const { zones: assessed, allLost } = assessZones(settings, before?.zones ?? new Map(), nodes, now);
  const zones = new Map(assessed);
  const tainted = new Map<string, string>();
  const requests: Request[] = [];
  let nextAt: Micros | undefined;
  for (const node of nodes) {
    if (allLost) requests.push(...clearEvictionTaints(node));
    const { name } = node.metadata;
    const status = readyStatus(node);
    const taint = evictionTaint(status);
    if (status === undefined || taint === undefined || hasTaint(node, taint.key, 'NoExecute')) continue;
    // The opposite taint is swapped for this one by the node's own key, without waiting for a turn.
    if (hasTaint(node, taint.opposite, 'NoExecute') && !allLost) continue;
    if (before?.tainted.get(name) === status) {
      tainted.set(name, status);
      continue;
    }
    const key = zoneKey(node);
    const zone = zones.get(key) as Zone;
    if (mayEvict(zone, now)) {
      requests.push(...taintForEviction(node, taint, now));
      tainted.set(name, status);
      zones.set(key, afterEviction(zone, now));
      continue;
    }
    const turn = nextEviction(zone);
    if (turn !== undefined && (nextAt === undefined || turn < nextAt)) nextAt = turn;
  }
  const memory: ZonesMemory = { sort: 'zones', zones, tainted, lookAt: nextAt };
  if (nextAt === undefined) return { requests, memory };
  const requeueReason = 'the next node of a zone may be tainted for eviction';
  return { requests, memory, requeueAfter: nextAt - now, requeueReason };
}

function reconcilePod(view: View, key: string, now: Micros): Outcome {
  const pod = view.getByKey(POD, key);
  if (pod === undefined) return DONE;
  const node = view.get(NODE, undefined, pod.spec.nodeName ?? '');
  const status = node === undefined ? undefined : readyStatus(node);
  if (status === undefined || status === 'True') return DONE;
  return { requests: markNotReady([pod], now), memory: undefined };
}

function reconcile(
  view: View,
  key: string,
  memory: LifecycleMemory | undefined,
  settings: NodeLifecycleSettings,
  now: Micros,
): Outcome {
  if (key === ZONES)
    return reconcileZones(view, memory?.sort === 'zones' ? memory : undefined, settings, now);
  if (key.includes('/')) return reconcilePod(view, key, now);
  return reconcileNode(view, key, memory?.sort === 'node' ? memory : undefined, settings, now);
}

function onResult(
  memory: LifecycleMemory | undefined,
  { request, result }: RequestResult,
): Reaction<LifecycleMemory> | undefined {
  if (request.tag !== POD_NOT_READY) {
    return result.ok || memory === undefined
      ? undefined
      : afterFailure(memory, request, result.status.reason);
  }
  if (result.ok) {
    const event: EventRequest = {
      verb: 'event',
      regarding: result.object,
      eventType: 'Warning',
      reason: 'NodeNotReady',
      message: 'Node is not ready',
    };
    return { memory, requests: [event] };
  }
  if (result.status.reason === 'NotFound') return { memory };
  if (memory?.sort === 'node') return { memory: { ...memory, podsLeft: true }, retry: true };
  return { memory, retry: true };
}

function afterFailure(
  memory: LifecycleMemory,
  request: RequestResult['request'],
  reason: string,
): Reaction<LifecycleMemory> | undefined {
  if (memory.sort === 'node') {
    // The node has changed meanwhile: look again as soon as the cache has it.
    return request.verb === 'updateStatus'
      ? { memory: { ...memory, lookAt: 0 }, stop: true, retry: true }
      : undefined;
  }
  // Whoever could not be tainted is tried again in its turn; one that is gone needs no taint.
  const tainted = new Map(memory.tainted);
  if (request.verb === 'patch') tainted.delete(request.name);
  return { memory: { ...memory, tainted }, retry: reason !== 'NotFound' };
}

function keysOfNode({ type, object, previous }: WatchEvent<Node>): readonly string[] {
  const { name } = object.metadata;
  if (type !== 'MODIFIED' || previous === undefined) return [name, ZONES];
  const sameLabels = previous.metadata.labels === object.metadata.labels;
  const sameTaints = previous.spec.taints === object.spec.taints;
  const sameConditions = previous.status.conditions === object.status.conditions;
  if (
    sameLabels &&
    sameTaints &&
    sameConditions &&
    previous.spec.unschedulable === object.spec.unschedulable
  ) {
    return [];
  }
  const concernsZones =
    readyStatus(previous) !== readyStatus(object) ||
    (!sameLabels && zoneKey(previous) !== zoneKey(object)) ||
    (!sameTaints && noExecuteTaints(previous).length > noExecuteTaints(object).length);
  return concernsZones ? [name, ZONES] : [name];
}

function keysOfLease({ type, object }: WatchEvent<Lease>): readonly string[] {
  if (object.metadata.namespace !== NODE_LEASE_NAMESPACE) return [];
  const spec: RenewedLeaseSpec | undefined = object.spec;
  const steady = type !== 'DELETED' && (spec?.renewEverySeconds ?? 0) > 0;
  return steady ? [] : [object.metadata.name];
}

/** A pod that appears on a node, and is ready already: only a controller that starts sees that. */
function keysOfPod({ object, previous }: WatchEvent<Pod>, view: View): readonly string[] {
  const { nodeName } = object.spec;
  if (nodeName === undefined || nodeName === '' || previous?.spec.nodeName === nodeName) return [];
  if (!isPodReady(object)) return [];
  const node = view.get(NODE, undefined, nodeName);
  const status = node === undefined ? undefined : readyStatus(node);
  if (status === undefined || status === 'True') return [];
  const { namespace, name } = object.metadata;
  return [`${namespace}/${name}`];
}

export function nodeLifecycleController(settings: NodeLifecycleSettings): Controller<LifecycleMemory> {
  return {
    name: 'node-lifecycle-controller',
    component: 'node-controller',
    // `UpdateWorkerSize` of its node queue.
    workers: 8,
    // A watch's events are of its own kind: the casts below are that boundary.
    watches: [
      { kind: NODE, keys: (event) => keysOfNode(event as WatchEvent<Node>) },
      { kind: LEASE, keys: (event) => keysOfLease(event as WatchEvent<Lease>) },
      { kind: POD, keys: (event, view) => keysOfPod(event as WatchEvent<Pod>, view) },
    ],
    reconcile: (view, key, memory, now) => reconcile(view, key, memory, settings, now),
    onResult,
  };
}
