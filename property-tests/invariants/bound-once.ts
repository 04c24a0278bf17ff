import { NODE, POD } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { boundTo } from './bindings.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';

class BindingWatcher implements Watcher {
  readonly kinds = [POD, NODE];
  private readonly removedAt = new Map<string, number>();

  observe(record: EventRecord, { view }: Moment): readonly Finding[] | undefined {
    const { kind, key, verb, rv, cause } = record;
    if (kind === NODE) {
      if (verb === 'delete') this.removedAt.set(key, rv);
      return undefined;
    }
    const node = boundTo(record);
    if (node === undefined) return undefined;
    const before = (record.previous as Pod).spec.nodeName;
    if (before !== undefined && before !== '') {
      return [
        { kind: POD, key, message: `pod ${key} was bound to node ${node}, and before to node ${before}` },
      ];
    }
    if (view.get(NODE, undefined, node) !== undefined) return undefined;
    if ((this.removedAt.get(node) ?? 0) > cause) return undefined;
    return [{ kind: POD, key, message: `pod ${key} was bound to node ${node}, which does not exist` }];
  }
}

/** I30. */
export const boundOnce: Invariant = {
  name: 'bound-once',
  rule: 'A pod is bound once, to a node that exists.',
  source: 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-lifetime',
  exemptions: ['A node that was deleted after what the scheduler could know.'],
  watch: () => new BindingWatcher(),
};
