import type { MetricsSource } from '../../core/api/metrics.ts';
import type { MeasuredObject, OutsideMetrics, OutsideValue } from '../../core/api/outside-value.ts';
import type { Matcher } from '../../core/labels.ts';
import type { Micros } from '../../core/time.ts';
import type { OutsideMetric } from '../scenario/scenario.ts';

/** An adapter for the metrics that a scenario declares: of objects, and of what is outside of the cluster. */
export class DeclaredMetrics implements OutsideMetrics {
  readonly objectMetrics: OutsideMetrics['objectMetrics'];
  readonly externalMetrics: readonly string[];
  private readonly metrics: readonly OutsideMetric[];
  private readonly clock: { readonly now: Micros };
  private readonly start: Micros;

  constructor(metrics: readonly OutsideMetric[], clock: { readonly now: Micros }, start: Micros) {
    this.metrics = metrics;
    this.clock = clock;
    this.start = start;
    this.objectMetrics = metrics.flatMap(({ name, object }) =>
      object === undefined ? [] : [{ resource: object.resource, metric: name }],
    );
    this.externalMetrics = [
      ...new Set(metrics.flatMap(({ name, object }) => (object === undefined ? [name] : []))),
    ];
  }

  objectValue(
    metric: string,
    namespace: string,
    { name, resource }: MeasuredObject,
    fits: Matcher,
  ): OutsideValue | undefined {
    for (const declared of this.metrics) {
      const { object } = declared;
      if (object === undefined || declared.name !== metric || !fits(declared.labels)) continue;
      const isHere = declared.namespace === undefined || declared.namespace === namespace;
      if (!isHere || object.resource !== resource || object.name !== name) continue;
      const value = this.valueOf(declared);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  externalValues(metric: string, namespace: string, fits: Matcher): readonly OutsideValue[] | undefined {
    let isKnown = false;
    const found: OutsideValue[] = [];
    for (const declared of this.metrics) {
      if (declared.object !== undefined || declared.name !== metric) continue;
      if (declared.namespace !== undefined && declared.namespace !== namespace) continue;
      const value = this.valueOf(declared);
      if (value === undefined) continue;
      isKnown = true;
      if (fits(declared.labels)) found.push(value);
    }
    return isKnown ? found : undefined;
  }

  private valueOf({ labels, values }: OutsideMetric): OutsideValue | undefined {
    const { now } = this.clock;
    const current = values.findLast(({ at }) => this.start + at <= now);
    return current === undefined ? undefined : { labels, timestamp: now, value: current.value };
  }
}

/** The metrics of pods, and those that are declared besides. */
export function withDeclaredMetrics(source: MetricsSource, outside: OutsideMetrics): MetricsSource {
  return {
    outside,
    get cause() {
      return source.cause ?? SCENARIO;
    },
    usage: (namespace, fits) => source.usage(namespace, fits),
    values: (metric, namespace, fits) => source.values(metric, namespace, fits),
  };
}

/** The number of the first record, which is the scenario: what is declared in it has no other cause. */
const SCENARIO = 1;
