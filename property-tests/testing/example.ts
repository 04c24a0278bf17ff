import type { History } from './history.ts';

/** A history of which an invariant must, or must not, find something wrong. */
export interface Example {
  readonly about: string;
  readonly make: (history: History) => void;
  /** What must be found wrong; nothing where it is absent. */
  readonly wrong?: RegExp;
  /** Looked at once all is quiet. */
  readonly atRest?: boolean;
}

/** By the name of the invariant. */
export type Examples = Readonly<Record<string, readonly Example[]>>;
