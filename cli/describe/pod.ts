import { controllerOf } from '../../core/api/object.ts';
import { qosClass } from '../../core/kinds/pod/resources.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { describeContainers, describeResources } from './containers.ts';
import { DescribeText } from './describe-text.ts';
import { type DescribeContext, rfc1123, since } from './describer.ts';
import { describeEvents } from './events-table.ts';
import { describeSpread, describeTolerations } from './pod-template.ts';
import { describeVolumes } from './volumes.ts';

function given(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

function describeStatus(text: DescribeText, { metadata, status, spec }: Pod, now: number): void {
  const ended = status.phase === 'Failed' || status.phase === 'Succeeded';
  if (metadata.deletionTimestamp !== undefined && !ended) {
    text.line(0, 'Status:', `Terminating (lasts ${since(metadata.deletionTimestamp, now)})`);
    text.line(0, 'Termination Grace Period:', `${metadata.deletionGracePeriodSeconds ?? 0}s`);
  } else {
    text.line(0, 'Status:', status.phase ?? '');
  }
  if (given(status.reason)) text.line(0, 'Reason:', status.reason);
  if (given(status.message)) text.line(0, 'Message:', status.message);
  const profile = spec.securityContext?.seccompProfile;
  if (profile !== undefined) {
    text.line(0, 'SeccompProfile:', profile.type);
    if (profile.type === 'Localhost') text.line(0, 'LocalhostProfile:', profile.localhostProfile ?? '');
  }
  text.line(0, 'IP:', status.podIP ?? '');
  const ips = status.podIPs ?? [];
  if (ips.length === 0) text.line(0, 'IPs:', '<none>');
  else text.line(0, 'IPs:');
  for (const { ip } of ips) text.line(1, 'IP:', ip);
}

function describeAllContainers(text: DescribeText, pod: Pod): void {
  const { spec, status } = pod;
  if (spec.initContainers !== undefined && spec.initContainers.length > 0) {
    const statuses = status.initContainerStatuses ?? [];
    describeContainers(text, { title: 'Init Containers', containers: spec.initContainers, statuses, pod });
  }
  const statuses = status.containerStatuses ?? [];
  describeContainers(text, { title: 'Containers', containers: spec.containers, statuses, pod });
  if (spec.ephemeralContainers !== undefined && spec.ephemeralContainers.length > 0) {
    describeContainers(text, {
      title: 'Ephemeral Containers',
      containers: spec.ephemeralContainers,
      statuses: status.ephemeralContainerStatuses ?? [],
      pod,
    });
  }
}

function describeConditions(text: DescribeText, { spec, status }: Pod): void {
  const conditions = status.conditions ?? [];
  if (spec.readinessGates !== undefined && spec.readinessGates.length > 0) {
    text.line(0, 'Readiness Gates:');
    text.line(1, 'Type', 'Status');
    for (const { conditionType } of spec.readinessGates) {
      const met = conditions.find((condition) => condition.type === conditionType)?.status ?? '<none>';
      text.line(1, `${conditionType} `, `${met} `);
    }
  }
  if (conditions.length === 0) return;
  text.line(0, 'Conditions:');
  text.line(1, 'Type', 'Status');
  for (const condition of conditions) text.line(1, `${condition.type} `, `${condition.status} `);
}

export function describePod(pod: Pod, context: DescribeContext): string {
  const { metadata, spec, status } = pod;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  if (spec.priority !== undefined) text.line(0, 'Priority:', `${spec.priority}`);
  if (given(spec.priorityClassName)) text.line(0, 'Priority Class Name:', spec.priorityClassName);
  if (given(spec.runtimeClassName)) text.line(0, 'Runtime Class Name:', spec.runtimeClassName);
  if (given(spec.serviceAccountName)) text.line(0, 'Service Account:', spec.serviceAccountName);
  text.line(0, 'Node:', given(spec.nodeName) ? `${spec.nodeName}/${status.hostIP ?? ''}` : '<none>');
  if (status.startTime !== undefined) text.line(0, 'Start Time:', rfc1123(status.startTime));
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  describeStatus(text, pod, context.now);
  const controller = controllerOf(pod);
  if (controller !== undefined) text.line(0, 'Controlled By:', `${controller.kind}/${controller.name}`);
  if (given(status.nominatedNodeName)) text.line(0, 'NominatedNodeName:', status.nominatedNodeName);
  if (spec.resources !== undefined) {
    text.line(0, 'Resources:');
    describeResources(text, 1, spec.resources);
  }
  describeAllContainers(text, pod);
  describeConditions(text, pod);
  describeVolumes(text, spec.volumes, '');
  text.line(0, 'QoS Class:', status.qosClass ?? qosClass(spec));
  text.map('Node-Selectors', spec.nodeSelector);
  describeTolerations(text, 'Tolerations', spec.tolerations);
  describeSpread(text, '', spec.topologySpreadConstraints);
  describeEvents(text, pod, context);
  return text.toString();
}
