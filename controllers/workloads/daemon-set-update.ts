import { isPodAvailable } from '../../core/kinds/pod/status.ts';
import type { DaemonSet, Node, Pod } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import { scaledValue } from '../scaled-value.ts';
import { eligibilityOf } from './daemon-set-eligibility.ts';
import { isUpdated } from './daemon-set-pod.ts';
import type { NodePods } from './daemon-set-pods.ts';

/** Nodes that get a pod, and pods that go. */
export interface Plan {
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
}

/** How many pods may stand beside old ones during an update; 0 where none may (`SurgeCount`). */
export function maxSurgeOf(daemonSet: DaemonSet, desired: number): number {
  const strategy = daemonSet.spec.updateStrategy;
  return strategy?.type === 'RollingUpdate'
    ? scaledValue(strategy.rollingUpdate?.maxSurge, desired, true)
    : 0;
}

/** Both round up. Where both come to 0 one pod may be unavailable (`updatedDesiredNodeCounts`). */
function maxUnavailableOf(daemonSet: DaemonSet, desired: number, maxSurge: number): number {
  const value = daemonSet.spec.updateStrategy?.rollingUpdate?.maxUnavailable;
  const given = scaledValue(value, desired, true);
  return given === 0 && maxSurge === 0 ? 1 : given;
}

interface Generations {
  readonly fresh: Pod | undefined;
  readonly old: Pod | undefined;
}

const NOBODY: readonly Pod[] = [];

/** What one turn of an update looks at. */
interface Update {
  readonly daemonSet: DaemonSet;
  readonly hash: string;
  readonly now: Micros;
  /** Nodes with pods, and those that should have one, by name. */
  readonly nodes: readonly (readonly [name: string, pods: readonly Pod[]])[];
  readonly shouldRun: (name: string) => boolean;
  readonly desired: number;
}

/** `undefined` where a node has several of one kind: they are pruned first (`findUpdatedPodsOnNode`). */
function generationsOn({ daemonSet, hash }: Update, pods: readonly Pod[]): Generations | undefined {
  let fresh: Pod | undefined;
  let old: Pod | undefined;
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    if (isUpdated(daemonSet, pod, hash)) {
      if (fresh !== undefined) return undefined;
      fresh = pod;
    } else {
      if (old !== undefined) return undefined;
      old = pod;
    }
  }
  return { fresh, old };
}

function isAvailable({ daemonSet, now }: Update, pod: Pod): boolean {
  return isPodAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now);
}

/** Old pods go, as many as may be unavailable; what is unavailable already goes first. Their nodes get new ones later. */
function replacing(update: Update, maxUnavailable: number): Plan {
  let unavailable = 0;
  const unfit: Pod[] = [];
  const candidates: Pod[] = [];
  for (const [, pods] of update.nodes) {
    const generations = generationsOn(update, pods);
    const { fresh, old } = generations ?? {};
    if ((fresh === undefined) === (old === undefined)) {
      // None yet, or too many: either is being seen to.
      unavailable += 1;
    } else if (fresh !== undefined) {
      if (!isAvailable(update, fresh)) unavailable += 1;
    } else if (old !== undefined) {
      if (isAvailable(update, old)) candidates.push(old);
      else {
        unfit.push(old);
        unavailable += 1;
      }
    }
  }
  const more = Math.max(0, maxUnavailable - unavailable);
  return { create: [], remove: [...unfit, ...candidates.slice(0, more)] };
}

/** New pods come beside old ones, which go once the new ones are available. */
function surging(update: Update, maxSurge: number): Plan {
  let surge = 0;
  let available = 0;
  const remove: Pod[] = [];
  const misplaced: Pod[] = [];
  const allowed: string[] = [];
  const candidates: string[] = [];
  for (const [name, pods] of update.nodes) {
    const generations = generationsOn(update, pods);
    if (generations === undefined) {
      surge += 1;
      continue;
    }
    const { fresh, old } = generations;
    const speaker = old ?? fresh;
    if (speaker !== undefined && isAvailable(update, speaker)) available += 1;
    if (old === undefined) continue;
    if (fresh !== undefined) {
      if (isAvailable(update, fresh)) remove.push(old);
      else surge += 1;
    } else if (!isAvailable(update, old)) {
      if (update.shouldRun(name)) allowed.push(name);
      else remove.push(old);
    } else if (update.shouldRun(name)) candidates.push(name);
    else misplaced.push(old);
  }
  // A node that no longer fits gives up its pod only once others make up for it.
  const spare = Math.max(0, available - update.desired);
  remove.push(...misplaced.slice(0, spare));
  const more = Math.max(0, maxSurge - surge);
  return { create: [...allowed, ...candidates.slice(0, more)], remove };
}

/**
 * The next step of a rolling update (`rollingUpdate` of pkg/controller/daemon/update.go). The real controller goes
 * through the nodes in the order of a Go map, which is none; here it is that of their names.
 */
export function updateStep(
  daemonSet: DaemonSet,
  nodes: readonly Node[],
  byNode: NodePods,
  hash: string,
  now: Micros,
): Plan | undefined {
  if (daemonSet.spec.updateStrategy?.type !== 'RollingUpdate') return undefined;
  let isOutdated = false;
  for (const pods of byNode.values()) {
    for (const pod of pods) {
      if (pod.metadata.deletionTimestamp === undefined && !isUpdated(daemonSet, pod, hash)) isOutdated = true;
    }
  }
  if (!isOutdated) return undefined;

  const eligible = new Set<string>();
  for (const node of nodes) {
    if (eligibilityOf(daemonSet.spec.template, node).shouldRun) eligible.add(node.metadata.name);
  }
  const names = [...new Set([...eligible, ...byNode.keys()])].sort();
  const update: Update = {
    daemonSet,
    hash,
    now,
    nodes: names.map((name) => [name, byNode.get(name) ?? NOBODY]),
    shouldRun: (name) => eligible.has(name),
    desired: eligible.size,
  };
  const maxSurge = maxSurgeOf(daemonSet, eligible.size);
  return maxSurge === 0
    ? replacing(update, maxUnavailableOf(daemonSet, eligible.size, maxSurge))
    : surging(update, maxSurge);
}
