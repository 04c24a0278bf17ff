/**
 * Why a node, or a pod as a whole, is refused by one plugin. `Unschedulable` may be cured by evicting pods from
 * the node; `UnschedulableAndUnresolvable` can't, and preemption leaves such nodes alone
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/#filter).
 */
export interface Rejection {
  readonly plugin: string;
  readonly code: 'Unschedulable' | 'UnschedulableAndUnresolvable';
  /** Each is counted by itself in the pod's message. */
  readonly reasons: readonly string[];
}

export function unschedulable(plugin: string, ...reasons: readonly string[]): Rejection {
  return { plugin, code: 'Unschedulable', reasons };
}

export function unresolvable(plugin: string, ...reasons: readonly string[]): Rejection {
  return { plugin, code: 'UnschedulableAndUnresolvable', reasons };
}
