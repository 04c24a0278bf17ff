import type { NodeInfo } from './node-info.ts';

/** Which nodes' pods count towards a domain. Two with the same key take the same nodes. */
export interface NodeTest {
  readonly key: string;
  readonly counts: (node: NodeInfo) => boolean;
}

export const EVERY_NODE: NodeTest = { key: '', counts: () => true };
