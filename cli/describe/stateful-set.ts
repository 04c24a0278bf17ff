import { formatSelector } from '../../core/labels.ts';
import { formatQuantity } from '../../core/quantity.ts';
import type { StatefulSet, VolumeClaimTemplate } from '../../core/schema/types.generated.ts';
import { bracketed, DescribeText } from './describe-text.ts';
import { type DescribeContext, rfc1123 } from './describer.ts';
import { describeEvents } from './events-table.ts';
import { describePodTemplate } from './pod-template.ts';
import { podsStatus } from './pods-of.ts';

function describeClaims(text: DescribeText, templates: readonly VolumeClaimTemplate[]): void {
  if (templates.length === 0) {
    text.line(0, 'Volume Claims:', '<none>');
    return;
  }
  text.line(0, 'Volume Claims:');
  for (const { metadata, spec } of templates) {
    text.line(1, 'Name:', metadata?.name ?? '');
    text.line(1, 'StorageClass:', spec?.storageClassName ?? '');
    text.map('  Labels', metadata?.labels);
    text.map('  Annotations', metadata?.annotations);
    const storage = spec?.resources?.requests?.storage;
    text.line(1, 'Capacity:', storage === undefined ? '<default>' : formatQuantity(storage));
    text.line(1, 'Access Modes:', bracketed(spec?.accessModes));
  }
}

export function describeStatefulSet(set: StatefulSet, context: DescribeContext): string {
  const { metadata, spec, status } = set;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.line(0, 'CreationTimestamp:', rfc1123(metadata.creationTimestamp));
  text.line(0, 'Selector:', formatSelector(spec.selector));
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  text.line(0, 'Replicas:', `${spec.replicas ?? 1} desired | ${status.replicas ?? 0} total`);
  text.line(0, 'Update Strategy:', spec.updateStrategy?.type ?? '');
  const rolling = spec.updateStrategy?.rollingUpdate;
  if (rolling?.partition !== undefined) {
    text.line(1, 'Partition:', `${rolling.partition}`);
    if (rolling.maxUnavailable !== undefined) text.line(1, 'MaxUnavailable:', `${rolling.maxUnavailable}`);
  }
  text.line(0, 'Pods Status:', podsStatus(context.view, set, spec.selector));
  describePodTemplate(text, spec.template);
  describeClaims(text, spec.volumeClaimTemplates ?? []);
  describeEvents(text, set, context);
  return text.toString();
}
