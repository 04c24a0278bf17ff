import { resourcesOf } from '../../../core/kinds/pod/resources.ts';
import type { Node } from '../../../core/schema/types.generated.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import type { PodInfo } from '../cache/pod-info.ts';
import {
  GPU,
  GPU_INDEX_ANNOTATION,
  GPU_MILLI,
  GPU_MODEL_LABEL,
  gpuRequestOf,
  isShared,
  MILLI,
} from './gpu-request.ts';
import { type GpuChoice, selectGpus, tightestGpu } from './select-gpus.ts';

/**
 * Which GPUs of a node its pods have, worked out from the pods: from the annotation that says so, or from what was
 * chosen when the pod was given the node. Kept for each node until its pods change.
 */
interface NodeGpus {
  node: Node | undefined;
  version: number;
  /** What the pods were when this was worked out; pods that are only supposed there don't raise the version. */
  pods: number;
  requested: number;
  free: readonly number[];
  /** By the pod's uid. */
  readonly held: Map<string, readonly number[]>;
  /** How many pods of each kind of GPU request are there (`gpuKind`). */
  kinds: ReadonlyMap<string, number>;
}

const byNode = new WeakMap<NodeInfo, NodeGpus>();
const NO_GPUS: readonly number[] = [];
const countOf = new WeakMap<Node, number>();

/** How many GPUs a node has. */
export function gpuCountOf(node: Node): number {
  let count = countOf.get(node);
  if (count === undefined) {
    const { scalars } = resourcesOf(node.status.allocatable);
    count = Math.max(scalars[GPU] ?? 0, Math.floor((scalars[GPU_MILLI] ?? 0) / MILLI));
    countOf.set(node, count);
  }
  return count;
}

export function gpuModelOf(node: NodeInfo): string {
  return node.label(GPU_MODEL_LABEL) ?? '';
}

/** Pods that want alike: those that share one, and those of each number of whole GPUs. */
export function gpuKind({ facts }: PodInfo): string | undefined {
  const request = gpuRequestOf(facts);
  if (request === undefined) return undefined;
  return isShared(request) ? 'shared' : `${request.count}`;
}

function requestedOf({ extended }: NodeInfo): number {
  return (extended.get(GPU_MILLI)?.requested ?? 0) + (extended.get(GPU)?.requested ?? 0);
}

function annotated({ pod }: PodInfo, gpus: number): readonly number[] | undefined {
  const text = pod.metadata.annotations?.[GPU_INDEX_ANNOTATION];
  if (text === undefined || !/^\d+(-\d+)*$/.test(text)) return undefined;
  const places = text.split('-').map(Number);
  return places.every((place) => place < gpus) ? places : undefined;
}

interface Holdings {
  readonly free: number[];
  readonly kinds: Map<string, number>;
}

/** Takes what the pods hold off the GPUs; a pod that nobody chose GPUs for gets them as tight as there is room. */
function holdingsOf(node: NodeInfo, held: Map<string, readonly number[]>, except?: string): Holdings {
  const free = Array.from({ length: node.node === undefined ? 0 : gpuCountOf(node.node) }, () => MILLI);
  const kinds = new Map<string, number>();
  const strangers: PodInfo[] = [];
  const take = (info: PodInfo, places: readonly number[]): void => {
    const milli = gpuRequestOf(info.facts)?.milli ?? 0;
    for (const place of places) if (place < free.length) free[place] = Math.max(0, free[place]! - milli);
    held.set(info.uid, places);
  };
  for (const info of node.pods.values()) {
    const kind = gpuKind(info);
    if (kind === undefined || info.uid === except) continue;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const places = annotated(info, free.length) ?? held.get(info.uid);
    if (places === undefined) strangers.push(info);
    else take(info, places);
  }
  for (const info of strangers) {
    const request = gpuRequestOf(info.facts)!;
    take(info, selectGpus(free, request, tightestGpu) ?? []);
  }
  return { free, kinds };
}

function stateOf(node: NodeInfo): NodeGpus {
  const known = byNode.get(node);
  const requested = requestedOf(node);
  if (known !== undefined && known.node === node.node && known.version === node.version) {
    if (known.pods === node.pods.size && known.requested === requested) return known;
    // Pods are tried out on the node: what is found holds for the moment.
    const held = new Map(known.held);
    return { ...known, ...holdingsOf(node, held), held, pods: node.pods.size, requested };
  }
  const held = new Map([...(known?.held ?? [])].filter(([uid]) => node.pods.has(uid)));
  const state: NodeGpus = {
    node: node.node,
    version: node.version,
    pods: node.pods.size,
    requested,
    held,
    ...holdingsOf(node, held),
  };
  byNode.set(node, state);
  return state;
}

/** How much of each GPU of a node is free, in thousandths. */
export function freeGpus(node: NodeInfo): readonly number[] {
  if (node.node === undefined || gpuCountOf(node.node) === 0) return NO_GPUS;
  return stateOf(node).free;
}

export function gpuKindsOn(node: NodeInfo): ReadonlyMap<string, number> {
  return stateOf(node).kinds;
}

/** Chooses GPUs for a pod that was just given the node; `undefined` where there is no room. */
export function claimGpus(node: NodeInfo, info: PodInfo, choose: GpuChoice): readonly number[] | undefined {
  const request = gpuRequestOf(info.facts);
  if (request === undefined) return NO_GPUS;
  const held = new Map([...(byNode.get(node)?.held ?? [])].filter(([uid]) => node.pods.has(uid)));
  held.delete(info.uid);
  const { free } = holdingsOf(node, held, info.uid);
  const places = selectGpus(free, request, choose);
  if (places === undefined) return undefined;
  held.set(info.uid, places);
  byNode.set(node, {
    node: node.node,
    version: node.version,
    pods: node.pods.size,
    requested: requestedOf(node),
    held,
    ...holdingsOf(node, held),
  });
  return places;
}
