import type { EventRecord, SampleRecord } from '../../core/log/record.ts';
import { parseSeries } from '../../core/log/series.ts';
import type { EndpointSlice } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import { type MeasureWriter, seconds } from './measure.ts';
import type { Serving } from './serving.ts';
import { Step } from './step.ts';

/** https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetesioservice-name */
const SERVICE_NAME = 'kubernetes.io/service-name';
/** Series of requests are in thousandths of a request a second. */
const PER_REQUEST = 1000;

function readyIn(slice: EndpointSlice, serving: Serving): number {
  let ready = 0;
  for (const endpoint of slice.endpoints ?? []) {
    // An absent condition is unknown, and counts as ready (the API's own rule).
    if (endpoint.conditions?.ready !== false && !serving.isDown(endpoint.nodeName)) ready += 1;
  }
  return ready;
}

function serviceOf(slice: EndpointSlice | undefined): string | undefined {
  const name = slice?.metadata.labels?.[SERVICE_NAME];
  return name === undefined ? undefined : `${slice?.metadata.namespace ?? ''}/${name}`;
}

/** Ready endpoints of a Service on machines that run, since it first had one. */
class EndpointTrack {
  readonly slices = new Map<string, EndpointSlice>();
  private counted: Step | undefined;
  private atZero: Step | undefined;

  count(serving: Serving, t: Micros): void {
    let ready = 0;
    for (const slice of this.slices.values()) ready += readyIn(slice, serving);
    if (ready > 0 && this.counted === undefined) {
      this.counted = new Step(1, t);
      this.atZero = new Step(0, t);
    }
    this.atZero?.set(ready === 0 ? 1 : 0, t);
  }

  write(writer: MeasureWriter, key: string, now: Micros): void {
    if (this.counted === undefined || this.atZero === undefined) return;
    const counted = this.counted.integral(now);
    const atZero = this.atZero.integral(now);
    writer.of('service/*/availability', key, counted === 0 ? 1 : 1 - atZero / counted);
    writer.of('service/*/time-at-zero', key, seconds(atZero));
  }
}

/** Traffic of a Service, from the samples of its series. */
class TrafficTrack {
  readonly requests: Step;
  readonly errors: Step;
  private readonly latency: Step;
  /** Latency times requests: what its mean over the requests is made of. */
  private readonly waited: Step;

  constructor(t: Micros) {
    this.requests = new Step(0, t);
    this.errors = new Step(0, t);
    this.latency = new Step(0, t);
    this.waited = new Step(0, t);
  }

  sample(measure: string, value: number, t: Micros): void {
    if (measure === 'requests') this.requests.set(value, t);
    else if (measure === 'errors') this.errors.set(value, t);
    else if (measure === 'latency-p99') this.latency.set(value, t);
    else return;
    this.waited.set(this.latency.value * this.requests.value, t);
  }

  write(writer: MeasureWriter, key: string, now: Micros): void {
    const requests = this.requests.integral(now);
    const errors = this.errors.integral(now);
    writer.of('service/*/requests', key, requests / PER_REQUEST / SECOND);
    writer.of('service/*/errors', key, errors / PER_REQUEST / SECOND);
    writer.of('service/*/error-ratio', key, requests === 0 ? 0 : errors / requests);
    const latency = requests === 0 ? 0 : this.waited.integral(now) / requests;
    writer.of('service/*/latency-p99', key, seconds(latency));
    writer.of('service/*/latency-p99-max', key, seconds(this.latency.max(now)));
  }
}

/** Endpoints and traffic of every Service. */
export class ServiceMeasures {
  private readonly endpoints = new Map<string, EndpointTrack>();
  private readonly traffic = new Map<string, TrafficTrack>();
  private readonly serving: Serving;

  constructor(serving: Serving) {
    this.serving = serving;
  }

  /** A machine went down or came back. */
  recount(t: Micros): void {
    for (const track of this.endpoints.values()) track.count(this.serving, t);
  }

  observeSlice(record: EventRecord): void {
    const previous = record.previous as EndpointSlice | undefined;
    const next = record.next as EndpointSlice | undefined;
    const service = serviceOf(next ?? previous);
    if (service === undefined) return;
    let track = this.endpoints.get(service);
    if (track === undefined) {
      track = new EndpointTrack();
      this.endpoints.set(service, track);
    }
    if (next === undefined) track.slices.delete(record.key);
    else track.slices.set(record.key, next);
    track.count(this.serving, record.t);
  }

  observeSample({ series, value, t }: SampleRecord): void {
    const { subject, key, measure } = parseSeries(series);
    if (subject !== 'service') return;
    let track = this.traffic.get(key);
    if (track === undefined) {
      track = new TrafficTrack(t);
      this.traffic.set(key, track);
    }
    track.sample(measure, value, t);
  }

  write(writer: MeasureWriter, now: Micros): void {
    for (const [key, track] of this.endpoints) track.write(writer, key, now);
    let requests = 0;
    let errors = 0;
    for (const [key, track] of this.traffic) {
      track.write(writer, key, now);
      requests += track.requests.integral(now);
      errors += track.errors.integral(now);
    }
    if (this.traffic.size === 0) return;
    writer.total('requests/total', requests / PER_REQUEST / SECOND);
    writer.total('requests/errors', errors / PER_REQUEST / SECOND);
    writer.total('requests/error-ratio', requests === 0 ? 0 : errors / requests);
  }
}
