import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
  PodDisruptionBudget,
} from '../../schema/types.generated.ts';
import { AGE, type Column, integer, NAME, NONE, shortened, text, UNKNOWN, UNSET } from './column.ts';

const METRICS_SHOWN_MAX = 2;

function utilisation(current: MetricValueStatus | undefined, target: MetricTarget): string {
  if (target.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue}`;
  const used = current?.averageUtilization === undefined ? UNKNOWN : `${current.averageUtilization}%`;
  const wanted = target.averageUtilization === undefined ? '<auto>' : `${target.averageUtilization}%`;
  return `${used}/${wanted}`;
}

function averageOrValue(current: MetricValueStatus | undefined, target: MetricTarget): string {
  if (target.averageValue !== undefined) {
    return `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`;
  }
  return `${current?.value ?? UNKNOWN}/${target.value ?? UNKNOWN}`;
}

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  const { containerResource, external, object, pods, resource } = spec;
  if (resource !== undefined) {
    return `${resource.name}: ${utilisation(status?.resource?.current, resource.target)}`;
  }
  if (containerResource !== undefined) {
    return `${containerResource.name}: ${utilisation(status?.containerResource?.current, containerResource.target)}`;
  }
  if (pods !== undefined) {
    return `${status?.pods?.current?.averageValue ?? UNKNOWN}/${pods.target.averageValue ?? UNKNOWN}`;
  }
  if (object !== undefined) return averageOrValue(status?.object?.current, object.target);
  if (external !== undefined) return averageOrValue(status?.external?.current, external.target);
  return '<unknown type>';
}

function targets({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec.metrics ?? [];
  if (metrics.length === 0) return NONE;
  const texts = metrics.map((metric, index) => metricText(metric, status.currentMetrics?.[index]));
  return shortened(texts, METRICS_SHOWN_MAX, ', ');
}

export const AUTOSCALER_COLUMNS: readonly Column<HorizontalPodAutoscaler>[] = [
  NAME,
  text('Reference', ({ spec }) => `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`),
  text('Targets', targets),
  text('MinPods', ({ spec }) => (spec.minReplicas === undefined ? UNSET : `${spec.minReplicas}`)),
  text('MaxPods', ({ spec }) => spec.maxReplicas),
  text('Replicas', ({ status }) => status.currentReplicas ?? 0),
  AGE,
];

const NOT_APPLICABLE = 'N/A';

export const DISRUPTION_BUDGET_COLUMNS: readonly Column<PodDisruptionBudget>[] = [
  NAME,
  text('Min Available', ({ spec }) => spec.minAvailable ?? NOT_APPLICABLE),
  text('Max Unavailable', ({ spec }) => spec.maxUnavailable ?? NOT_APPLICABLE),
  integer('Allowed Disruptions', ({ status }) => status.disruptionsAllowed ?? 0),
  AGE,
];
