import type { Node } from '../../../core/schema/types.generated.ts';
import type { HostPort } from './host-port.ts';
import type { NodeTable } from './node-table.ts';
import type { PodInfo } from './pod-info.ts';

/** One extended resource of a node. */
export interface ExtendedResource {
  allocatable: number;
  requested: number;
}

/**
 * A node with the pods that hold a place on it, assumed ones too. Changed by the cluster cache alone; plugins
 * only read it.
 */
export class NodeInfo {
  readonly name: string;
  readonly table: NodeTable;
  /** Row in the table; given to another node only after this one is gone. */
  slot: number;
  /** Absent while pods name a node that isn't known (yet, or any more). */
  node: Node | undefined;
  readonly pods = new Map<string, PodInfo>();
  /** Pods with a required or preferred rule on other pods, and those that refuse others. */
  readonly withAffinity = new Map<string, PodInfo>();
  readonly withRequiredAntiAffinity = new Map<string, PodInfo>();
  /** Raised whenever the pods on it, or those it is kept free for, change. */
  version = 0;
  usedPorts: readonly HostPort[] = [];
  readonly extended = new Map<string, ExtendedResource>();

  constructor(name: string, table: NodeTable, slot: number) {
    this.name = name;
    this.table = table;
    this.slot = slot;
  }

  /** The node's object, where the caller knows that it is there. */
  get object(): Node {
    if (this.node === undefined)
      throw new Error(`the node ${this.name} has no object and can't be considered`);
    return this.node;
  }

  label(key: string): string | undefined {
    return this.node?.metadata.labels?.[key];
  }
}
