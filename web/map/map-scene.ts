import { controllerOf } from '../../core/api/object.ts';
import { NODE, POD } from '../../core/kinds/registry.ts';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import type { State } from '../../core/store/state.ts';
import { type Box, type MapLayout, nodeBox, podBox } from './map-layout.ts';
import { isNodeReady, zoneOf } from './node-status.ts';
import type { Places } from './places.ts';
import { type PodStanding, podStanding } from './pod-status.ts';

export interface MapNode {
  readonly key: string;
  readonly box: Box;
  readonly isReady: boolean;
  readonly isCordoned: boolean;
  readonly pods: number;
}

export interface MapPod {
  readonly key: string;
  readonly box: Box;
  readonly standing: PodStanding;
  readonly owner: string;
  readonly node: string;
}

/** What the map shows at one time: boxes, and pods that have none. */
export interface MapScene {
  /** Places of nodes that are yet to come, or have gone. */
  readonly vacant: readonly Box[];
  readonly nodes: readonly MapNode[];
  readonly pods: readonly MapPod[];
  /** Pods without a node, in order of their names. */
  readonly waiting: readonly {
    readonly key: string;
    readonly standing: PodStanding;
    readonly owner: string;
  }[];
  readonly standings: Readonly<Record<PodStanding, number>>;
}

/** The workload that a pod is of: a ReplicaSet's name without the hash of its template. */
function ownerOf(pod: Pod): string {
  const owner = controllerOf(pod);
  if (owner === undefined) return pod.metadata.name;
  return owner.kind === 'ReplicaSet' ? owner.name.replace(/-[a-z0-9]+$/, '') : owner.name;
}

function keyOf(pod: Pod): string {
  return `${pod.metadata.namespace ?? ''}/${pod.metadata.name}`;
}

export function mapScene(state: State, places: Places, layout: MapLayout): MapScene {
  const boxes = new Map<string, Box>();
  const counts = new Map<string, number>();
  const pods: MapPod[] = [];
  const waiting: MapScene['waiting'][number][] = [];
  const standings: Record<PodStanding, number> = {
    ready: 0,
    unready: 0,
    starting: 0,
    unscheduled: 0,
    failing: 0,
    terminating: 0,
    succeeded: 0,
    failed: 0,
  };
  const nodes = state.list(NODE) as readonly Node[];
  for (const node of nodes) {
    const { name } = node.metadata;
    const place = places.ofNode(state.slotOf(NODE, name) ?? -1);
    const box = place === undefined ? undefined : nodeBox(layout, zoneOf(node), place.number);
    if (box !== undefined) boxes.set(name, box);
  }
  for (const pod of state.list(POD) as readonly Pod[]) {
    const key = keyOf(pod);
    const standing = podStanding(pod);
    standings[standing]++;
    const node = pod.spec.nodeName ?? '';
    const box = boxes.get(node);
    const number = places.ofPod(state.slotOf(POD, key) ?? -1);
    if (box === undefined || number === undefined) {
      waiting.push({ key, standing, owner: ownerOf(pod) });
      continue;
    }
    counts.set(node, (counts.get(node) ?? 0) + 1);
    pods.push({ key, box: podBox(layout, box, number), standing, owner: ownerOf(pod), node });
  }
  const mapNodes = nodes.flatMap((node): readonly MapNode[] => {
    const { name } = node.metadata;
    const box = boxes.get(name);
    if (box === undefined) return [];
    const isCordoned = node.spec?.unschedulable === true;
    return [{ key: name, box, isReady: isNodeReady(node), isCordoned, pods: counts.get(name) ?? 0 }];
  });
  return { vacant: vacantBoxes(places, layout, boxes), nodes: mapNodes, pods, waiting, standings };
}

function vacantBoxes(places: Places, layout: MapLayout, taken: ReadonlyMap<string, Box>): readonly Box[] {
  const placeOf = ({ left, top }: Box): string => `${left} ${top}`;
  const held = new Set([...taken.values()].map(placeOf));
  return places.zoneSizes
    .flatMap(({ zone, size }) => Array.from({ length: size }, (_, number) => nodeBox(layout, zone, number)))
    .filter((box) => box !== undefined)
    .filter((box) => !held.has(placeOf(box)));
}

function contains({ left, top, width, height }: Box, x: number, y: number, slack: number): boolean {
  return x >= left - slack && x < left + width + slack && y >= top - slack && y < top + height + slack;
}

/** The pod, or else the node, at a point. */
export function hit(
  scene: MapScene,
  x: number,
  y: number,
): { readonly pod: MapPod } | { readonly node: MapNode } | undefined {
  const node = scene.nodes.find(({ box }) => contains(box, x, y, 0));
  if (node === undefined) return undefined;
  const pod = scene.pods.find((candidate) => candidate.node === node.key && contains(candidate.box, x, y, 1));
  return pod === undefined ? { node } : { pod };
}
