import { NODE } from '../../../core/kinds/registry.ts';
import type {
  Node,
  PersistentVolumeClaim,
  StorageClass,
  VolumeNodeAffinity,
} from '../../../core/schema/types.generated.ts';
import type { View } from '../../../core/store/view.ts';
import type { CsiDriverModel } from './driver.ts';

/** In which of the places that a driver knows a volume is made (external-provisioner, `GenerateAccessibilityRequirements`). */

/** FNV-1 with 32 bits, as Go's `fnv.New32`. */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash, 0x01000193) >>> 0;
    hash = (hash ^ text.charCodeAt(i)) >>> 0;
  }
  return hash;
}

/**
 * Claims of a StatefulSet differ in their last number, and are spread over the places in turn. Those of one pod are in
 * the same: of a name such as `data-web-0` only `web` is hashed (`getPVCNameHashAndIndexOffset`).
 */
function turnOf(claimName: string): number {
  const [, prefix, ordinal] = /^(.*)-(\d+)$/.exec(claimName) ?? [];
  if (prefix === undefined || ordinal === undefined) return fnv(claimName);
  return (fnv(prefix.slice(prefix.lastIndexOf('-') + 1)) + Number(ordinal)) >>> 0;
}

function allows({ allowedTopologies = [] }: StorageClass, key: string, value: string): boolean {
  if (allowedTopologies.length === 0) return true;
  return allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every((each) => each.key !== key || each.values.includes(value)),
  );
}

/** The places that nodes are in, sorted. */
function placesOf(view: View, key: string): readonly string[] {
  const places = new Set<string>();
  for (const { metadata } of view.list(NODE)) {
    const place = metadata.labels?.[key];
    if (place !== undefined) places.add(place);
  }
  return [...places].sort();
}

export type Place = { readonly place: string | undefined } | { readonly error: string };

/** Where the volume of a claim goes: to its node, or to the place whose turn it is. */
export function placeFor(
  view: View,
  { topologyKey }: CsiDriverModel,
  claim: PersistentVolumeClaim,
  storageClass: StorageClass | undefined,
  node: Node | undefined,
): Place {
  if (topologyKey === undefined) return { place: undefined };
  if (node !== undefined) return { place: node.metadata.labels?.[topologyKey] };
  const places = placesOf(view, topologyKey).filter(
    (place) => storageClass === undefined || allows(storageClass, topologyKey, place),
  );
  if (places.length === 0) {
    // Nodes that say nothing of their place reach everything.
    return placesOf(view, topologyKey).length === 0
      ? { place: undefined }
      : {
          error: 'error generating accessibility requirements: no topology key found for allowed topologies',
        };
  }
  return { place: places[turnOf(claim.metadata.name) % places.length] };
}

export function affinityTo(key: string, place: string): VolumeNodeAffinity {
  return {
    required: {
      nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: [place] }] }],
    },
  };
}
