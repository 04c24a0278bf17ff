import { POD } from '../../core/kinds/registry.ts';
import type { LogRecord } from '../../core/log/record.ts';
import { parseSeries } from '../../core/log/series.ts';
import type { Micros } from '../../core/time.ts';
import type { Chart, ChartSeries, Unit } from './chart.ts';
import { StepSeries } from './step-series.ts';

/** A sum over many things, each with its newest value. */
class Total {
  readonly points = new StepSeries();
  private readonly values = new Map<string, number>();

  set(t: Micros, of: string, value: number): void {
    const before = this.values.get(of) ?? 0;
    this.values.set(of, value);
    this.points.set(t, this.points.last + value - before);
  }

  forget(t: Micros, of: string): void {
    if (!this.values.has(of)) return;
    this.set(t, of, 0);
    this.values.delete(of);
  }
}

interface ServiceChart {
  readonly id: string;
  readonly title: string;
  readonly unit: Unit;
  /** Each measure with what is added to the service's name. */
  readonly measures: readonly {
    readonly measure: string;
    readonly suffix: string;
    readonly isDashed?: boolean;
  }[];
}

const SERVICE_CHARTS: readonly ServiceChart[] = [
  {
    id: 'requests',
    title: 'Requests',
    unit: 'rate',
    measures: [{ measure: 'requests', suffix: '' }],
  },
  { id: 'errors', title: 'Errors', unit: 'rate', measures: [{ measure: 'errors', suffix: '' }] },
  {
    id: 'latency',
    title: 'Latency, p99 / p50',
    unit: 'micros',
    measures: [
      { measure: 'latency-p99', suffix: ' p99' },
      { measure: 'latency-p50', suffix: ' p50', isDashed: true },
    ],
  },
];

/** What was measured of the world: requests, errors, latency, usage, cost (see `core/log/series.ts`). */
export class SampleSeries {
  /** By measure, then by service. */
  private readonly services = new Map<string, Map<string, StepSeries>>();
  private readonly pods = new Map<string, Total>();
  private readonly nodes = new Map<string, Total>();
  private readonly cost = new StepSeries();

  observe(record: LogRecord): void {
    if (record.type === 'sample') this.sample(record.t, record.series, record.value);
    else if (record.type === 'event' && record.kind === POD && record.verb === 'delete') {
      for (const total of this.pods.values()) total.forget(record.t, record.key);
    }
  }

  private sample(t: Micros, name: string, value: number): void {
    const { subject, key, measure } = parseSeries(name);
    if (subject === 'service') entry(entry(this.services, measure, newMap), key, newSeries).set(t, value);
    else if (subject === 'pod') entry(this.pods, measure, newTotal).set(t, key, value);
    else if (subject === 'node') entry(this.nodes, measure, newTotal).set(t, key, value);
    else if (measure === 'cost') this.cost.set(t, value);
  }

  /** Of all nodes, or where only pods are measured of all pods. Absent where nothing was. */
  usage(measure: 'cpu' | 'memory'): StepSeries | undefined {
    return (this.nodes.get(measure) ?? this.pods.get(measure))?.points;
  }

  serviceCharts(): readonly Chart[] {
    const keys = new Set([...this.services.values()].flatMap((byKey) => [...byKey.keys()]));
    const sorted = [...keys].sort((a, b) => (a < b ? -1 : 1));
    const isOneNamespace = new Set(sorted.map((key) => key.split('/')[0])).size === 1;
    return SERVICE_CHARTS.flatMap(({ id, title, unit, measures }): readonly Chart[] => {
      const series = sorted.flatMap((key, color) =>
        measures.flatMap(({ measure, suffix, isDashed = false }): readonly ChartSeries[] => {
          const points = this.services.get(measure)?.get(key);
          if (points === undefined || points.values.every((value) => value === 0)) return [];
          const name = isOneNamespace ? key.slice(key.indexOf('/') + 1) : key;
          return [{ label: `${name}${suffix}`, points, color, isDashed }];
        }),
      );
      return series.length === 0 ? [] : [{ id, title, unit, series }];
    });
  }

  costCharts(): readonly Chart[] {
    if (this.cost.isEmpty) return [];
    const series = [{ label: 'since the start', points: this.cost, color: 'good', isFilled: true }];
    return [{ id: 'cost', title: 'Cost of the nodes', unit: 'money', series }];
  }
}

const newMap = (): Map<string, StepSeries> => new Map();
const newSeries = (): StepSeries => new StepSeries();
const newTotal = (): Total => new Total();

function entry<T>(map: Map<string, T>, key: string, make: () => T): T {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
