import type { Result } from '../../core/api/command.ts';
import { NO_CUSTOM_METRICS } from '../../core/api/metrics.ts';
import { qualifiedResource } from '../../core/api/status.ts';
import { KINDS } from '../../core/kinds/registry.ts';
import type {
  CrossVersionObjectReference,
  ExternalMetricSource,
  LabelSelector,
  MetricSpec,
  ObjectMetricSource,
} from '../../core/schema/types.generated.ts';
import type { FailedMetric } from './metric-outcome.ts';

/**
 * Metrics of other objects, and of what is outside of the cluster. Nobody here can answer for them: they fail as they
 * do in a cluster whose adapter doesn't know them, or that has none.
 */

/** As the real client says it of an adapter that has no such metric (k8s.io/metrics, `NewMetricNotFoundForError`). */
function notKnown(
  name: string,
  { apiVersion = '', kind, name: object }: CrossVersionObjectReference,
): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const known = KINDS.find((candidate) => candidate.kind === kind && candidate.group === group);
  const resource = known === undefined ? kind.toLowerCase() : qualifiedResource(known);
  return `the server could not find the metric ${name} for ${resource} ${object}`;
}

/** `failed to get …` comes before it where the metric is averaged over the pods. */
function objectFailure(
  { describedObject, metric, target }: ObjectMetricSource,
  result: Result | undefined,
  namespace: string,
): FailedMetric {
  const { name } = metric;
  const hasApi = result === undefined || result.ok || result.status.message !== NO_CUSTOM_METRICS;
  const cause = hasApi ? notKnown(name, describedObject) : NO_CUSTOM_METRICS;
  // The parts stand in this order in the real text too.
  const about = `${describedObject.kind} on ${namespace} ${describedObject.name}`;
  const message = `unable to get metric ${name}: ${about}/unable to fetch metrics from custom metrics API: ${cause}`;
  const inner = target.type === 'AverageValue' ? `failed to get ${name} object metric: ${message}` : message;
  return {
    ok: false,
    reason: 'FailedGetObjectMetric',
    message,
    told: `failed to get object metric value: ${inner}`,
  };
}

/** Go's text of a `*metav1.LabelSelector`. */
function selectorText(selector: LabelSelector | undefined): string {
  if (selector === undefined) return 'nil';
  const { matchExpressions = [], matchLabels = {} } = selector;
  const labels = Object.keys(matchLabels)
    .sort()
    .map((key) => `${key}: ${matchLabels[key]},`);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

function externalFailure({ metric, target }: ExternalMetricSource, namespace: string): FailedMetric {
  const { name, selector } = metric;
  const cause = `the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`;
  const message = `unable to get external metric ${namespace}/${name}/${selectorText(selector)}: unable to fetch metrics from external metrics API: ${cause}`;
  const inner =
    target.averageValue === undefined
      ? `failed to get external metric ${name}: ${message}`
      : `failed to get ${name} external metric: ${message}`;
  return {
    ok: false,
    reason: 'FailedGetExternalMetric',
    message,
    told: `failed to get ${name} external metric value: ${inner}`,
  };
}

/** Why a metric of something else than the pods fails, with the answer where its API was asked. */
export function outsideMetricFailure(
  spec: MetricSpec,
  result: Result | undefined,
  namespace: string,
): FailedMetric {
  if (spec.type === 'Object' && spec.object !== undefined) {
    return objectFailure(spec.object, result, namespace);
  }
  if (spec.type === 'External' && spec.external !== undefined) {
    return externalFailure(spec.external, namespace);
  }
  const message = `unknown metric source type "${spec.type}"`;
  return { ok: false, reason: 'InvalidMetricSourceType', message, told: message };
}
