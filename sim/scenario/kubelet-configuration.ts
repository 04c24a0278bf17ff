import type { Micros } from '../../core/time.ts';

/** A length of time of which a signal may stay past its soft threshold, and the like: by the signal's name. */
type BySignal<T> = Readonly<Record<string, T>>;

/**
 * Fields of a `KubeletConfiguration`
 * (https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/) under their real names; what is absent has
 * the kubelet's own default. Thresholds are quantities (`500Mi`) or shares (`10%`), lengths of time are microseconds.
 */
export interface KubeletConfiguration {
  readonly evictionHard?: BySignal<string>;
  readonly evictionSoft?: BySignal<string>;
  readonly evictionSoftGracePeriod?: BySignal<Micros>;
  readonly evictionMinimumReclaim?: BySignal<string>;
  /** Seconds. */
  readonly evictionMaxPodGracePeriod?: number;
  readonly evictionPressureTransitionPeriod?: Micros;
  readonly imageGCHighThresholdPercent?: number;
  readonly imageGCLowThresholdPercent?: number;
  readonly imageMinimumGCAge?: Micros;
  readonly shutdownGracePeriod?: Micros;
  readonly shutdownGracePeriodCriticalPods?: Micros;
  readonly shutdownGracePeriodByPodPriority?: readonly ShutdownGracePeriod[];
}

/** What pods of at least this priority, and less than the next, get to stop when their node shuts down. */
export interface ShutdownGracePeriod {
  readonly priority: number;
  readonly shutdownGracePeriodSeconds: number;
}
