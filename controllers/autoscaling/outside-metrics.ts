import type { Result } from '../../core/api/command.ts';
import type { OutsideValueList } from '../../core/api/outside-metrics.ts';
import type { MeasuredObject } from '../../core/api/outside-value.ts';
import { qualifiedResource } from '../../core/api/status.ts';
import { KINDS } from '../../core/kinds/registry.ts';
import { formatMilli, milli } from '../../core/quantity.ts';
import type {
  CrossVersionObjectReference,
  ExternalMetricSource,
  LabelSelector,
  MetricSpec,
  MetricValueStatus,
  ObjectMetricSource,
} from '../../core/schema/types.generated.ts';
import type { FailedMetric, MetricOutcome } from './metric-outcome.ts';
import {
  type OutsideCalculation,
  type OutsideProposal,
  perPodReplicas,
  ratioReplicas,
} from './outside-replicas.ts';
import type { NoProposal } from './replica-calculator.ts';

/** Metrics of other objects, and of what is outside of the cluster. */

/** As the API for custom metrics names the object. */
export function measuredObject({ apiVersion = '', kind, name }: CrossVersionObjectReference): MeasuredObject {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const known = KINDS.find((candidate) => candidate.kind === kind && candidate.group === group);
  return { resource: known === undefined ? kind.toLowerCase() : qualifiedResource(known), name };
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

/** The sum of what was answered, in thousandths, or why there is none (podautoscaler/metrics/client.go). */
function usageOf(result: Result, api: 'custom' | 'external'): bigint | string {
  if (!result.ok) return `unable to fetch metrics from ${api} metrics API: ${result.status.message}`;
  const { items } = result.object as OutsideValueList;
  if (items.length === 0) return `no metrics returned from ${api} metrics API`;
  return items.reduce((sum, { value }) => sum + BigInt(value), 0n);
}

function averageStatus({ usage }: OutsideProposal): MetricValueStatus {
  return { averageValue: formatMilli(Number(usage)) };
}

function valueStatus({ usage }: OutsideProposal): MetricValueStatus {
  return { value: formatMilli(Number(usage)) };
}

/** `computeStatusForObjectMetric`. */
function objectOutcome(
  { describedObject, metric, target }: ObjectMetricSource,
  result: Result,
  calculation: OutsideCalculation,
  namespace: string,
): MetricOutcome {
  const { name } = metric;
  const isAverage = target.type === 'AverageValue';
  const usage = usageOf(result, 'custom');
  let proposal: OutsideProposal | NoProposal;
  if (typeof usage === 'string') {
    // The parts stand in this order in the real text too.
    const about = `${describedObject.kind} on ${namespace} ${describedObject.name}`;
    proposal = { ok: false, message: `unable to get metric ${name}: ${about}/${usage}` };
  } else if (isAverage) {
    proposal = perPodReplicas(calculation, usage, BigInt(milli(target.averageValue ?? 0)));
  } else proposal = ratioReplicas(calculation, usage, BigInt(milli(target.value ?? 0)));
  if (!proposal.ok) {
    const { message } = proposal;
    const inner = isAverage ? `failed to get ${name} object metric: ${message}` : message;
    return failed('FailedGetObjectMetric', message, `failed to get object metric value: ${inner}`);
  }
  return {
    ok: true,
    replicas: proposal.replicas,
    // The real controller calls it external where it is averaged over the pods.
    name: isAverage
      ? `external metric ${name}(${selectorText(metric.selector)})`
      : `${describedObject.kind} metric ${name}`,
    status: {
      type: 'Object',
      object: {
        current: isAverage ? averageStatus(proposal) : valueStatus(proposal),
        describedObject,
        metric,
      },
    },
  };
}

/** `computeStatusForExternalMetric`. */
function externalOutcome(
  { metric, target }: ExternalMetricSource,
  result: Result,
  calculation: OutsideCalculation,
  namespace: string,
): MetricOutcome {
  const { name, selector } = metric;
  const isAverage = target.averageValue !== undefined;
  const usage = usageOf(result, 'external');
  let proposal: OutsideProposal | NoProposal;
  if (typeof usage === 'string') {
    const message = `unable to get external metric ${namespace}/${name}/${selectorText(selector)}: ${usage}`;
    proposal = { ok: false, message };
  } else if (isAverage) {
    proposal = perPodReplicas(calculation, usage, BigInt(milli(target.averageValue ?? 0)));
  } else proposal = ratioReplicas(calculation, usage, BigInt(milli(target.value ?? 0)));
  if (!proposal.ok) {
    const { message } = proposal;
    const inner = isAverage
      ? `failed to get ${name} external metric: ${message}`
      : `failed to get external metric ${name}: ${message}`;
    const told = `failed to get ${name} external metric value: ${inner}`;
    return failed('FailedGetExternalMetric', message, told);
  }
  return {
    ok: true,
    replicas: proposal.replicas,
    name: `external metric ${name}(${selectorText(selector)})`,
    status: {
      type: 'External',
      external: { current: isAverage ? averageStatus(proposal) : valueStatus(proposal), metric },
    },
  };
}

function failed(reason: string, message: string, told: string): FailedMetric {
  return { ok: false, reason, message, told };
}

/** Why a metric can't even be asked for. */
export function unknownSource({ type }: MetricSpec): FailedMetric {
  const message = `unknown metric source type "${type}"`;
  return failed('InvalidMetricSourceType', message, message);
}

/** What came of a metric of something else than the pods, by the answer of its API. */
export function outsideMetricOutcome(
  spec: MetricSpec,
  result: Result,
  calculation: OutsideCalculation,
  namespace: string,
): MetricOutcome {
  if (spec.type === 'Object' && spec.object !== undefined) {
    return objectOutcome(spec.object, result, calculation, namespace);
  }
  if (spec.type === 'External' && spec.external !== undefined) {
    return externalOutcome(spec.external, result, calculation, namespace);
  }
  return unknownSource(spec);
}
