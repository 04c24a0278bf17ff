import type { ContainerUsage, PodMetricValue, PodUsage } from '../../core/api/metrics.ts';
import type { Micros } from '../../core/time.ts';

/** One pod's value of a metric, in thousandths of its unit. */
export interface MetricSample {
  readonly value: bigint;
  readonly timestamp: Micros;
  readonly window: Micros;
}

/** By the pod's name. */
export type MetricSamples = ReadonlyMap<string, MetricSample>;

const MILLIS_PER_BYTE = 1000n;

/** What metrics-server knows of a container; `undefined` for a resource that it doesn't measure. */
function usageOf(container: ContainerUsage, resource: string): bigint | undefined {
  if (resource === 'cpu') return BigInt(container.cpu);
  if (resource === 'memory') return BigInt(container.memory) * MILLIS_PER_BYTE;
  return undefined;
}

/** A pod counts with the sum of its containers, or not at all where one of them was not measured (`getPodMetrics`). */
export function podSamples(usages: readonly PodUsage[], resource: string): MetricSamples {
  const samples = new Map<string, MetricSample>();
  for (const { containers, podName, timestamp, window } of usages) {
    let value = 0n;
    let missing = containers.length === 0;
    for (const container of containers) {
      const usage = usageOf(container, resource);
      if (usage === undefined) missing = true;
      else value += usage;
    }
    if (!missing) samples.set(podName, { value, timestamp, window });
  }
  return samples;
}

/** Of one container of each pod, or what is wrong where a pod has none of that name (`getContainerMetrics`). */
export function containerSamples(
  usages: readonly PodUsage[],
  resource: string,
  container: string,
  namespace: string,
): MetricSamples | string {
  const samples = new Map<string, MetricSample>();
  for (const { containers, podName, timestamp, window } of usages) {
    const found = containers.find(({ name }) => name === container);
    if (found === undefined) {
      return `container ${container} not present in metrics for pod ${namespace}/${podName}`;
    }
    const value = usageOf(found, resource);
    if (value !== undefined) samples.set(podName, { value, timestamp, window });
  }
  return samples;
}

export function customSamples(values: readonly PodMetricValue[]): MetricSamples {
  return new Map(
    values.map(({ podName, timestamp, value, window }) => [
      podName,
      { value: BigInt(value), timestamp, window },
    ]),
  );
}
