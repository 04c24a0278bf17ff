import { formatSelector } from '../../core/labels.ts';
import type { ReplicaSet } from '../../core/schema/types.generated.ts';
import { DescribeText } from './describe-text.ts';
import type { DescribeContext } from './describer.ts';
import { describeEvents } from './events-table.ts';
import { describePodTemplate } from './pod-template.ts';
import { describeController, describeWorkloadConditions, podsStatus } from './pods-of.ts';

export function describeReplicaSet(set: ReplicaSet, context: DescribeContext): string {
  const { metadata, spec, status } = set;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.line(0, 'Selector:', formatSelector(spec.selector));
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  describeController(text, set);
  text.line(0, 'Replicas:', `${status.replicas ?? 0} current / ${spec.replicas ?? 1} desired`);
  text.line(0, 'Pods Status:', podsStatus(context.view, set, spec.selector));
  if (spec.template !== undefined) describePodTemplate(text, spec.template);
  describeWorkloadConditions(text, status.conditions);
  describeEvents(text, set, context);
  return text.toString();
}
