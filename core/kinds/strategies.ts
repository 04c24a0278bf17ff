import type { KindStrategy } from './kind.ts';

/** Each kind's own behaviour, by `apiVersion/kind`. A kind without a row is stored as it comes. */
export const STRATEGIES: Readonly<Record<string, KindStrategy>> = {};
