import type { Node } from '../../../core/schema/types.generated.ts';
import type { ImageState, ImageStates } from './cluster-view.ts';

interface Entry {
  sizeBytes: number;
  nodeCount: number;
}

/** A node's images by every name that it reports for them. */
function imagesOf(node: Node | undefined): Map<string, number> {
  const images = new Map<string, number>();
  for (const { names, sizeBytes } of node?.status.images ?? []) {
    for (const name of names ?? []) images.set(name, sizeBytes ?? 0);
  }
  return images;
}

/** Counts the nodes that hold each image, for the ImageLocality plugin. */
export class ImageTable implements ImageStates {
  readonly #entries = new Map<string, Entry>();
  version = 0;

  get(image: string): ImageState | undefined {
    return this.#entries.get(image);
  }

  /** A node's list of images has become another one. */
  replace(previous: Node | undefined, next: Node | undefined): void {
    const before = imagesOf(previous);
    const after = imagesOf(next);
    for (const [name, sizeBytes] of after) {
      const held = before.get(name);
      if (held === sizeBytes) continue;
      this.#change(name, held === undefined ? 1 : 0, sizeBytes);
    }
    for (const name of before.keys()) if (!after.has(name)) this.#change(name, -1, undefined);
  }

  /** The size last reported stands for all nodes, as in the real cache. */
  #change(name: string, nodes: number, sizeBytes: number | undefined): void {
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      entry = { sizeBytes: 0, nodeCount: 0 };
      this.#entries.set(name, entry);
    }
    this.version += 1;
    entry.nodeCount += nodes;
    if (sizeBytes !== undefined) entry.sizeBytes = sizeBytes;
    if (entry.nodeCount === 0) this.#entries.delete(name);
  }
}
