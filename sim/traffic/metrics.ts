import type { ContainerUsage, MetricsSource, PodMetricValue, PodUsage } from '../../core/api/metrics.ts';
import type { StringMap } from '../../core/api/object.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { Matcher } from '../../core/labels.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { PodPrograms } from '../kubelet/program.ts';
import { idleMemoryAt, isRunning, type PodLoad, termsOf } from './pod-load.ts';

/**
 * metrics-server's `--metric-resolution`: how often it asks the kubelets. A pod's CPU is the difference of two
 * answers, so that a new one has none before the second (https://github.com/kubernetes-sigs/metrics-server).
 */
export const METRIC_RESOLUTION: Micros = 15 * SECOND;

/** The custom metrics that every pod has whose programs answer requests. */
export type CustomMetric = 'requests_per_second' | 'errors_per_second' | 'requests_in_flight';
const CUSTOM_METRICS: readonly string[] = [
  'requests_per_second',
  'errors_per_second',
  'requests_in_flight',
] satisfies CustomMetric[];

/** The number of the first record, which is the scenario: the cause of what nothing else has caused. */
const SCENARIO = 1;

/** Sums of a pod as one scrape found them. */
interface Scrape {
  readonly pod: PodLoad;
  /** For each container that ran: which run of it, and its CPU time. */
  readonly containers: readonly (
    | { readonly starts: number; readonly cpuTime: number; readonly memory: number }
    | undefined
  )[];
  readonly arrived: number;
  readonly failed: number;
  readonly inFlight: number;
}

/** What one round over all machines found, by the uid of the pod. */
interface Round {
  readonly at: Micros;
  readonly cause: number;
  readonly scrapes: ReadonlyMap<string, Scrape>;
  /** What was worked out of it and the round before, by the uid of the pod; nothing is kept too. */
  readonly usage: Map<string, readonly ContainerUsage[] | undefined>;
}

/** Bytes of the working set of a container. */
export function memoryOf(pod: PodLoad, index: number, now: Micros): number {
  const container = pod.containers[index]!;
  if (!container.running) return 0;
  const { cost } = container.terms;
  return idleMemoryAt(container.run, now) + Math.round(pod.inFlight * (cost?.memory ?? 0));
}

/** metrics-server, and an adapter of custom metrics, where usage changes: it asks every machine now and then. */
export class ScrapedMetrics implements MetricsSource {
  private readonly view: View;
  private before: Round | undefined;
  private last: Round | undefined;

  constructor(view: View) {
    this.view = view;
  }

  get cause(): number {
    return this.last?.cause ?? SCENARIO;
  }

  /** `pods`: those of the machines that answer, in the order of their keys. */
  scrape(pods: readonly PodLoad[], now: Micros, cause: number): void {
    const scrapes = new Map<string, Scrape>();
    for (const pod of pods) {
      const containers = pod.containers.map(({ running, starts, cpuTime }, index) =>
        running ? { starts, cpuTime, memory: memoryOf(pod, index, now) } : undefined,
      );
      const { arrived, failed, inFlight } = pod;
      scrapes.set(pod.programs.uid, { pod, containers, arrived, failed, inFlight });
    }
    this.before = this.last;
    this.last = { at: now, cause, scrapes, usage: new Map() };
  }

  usage(namespace: string, fits: Matcher): readonly PodUsage[] {
    return this.measured(namespace, fits).map(
      ({ name, at, window, containers }): PodUsage => ({
        podName: name,
        timestamp: at,
        window,
        containers,
      }),
    );
  }

  values(metric: string, namespace: string, fits: Matcher): readonly PodMetricValue[] | undefined {
    if (!CUSTOM_METRICS.includes(metric)) return undefined;
    return this.measured(namespace, fits)
      .filter(({ last }) => last.pod.stations.length > 0)
      .map(({ name, at, window, first, last }): PodMetricValue => {
        const value = customValue(metric as CustomMetric, first, last, window);
        return { podName: name, timestamp: at, window, value };
      });
  }

  /** The pods that both rounds found, with the same containers running. */
  private measured(namespace: string, fits: Matcher): readonly Measured[] {
    const { before, last } = this;
    if (before === undefined || last === undefined) return [];
    const window = last.at - before.at;
    const found: Measured[] = [];
    // Pods of one template share their labels.
    let labels: StringMap | undefined;
    let isWanted = false;
    for (const { metadata } of this.view.list(POD, namespace)) {
      if (metadata.labels !== labels || labels === undefined) {
        labels = metadata.labels;
        isWanted = fits(labels);
      }
      if (!isWanted) continue;
      const now = last.scrapes.get(metadata.uid);
      const first = before.scrapes.get(metadata.uid);
      if (now === undefined || first === undefined) continue;
      let containers = last.usage.get(metadata.uid);
      if (containers === undefined && !last.usage.has(metadata.uid)) {
        containers = usageBetween(first, now, window);
        last.usage.set(metadata.uid, containers);
      }
      if (containers === undefined) continue;
      found.push({ name: metadata.name, at: last.at, window, containers, first, last: now });
    }
    return found;
  }
}

interface Measured {
  readonly name: string;
  readonly at: Micros;
  readonly window: Micros;
  readonly containers: readonly ContainerUsage[];
  readonly first: Scrape;
  readonly last: Scrape;
}

/** Nothing where a container that runs was not running, or was another, at the first scrape. */
function usageBetween(before: Scrape, after: Scrape, window: Micros): readonly ContainerUsage[] | undefined {
  const usage: ContainerUsage[] = [];
  for (const [index, container] of after.containers.entries()) {
    if (container === undefined) continue;
    const first = before.containers[index];
    if (first?.starts !== container.starts) return undefined;
    const cpu = Math.round((container.cpuTime - first.cpuTime) / window);
    usage.push({ name: after.pod.containers[index]!.run.spec.name, cpu, memory: container.memory });
  }
  return usage.length === 0 ? undefined : usage;
}

/** In thousandths. */
function customValue(metric: CustomMetric, before: Scrape, after: Scrape, window: Micros): number {
  switch (metric) {
    case 'requests_per_second':
      return Math.round(((after.arrived - before.arrived) * 1000) / window);
    case 'errors_per_second':
      return Math.round(((after.failed - before.failed) * 1000) / window);
    case 'requests_in_flight':
      return Math.round(after.inFlight * 1000);
  }
}

/** What metrics need of machines. */
export interface MetricsMachines {
  /** The pods of a machine that answers, by uid. */
  programsOf(node: string, uid: string): PodPrograms | undefined;
}

/**
 * The same where nothing in a scenario makes usage change: containers use what they do when idle, always, so that no
 * scrape has to take place before somebody asks.
 */
export class SteadyMetrics implements MetricsSource {
  private readonly view: View;
  private readonly machines: MetricsMachines;
  private readonly clock: { readonly now: Micros };
  private readonly start: Micros;

  constructor(view: View, machines: MetricsMachines, clock: { readonly now: Micros }, start: Micros) {
    this.view = view;
    this.machines = machines;
    this.clock = clock;
    this.start = start;
  }

  usage(namespace: string, fits: Matcher): readonly PodUsage[] {
    const now = this.scrapeBefore(this.clock.now);
    return this.view.list(POD, namespace).flatMap((pod): PodUsage[] => {
      if (pod.spec.nodeName === undefined || !fits(pod.metadata.labels)) return [];
      const programs = this.machines.programsOf(pod.spec.nodeName, pod.metadata.uid);
      if (programs === undefined) return [];
      const running = programs.containers.filter((run) => isRunning(run, now) && run.startedAt <= now);
      // Two scrapes since the start of every container that runs.
      const isMeasured = running.every((run) => run.startedAt <= now - METRIC_RESOLUTION);
      if (running.length === 0 || !isMeasured) return [];
      const containers = running.map((run): ContainerUsage => {
        const { idleCpu, cpuLimit } = termsOf(run);
        return { name: run.spec.name, cpu: Math.min(idleCpu, cpuLimit), memory: idleMemoryAt(run, now) };
      });
      return [{ podName: pod.metadata.name, timestamp: now, window: METRIC_RESOLUTION, containers }];
    });
  }

  values(metric: string): readonly PodMetricValue[] | undefined {
    return CUSTOM_METRICS.includes(metric) ? [] : undefined;
  }

  private scrapeBefore(moment: Micros): Micros {
    return this.start + Math.floor((moment - this.start) / METRIC_RESOLUTION) * METRIC_RESOLUTION;
  }
}
