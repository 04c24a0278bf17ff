import { controllerOf, type KubeObject } from '../../core/api/object.ts';
import { POD } from '../../core/kinds/registry.ts';
import { compileSelector } from '../../core/labels.ts';
import type { LabelSelector } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { DescribeText } from './describe-text.ts';

/** `Pods Status:` of what a controller owns, by phase. */
export function podsStatus(view: View, owner: KubeObject, selector: LabelSelector | undefined): string {
  const matches = compileSelector(selector);
  const count = { Running: 0, Pending: 0, Succeeded: 0, Failed: 0, Unknown: 0 };
  for (const pod of view.ownedBy(POD, owner.metadata.uid)) {
    if (pod.metadata.namespace !== owner.metadata.namespace || !matches(pod.metadata.labels)) continue;
    if (pod.status.phase !== undefined) count[pod.status.phase]++;
  }
  return `${count.Running} Running / ${count.Pending} Waiting / ${count.Succeeded} Succeeded / ${count.Failed} Failed`;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

/** The conditions of a workload: three columns. */
export function describeWorkloadConditions(
  text: DescribeText,
  conditions: readonly Condition[] | undefined,
): void {
  if (conditions === undefined || conditions.length === 0) return;
  text.line(0, 'Conditions:');
  text.line(1, 'Type', 'Status', 'Reason');
  text.line(1, '----', '------', '------');
  for (const { type, status, reason = '' } of conditions) text.line(1, `${type} `, status, reason);
}

/** `Controlled By:` where there is a controller. */
export function describeController(text: DescribeText, object: KubeObject): void {
  const controller = controllerOf(object);
  if (controller !== undefined) text.line(0, 'Controlled By:', `${controller.kind}/${controller.name}`);
}
