import { whole } from '../../../core/quantity.ts';
import { MINUTE, type Micros } from '../../../core/time.ts';
import type { KubeletConfiguration } from '../../scenario/kubelet-configuration.ts';

/**
 * What of a node a kubelet measures
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#eviction-signals).
 */
export const SIGNALS = [
  'memory.available',
  'nodefs.available',
  'imagefs.available',
  'pid.available',
] as const;
export type Signal = (typeof SIGNALS)[number];

/** The condition that a signal past its threshold sets. */
export type Pressure = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';

export const PRESSURE_OF: Readonly<Record<Signal, Pressure>> = {
  'memory.available': 'MemoryPressure',
  'nodefs.available': 'DiskPressure',
  'imagefs.available': 'DiskPressure',
  'pid.available': 'PIDPressure',
};

/** How messages call what is short (`signalToResource` of `pkg/kubelet/eviction/helpers.go`). */
export const RESOURCE_OF: Readonly<Record<Signal, 'memory' | 'ephemeral-storage' | 'pids'>> = {
  'memory.available': 'memory',
  'nodefs.available': 'ephemeral-storage',
  'imagefs.available': 'ephemeral-storage',
  'pid.available': 'pids',
};

/** An amount, or a share of the capacity in percent. */
export type Amount = { readonly amount: number } | { readonly percent: number };

export interface Threshold {
  readonly signal: Signal;
  readonly isHard: boolean;
  readonly value: Amount;
  /** How long a soft one must be passed. */
  readonly grace: Micros;
  /** How much more must be there for it to count as over. */
  readonly reclaim: Amount;
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#hard-eviction-thresholds */
const DEFAULT_HARD: Readonly<Record<string, string>> = {
  'memory.available': '100Mi',
  'nodefs.available': '10%',
  'imagefs.available': '15%',
};
const NOTHING: Amount = { amount: 0 };
/** `evictionPressureTransitionPeriod`: how long a condition stays after its signal was last past a threshold. */
const DEFAULT_TRANSITION: Micros = 5 * MINUTE;

export interface EvictionRules {
  /** Memory first, then in the order of `SIGNALS` (`byEvictionPriority`). */
  readonly thresholds: readonly Threshold[];
  readonly transitionPeriod: Micros;
  /** Seconds that a pod gets at most where a soft threshold is passed. */
  readonly maxPodGrace: number;
}

function amountOf(text: string): Amount {
  return text.endsWith('%') ? { percent: Number(text.slice(0, -1)) } : { amount: whole(text) };
}

/** Without `evictionHard` the defaults hold; with it, only what it names. */
export function evictionRules(given: KubeletConfiguration = {}): EvictionRules {
  const hard = given.evictionHard ?? DEFAULT_HARD;
  const soft = given.evictionSoft ?? {};
  const thresholds: Threshold[] = [];
  for (const signal of SIGNALS) {
    const least = given.evictionMinimumReclaim?.[signal];
    const reclaim = least === undefined ? NOTHING : amountOf(least);
    const whenHard = hard[signal];
    if (whenHard !== undefined) {
      thresholds.push({ signal, isHard: true, value: amountOf(whenHard), grace: 0, reclaim });
    }
    const whenSoft = soft[signal];
    if (whenSoft === undefined) continue;
    const grace = given.evictionSoftGracePeriod?.[signal] ?? 0;
    thresholds.push({ signal, isHard: false, value: amountOf(whenSoft), grace, reclaim });
  }
  return {
    thresholds,
    transitionPeriod: given.evictionPressureTransitionPeriod ?? DEFAULT_TRANSITION,
    maxPodGrace: given.evictionMaxPodGracePeriod ?? 0,
  };
}

export function quantityOf(amount: Amount, capacity: number): number {
  return 'amount' in amount ? amount.amount : Math.floor((capacity * amount.percent) / 100);
}

/** The most of a signal at which any threshold is passed. */
export function highestThreshold({ thresholds }: EvictionRules, signal: Signal, capacity: number): number {
  let most = 0;
  for (const threshold of thresholds) {
    if (threshold.signal === signal) most = Math.max(most, quantityOf(threshold.value, capacity));
  }
  return most;
}
