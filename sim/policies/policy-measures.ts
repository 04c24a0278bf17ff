import type { Measure } from '../measures/measure.ts';

interface Row {
  /** As a table shows it. */
  readonly label: string;
  readonly unit: string;
  readonly better?: 'more' | 'less';
  readonly about: string;
}

/**
 * What a policy is measured by where the scheduler runs alone. "At the end" is the moment when the last task has come
 * and been tried; "on average" is over time, from the first arrival to the last.
 */
const TABLE = {
  'cpu/allocated': {
    label: 'CPU allocated',
    unit: '%',
    better: 'more',
    about: 'Share of all CPUs that pods on nodes ask for, at the end.',
  },
  'cpu/allocated-mean': {
    label: 'CPU allocated, on average',
    unit: '%',
    better: 'more',
    about: 'The same, on average.',
  },
  'memory/allocated': {
    label: 'memory allocated',
    unit: '%',
    better: 'more',
    about: 'Share of all memory, at the end.',
  },
  'memory/allocated-mean': {
    label: 'memory allocated, on average',
    unit: '%',
    better: 'more',
    about: 'The same, on average.',
  },
  'gpu/allocated': {
    label: 'GPUs allocated',
    unit: '%',
    better: 'more',
    about: 'Share of all GPUs, at the end.',
  },
  'gpu/allocated-mean': {
    label: 'GPUs allocated, on average',
    unit: '%',
    better: 'more',
    about: 'The same, on average.',
  },
  'gpu/fragmented': {
    label: 'GPUs fragmented',
    unit: '%',
    better: 'less',
    about: 'Free GPUs that a task of the workload can not use where they are, of all GPUs, at the end.',
  },
  'gpu/fragmented-mean': {
    label: 'GPUs fragmented, on average',
    unit: '%',
    better: 'less',
    about: 'The same, on average.',
  },
  'cpu/fragmented': {
    label: 'CPU fragmented',
    unit: '%',
    better: 'less',
    about: 'Free CPUs that a task of the workload can not use where they are, of all CPUs, at the end.',
  },
  'cpu/fragmented-mean': {
    label: 'CPU fragmented, on average',
    unit: '%',
    better: 'less',
    about: 'The same, on average.',
  },
  'nodes/used': { label: 'nodes used', unit: 'nodes', about: 'Nodes with a pod, at the end.' },
  'nodes/empty': { label: 'nodes empty', unit: 'nodes', about: 'Nodes without a pod, at the end.' },
  'nodes/empty-mean': { label: 'nodes empty, on average', unit: 'nodes', about: 'The same, on average.' },
  'nodes/imbalance': {
    label: 'imbalance of CPU use',
    unit: 'points',
    about: 'Standard deviation over the nodes of the share of their CPUs that is allocated, at the end.',
  },
  'pods/scheduled': {
    label: 'pods scheduled',
    unit: '%',
    better: 'more',
    about: 'Share of all pods that were bound before the run was over.',
  },
  'pods/pending': {
    label: 'pods left pending',
    unit: 'pods',
    better: 'less',
    about: 'Pods that were never bound.',
  },
  'pods/pending-time': {
    label: 'time pending',
    unit: 'pod-s',
    better: 'less',
    about: 'Seconds that pods waited for a node, added up over the run.',
  },
  'pods/wait-p50': {
    label: 'wait, median',
    unit: 's',
    better: 'less',
    about: 'From arrival to binding; of a pod that was never bound to the end of the run.',
  },
  'pods/wait-p99': { label: 'wait, 99th percentile', unit: 's', better: 'less', about: 'The same.' },
} as const satisfies Readonly<Record<string, Row>>;

export type PolicyMeasure = keyof typeof TABLE;

export const POLICY_MEASURES: Readonly<Record<PolicyMeasure, Row>> = TABLE;

const DIGITS = 1_000_000;

/** Six digits after the point: more would only be noise of the division. */
export function measureOf(name: PolicyMeasure, value: number): Measure {
  const { unit, better }: Row = POLICY_MEASURES[name];
  return {
    value: Math.round(value * DIGITS) / DIGITS,
    unit,
    ...(better === undefined ? {} : { better }),
  };
}

/** How a table calls a measure: those of whole simulations by their own names. */
export function labelOf(name: string): string {
  return Object.hasOwn(TABLE, name) ? TABLE[name as PolicyMeasure].label : name;
}
