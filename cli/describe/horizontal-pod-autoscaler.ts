import type {
  HorizontalPodAutoscaler,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../core/schema/types.generated.ts';
import { DescribeText } from './describe-text.ts';
import { type DescribeContext, rfc1123 } from './describer.ts';
import { describeEvents } from './events-table.ts';

const UNKNOWN = '<unknown>';

/** `23m / 50m`, or `47% (23m) / 50%`. */
function resource(current: MetricValueStatus | undefined, target: MetricTarget): string {
  if (target.averageValue !== undefined)
    return `${current?.averageValue ?? UNKNOWN} / ${target.averageValue}`;
  const percent = current?.averageUtilization;
  const used = percent === undefined ? UNKNOWN : `${percent}% (${current?.averageValue ?? '<nil>'})`;
  const wanted = target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`;
  return `${used} / ${wanted}`;
}

/** A target of a resource that is a share of requests says so; kubectl leaves two spaces before it. */
function ofRequest({ averageValue }: MetricTarget): string {
  return averageValue === undefined ? '  (as a percentage of request)' : '';
}

/** What a metric is, and `current / target` of it. */
function metricCells(spec: MetricSpec, status: MetricStatus | undefined): readonly string[] {
  const { containerResource, external, object, pods } = spec;
  switch (spec.type) {
    case 'External': {
      if (external === undefined) break;
      const { metric, target } = external;
      const current = status?.external?.current;
      const name = JSON.stringify(metric.name);
      return target.averageValue === undefined
        ? [`${name} (target value):`, `${current?.value ?? UNKNOWN} / ${target.value ?? '<nil>'}`]
        : [`${name} (target average value):`, `${current?.averageValue ?? UNKNOWN} / ${target.averageValue}`];
    }
    case 'Pods': {
      if (pods === undefined) break;
      const used = status?.pods?.current.averageValue ?? UNKNOWN;
      const wanted = pods.target.averageValue ?? '<nil>';
      return [`${JSON.stringify(pods.metric.name)} on pods:`, `${used} / ${wanted}`];
    }
    case 'Object': {
      if (object === undefined) break;
      const { describedObject, metric, target } = object;
      const current = status?.object?.current;
      const about = `"${metric.name}" on ${describedObject.kind}/${describedObject.name}`;
      return target.type === 'AverageValue'
        ? [
            `${about} (target average value):`,
            `${current?.averageValue ?? UNKNOWN} / ${target.averageValue ?? '<nil>'}`,
          ]
        : [`${about} (target value):`, `${current?.value ?? UNKNOWN} / ${target.value ?? '<nil>'}`];
    }
    case 'Resource': {
      if (spec.resource === undefined) break;
      const { name, target } = spec.resource;
      return [`resource ${name} on pods${ofRequest(target)}:`, resource(status?.resource?.current, target)];
    }
    case 'ContainerResource': {
      if (containerResource === undefined) break;
      const { container, name, target } = containerResource;
      const about = `resource ${name} of container "${container}" on pods${ofRequest(target)}:`;
      return [about, resource(status?.containerResource?.current, target)];
    }
    default:
      break;
  }
  return [`<unknown metric type ${JSON.stringify(spec.type)}>`];
}

function describeRules(text: DescribeText, direction: string, rules: HPAScalingRules | undefined): void {
  if (rules === undefined) return;
  const { policies = [], selectPolicy = 'Max', stabilizationWindowSeconds } = rules;
  text.line(1, `${direction}:`);
  if (stabilizationWindowSeconds !== undefined) {
    text.line(2, `Stabilization Window: ${stabilizationWindowSeconds} seconds`);
  }
  if (policies.length === 0) return;
  text.line(2, `Select Policy: ${selectPolicy}`);
  text.line(2, 'Policies:');
  for (const { periodSeconds, type, value } of policies) {
    text.line(3, `- Type: ${type}`, `Value: ${value}`, `Period: ${periodSeconds} seconds`);
  }
}

/** kubectl's `describeHorizontalPodAutoscalerV2`. */
export function describeAutoscaler(hpa: HorizontalPodAutoscaler, context: DescribeContext): string {
  const { metadata, spec, status } = hpa;
  const text = new DescribeText();
  text.line(0, 'Name:', metadata.name);
  text.line(0, 'Namespace:', metadata.namespace ?? '');
  text.map('Labels', metadata.labels);
  text.annotations('Annotations', metadata.annotations);
  text.line(0, 'CreationTimestamp:', rfc1123(metadata.creationTimestamp));
  text.line(0, 'Reference:', `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`);
  text.line(0, 'Metrics:', '( current / target )');
  for (const [index, metric] of (spec.metrics ?? []).entries()) {
    text.line(1, ...metricCells(metric, status.currentMetrics?.[index]));
  }
  text.line(0, 'Min replicas:', `${spec.minReplicas ?? '<unset>'}`);
  text.line(0, 'Max replicas:', `${spec.maxReplicas}`);
  if (spec.behavior !== undefined) {
    text.line(0, 'Behavior:');
    describeRules(text, 'Scale Up', spec.behavior.scaleUp);
    describeRules(text, 'Scale Down', spec.behavior.scaleDown);
  }
  const { currentReplicas = 0, desiredReplicas } = status;
  text.line(
    0,
    `${spec.scaleTargetRef.kind} pods:`,
    `${currentReplicas} current / ${desiredReplicas} desired`,
  );
  const conditions = status.conditions ?? [];
  if (conditions.length > 0) {
    text.line(0, 'Conditions:');
    text.line(1, 'Type', 'Status', 'Reason', 'Message');
    text.line(1, '----', '------', '------', '-------');
    for (const { message = '', reason = '', status: state, type } of conditions) {
      text.line(1, type, state, reason, message);
    }
  }
  describeEvents(text, hpa, context);
  return text.toString();
}
