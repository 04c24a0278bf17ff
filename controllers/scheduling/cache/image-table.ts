import type { Node } from '../../../core/schema/types.generated.ts';
import type { ImageState, ImageStates } from './cluster-view.ts';

interface Entry {
  readonly sizeBytes: number;
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
    for (const [name, sizeBytes] of before) if (after.get(name) !== sizeBytes) this.#remove(name);
    for (const [name, sizeBytes] of after) if (before.get(name) !== sizeBytes) this.#add(name, sizeBytes);
  }

  /** The size that the first node reported stands for all, as in the real cache. */
  #add(name: string, sizeBytes: number): void {
    this.version += 1;
    const entry = this.#entries.get(name);
    if (entry === undefined) this.#entries.set(name, { sizeBytes, nodeCount: 1 });
    else entry.nodeCount += 1;
  }

  #remove(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined)
      throw new Error(`a node gave up the image ${name}, which none was known to hold`);
    this.version += 1;
    entry.nodeCount -= 1;
    if (entry.nodeCount === 0) this.#entries.delete(name);
  }
}
