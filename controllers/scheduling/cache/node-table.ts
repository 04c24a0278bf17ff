/** The columns of the table of nodes, each in its smallest unit. */
const COLUMNS = [
  'allocatableCpu',
  'allocatableMemory',
  'allocatableStorage',
  'allocatablePods',
  'requestedCpu',
  'requestedMemory',
  'requestedStorage',
  'podCount',
  'scoredCpu',
  'scoredMemory',
] as const;

type Column = (typeof COLUMNS)[number];

const FIRST_CAPACITY = 16;

/**
 * Capacity and load of every node as flat columns, one row a node (its slot): filters and scores of thousands of
 * nodes run over them. All values are integers below 2^53, held exactly by a double.
 */
export class NodeTable implements Record<Column, Float64Array> {
  capacity = FIRST_CAPACITY;
  allocatableCpu = new Float64Array(FIRST_CAPACITY);
  allocatableMemory = new Float64Array(FIRST_CAPACITY);
  allocatableStorage = new Float64Array(FIRST_CAPACITY);
  allocatablePods = new Float64Array(FIRST_CAPACITY);
  requestedCpu = new Float64Array(FIRST_CAPACITY);
  requestedMemory = new Float64Array(FIRST_CAPACITY);
  requestedStorage = new Float64Array(FIRST_CAPACITY);
  podCount = new Float64Array(FIRST_CAPACITY);
  /** Requests with the defaults that scoring assumes for containers without any. */
  scoredCpu = new Float64Array(FIRST_CAPACITY);
  scoredMemory = new Float64Array(FIRST_CAPACITY);

  grow(): void {
    this.capacity *= 2;
    for (const column of COLUMNS) {
      const wider = new Float64Array(this.capacity);
      wider.set(this[column]);
      this[column] = wider;
    }
  }

  clearRow(slot: number): void {
    for (const column of COLUMNS) this[column][slot] = 0;
  }

  /** Row i becomes what row `order[i]` was; rows that aren't named are cleared. */
  permute(order: readonly number[]): void {
    for (const column of COLUMNS) {
      const before = this[column];
      const after = new Float64Array(this.capacity);
      order.forEach((from, to) => {
        after[to] = before[from]!;
      });
      this[column] = after;
    }
  }
}
