import { kindFor } from '../../core/kinds/registry.ts';
import { formatQuantity } from '../../core/quantity.ts';
import type {
  LimitRange,
  LimitRangeItem,
  Namespace,
  Quantity,
  ResourceQuota,
} from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { DescribeText, sortedKeys } from './describe-text.ts';
import { type DescribeContext, rfc1123 } from './describer.ts';

type Amounts = Readonly<Record<string, Quantity>> | undefined;

/** `-` where a limit has no value of its own. */
function amount(list: Amounts, resource: string): string {
  const value = list?.[resource];
  return value === undefined ? '-' : formatQuantity(value);
}

const LIMIT_TITLES = [
  'Type',
  'Resource',
  'Min',
  'Max',
  'Default Request',
  'Default Limit',
  'Max Limit/Request Ratio',
];

function describeLimit(text: DescribeText, indent: string, item: LimitRangeItem): void {
  const lists = [item.min, item.max, item.defaultRequest, item.default, item.maxLimitRequestRatio];
  const resources = new Set(lists.flatMap((list) => sortedKeys(list)));
  for (const resource of [...resources].sort()) {
    text.line(0, `${indent}${item.type}`, resource, ...lists.map((list) => amount(list, resource)));
  }
}

/** The limits of a namespace under their titles. */
export function describeLimitItems(text: DescribeText, indent: string, ranges: readonly LimitRange[]): void {
  text.line(0, ...LIMIT_TITLES.map((title, index) => (index === 0 ? `${indent}${title}` : title)));
  const rules = LIMIT_TITLES.map((title) => '-'.repeat(title.length));
  text.line(0, ...rules.map((rule, index) => (index === 0 ? `${indent}${rule}` : rule)));
  for (const { spec } of ranges) for (const item of spec.limits) describeLimit(text, indent, item);
}

const SCOPE_HELP: Readonly<Record<string, string>> = {
  Terminating:
    'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating:
    'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort:
    'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort:
    'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
};

/** A quota's scopes, and how much of each resource is used. */
export function describeQuotaAmounts(
  text: DescribeText,
  level: number,
  bullet: string,
  rule: string,
  { spec, status }: ResourceQuota,
): void {
  const scopes = [...(spec.scopes ?? [])].sort();
  if (scopes.length > 0) {
    text.line(level, 'Scopes:', scopes.join(', '));
    for (const scope of scopes) {
      const help = SCOPE_HELP[scope];
      if (help !== undefined) text.line(level, `${bullet}${help}`);
    }
  }
  text.line(level, 'Resource', 'Used', 'Hard');
  text.line(level, '--------', rule, rule);
  for (const resource of sortedKeys(status.hard)) {
    const used = status.used?.[resource] ?? '0';
    text.line(level, resource, formatQuantity(used), formatQuantity(status.hard![resource]!));
  }
}

function listOf<T>(view: View, kind: string, namespace: string): readonly T[] {
  const found = kindFor('v1', kind);
  if (found === undefined) throw new Error(`the registry of kinds has no v1 ${kind}`);
  // The kind's name says which type its objects have.
  return view.list(found, namespace) as unknown as readonly T[];
}

export function describeNamespace(namespace: Namespace, { view }: DescribeContext): string {
  const { metadata, status } = namespace;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  text.line(0, 'Status:', status.phase ?? '');
  const conditions = status.conditions ?? [];
  if (conditions.length > 0) {
    text.line(0, 'Conditions:');
    text.line(1, 'Type', 'Status', 'LastTransitionTime', 'Reason', 'Message');
    text.line(1, '----', '------', '------------------', '------', '-------');
  }
  for (const { type, status: met, lastTransitionTime, reason = '', message = '' } of conditions) {
    text.line(1, type, met, rfc1123(lastTransitionTime), reason, message);
  }
  text.line(0, '');
  const quotas = listOf<ResourceQuota>(view, 'ResourceQuota', metadata.name);
  text.line(0, quotas.length === 0 ? 'No resource quota.' : 'Resource Quotas');
  for (const quota of quotas) {
    text.line(1, 'Name:', quota.metadata.name);
    describeQuotaAmounts(text, 1, '* ', '---', quota);
  }
  text.line(0, '');
  const ranges = listOf<LimitRange>(view, 'LimitRange', metadata.name);
  if (ranges.length === 0) {
    text.line(0, 'No LimitRange resource.');
  } else {
    text.line(0, 'Resource Limits');
    describeLimitItems(text, ' ', ranges);
  }
  return text.toString();
}
