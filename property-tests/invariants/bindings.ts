import type { EventRecord } from '../../core/log/record.ts';
import type { Pod } from '../../core/schema/types.generated.ts';

export const SCHEDULER = 'kube-scheduler';

function nodeOf(pod: Pod | undefined): string | undefined {
  const name = pod?.spec.nodeName;
  return name === '' ? undefined : name;
}

/** The node that a record of a pod binds it to. */
export function boundTo({ previous, next }: EventRecord): string | undefined {
  if (previous === undefined || next === undefined) return undefined;
  const node = nodeOf(next as Pod);
  return node === nodeOf(previous as Pod) ? undefined : node;
}
