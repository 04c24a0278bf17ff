import type { Node } from '../../../core/schema/types.generated.ts';
import { HOSTNAME } from '../framework/spreading.ts';

/** Whether each node is a host by itself, as almost everywhere: then a rule by host reads the pods of one node. */
export class Hostnames {
  readonly #nodes = new Map<string, number>();
  #shared = 0;

  get areUnique(): boolean {
    return this.#shared === 0;
  }

  replace(before: Node | undefined, after: Node | undefined): void {
    const was = before?.metadata.labels?.[HOSTNAME];
    const is = after?.metadata.labels?.[HOSTNAME];
    if (was === is) return;
    if (was !== undefined) this.#add(was, -1);
    if (is !== undefined) this.#add(is, 1);
  }

  #add(name: string, amount: 1 | -1): void {
    const before = this.#nodes.get(name) ?? 0;
    const count = before + amount;
    if (count === 0) this.#nodes.delete(name);
    else this.#nodes.set(name, count);
    this.#shared += (count > 1 ? 1 : 0) - (before > 1 ? 1 : 0);
  }
}
