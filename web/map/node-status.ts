import type { Node } from '../../core/schema/types.generated.ts';

export function isNodeReady(node: Node | undefined): boolean {
  return node?.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

const ZONE = 'topology.kubernetes.io/zone';

/** Empty where the node names no zone. */
export function zoneOf(node: Node): string {
  return node.metadata.labels?.[ZONE] ?? '';
}
