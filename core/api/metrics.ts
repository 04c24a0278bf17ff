import { compileSelector, type Matcher } from '../labels.ts';
import type { LabelSelector } from '../schema/types.generated.ts';
import type { Micros } from '../time.ts';
import { type Result, refused } from './command.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import type { OutsideMetrics } from './outside-value.ts';
import { failure } from './status.ts';

/** What one pod used, as it was scraped last; a pod that was not scraped yet has none. */
export interface PodUsage {
  readonly podName: string;
  /** The end of the window that was measured. */
  readonly timestamp: Micros;
  readonly window: Micros;
  readonly containers: readonly ContainerUsage[];
}

export interface ContainerUsage {
  readonly name: string;
  /** Milli-CPU, the mean of the window. */
  readonly cpu: number;
  /** Bytes of the working set. */
  readonly memory: number;
}

/** A custom metric of one pod, in thousandths of its unit. */
export interface PodMetricValue {
  readonly podName: string;
  readonly timestamp: Micros;
  readonly window: Micros;
  readonly value: number;
}

/** Who answers for the metrics APIs: metrics-server, and an adapter for custom metrics. Lists go by the pods' names. */
export interface MetricsSource {
  /** The record that last changed what is measured, where that is known: who acts on the metrics acts because of it. */
  readonly cause?: number;
  /** Who answers for metrics of anything but pods. */
  readonly outside?: OutsideMetrics;
  usage(namespace: string, fits: Matcher): readonly PodUsage[];
  /** `undefined`: there is no metric of this name. */
  values(metric: string, namespace: string, fits: Matcher): readonly PodMetricValue[] | undefined;
}

/** The answer of `metrics.k8s.io` to a list. */
export interface PodUsageList extends KubeObject {
  readonly cause?: number;
  readonly items: readonly PodUsage[];
}

/** The answer of `custom.metrics.k8s.io` to a list. */
export interface PodMetricValueList extends KubeObject {
  readonly cause?: number;
  readonly items: readonly PodMetricValue[];
}

/** What a client finds when it looks for the group of the custom metrics, and no API service answers for it. */
export const NO_CUSTOM_METRICS = 'no custom metrics API (custom.metrics.k8s.io) registered';

/** Of a list, which is no stored object. */
const NO_METADATA: ObjectMeta = { name: '', uid: '', resourceVersion: '', creationTimestamp: '' };

function causeOf({ cause }: MetricsSource): { readonly cause?: number } {
  return cause === undefined ? {} : { cause };
}

export function readPodMetrics(
  source: MetricsSource | undefined,
  {
    namespace,
    selector,
    metric,
  }: { readonly namespace: string; readonly selector: LabelSelector; readonly metric?: string },
): Result {
  const fits = compileSelector(selector);
  if (metric === undefined) {
    if (source === undefined) {
      // What a client hears of a group that no API service answers for.
      const text = 'the server could not find the requested resource (get pods.metrics.k8s.io)';
      return refused(failure('NotFound', text));
    }
    const list: PodUsageList = {
      apiVersion: 'metrics.k8s.io/v1beta1',
      kind: 'PodMetricsList',
      metadata: NO_METADATA,
      items: source.usage(namespace, fits),
      ...causeOf(source),
    };
    return { ok: true, object: list, rv: 0 };
  }
  if (source === undefined) return refused(failure('NotFound', NO_CUSTOM_METRICS));
  const items = source.values(metric, namespace, fits);
  if (items === undefined) {
    return refused(failure('NotFound', `the server could not find the metric ${metric} for pods`));
  }
  const list: PodMetricValueList = {
    apiVersion: 'custom.metrics.k8s.io/v1beta2',
    kind: 'MetricValueList',
    metadata: NO_METADATA,
    items,
    ...causeOf(source),
  };
  return { ok: true, object: list, rv: 0 };
}
