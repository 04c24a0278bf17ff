import { LogDecoder, type LogSummary } from '../../core/log/decoder.ts';
import type { LogHeader } from '../../core/log/format.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { Micros } from '../../core/time.ts';
import type { ReportExtras } from '../../sim/report/report-extras.ts';
import { type Moment, Story } from '../../sim/story/story.ts';
import { RecordIndex } from '../../sim/why/record-source.ts';
import { DeploymentLanes } from '../lanes/deployments.ts';
import { inOrder, type Lane, type LaneItem } from '../lanes/lane.ts';
import { NodeLanes } from '../lanes/nodes.ts';
import { ScalingLane } from '../lanes/scaling.ts';
import { StimulusLanes } from '../lanes/stimuli.ts';
import { Places } from '../map/places.ts';
import { boundedChart } from '../series/bounded-chart.ts';
import type { Chart, ChartSeries } from '../series/chart.ts';
import { NodeSeries } from '../series/node-series.ts';
import { PodSeries } from '../series/pod-series.ts';
import { ReplicaSeries } from '../series/replica-series.ts';
import { SampleSeries } from '../series/sample-series.ts';
import { TimeMachine } from './time-machine.ts';

/** All that the page shows of a run. Nothing of it changes any more. */
export interface RunModel {
  readonly header: LogHeader;
  readonly summary: LogSummary;
  readonly extras: ReportExtras;
  readonly records: readonly LogRecord[];
  readonly events: number;
  readonly start: Micros;
  readonly end: Micros;
  readonly source: RecordIndex;
  readonly machine: TimeMachine;
  readonly moments: readonly Moment[];
  readonly momentsDropped: number;
  readonly lanes: readonly Lane[];
  readonly charts: readonly Chart[];
  readonly places: Places;
}

/** Makes the model of a run from its log, line by line. */
export class RunReader {
  private readonly decoder: LogDecoder;
  private readonly records: LogRecord[] = [];
  private readonly source = new RecordIndex();
  private readonly story = new Story();
  private readonly stimuli = new StimulusLanes();
  private readonly deployments = new DeploymentLanes();
  private readonly scaling = new ScalingLane();
  private readonly nodeLanes = new NodeLanes();
  private readonly pods = new PodSeries();
  private readonly nodes = new NodeSeries();
  private readonly replicas = new ReplicaSeries();
  private readonly samples = new SampleSeries();
  private readonly places = new Places();
  private events = 0;

  constructor() {
    this.decoder = new LogDecoder({ onRecord: (record) => this.take(record) });
  }

  /** The next line, without its line feed. */
  feed(line: string): void {
    this.decoder.feed(line);
  }

  private take(record: LogRecord): void {
    this.records.push(record);
    if (record.type === 'event') this.events++;
    this.source.add(record);
    for (const observer of [
      this.story,
      this.stimuli,
      this.deployments,
      this.scaling,
      this.nodeLanes,
      this.pods,
      this.nodes,
      this.replicas,
      this.samples,
      this.places,
    ]) {
      observer.observe(record);
    }
  }

  finish(incomplete: string, extras: ReportExtras): RunModel {
    const summary = this.decoder.finish(incomplete);
    const { header } = summary;
    const end = this.records.at(-1)?.t ?? header.start;
    const { moments, dropped } = this.story.moments();
    return {
      header,
      summary,
      extras,
      records: this.records,
      events: this.events,
      start: header.start,
      end,
      source: this.source,
      machine: new TimeMachine(this.records),
      moments,
      momentsDropped: dropped,
      lanes: this.lanes(end, extras),
      charts: this.charts(),
      places: this.places,
    };
  }

  private lanes(end: Micros, extras: ReportExtras): readonly Lane[] {
    const lanes: readonly Lane[] = [
      { id: 'checks', title: 'Failed checks', items: failedChecks(extras, end) },
      { id: 'faults', title: 'Faults and load', items: this.stimuli.faultItems(end) },
      { id: 'operations', title: 'Operations', items: this.stimuli.operationItems() },
      { id: 'rollouts', title: 'Rollouts', items: this.deployments.rolloutItems(end) },
      { id: 'scaling', title: 'Pod autoscaling', items: this.scaling.items },
      { id: 'node-scaling', title: 'Nodes come and go', items: this.nodeLanes.scalingItems(end) },
      { id: 'outages', title: 'Nodes not ready', items: this.nodeLanes.outageItems(end) },
      { id: 'shortages', title: 'Replicas missing', items: this.deployments.shortageItems(end) },
    ];
    return lanes.filter(({ items }) => items.length > 0);
  }

  private charts(): readonly Chart[] {
    const usage = (measure: 'cpu' | 'memory'): readonly Chart[] => {
      const isCpu = measure === 'cpu';
      const used = this.samples.usage(measure);
      const requested = isCpu ? this.pods.requestedCpu : this.pods.requestedMemory;
      const allocatable = isCpu ? this.nodes.allocatableCpu : this.nodes.allocatableMemory;
      const all: readonly (ChartSeries | undefined)[] = [
        used && { label: 'used', points: used, color: 'good', isFilled: true },
        { label: 'requested', points: requested, color: 'pending' },
        { label: 'allocatable', points: allocatable, color: 'muted', isDashed: true },
      ];
      const series = all.filter((one) => one !== undefined).filter(({ points }) => !points.isEmpty);
      if (used === undefined && requested.values.every((value) => value === 0)) return [];
      return [
        { id: measure, title: isCpu ? 'CPU cores' : 'Memory', unit: isCpu ? 'milli-cpu' : 'bytes', series },
      ];
    };
    const charts = [
      ...this.samples.serviceCharts(),
      ...this.replicas.charts(),
      ...this.pods.charts(),
      ...this.nodes.charts(),
      ...usage('cpu'),
      ...usage('memory'),
      ...this.samples.costCharts(),
    ];
    return charts.map(boundedChart);
  }
}

function failedChecks({ expectations, invariants }: ReportExtras, end: Micros): readonly LaneItem[] {
  const failed = expectations
    .filter(({ ok }) => !ok)
    .map(({ name, message, failedAt = end, rv = 0 }): LaneItem => {
      return { from: failedAt, to: failedAt, rv, tone: 'bad', label: name, detail: `${name}: ${message}` };
    });
  const violations = (invariants?.violations ?? []).map(({ name, message, t, rv }): LaneItem => {
    return { from: t, to: t, rv, tone: 'bad', label: name, detail: `${name}: ${message}` };
  });
  return [...failed, ...violations].sort(inOrder);
}
