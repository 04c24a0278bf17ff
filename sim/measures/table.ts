interface Row {
  readonly unit: string;
  readonly better?: 'more' | 'less';
  readonly about: string;
}

/**
 * Every measure of a run. `*` stands for the `NAMESPACE/NAME` of an object. A measure is there only where there is
 * something to measure: no Service with traffic, no `requests`.
 */
const TABLE = {
  'deployment/*/availability': {
    unit: 'ratio',
    better: 'more',
    about: 'Share of the time with as many replicas available as wanted, since it first had them.',
  },
  'deployment/*/outages': {
    unit: 'count',
    better: 'less',
    about: 'How often it lost available replicas and had fewer than wanted.',
  },
  'deployment/*/pods-lost': {
    unit: 'count',
    better: 'less',
    about: 'Its pods that ended before their time; see `pods/lost`.',
  },
  'deployment/*/recovery-max': {
    unit: 's',
    better: 'less',
    about: 'The longest outage: from the first loss until all wanted replicas were available again.',
  },
  'deployment/*/recovery-total': { unit: 's', better: 'less', about: 'All outages together.' },
  'deployment/*/replicas-mean': { unit: 'pods', about: 'Replicas on average over time.' },
  'deployment/*/rescales': { unit: 'count', about: 'Changes of its replicas by an autoscaler.' },
  'deployment/*/restarts': { unit: 'count', better: 'less', about: 'Restarts of its containers.' },
  'deployment/*/rollout-max': { unit: 's', better: 'less', about: 'The longest rollout of a new revision.' },
  'deployment/*/rollouts': { unit: 'count', about: 'Rollouts of a new revision that began.' },
  'deployment/*/time-at-zero': {
    unit: 's',
    better: 'less',
    about: 'Time with no replica available though some were wanted.',
  },
  'deployment/*/time-below': {
    unit: 's',
    better: 'less',
    about: 'Time with fewer replicas available than wanted.',
  },
  'service/*/availability': {
    unit: 'ratio',
    better: 'more',
    about: 'Share of the time with a ready endpoint, since it first had one.',
  },
  'service/*/error-ratio': { unit: 'ratio', better: 'less', about: 'Share of its requests that failed.' },
  'service/*/errors': { unit: 'requests', better: 'less', about: 'Requests that failed.' },
  'service/*/latency-p99': {
    unit: 's',
    better: 'less',
    about: 'The 99th percentile of latency, its mean over the requests.',
  },
  'service/*/latency-p99-max': {
    unit: 's',
    better: 'less',
    about: 'The highest 99th percentile of latency at any time.',
  },
  'service/*/requests': { unit: 'requests', about: 'Requests that arrived.' },
  'service/*/time-at-zero': { unit: 's', better: 'less', about: 'Time with no ready endpoint.' },
  'autoscaling/rescales': { unit: 'count', about: 'Changes of replicas by HorizontalPodAutoscalers.' },
  'cluster/cost': {
    unit: 'currency',
    better: 'less',
    about: 'What the nodes cost, in the currency of `pricePerHour`; there where a node has a price.',
  },
  'nodes/max': { unit: 'nodes', about: 'The most nodes at a time.' },
  'nodes/mean': { unit: 'nodes', about: 'Nodes on average over time.' },
  'nodes/min': { unit: 'nodes', about: 'The fewest nodes at a time.' },
  'nodes/not-ready-time': {
    unit: 'node-s',
    better: 'less',
    about: 'Seconds that nodes were not Ready, added up.',
  },
  'pods/lost': {
    unit: 'count',
    better: 'less',
    about:
      'Pods that ended before their time, not by a rollout, a scaling or the deletion of what owns them.',
  },
  'pods/lost/crash': { unit: 'count', better: 'less', about: 'Of these, by programs that failed for good.' },
  'pods/lost/deletion': { unit: 'count', better: 'less', about: 'Of these, deleted by a user.' },
  'pods/lost/eviction': {
    unit: 'count',
    better: 'less',
    about: 'Of these, evicted through the API or by a kubelet under pressure.',
  },
  'pods/lost/node': { unit: 'count', better: 'less', about: 'Of these, with their node.' },
  'pods/lost/oom': { unit: 'count', better: 'less', about: 'Of these, for lack of memory.' },
  'pods/lost/preemption': {
    unit: 'count',
    better: 'less',
    about: 'Of these, to make room for pods of a higher priority.',
  },
  'pods/pending-time': {
    unit: 'pod-s',
    better: 'less',
    about: 'Seconds that pods were Pending, added up.',
  },
  'pods/restarts': { unit: 'count', better: 'less', about: 'Restarts of containers.' },
  'pods/restarts/oom': { unit: 'count', better: 'less', about: 'Of these, after a lack of memory.' },
  'pods/scheduling-p50': {
    unit: 's',
    better: 'less',
    about: 'From the creation of a pod until it is bound to a node; half took at most so long.',
  },
  'pods/scheduling-p99': { unit: 's', better: 'less', about: 'The same; 99 of 100 took at most so long.' },
  'pods/unscheduled': { unit: 'count', better: 'less', about: 'Pods without a node at the end.' },
  'requests/error-ratio': { unit: 'ratio', better: 'less', about: 'Share of all requests that failed.' },
  'requests/errors': { unit: 'requests', better: 'less', about: 'All requests that failed.' },
  'requests/total': { unit: 'requests', about: 'All requests that arrived at Services.' },
} as const satisfies Readonly<Record<string, Row>>;

export type MeasureName = keyof typeof TABLE;

export const MEASURE_TABLE: Readonly<Record<MeasureName, Row>> = TABLE;
