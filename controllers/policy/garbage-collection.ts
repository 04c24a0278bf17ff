import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from '../../core/api/delete.ts';
import { equalValues } from '../../core/api/equal.ts';
import type { KubeObject, OwnerReference } from '../../core/api/object.ts';
import { kindIn } from '../../core/kinds/custom/lookup.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { EVENT, KINDS } from '../../core/kinds/registry.ts';
import type { View } from '../../core/store/view.ts';
import type {
  Controller,
  Reaction,
  Reconciliation,
  Request,
  RequestResult,
  WatchEvent,
} from '../controller.ts';
import { DONE } from '../controller.ts';
import {
  asksForForeground,
  asksToOrphan,
  blockingDependents,
  graphKey,
  isBeingDeleted,
  kindOf,
  ownerIn,
  ownerPlace,
  placeOf,
  unblocking,
  waitsForDependents,
  waitsForOrphans,
  withoutFinalizer,
  withoutOwners,
} from './object-graph.ts';

/**
 * The garbage collector (kubernetes `pkg/controller/garbagecollector`): objects whose owners are all gone are
 * deleted; an owner deleted in the foreground waits for the dependents that block it; one deleted as orphaning
 * is taken out of its dependents' references first.
 *
 * An owner that the cache does not have is looked up in the API before anything is deleted for its absence: the
 * cache may have missed it. One whose deletion the cache saw is known to be gone (the real one's cache of absent
 * owners); such a key ends in the owner's uid: `pods default/web-1 4f0c…`.
 */

const OWNER_LOOKUP = 'owner';

/** Marks keys that only report a reference across namespaces. */
const REPORT = 'report ';

/** What is known about the owners of an object while they are being looked up. */
export interface OwnersMemory {
  readonly kind: Kind;
  readonly object: KubeObject;
  /** References whose owners have yet to be looked up, in the order of the requests. */
  readonly pending: readonly OwnerReference[];
  readonly solid: number;
  readonly dangling: readonly string[];
  readonly waiting: readonly string[];
  /** Whether the object has dependents of its own, and one that waits for its dependents in turn. */
  readonly hasDependents: boolean;
  readonly dependentWaits: boolean;
}

type Outcome = Reconciliation<OwnersMemory>;

function patch(kind: Kind, object: KubeObject, change: (stored: KubeObject) => KubeObject): Request {
  const { namespace, name, uid } = object.metadata;
  return { verb: 'patch', kind, namespace, name, uid, change };
}

/** Read an object in the API: a patch that changes nothing. */
function lookup(view: View, reference: OwnerReference, dependent: KubeObject): Request {
  const place = ownerPlace(view, reference, dependent);
  if (place === undefined || place === 'invalid') {
    throw new Error(
      `the place of owner ${reference.kind} ${reference.name} was not resolved before its look-up`,
    );
  }
  const { kind, namespace } = place;
  return {
    verb: 'patch',
    kind,
    namespace,
    name: reference.name,
    change: (stored) => stored,
    tag: OWNER_LOOKUP,
  };
}

function orphanDependents(view: View, owner: KubeObject): Outcome {
  const { uid } = owner.metadata;
  const releases = view
    .dependentsOf(uid)
    .map((dependent) => patch(kindOf(view, dependent), dependent, (stored) => withoutOwners(stored, [uid])));
  const done = patch(kindOf(view, owner), owner, (stored) => withoutFinalizer(stored, ORPHAN_FINALIZER));
  return { requests: [...releases, done], memory: undefined };
}

function finishForeground(view: View, owner: KubeObject): Outcome {
  // Its dependents were woken when the owner began to wait; the last one that goes wakes the owner.
  if (blockingDependents(view, owner).length > 0) return DONE;
  return {
    requests: [patch(kindOf(view, owner), owner, (stored) => withoutFinalizer(stored, FOREGROUND_FINALIZER))],
    memory: undefined,
  };
}

/** Delete, release or leave the object, once it is known of every owner whether it is there. */
function decide(memory: OwnersMemory): readonly Request[] {
  const { kind, object, solid, dangling, waiting } = memory;
  if (solid > 0) {
    if (dangling.length === 0 && waiting.length === 0) return [];
    // An owner that waits must not wait for what another owner keeps.
    return [patch(kind, object, (stored) => withoutOwners(stored, [...dangling, ...waiting]))];
  }
  const { namespace, name, uid, resourceVersion } = object.metadata;
  if (waiting.length > 0 && memory.hasDependents) {
    // Owners in a circle would wait for one another: this one stops to block.
    const options = { propagationPolicy: 'Foreground', preconditions: { uid } } as const;
    const unblock = memory.dependentWaits ? [patch(kind, object, unblocking)] : [];
    return [...unblock, { verb: 'delete', kind, namespace, name, options }];
  }
  const propagationPolicy = asksToOrphan(object)
    ? 'Orphan'
    : asksForForeground(object)
      ? 'Foreground'
      : 'Background';
  const options = { propagationPolicy, preconditions: { uid, resourceVersion } } as const;
  return [{ verb: 'delete', kind, namespace, name, options }];
}

function collect(view: View, object: KubeObject, knownAbsent: string | undefined): Outcome {
  const pending: OwnerReference[] = [];
  const dangling: string[] = [];
  const waiting: string[] = [];
  let solid = 0;
  for (const reference of object.metadata.ownerReferences ?? []) {
    const place = ownerPlace(view, reference, object);
    // An owner of a kind that nobody serves, or out of reach, can't be confirmed absent: leave the object alone.
    if (place === undefined || place === 'invalid') return DONE;
    const owner = ownerIn(view, reference, object);
    if (owner === undefined) {
      if (reference.uid === knownAbsent) dangling.push(reference.uid);
      else pending.push(reference);
    } else if (waitsForDependents(owner)) waiting.push(reference.uid);
    else solid += 1;
  }
  if (pending.length === 0 && dangling.length === 0 && waiting.length === 0) return DONE;
  const dependents = view.dependentsOf(object.metadata.uid);
  const memory: OwnersMemory = {
    kind: kindOf(view, object),
    object,
    pending,
    solid,
    dangling,
    waiting,
    hasDependents: dependents.length > 0,
    dependentWaits: dependents.some(waitsForDependents),
  };
  if (pending.length === 0) return { requests: decide(memory), memory: undefined };
  return { requests: pending.map((reference) => lookup(view, reference, object)), memory };
}

function reconcile(view: View, key: string): Outcome {
  if (key.startsWith(REPORT)) return reportNamespaces(view, key.slice(REPORT.length));
  const [resource, place, knownAbsent] = key.split(' ');
  const found = placeOf(view, `${resource} ${place}`);
  const object = found === undefined ? undefined : view.get(found.kind, found.namespace, found.name);
  if (object === undefined) return DONE;
  if (waitsForOrphans(object)) return orphanDependents(view, object);
  if (waitsForDependents(object)) return finishForeground(view, object);
  if (isBeingDeleted(object)) return DONE;
  return collect(view, object, knownAbsent);
}

function onResult(
  memory: OwnersMemory | undefined,
  { request, result }: RequestResult,
): Reaction<OwnersMemory> | undefined {
  const gone = !result.ok && result.status.reason === 'NotFound';
  if (request.tag !== OWNER_LOOKUP) {
    // What is no longer there needs no release; what has been replaced under its name is another object.
    return gone ? { memory } : undefined;
  }
  if (memory === undefined) return undefined;
  if (!result.ok && !gone) return undefined;
  const [reference, ...pending] = memory.pending;
  if (reference === undefined) throw new Error('an owner was looked up that nobody asked for');
  const owner = result.ok && result.object.metadata.uid === reference.uid ? result.object : undefined;
  const next: OwnersMemory = {
    ...memory,
    pending,
    solid: owner !== undefined && !waitsForDependents(owner) ? memory.solid + 1 : memory.solid,
    dangling: owner === undefined ? [...memory.dangling, reference.uid] : memory.dangling,
    waiting:
      owner !== undefined && waitsForDependents(owner) ? [...memory.waiting, reference.uid] : memory.waiting,
  };
  if (pending.length > 0) return { memory: next };
  return { memory: undefined, requests: decide(next) };
}

/** References to an owner that lives in another namespace, which the API cannot check when they are written. */
function reportNamespaces(view: View, key: string): Outcome {
  const place = placeOf(view, key);
  const object = place === undefined ? undefined : view.get(place.kind, place.namespace, place.name);
  if (object === undefined) return DONE;
  const requests: Request[] = [];
  const own = object.metadata.namespace ?? '';
  for (const reference of object.metadata.ownerReferences ?? []) {
    const ownerKind = kindIn(view, reference.apiVersion, reference.kind);
    if (ownerKind?.namespaced !== true) continue;
    const owner = view.list(ownerKind).find(({ metadata }) => metadata.uid === reference.uid);
    if (owner === undefined || owner.metadata.namespace === own) continue;
    const identity =
      `[${reference.apiVersion}/${reference.kind}, namespace: ${own}, ` +
      `name: ${reference.name}, uid: ${reference.uid}]`;
    requests.push({
      verb: 'event',
      regarding: object,
      eventType: 'Warning',
      reason: 'OwnerRefInvalidNamespace',
      message: `ownerRef ${identity} does not exist in namespace "${own}"`,
    });
  }
  return { requests, memory: undefined };
}

const NONE: readonly string[] = [];

function keysOf(event: WatchEvent, view: View): readonly string[] {
  const { object, previous } = event;
  if (event.type === 'DELETED') return keysOfDeleted(object, view);
  if (previous === undefined) return keysOfChange(undefined, object, view);
  if (previous.metadata.uid !== object.metadata.uid) {
    // The cache saw a deletion and a creation under one name as one change.
    return [...keysOfDeleted(previous, view), ...keysOfChange(undefined, object, view)];
  }
  const same =
    previous.metadata.ownerReferences === object.metadata.ownerReferences &&
    previous.metadata.finalizers === object.metadata.finalizers &&
    previous.metadata.deletionTimestamp === object.metadata.deletionTimestamp;
  return same ? NONE : keysOfChange(previous, object, view);
}

function keysOfDeleted(object: KubeObject, view: View): readonly string[] {
  const { uid } = object.metadata;
  const keys = view.dependentsOf(uid).map((dependent) => `${graphKey(view, dependent)} ${uid}`);
  for (const reference of object.metadata.ownerReferences ?? []) {
    const owner = ownerIn(view, reference, object);
    if (owner !== undefined && waitsForDependents(owner)) keys.push(graphKey(view, owner));
  }
  return keys;
}

function keysOfChange(previous: KubeObject | undefined, object: KubeObject, view: View): readonly string[] {
  const keys: string[] = [];
  const old = previous?.metadata.ownerReferences;
  const references = object.metadata.ownerReferences;
  if (references !== undefined && references !== old) {
    for (const reference of references) {
      if (old?.some((before) => equalValues(before, reference)) === true) continue;
      const owner = ownerIn(view, reference, object);
      if (owner === undefined) {
        const own = graphKey(view, object);
        keys.push(own, REPORT + own);
      } else if (waitsForDependents(owner)) keys.push(graphKey(view, object));
    }
  }
  if (previous !== undefined && old !== undefined && old !== references) {
    for (const before of old) {
      if (before.blockOwnerDeletion !== true) continue;
      const after = references?.find(({ uid }) => uid === before.uid);
      if (after?.blockOwnerDeletion === true) continue;
      const owner = ownerIn(view, before, previous);
      if (owner !== undefined && waitsForDependents(owner)) keys.push(graphKey(view, owner));
    }
  }
  if (waitsForOrphans(object)) {
    if (previous === undefined || !waitsForOrphans(previous)) keys.push(graphKey(view, object));
  } else if (waitsForDependents(object) && (previous === undefined || !waitsForDependents(previous))) {
    for (const dependent of view.dependentsOf(object.metadata.uid)) keys.push(graphKey(view, dependent));
    keys.push(graphKey(view, object));
  }
  return keys;
}

export const garbageCollector: Controller<OwnersMemory> = {
  name: 'garbage-collector-controller',
  component: 'garbage-collector-controller',
  // `--concurrent-gc-syncs`.
  workers: 20,
  // Everything but Events, which the real one ignores as well (`DefaultIgnoredResources`).
  watches: KINDS.filter(({ resource }) => resource !== EVENT.resource).map((kind) => ({
    kind,
    keys: keysOf,
  })),
  customWatches: [{ keys: keysOf }],
  reconcile,
  onResult,
};
