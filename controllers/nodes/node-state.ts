import type { Node, NodeCondition, Taint } from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';

/** What controllers read off nodes, and the taints that they keep on them. */

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
export const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

export function nodeCondition(node: Node, type: string): NodeCondition | undefined {
  return node.status.conditions?.find((condition) => condition.type === type);
}

/** The status of its Ready condition; `undefined` where nobody has posted one. */
export function readyStatus(node: Node): string | undefined {
  return nodeCondition(node, 'Ready')?.status;
}

export function hasTaint(node: Node, key: string, effect: Taint['effect']): boolean {
  return (node.spec.taints ?? []).some((taint) => taint.key === key && taint.effect === effect);
}

export function noExecuteTaints(node: Node | undefined): readonly Taint[] {
  const taints = node?.spec.taints;
  return taints === undefined ? [] : taints.filter(({ effect }) => effect === 'NoExecute');
}

/** The node with a taint added, or renewed in its place (`AddOrUpdateTaint`). */
export function withTaints(node: Node, added: readonly Pick<Taint, 'key' | 'effect'>[], now: Micros): Node {
  const taints = [...(node.spec.taints ?? [])];
  for (const { key, effect } of added) {
    const taint = { key, effect, timeAdded: rfc3339(now) };
    const place = taints.findIndex((old) => old.key === key && old.effect === effect);
    if (place < 0) taints.push(taint);
    else taints[place] = taint;
  }
  return { ...node, spec: { ...node.spec, taints } };
}

/** The node without these taints; the very same one where it has none of them. */
export function withoutTaints(node: Node, removed: readonly Pick<Taint, 'key' | 'effect'>[]): Node {
  const taints = node.spec.taints;
  if (taints === undefined) return node;
  const others = taints.filter(
    ({ key, effect }) => !removed.some((taint) => taint.key === key && taint.effect === effect),
  );
  if (others.length === taints.length) return node;
  return { ...node, spec: { ...node.spec, taints: others.length === 0 ? undefined : others } };
}

/** Which status of a condition means which taint (`nodeConditionToTaintKeyStatusMap`). */
const CONDITION_TAINTS: readonly { readonly type: string; readonly status: string; readonly key: string }[] =
  [
    { type: 'Ready', status: 'False', key: NOT_READY },
    { type: 'Ready', status: 'Unknown', key: UNREACHABLE },
    { type: 'MemoryPressure', status: 'True', key: 'node.kubernetes.io/memory-pressure' },
    { type: 'DiskPressure', status: 'True', key: 'node.kubernetes.io/disk-pressure' },
    { type: 'NetworkUnavailable', status: 'True', key: 'node.kubernetes.io/network-unavailable' },
    { type: 'PIDPressure', status: 'True', key: 'node.kubernetes.io/pid-pressure' },
  ];

type ScheduleTaint = Pick<Taint, 'key' | 'effect'>;

export interface TaintChange {
  readonly added: readonly ScheduleTaint[];
  readonly removed: readonly ScheduleTaint[];
}

/** The NoSchedule taints that a node's conditions and `spec.unschedulable` ask for, against those it has. */
export function scheduleTaintChange(node: Node): TaintChange {
  const wanted = new Set<string>();
  for (const condition of node.status.conditions ?? []) {
    const rule = CONDITION_TAINTS.find(
      ({ type, status }) => type === condition.type && status === condition.status,
    );
    if (rule !== undefined) wanted.add(rule.key);
  }
  if (node.spec.unschedulable === true) wanted.add(UNSCHEDULABLE);
  const removed: ScheduleTaint[] = [];
  for (const { key, effect } of node.spec.taints ?? []) {
    if (effect !== 'NoSchedule') continue;
    if (key !== UNSCHEDULABLE && !CONDITION_TAINTS.some((rule) => rule.key === key)) continue;
    if (!wanted.delete(key)) removed.push({ key, effect });
  }
  return { added: [...wanted].map((key) => ({ key, effect: 'NoSchedule' })), removed };
}

/** Labels that older clients read, kept equal to those that replaced them (`labelReconcileInfo`). */
const LABEL_PAIRS = [
  { primary: 'kubernetes.io/os', secondary: 'beta.kubernetes.io/os' },
  { primary: 'kubernetes.io/arch', secondary: 'beta.kubernetes.io/arch' },
];

/** The node with its secondary labels set; the very same one where they were. */
export function withSecondaryLabels(node: Node): Node {
  const labels = node.metadata.labels;
  if (labels === undefined) return node;
  let next: Record<string, string> | undefined;
  for (const { primary, secondary } of LABEL_PAIRS) {
    const value = labels[primary];
    if (value === undefined || labels[secondary] === value) continue;
    next ??= { ...labels };
    next[secondary] = value;
  }
  return next === undefined ? node : { ...node, metadata: { ...node.metadata, labels: next } };
}

/** Region and zone of a node as one key (`nodetopology.GetZoneKey`); '' where it has neither. */
export function zoneKey(node: Node): string {
  const labels = node.metadata.labels ?? {};
  const zone =
    labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  const region =
    labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  return zone === '' && region === '' ? '' : `${region}:\u0000:${zone}`;
}
