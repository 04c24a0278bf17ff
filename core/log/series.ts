/**
 * Names of the series that samples belong to, and their units. Every value is an integer and holds until the next
 * sample of its series: what doesn't change is not written.
 *
 * | series | unit |
 * |---|---|
 * | `service/NAMESPACE/NAME/requests` | thousandths of a request a second that arrive |
 * | `service/NAMESPACE/NAME/errors` | thousandths of a request a second that fail |
 * | `service/NAMESPACE/NAME/latency-p50`, `…/latency-p99` | microseconds |
 * | `pod/NAMESPACE/NAME/cpu`, `node/NAME/cpu` | milli-CPU |
 * | `pod/NAMESPACE/NAME/memory`, `node/NAME/memory` | bytes |
 * | `container/NAMESPACE/POD/NAME/cpu`, `…/memory` | the same, of pods with several containers |
 * | `cluster/cost` | millionths of the currency of `pricePerHour`, since the start |
 */
export type SeriesSubject = 'service' | 'pod' | 'container' | 'node' | 'cluster';

export interface Series {
  readonly subject: SeriesSubject;
  /** `NAMESPACE/NAME`, `NAMESPACE/POD/NAME`, `NAME`, or empty for the cluster. */
  readonly key: string;
  /** `requests`, `cpu`, `cost`. */
  readonly measure: string;
}

export function seriesName(subject: SeriesSubject, key: string, measure: string): string {
  return key === '' ? `${subject}/${measure}` : `${subject}/${key}/${measure}`;
}

export function parseSeries(name: string): Series {
  const first = name.indexOf('/');
  const last = name.lastIndexOf('/');
  return {
    subject: name.slice(0, first) as SeriesSubject,
    key: name.slice(first + 1, Math.max(last, first + 1)),
    measure: name.slice(last + 1),
  };
}
