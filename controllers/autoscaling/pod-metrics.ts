import type { Result } from '../../core/api/command.ts';
import type { PodMetricValueList, PodUsageList } from '../../core/api/metrics.ts';
import { formatMilli, milli } from '../../core/quantity.ts';
import type {
  MetricSpec,
  MetricTarget,
  MetricValueStatus,
  PodsMetricSource,
} from '../../core/schema/types.generated.ts';
import type { FailedMetric, MetricOutcome } from './metric-outcome.ts';
import { containerSamples, customSamples, type MetricSamples, podSamples } from './metric-samples.ts';
import {
  averageValueReplicas,
  type Calculation,
  type NoProposal,
  type Proposal,
  utilizationReplicas,
} from './replica-calculator.ts';

/** Metrics of pods: of their resources, of one container's resources, and of custom metrics. */

function failure(message: string): NoProposal {
  return { ok: false, message };
}

/** The words of the client of `metrics.k8s.io` (podautoscaler/metrics/client.go). */
function resourceSamples(
  result: Result,
  resource: string,
  container: string | undefined,
  namespace: string,
): MetricSamples | string {
  if (!result.ok) return `unable to fetch metrics from resource metrics API: ${result.status.message}`;
  const { items } = result.object as PodUsageList;
  if (items.length === 0) return 'no metrics returned from resource metrics API';
  if (container === undefined) return podSamples(items, resource);
  const samples = containerSamples(items, resource, container, namespace);
  return typeof samples === 'string' ? `failed to get container metrics: ${samples}` : samples;
}

function averageStatus(average: bigint): string {
  return formatMilli(Number(average));
}

function valueStatus({ average, utilization }: Proposal): MetricValueStatus {
  const averageValue = averageStatus(average);
  return utilization === undefined ? { averageValue } : { averageUtilization: utilization, averageValue };
}

interface ResourceSource {
  readonly name: string;
  readonly target: MetricTarget;
  /** `undefined`: the pods as a whole. */
  readonly container: string | undefined;
}

function resourceProposal(
  { container, name, target }: ResourceSource,
  result: Result,
  calculation: Calculation,
  namespace: string,
): Proposal | NoProposal {
  const samples = resourceSamples(result, name, container, namespace);
  if (typeof samples === 'string') return failure(`unable to get metrics for resource ${name}: ${samples}`);
  if (target.averageValue !== undefined) {
    const wanted = BigInt(milli(target.averageValue));
    return averageValueReplicas(calculation, samples, wanted, name === 'cpu');
  }
  return utilizationReplicas(calculation, samples, target.averageUtilization ?? 0, name, container);
}

/** `computeStatusForResourceMetricGeneric`, and what becomes of its error. */
function resourceOutcome(
  source: ResourceSource,
  result: Result,
  calculation: Calculation,
  namespace: string,
): MetricOutcome {
  const { container, name, target } = source;
  const isValue = target.averageValue !== undefined;
  const proposal = resourceProposal(source, result, calculation, namespace);
  if (!proposal.ok) {
    const message = `failed to get ${name} ${isValue ? 'usage' : 'utilization'}: ${proposal.message}`;
    return container === undefined
      ? failed('FailedGetResourceMetric', message, `failed to get ${name} resource metric value`)
      : failed(
          'FailedGetContainerResourceMetric',
          message,
          `failed to get ${container} container metric value`,
        );
  }
  const of = container === undefined ? 'resource' : 'container resource';
  const current = valueStatus(proposal);
  return {
    ok: true,
    replicas: proposal.replicas,
    name: isValue ? `${name} resource` : `${name} ${of} utilization (percentage of request)`,
    status:
      container === undefined
        ? { resource: { current, name }, type: 'Resource' }
        : { containerResource: { container, current, name }, type: 'ContainerResource' },
  };
}

function failed(reason: string, message: string, prefix: string): FailedMetric {
  return { ok: false, reason, message, told: `${prefix}: ${message}` };
}

function podsProposal(
  { metric, target }: PodsMetricSource,
  result: Result,
  calculation: Calculation,
): Proposal | NoProposal {
  const prefix = `unable to get metric ${metric.name}`;
  if (!result.ok) {
    const { message } = result.status;
    return failure(`${prefix}: unable to fetch metrics from custom metrics API: ${message}`);
  }
  const { items } = result.object as PodMetricValueList;
  if (items.length === 0) return failure(`${prefix}: no metrics returned from custom metrics API`);
  const wanted = BigInt(milli(target.averageValue ?? 0));
  return averageValueReplicas(calculation, customSamples(items), wanted, false);
}

/** `computeStatusForPodsMetric`. */
function podsOutcome(source: PodsMetricSource, result: Result, calculation: Calculation): MetricOutcome {
  const proposal = podsProposal(source, result, calculation);
  if (!proposal.ok) {
    return failed('FailedGetPodsMetric', proposal.message, 'failed to get pods metric value');
  }
  const current = { averageValue: averageStatus(proposal.average) };
  return {
    ok: true,
    replicas: proposal.replicas,
    name: `pods metric ${source.metric.name}`,
    status: { pods: { current, metric: source.metric }, type: 'Pods' },
  };
}

/** What came of a metric of the pods, by the answer of its API; `undefined` for other metrics. */
export function podMetricOutcome(
  spec: MetricSpec,
  result: Result,
  calculation: Calculation,
  namespace: string,
): MetricOutcome | undefined {
  const { containerResource, pods, resource, type } = spec;
  if (type === 'Resource' && resource !== undefined) {
    return resourceOutcome({ ...resource, container: undefined }, result, calculation, namespace);
  }
  if (type === 'ContainerResource' && containerResource !== undefined) {
    return resourceOutcome(containerResource, result, calculation, namespace);
  }
  return type === 'Pods' && pods !== undefined ? podsOutcome(pods, result, calculation) : undefined;
}
