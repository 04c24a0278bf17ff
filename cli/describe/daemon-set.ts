import { formatLabels, formatSelector } from '../../core/labels.ts';
import type { DaemonSet } from '../../core/schema/types.generated.ts';
import { DescribeText } from './describe-text.ts';
import type { DescribeContext } from './describer.ts';
import { describeEvents } from './events-table.ts';
import { describePodTemplate } from './pod-template.ts';
import { podsStatus } from './pods-of.ts';

export function describeDaemonSet(set: DaemonSet, context: DescribeContext): string {
  const { metadata, spec, status } = set;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.line(0, 'Selector:', formatSelector(spec.selector));
  text.line(0, 'Node-Selector:', formatLabels(spec.template.spec?.nodeSelector));
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  // These numbers stand in no column.
  text.line(0, `Desired Number of Nodes Scheduled: ${status.desiredNumberScheduled ?? 0}`);
  text.line(0, `Current Number of Nodes Scheduled: ${status.currentNumberScheduled ?? 0}`);
  text.line(0, `Number of Nodes Scheduled with Up-to-date Pods: ${status.updatedNumberScheduled ?? 0}`);
  text.line(0, `Number of Nodes Scheduled with Available Pods: ${status.numberAvailable ?? 0}`);
  text.line(0, `Number of Nodes Misscheduled: ${status.numberMisscheduled ?? 0}`);
  text.line(0, 'Pods Status:', podsStatus(context.view, set, spec.selector));
  describePodTemplate(text, spec.template);
  describeEvents(text, set, context);
  return text.toString();
}
