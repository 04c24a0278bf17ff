import { parseSeries } from '../../core/log/series.ts';
import type { Micros } from '../../core/time.ts';
import { runScenario } from '../run.ts';
import { readScenario } from '../scenario/resolve.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Simulation } from '../simulation.ts';

export interface App {
  readonly name: string;
  readonly replicas?: number;
  readonly cpu?: string;
  readonly memory?: string;
  /** Limits; as much as is requested unless given, `null` for none. */
  readonly cpuLimit?: string | null;
  readonly preStop?: number;
  readonly isProbed?: boolean;
}

/** A Deployment with its Service. */
export function app({ name, replicas = 2, cpu = '500m', memory = '256Mi', ...more }: App): readonly object[] {
  const { cpuLimit = cpu, preStop, isProbed = true } = more;
  const limits = { memory, ...(cpuLimit === null ? {} : { cpu: cpuLimit }) };
  const container = {
    name,
    image: `${name}:1`,
    resources: { requests: { cpu, memory }, limits },
    ...(isProbed ? { readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 2 } } : {}),
    ...(preStop === undefined ? {} : { lifecycle: { preStop: { sleep: { seconds: preStop } } } }),
  };
  const template = { metadata: { labels: { app: name } }, spec: { containers: [container] } };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: { replicas, selector: { matchLabels: { app: name } }, template },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: { app: name }, ports: [{ port: 80 }] },
    },
  ];
}

/** A scenario of an hour at most, from its spec as a person would write it. */
export function trafficScenario(spec: Readonly<Record<string, unknown>>): Scenario {
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'traffic' },
    spec: { duration: '10m', cluster: { nodeGroups: [{ name: 'node', count: 3 }] }, ...spec },
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario;
}

/** One value of a series, held until the next. */
export interface Point {
  readonly t: Micros;
  readonly cause: number;
  readonly value: number;
}

/** What was measured in a run, by series; times since its start. */
export interface Measured {
  readonly simulation: Simulation;
  points(series: string): readonly Point[];
  /** The value of a series at a moment. */
  at(series: string, t: Micros): number | undefined;
  readonly names: readonly string[];
}

export function measure(scenario: Scenario, onProgress?: (simulation: Simulation) => void): Measured {
  const series = new Map<string, Point[]>();
  const { simulation } = runScenario(scenario, {
    sinks: [
      (record) => {
        if (record.type !== 'sample') return;
        parseSeries(record.series);
        const points = series.get(record.series) ?? [];
        series.set(record.series, points);
        points.push({ t: record.t - scenario.startTime, cause: record.cause, value: record.value });
      },
    ],
    ...(onProgress === undefined
      ? {}
      : {
          onProgress: (_now, running) => {
            onProgress(running);
            return false;
          },
        }),
  });
  const points = (name: string): readonly Point[] => series.get(name) ?? [];
  return {
    simulation,
    points,
    at: (name, t) => points(name).findLast((point) => point.t <= t)?.value,
    names: [...series.keys()].sort(),
  };
}
