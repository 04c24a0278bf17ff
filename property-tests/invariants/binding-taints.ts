import { NODE, POD } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Node, Pod, Taint, Toleration } from '../../core/schema/types.generated.ts';
import { boundTo, SCHEDULER } from './bindings.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';

const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

function taintsOf(node: Node): readonly Taint[] {
  const taints = (node.spec.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
  const isNamed = taints.some(({ key }) => key === UNSCHEDULABLE.key);
  return node.spec.unschedulable === true && !isNamed ? [...taints, UNSCHEDULABLE] : taints;
}

function text({ key, value, effect }: Taint): string {
  return value === undefined || value === '' ? `${key}:${effect}` : `${key}=${value}:${effect}`;
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
function isTolerated(taint: Taint, tolerations: readonly Toleration[]): boolean {
  return tolerations.some(
    ({ key, operator, value, effect }) =>
      (effect === undefined || effect === taint.effect) &&
      (operator === 'Exists'
        ? key === undefined || key === '' || key === taint.key
        : key === taint.key && (value ?? '') === (taint.value ?? '')),
  );
}

class TaintWatcher implements Watcher {
  readonly kinds = [POD, NODE];
  /** By node and taint: since when without a break. */
  private readonly since = new Map<string, Map<string, number>>();

  observe(record: EventRecord, { view }: Moment): readonly Finding[] | undefined {
    const { kind, key, actor, cause } = record;
    if (kind === NODE) {
      this.follow(record);
      return undefined;
    }
    const name = actor === SCHEDULER ? boundTo(record) : undefined;
    const node = name === undefined ? undefined : view.get(NODE, undefined, name);
    if (node === undefined) return undefined;
    const tolerations = (record.next as Pod).spec.tolerations ?? [];
    const known = this.since.get(node.metadata.name);
    for (const taint of taintsOf(node)) {
      const since = known?.get(text(taint)) ?? Number.POSITIVE_INFINITY;
      if (since > cause || isTolerated(taint, tolerations)) continue;
      const message = `pod ${key} was bound to node ${node.metadata.name}, whose taint ${text(taint)} it does not tolerate`;
      return [{ kind: POD, key, message }];
    }
    return undefined;
  }

  private follow({ key, previous, next, rv }: EventRecord): void {
    const before = previous as Node | undefined;
    const after = next as Node | undefined;
    if (before?.spec === after?.spec) return;
    if (after === undefined) {
      this.since.delete(key);
      return;
    }
    const known = this.since.get(key);
    this.since.set(
      key,
      new Map(taintsOf(after).map((taint) => [text(taint), known?.get(text(taint)) ?? rv])),
    );
  }
}

/** I34. */
export const bindingTaints: Invariant = {
  name: 'binding-taints',
  rule: 'No pod is bound to a node with a NoSchedule or NoExecute taint that it does not tolerate, or to a cordoned one.',
  source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/',
  exemptions: [
    'A taint that the scheduler could not know of yet.',
    'Pods that are not bound by the scheduler.',
  ],
  watch: () => new TaintWatcher(),
};
