/** Names one plugin's value in the state of a cycle, with its type. */
export interface StateKey<T> {
  readonly name: string;
  /** Never set: carries the type alone. */
  readonly valueType?: T;
}

export function stateKey<T>(name: string): StateKey<T> {
  return { name };
}

/** What the plugins of one scheduling cycle hand on from `preFilter` and `preScore` to the calls for each node. */
export class CycleState {
  /** Made by the first write: most pods' plugins have nothing to hand on. */
  #values: Map<StateKey<unknown>, unknown> | undefined;

  write<T>(key: StateKey<T>, value: T): void {
    this.#values ??= new Map();
    this.#values.set(key, value);
  }

  /** What was written, if anything was. */
  find<T>(key: StateKey<T>): T | undefined {
    // Only `write` puts values in, and it takes the key's own type.
    return this.#values?.get(key) as T | undefined;
  }

  read<T>(key: StateKey<T>): T {
    const values = this.#values;
    if (values === undefined || !values.has(key)) {
      throw new Error(
        `nothing was written under "${key.name}" in this scheduling cycle; its pre-step did not run`,
      );
    }
    // Only `write` puts values in, and it takes the key's own type.
    return values.get(key) as T;
  }
}
