import { isPodTerminal } from '../../core/kinds/pod/status.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { parseRfc3339 } from '../../core/time.ts';
import { targetNode } from './daemon-set-pod.ts';

/** A DaemonSet's pods by the node that they are on or meant for. */
export type NodePods = ReadonlyMap<string, readonly Pod[]>;

/** Pods that have ended and are being deleted are passed over: they hold no place (`getNodesToDaemonPods`). */
export function podsByNode(pods: readonly Pod[]): NodePods {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined && isPodTerminal(pod)) continue;
    const node = targetNode(pod);
    if (node === undefined) continue;
    const known = byNode.get(node);
    if (known === undefined) byNode.set(node, [pod]);
    else known.push(pod);
  }
  return byNode;
}

function isAssigned({ spec }: Pod): boolean {
  return spec.nodeName !== undefined && spec.nodeName !== '';
}

/** Bound ones first, then the oldest (`podByCreationTimestampAndPhase`). */
export function byAge(a: Pod, b: Pod): number {
  if (isAssigned(a) !== isAssigned(b)) return isAssigned(a) ? -1 : 1;
  const left = parseRfc3339(a.metadata.creationTimestamp) ?? 0;
  const right = parseRfc3339(b.metadata.creationTimestamp) ?? 0;
  if (left !== right) return left - right;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/** The one that speaks for its node where there are several. */
export function eldest(pods: readonly Pod[]): Pod {
  if (pods.length === 1) return pods[0] as Pod;
  return [...pods].sort(byAge)[0] as Pod;
}
