import type { LimitRange, ResourceQuota } from '../../core/schema/types.generated.ts';
import { DescribeText } from './describe-text.ts';
import { describeLimitItems, describeQuotaAmounts } from './namespace.ts';

export function describeResourceQuota(quota: ResourceQuota): string {
  const text = new DescribeText();
  text.line(0, 'Name:', quota.metadata.name);
  text.line(0, 'Namespace:', quota.metadata.namespace ?? '');
  describeQuotaAmounts(text, 0, ' * ', '----', quota);
  return text.toString();
}

export function describeLimitRange(range: LimitRange): string {
  const text = new DescribeText();
  text.line(0, 'Name:', range.metadata.name);
  text.line(0, 'Namespace:', range.metadata.namespace ?? '');
  describeLimitItems(text, '', [range]);
  return text.toString();
}
