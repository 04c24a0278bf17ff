import { podLimits, podRequests, type Resources, resourcesOf } from '../../core/kinds/pod/resources.ts';
import { formatBytes, formatMilli, formatWhole, parseQuantity } from '../../core/quantity.ts';
import type { Node, Pod, Quantity } from '../../core/schema/types.generated.ts';
import type { DescribeText } from './describe-text.ts';
import { since } from './describer.ts';

type Amounts = Readonly<Record<string, number>>;
type Side = 'requests' | 'limits';

const CPU = 'cpu';
const MEMORY = 'memory';
const STORAGE = 'ephemeral-storage';

function amountsOf(resources: Resources): Amounts {
  const { milliCpu, memory, ephemeralStorage, scalars } = resources;
  return { ...scalars, [CPU]: milliCpu, [MEMORY]: memory, [STORAGE]: ephemeralStorage };
}

/** A sum of quantities is written as the first of them was: `100M` stays decimal, `64Mi` binary. */
function firstWritten(pods: readonly Pod[], side: Side, resource: string): Quantity | undefined {
  for (const { spec } of pods) {
    for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
      const amount = container.resources?.[side]?.[resource];
      if (amount !== undefined) return amount;
    }
    const podLevel = spec.resources?.[side]?.[resource];
    if (podLevel !== undefined) return podLevel;
  }
  return undefined;
}

function written(amount: number, resource: string, like: Quantity | undefined): string {
  if (resource === CPU) return formatMilli(amount);
  if (like !== undefined && parseQuantity(like)?.format === 'BinarySI') return formatBytes(amount);
  return formatWhole(amount);
}

/** Of what can be allocated; nothing is 0 % of nothing. */
function percent(amount: number, allocatable: number): number {
  return allocatable === 0 ? 0 : Math.trunc((amount / allocatable) * 100);
}

class Share {
  private readonly pods: readonly Pod[];
  private readonly sums: Record<Side, Record<string, number>> = { requests: {}, limits: {} };

  constructor(pods: readonly Pod[]) {
    this.pods = pods;
    for (const pod of pods) {
      add(this.sums.requests, amountsOf(podRequests(pod)));
      add(this.sums.limits, amountsOf(podLimits(pod)));
    }
  }

  amount(side: Side, resource: string): string {
    return written(this.number(side, resource), resource, firstWritten(this.pods, side, resource));
  }

  /** `100m (5%)` */
  text(side: Side, resource: string, allocatable: Amounts): string {
    const share = percent(this.number(side, resource), allocatable[resource] ?? 0);
    return `${this.amount(side, resource)} (${share}%)`;
  }

  private number(side: Side, resource: string): number {
    return this.sums[side][resource] ?? 0;
  }
}

function add(sum: Record<string, number>, amounts: Amounts): void {
  for (const resource of Object.keys(amounts)) {
    sum[resource] = (sum[resource] ?? 0) + (amounts[resource] ?? 0);
  }
}

function describePods(text: DescribeText, pods: readonly Pod[], allocatable: Amounts, now: number): void {
  text.line(0, 'Non-terminated Pods:', `(${pods.length} in total)`);
  const titles = ['CPU Requests', 'CPU Limits', 'Memory Requests', 'Memory Limits', 'Age'];
  text.line(1, 'Namespace', 'Name', '', ...titles);
  text.line(1, '---------', '----', '', ...titles.map((title) => '-'.repeat(title.length)));
  for (const pod of pods) {
    const share = new Share([pod]);
    text.line(
      1,
      pod.metadata.namespace ?? '',
      pod.metadata.name,
      '',
      share.text('requests', CPU, allocatable),
      share.text('limits', CPU, allocatable),
      share.text('requests', MEMORY, allocatable),
      share.text('limits', MEMORY, allocatable),
      since(pod.metadata.creationTimestamp, now),
    );
  }
}

/** The pods of a node, and what they take of it. */
export function describeNodeResources(
  text: DescribeText,
  node: Node,
  pods: readonly Pod[],
  now: number,
): void {
  const { capacity, allocatable: given } = node.status;
  const list = given !== undefined && Object.keys(given).length > 0 ? given : capacity;
  const allocatable = amountsOf(resourcesOf(list));
  describePods(text, pods, allocatable, now);
  text.line(0, 'Allocated resources:');
  text.line(1, '(Total limits may be over 100 percent, i.e., overcommitted.)');
  text.line(1, 'Resource', 'Requests', 'Limits');
  text.line(1, '--------', '--------', '------');
  const share = new Share(pods);
  const names = Object.keys(list ?? {}).sort();
  const hugePages = names.filter((name) => name.startsWith('hugepages-'));
  for (const resource of [CPU, MEMORY, STORAGE, ...hugePages]) {
    text.line(
      1,
      resource,
      share.text('requests', resource, allocatable),
      share.text('limits', resource, allocatable),
    );
  }
  const standard = new Set([CPU, MEMORY, STORAGE, 'pods', ...hugePages]);
  for (const resource of names.filter((name) => !standard.has(name))) {
    text.line(1, resource, share.amount('requests', resource), share.amount('limits', resource));
  }
}
