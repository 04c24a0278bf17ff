import type { Pod } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { MetricSamples } from './metric-samples.ts';
import { groupPods, type ReadinessRules } from './pod-groups.ts';
import { requestsOf } from './pod-requests.ts';
import {
  direction,
  isWithinTolerance,
  replicasFor,
  type Tolerances,
  type UsageRatio,
} from './usage-ratio.ts';

/**
 * How many replicas one metric asks for (pkg/controller/podautoscaler/replica_calculator.go;
 * https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details).
 */
export interface Proposal {
  readonly ok: true;
  readonly replicas: number;
  /** The mean of the samples that counted, in thousandths: what the status shows. */
  readonly average: bigint;
  /** Percent of the requests; absent for a metric that has no requests to compare with. */
  readonly utilization: number | undefined;
}

/** Why there is no proposal, in the controller's words. */
export interface NoProposal {
  readonly ok: false;
  readonly message: string;
}

/** What is the same for all metrics of an autoscaler. */
export interface Calculation {
  /** Every pod that the target's selector fits, in key order. */
  readonly pods: readonly Pod[];
  readonly currentReplicas: number;
  readonly tolerances: Tolerances;
  readonly readiness: ReadinessRules;
  readonly now: Micros;
}

interface Measured {
  readonly ratio: UsageRatio;
  readonly average: bigint;
  readonly utilization: number | undefined;
}

/** What makes a utilisation differ from a plain value. */
interface Measure {
  readonly measure: (values: ReadonlyMap<string, bigint>) => Measured | string;
  /** What a pod without a sample is taken to use when the others ask for fewer. */
  readonly assumedUsage: (podName: string) => bigint;
  /** Whether pods without samples count as idle where the others are exactly at their target. */
  readonly missingIdleAtTarget: boolean;
}

function failed(message: string): NoProposal {
  return { ok: false, message };
}

/** What the samples would be if the pods that gave none were counted too, in the way that moves less. */
function withAssumptions(
  values: ReadonlyMap<string, bigint>,
  measure: Measure,
  sign: number,
  missing: readonly string[],
  idle: readonly string[],
): ReadonlyMap<string, bigint> {
  const assumed = new Map(values);
  if (sign < 0) for (const name of missing) assumed.set(name, measure.assumedUsage(name));
  else if (sign > 0 || measure.missingIdleAtTarget) for (const name of missing) assumed.set(name, 0n);
  for (const name of idle) assumed.set(name, 0n);
  return assumed;
}

function propose(
  { currentReplicas, tolerances }: Calculation,
  measure: Measure,
  values: ReadonlyMap<string, bigint>,
  groups: ReturnType<typeof groupPods>,
): Proposal | NoProposal {
  const first = measure.measure(values);
  if (typeof first === 'string') return failed(first);
  const { average, utilization } = first;
  const proposal = (replicas: number): Proposal => ({ ok: true, replicas, average, utilization });
  const sign = direction(first.ratio);
  const idle = sign > 0 ? groups.unready : [];
  if (idle.length === 0 && groups.missing.length === 0) {
    if (isWithinTolerance(first.ratio, tolerances)) return proposal(currentReplicas);
    return proposal(replicasFor(first.ratio, groups.ready));
  }
  const assumed = withAssumptions(values, measure, sign, groups.missing, idle);
  const second = measure.measure(assumed);
  if (typeof second === 'string') return failed(second);
  const newSign = direction(second.ratio);
  // Nothing where the assumptions turn the direction around.
  if (isWithinTolerance(second.ratio, tolerances) || sign * newSign < 0) return proposal(currentReplicas);
  const replicas = replicasFor(second.ratio, assumed.size);
  const turned = (newSign < 0 && replicas > currentReplicas) || (newSign > 0 && replicas < currentReplicas);
  return proposal(turned ? currentReplicas : replicas);
}

/** The samples that count, or `undefined` where none does. */
function countedValues(
  samples: MetricSamples,
  { ignored, unready }: ReturnType<typeof groupPods>,
): ReadonlyMap<string, bigint> | undefined {
  const left = new Set([...ignored, ...unready]);
  const values = new Map<string, bigint>();
  for (const [name, { value }] of samples) if (!left.has(name)) values.set(name, value);
  return values.size === 0 ? undefined : values;
}

const NO_PODS = 'no pods returned by selector while calculating replica count';
const NO_SAMPLES = 'did not receive metrics for targeted pods (pods might be unready)';
const NO_REQUESTS = 'no metrics returned matched known pods';
/** A pod without a sample is taken to use all that it requested, when the others ask for fewer. */
const FULL_UTILIZATION = 100;

/** `GetResourceReplicas`: percent of what the pods, or one container of each, request. */
export function utilizationReplicas(
  calculation: Calculation,
  samples: MetricSamples,
  targetUtilization: number,
  resource: string,
  container: string | undefined,
): Proposal | NoProposal {
  const { now, pods, readiness } = calculation;
  if (pods.length === 0) return failed(NO_PODS);
  const groups = groupPods(pods, samples, resource === 'cpu', readiness, now);
  const values = countedValues(samples, groups);
  if (values === undefined) return failed(NO_SAMPLES);
  const requests = requestsOf(pods, resource, container);
  if (typeof requests === 'string') return failed(requests);
  const assumedPercent = BigInt(Math.max(FULL_UTILIZATION, targetUtilization));
  return propose(
    calculation,
    {
      measure: (counted) => utilizationOf(counted, requests, targetUtilization),
      assumedUsage: (name) => ((requests.get(name) ?? 0n) * assumedPercent) / 100n,
      missingIdleAtTarget: false,
    },
    values,
    groups,
  );
}

/** `GetResourceUtilizationRatio`: whole percent, cut off. */
function utilizationOf(
  values: ReadonlyMap<string, bigint>,
  requests: ReadonlyMap<string, bigint>,
  targetUtilization: number,
): Measured | string {
  let used = 0n;
  let requested = 0n;
  let count = 0n;
  for (const [name, value] of values) {
    const request = requests.get(name);
    if (request === undefined) continue;
    used += value;
    requested += request;
    count += 1n;
  }
  if (requested === 0n) return NO_REQUESTS;
  const percent = (used * 100n) / requested;
  return {
    ratio: { usage: percent, target: BigInt(targetUtilization) },
    average: used / count,
    utilization: Number(percent),
  };
}

/**
 * `calcPlainMetricReplicas`: a mean value of the pods against a target in thousandths. Only of the CPU it matters
 * that pods have only begun.
 */
export function averageValueReplicas(
  calculation: Calculation,
  samples: MetricSamples,
  target: bigint,
  isCpu: boolean,
): Proposal | NoProposal {
  const { now, pods, readiness } = calculation;
  if (pods.length === 0) return failed(NO_PODS);
  const groups = groupPods(pods, samples, isCpu, readiness, now);
  const values = countedValues(samples, groups);
  if (values === undefined) return failed(NO_SAMPLES);
  return propose(
    calculation,
    {
      measure: (counted) => averageOf(counted, target),
      assumedUsage: () => target,
      missingIdleAtTarget: true,
    },
    values,
    groups,
  );
}

/** `GetMetricUsageRatio`: the mean, cut off at a thousandth. */
function averageOf(values: ReadonlyMap<string, bigint>, target: bigint): Measured {
  let sum = 0n;
  for (const value of values.values()) sum += value;
  const average = sum / BigInt(values.size);
  return { ratio: { usage: average, target }, average, utilization: undefined };
}
