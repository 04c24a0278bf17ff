import { equalValues } from '../../core/api/equal.ts';
import { REPLICA_SET } from '../../core/kinds/registry.ts';
import { formatSelector } from '../../core/labels.ts';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { DescribeText } from './describe-text.ts';
import { type DescribeContext, rfc1123 } from './describer.ts';
import { describeEvents } from './events-table.ts';
import { describePodTemplate } from './pod-template.ts';
import { describeWorkloadConditions } from './pods-of.ts';

/** The label by which a Deployment tells its ReplicaSets apart; not a part of the template. */
const POD_TEMPLATE_HASH = 'pod-template-hash';

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [POD_TEMPLATE_HASH]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** Oldest first, so that the first with the Deployment's template is its new one (`FindNewReplicaSet`). */
function replicaSetsOf(view: View, deployment: Deployment): readonly ReplicaSet[] {
  const created = (set: ReplicaSet): string => set.metadata.creationTimestamp;
  return [...view.ownedBy(REPLICA_SET, deployment.metadata.uid)].sort((a, b) => {
    if (created(a) !== created(b)) return created(a) < created(b) ? -1 : 1;
    return a.metadata.name < b.metadata.name ? -1 : 1;
  });
}

function listed(sets: readonly ReplicaSet[]): string {
  if (sets.length === 0) return '<none>';
  return sets
    .map(
      ({ metadata, spec, status }) =>
        `${metadata.name} (${status.replicas ?? 0}/${spec.replicas ?? 1} replicas created)`,
    )
    .join(', ');
}

function describeReplicaSets(text: DescribeText, view: View, deployment: Deployment): void {
  const sets = replicaSetsOf(view, deployment);
  if (sets.length === 0) return;
  const template = withoutHash(deployment.spec.template);
  const current = sets.find((set) => {
    return set.spec.template !== undefined && equalValues(withoutHash(set.spec.template), template);
  });
  text.line(0, 'OldReplicaSets:', listed(sets.filter((set) => set !== current)));
  text.line(0, 'NewReplicaSet:', listed(current === undefined ? [] : [current]));
}

export function describeDeployment(deployment: Deployment, context: DescribeContext): string {
  const { metadata, spec, status } = deployment;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.line(0, 'CreationTimestamp:', rfc1123(metadata.creationTimestamp));
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  text.line(0, 'Selector:', formatSelector(spec.selector));
  const counts = [
    `${spec.replicas ?? 1} desired`,
    `${status.updatedReplicas ?? 0} updated`,
    `${status.replicas ?? 0} total`,
    `${status.availableReplicas ?? 0} available`,
    `${status.unavailableReplicas ?? 0} unavailable`,
  ];
  text.line(0, 'Replicas:', counts.join(' | '));
  text.line(0, 'StrategyType:', spec.strategy?.type ?? '');
  text.line(0, 'MinReadySeconds:', `${spec.minReadySeconds ?? 0}`);
  const rolling = spec.strategy?.rollingUpdate;
  if (rolling !== undefined) {
    const { maxUnavailable = '<nil>', maxSurge = '<nil>' } = rolling;
    text.line(0, 'RollingUpdateStrategy:', `${maxUnavailable} max unavailable, ${maxSurge} max surge`);
  }
  describePodTemplate(text, spec.template);
  describeWorkloadConditions(text, status.conditions);
  describeReplicaSets(text, context.view, deployment);
  describeEvents(text, deployment, context);
  return text.toString();
}
