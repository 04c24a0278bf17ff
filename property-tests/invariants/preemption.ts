import { podCondition } from '../../core/kinds/pod/status.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import type { Finding, Invariant, Watcher } from './invariant.ts';

function isPreempted(pod: Pod | undefined): boolean {
  return pod !== undefined && podCondition(pod, 'DisruptionTarget')?.reason === 'PreemptionByScheduler';
}

class PreemptionWatcher implements Watcher {
  readonly kinds = [POD];
  /** The highest priority of the pods that were ever nominated for a node. */
  private readonly nominated = new Map<string, number>();

  observe({ key, previous, next }: EventRecord): readonly Finding[] | undefined {
    if (next === undefined) return undefined;
    const before = previous as Pod | undefined;
    const { spec, status } = next as Pod;
    const node = status.nominatedNodeName;
    if (node !== undefined && node !== before?.status.nominatedNodeName) {
      const known = this.nominated.get(node) ?? Number.NEGATIVE_INFINITY;
      this.nominated.set(node, Math.max(known, spec.priority ?? 0));
    }
    const isBound = spec.nodeName !== undefined && spec.nodeName !== '';
    if (isBound && node !== undefined && node !== '') {
      const message = `pod ${key} is bound to node ${spec.nodeName} and still nominated for node ${node}`;
      return [{ kind: POD, key, message }];
    }
    if (!isPreempted(next as Pod) || isPreempted(before)) return undefined;
    const priority = spec.priority ?? 0;
    const highest = this.nominated.get(spec.nodeName ?? '');
    if (highest !== undefined && highest > priority) return undefined;
    const message =
      `pod ${key} of priority ${priority} was preempted on node ${spec.nodeName ?? ''}, ` +
      `for which ${highest === undefined ? 'no pod' : `no pod above priority ${highest}`} was ever nominated`;
    return [{ kind: POD, key, message }];
  }
}

/** I31 and I32. */
export const preemption: Invariant = {
  name: 'preemption',
  rule: 'A pod is preempted only for one of a higher priority that is nominated for its node, and a nomination ends with the binding.',
  source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/',
  exemptions: [],
  watch: () => new PreemptionWatcher(),
};
