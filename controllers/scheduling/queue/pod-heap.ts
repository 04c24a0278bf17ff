import { Heap } from 'heap-js';
import type { QueuedPod } from './queued-pod.ts';

/** What an entry is ordered by, as it was when the entry was made. */
export interface HeapEntry {
  readonly priority: number;
  readonly timestamp: number;
  readonly due: number;
  readonly sequence: number;
  readonly ticket: number;
  readonly pod: QueuedPod;
}

/**
 * A heap of pods from which any may leave at any time: moving a pod changes its ticket, and entries with an old
 * ticket are passed over when they come up.
 */
export class PodHeap {
  readonly #heap: Heap<HeapEntry>;
  /** Pods in it, without stale entries. */
  size = 0;

  constructor(compare: (a: HeapEntry, b: HeapEntry) => number) {
    this.#heap = new Heap<HeapEntry>((a, b) => compare(a, b) || a.sequence - b.sequence);
  }

  push(pod: QueuedPod): void {
    const { priority, timestamp, backoffUntil, sequence, ticket } = pod;
    this.#heap.push({ priority, timestamp, due: backoffUntil, sequence, ticket, pod });
    this.size += 1;
  }

  peek(): QueuedPod | undefined {
    for (let entry = this.#heap.peek(); entry !== undefined; entry = this.#heap.peek()) {
      if (entry.ticket === entry.pod.ticket) return entry.pod;
      this.#heap.pop();
    }
    return undefined;
  }

  /** A pod that was in it has been given another ticket. */
  left(): void {
    this.size -= 1;
  }
}
