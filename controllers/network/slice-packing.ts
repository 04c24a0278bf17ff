import type { DiscoveryV1EndpointPort, Endpoint, EndpointSlice } from '../../core/schema/types.generated.ts';
import { sameEndpoint, sameTarget } from './endpoint.ts';

/** `--max-endpoints-per-slice` of kube-controller-manager. */
const MAX_ENDPOINTS_PER_SLICE = 100;

/** A slice to write over an existing one. */
export interface SliceUpdate {
  readonly slice: EndpointSlice;
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly DiscoveryV1EndpointPort[];
}

/** A slice to make. */
export interface NewSlice {
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly DiscoveryV1EndpointPort[];
}

export interface Packing {
  readonly creates: readonly NewSlice[];
  readonly updates: readonly SliceUpdate[];
  readonly deletes: readonly EndpointSlice[];
}

interface Filling {
  readonly slice: EndpointSlice;
  readonly endpoints: Endpoint[];
}

/**
 * Lay the desired endpoints of one set of ports into slices with as few writes as can be
 * (`k8s.io/endpointslice`, `reconcileByPortMapping`): endpoints stay in the slice where they are; new ones go
 * into slices that must be written anyway, the fullest first; what is left goes into the one unchanged slice
 * that it fills best, or into new slices. Slices are never merged, so that a roll-over touches few of them.
 */
export function packEndpoints(
  existing: readonly EndpointSlice[],
  wanted: ReadonlyMap<string, Endpoint>,
  ports: readonly DiscoveryV1EndpointPort[],
  needsNewLabels: (slice: EndpointSlice) => boolean,
): Packing {
  const left = new Map(wanted);
  const deletes: EndpointSlice[] = [];
  const unchanged: EndpointSlice[] = [];
  const changed: Filling[] = [];
  for (const slice of existing) {
    const { kept, altered } = keepWanted(slice.endpoints ?? [], left);
    if (altered && kept.length === 0) deletes.push(slice);
    else if (altered || needsNewLabels(slice)) changed.push({ slice, endpoints: kept });
    else unchanged.push(slice);
  }

  // Slice names are unique, so the order is total.
  changed.sort((a, b) => b.endpoints.length - a.endpoints.length || byName(a.slice, b.slice));
  const rest = [...left.values()];
  let next = 0;
  for (const { endpoints } of changed) {
    while (next < rest.length && endpoints.length < MAX_ENDPOINTS_PER_SLICE) {
      endpoints.push(rest[next] as Endpoint);
      next += 1;
    }
  }

  const creates: NewSlice[] = [];
  while (next < rest.length) {
    const count = rest.length - next;
    const target = count < MAX_ENDPOINTS_PER_SLICE ? bestFit(unchanged, count) : undefined;
    const share = rest.slice(next, next + MAX_ENDPOINTS_PER_SLICE);
    next += share.length;
    if (target === undefined) creates.push({ endpoints: share, ports });
    else changed.push({ slice: target, endpoints: [...(target.endpoints ?? []), ...share] });
  }
  return {
    creates,
    updates: changed.map((filling) => ({ ...filling, ports: filling.slice.ports ?? ports })),
    deletes,
  };
}

/** The endpoints of a slice that are still wanted, as they are wanted; they leave `left`. */
function keepWanted(
  endpoints: readonly Endpoint[],
  left: Map<string, Endpoint>,
): { readonly kept: Endpoint[]; readonly altered: boolean } {
  const kept: Endpoint[] = [];
  let altered = false;
  for (const endpoint of endpoints) {
    const name = endpoint.targetRef?.name ?? '';
    const found = left.get(name);
    if (found === undefined || !sameTarget(found, endpoint)) {
      altered = true;
      continue;
    }
    left.delete(name);
    if (sameEndpoint(found, endpoint)) {
      kept.push(endpoint);
    } else {
      kept.push(found);
      altered = true;
    }
  }
  return { kept, altered };
}

/** The slice that `count` more endpoints fill most nearly, where they fit into one. */
function bestFit(slices: readonly EndpointSlice[], count: number): EndpointSlice | undefined {
  let best: EndpointSlice | undefined;
  let bestRoom = MAX_ENDPOINTS_PER_SLICE;
  for (const slice of slices) {
    const room = MAX_ENDPOINTS_PER_SLICE - count - (slice.endpoints?.length ?? 0);
    if (room < 0 || room >= bestRoom) continue;
    best = slice;
    bestRoom = room;
  }
  return best;
}

function byName(a: EndpointSlice, b: EndpointSlice): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
