import type { Matcher } from '../labels.ts';
import type { LabelSelector } from '../schema/types.generated.ts';
import type { Micros } from '../time.ts';
import type { StringMap } from './object.ts';

/** What a metric is at the moment, in thousandths of its unit. */
export interface OutsideValue {
  readonly labels: StringMap;
  readonly timestamp: Micros;
  readonly value: number;
}

/** An object that is measured. `resource` as messages have it: `ingresses.networking.k8s.io`. */
export interface MeasuredObject {
  readonly resource: string;
  readonly name: string;
}

/** The adapter that answers for such metrics. */
export interface OutsideMetrics {
  /** Whether there are any of the one group, and of the other: a group without metrics is not served. */
  readonly objectMetrics: readonly { readonly resource: string; readonly metric: string }[];
  readonly externalMetrics: readonly string[];
  /** `undefined`: nobody knows it. */
  objectValue(
    metric: string,
    namespace: string,
    object: MeasuredObject,
    fits: Matcher,
  ): OutsideValue | undefined;
  /** `undefined`: there is no metric of this name. */
  externalValues(metric: string, namespace: string, fits: Matcher): readonly OutsideValue[] | undefined;
}

/** What is asked for: of an object where one is given, else of what is outside. */
export interface OutsideQuestion {
  readonly namespace: string;
  readonly metric: string;
  readonly selector?: LabelSelector;
  readonly measured?: MeasuredObject;
}
