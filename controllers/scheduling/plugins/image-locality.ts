import type { Container, Pod } from '../../../core/schema/types.generated.ts';
import type { ClusterView } from '../cache/cluster-view.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import { type StateKey, stateKey } from '../framework/cycle-state.ts';
import { MAX_NODE_SCORE, type Plugin } from '../framework/extension-points.ts';

/** Images below 23 MiB count for nothing and above 1000 MiB for no more, a container. */
const MEBIBYTE = 1024 * 1024;
const SMALLEST = 23 * MEBIBYTE;
const LARGEST_PER_CONTAINER = 1000 * MEBIBYTE;

interface WantedImage {
  readonly name: string;
  /** Size in proportion to the nodes that hold it, lest all pods go where an image was pulled first. */
  readonly scaledBytes: number;
}

const WANTED: StateKey<readonly WantedImage[]> = stateKey('ImageLocality/wanted');

function containersOf(pod: Pod): readonly Container[] {
  const { containers, initContainers } = pod.spec;
  return initContainers === undefined ? containers : [...initContainers, ...containers];
}

/** Nodes report tags in full; a reference without one means `latest`. */
function normalizedImage(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}

function wantedImages(pod: Pod, cluster: ClusterView): readonly WantedImage[] {
  const total = cluster.nodes.length;
  const wanted: WantedImage[] = [];
  for (const { image } of containersOf(pod)) {
    if (image === undefined) continue;
    const name = normalizedImage(image);
    const state = cluster.images.get(name);
    if (state === undefined || state.nodeCount === 0) continue;
    wanted.push({ name, scaledBytes: Math.floor(state.sizeBytes * (state.nodeCount / total)) });
  }
  return wanted;
}

function holds(node: NodeInfo, image: string): boolean {
  for (const { names } of node.object.status.images ?? []) if (names?.includes(image)) return true;
  return false;
}

/** What a node scores that holds so much of what the pod's containers want. */
function scoreOf(sum: number, containers: number): number {
  const largest = LARGEST_PER_CONTAINER * containers;
  const counted = Math.min(Math.max(sum, SMALLEST), largest);
  return Math.floor((MAX_NODE_SCORE * (counted - SMALLEST)) / (largest - SMALLEST));
}

/** For so many images at most the scores of all their combinations are written out. */
const COMBINED_IMAGES_MAX = 4;

/**
 * The scores of every combination of the images that a node may hold: while they stay, so does every node's score,
 * though the bytes change with each node that pulls. For many images the bytes themselves.
 */
function combinedScores(wanted: readonly WantedImage[], containers: number): string {
  if (wanted.length > COMBINED_IMAGES_MAX) {
    return wanted.map(({ name, scaledBytes }) => `${name} ${scaledBytes}`).join();
  }
  const scores: number[] = [];
  for (let combination = 1; combination < 1 << wanted.length; combination += 1) {
    let sum = 0;
    wanted.forEach(({ scaledBytes }, place) => {
      if ((combination & (1 << place)) !== 0) sum += scaledBytes;
    });
    scores.push(scoreOf(sum, containers));
  }
  return `${wanted.map(({ name }) => name).join()} ${scores.join()}`;
}

export const imageLocality: Plugin = {
  name: 'ImageLocality',
  dependsOn: 'node',
  /** What holding the images is worth now, by how many of the nodes hold them. */
  version: ({ pod }, cluster) => combinedScores(wantedImages(pod, cluster), containersOf(pod).length),
  preScore: (state, { pod }, cluster) => {
    const wanted = wantedImages(pod, cluster);
    if (wanted.length === 0) return 'skip';
    state.write(WANTED, wanted);
    return undefined;
  },
  score: (state, { pod }, node) => {
    let sum = 0;
    for (const { name, scaledBytes } of state.read(WANTED)) if (holds(node, name)) sum += scaledBytes;
    return scoreOf(sum, containersOf(pod).length);
  },
};
