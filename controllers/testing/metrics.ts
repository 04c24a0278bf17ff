import type { MetricsSource, PodMetricValue, PodUsage } from '../../core/api/metrics.ts';
import type { StringMap } from '../../core/api/object.ts';
import type { OutsideMetrics, OutsideValue } from '../../core/api/outside-value.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { Matcher } from '../../core/labels.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, SECOND } from '../../core/time.ts';

/** metrics-server's `--metric-resolution`. */
const WINDOW = 15 * SECOND;

/** What the pods of a pattern are to use, each or together. */
export interface UsageRule {
  readonly fits: (pod: Pod) => boolean;
  readonly resource: 'cpu' | 'memory' | { readonly custom: string };
  /** Milli-CPU, bytes, thousandths of a custom metric's unit. */
  readonly amount: number;
  /** Shared by the ready pods that fit, as requests to a Service are; else each pod's own. */
  readonly isShared: boolean;
}

interface OutsideRule {
  readonly of: string;
  readonly metric: string;
  readonly value: number;
  readonly labels: StringMap;
}

function isReady({ status }: Pod): boolean {
  return (status.conditions ?? []).some(({ status: state, type }) => type === 'Ready' && state === 'True');
}

/** A metrics pipeline without any delay, told by a test what pods use. The last rule that fits counts. */
export class TestMetrics implements MetricsSource {
  private readonly view: View;
  private readonly now: () => Micros;
  private readonly rules: UsageRule[] = [];
  private readonly outsideValues = new Map<string, OutsideRule>();

  constructor(view: View, now: () => Micros) {
    this.view = view;
    this.now = now;
  }

  set(rule: UsageRule): void {
    this.rules.push(rule);
  }

  /** The value of a metric of anything but pods, in thousandths: of `ingresses.networking.k8s.io/main`, or `external`. */
  setOutside(of: string, metric: string, value: number, labels: StringMap): void {
    this.outsideValues.set(`${of} ${metric} ${JSON.stringify(labels)}`, { of, metric, value, labels });
  }

  readonly outside: OutsideMetrics = {
    objectMetrics: [],
    externalMetrics: [],
    objectValue: (metric, _namespace, { resource, name }, fits) =>
      this.outsideOf(`${resource}/${name}`, metric).find(({ labels }) => fits(labels)),
    externalValues: (metric, _namespace, fits) => {
      const all = this.outsideOf('external', metric);
      return all.length === 0 ? undefined : all.filter(({ labels }) => fits(labels));
    },
  };

  private outsideOf(of: string, metric: string): readonly OutsideValue[] {
    return [...this.outsideValues.values()]
      .filter((one) => one.of === of && one.metric === metric)
      .map(({ labels, value }) => ({ labels, value, timestamp: this.now() }));
  }

  /** Nothing is measured any more. */
  clear(): void {
    this.rules.length = 0;
    this.outsideValues.clear();
  }

  private running(namespace: string, fits: Matcher): readonly Pod[] {
    return this.view
      .list(POD, namespace)
      .filter(({ metadata, status }) => status.phase === 'Running' && fits(metadata.labels));
  }

  private amount(pod: Pod, ofResource: (rule: UsageRule) => boolean): number | undefined {
    const rule = this.rules.findLast((one) => ofResource(one) && one.fits(pod));
    if (rule === undefined || !rule.isShared) return rule?.amount;
    if (!isReady(pod)) return 0;
    const sharing = this.view
      .list(POD, pod.metadata.namespace)
      .filter((one) => rule.fits(one) && isReady(one)).length;
    return Math.floor(rule.amount / sharing);
  }

  usage(namespace: string, fits: Matcher): readonly PodUsage[] {
    return this.running(namespace, fits).flatMap((pod) => {
      const cpu = this.amount(pod, ({ resource }) => resource === 'cpu');
      const memory = this.amount(pod, ({ resource }) => resource === 'memory');
      if (cpu === undefined && memory === undefined) return [];
      const [first, ...others] = pod.spec.containers;
      const containers = [
        { name: first?.name ?? '', cpu: cpu ?? 0, memory: memory ?? 0 },
        ...others.map(({ name }) => ({ name, cpu: 0, memory: 0 })),
      ];
      return [{ podName: pod.metadata.name, timestamp: this.now(), window: WINDOW, containers }];
    });
  }

  values(metric: string, namespace: string, fits: Matcher): readonly PodMetricValue[] | undefined {
    const ofMetric = ({ resource }: UsageRule): boolean =>
      typeof resource === 'object' && resource.custom === metric;
    if (!this.rules.some(ofMetric)) return undefined;
    return this.running(namespace, fits).flatMap((pod) => {
      const value = this.amount(pod, ofMetric);
      return value === undefined
        ? []
        : [{ podName: pod.metadata.name, timestamp: this.now(), window: WINDOW, value }];
    });
  }
}
