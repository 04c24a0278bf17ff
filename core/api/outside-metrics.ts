import { compileSelector, type Matcher } from '../labels.ts';
import { type Result, refused } from './command.ts';
import { type MetricsSource, NO_CUSTOM_METRICS } from './metrics.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import type { OutsideQuestion, OutsideValue } from './outside-value.ts';
import { failure } from './status.ts';

/** Metrics of other objects than pods (`custom.metrics.k8s.io`), and of what is no object (`external.metrics.k8s.io`). */

export interface OutsideValueList extends KubeObject {
  readonly cause?: number;
  readonly items: readonly OutsideValue[];
}

const NO_METADATA: ObjectMeta = { name: '', uid: '', resourceVersion: '', creationTimestamp: '' };
const ALL: Matcher = () => true;

function listOf(
  apiVersion: string,
  kind: string,
  source: MetricsSource,
  items: readonly OutsideValue[],
): Result {
  const cause = source.cause === undefined ? {} : { cause: source.cause };
  const object: OutsideValueList = { apiVersion, kind, metadata: NO_METADATA, items, ...cause };
  return { ok: true, object, rv: 0 };
}

/** As the real clients say it (k8s.io/metrics, `NewMetricNotFoundForError`). */
export function readOutsideMetric(source: MetricsSource | undefined, question: OutsideQuestion): Result {
  const { metric, namespace, measured, selector } = question;
  const fits = selector === undefined ? ALL : compileSelector(selector);
  if (measured === undefined) {
    const items = source?.outside?.externalValues(metric, namespace, fits);
    if (source === undefined || items === undefined) {
      const text = `the server could not find the requested resource (get ${metric}.external.metrics.k8s.io)`;
      return refused(failure('NotFound', text));
    }
    return listOf('external.metrics.k8s.io/v1beta1', 'ExternalMetricValueList', source, items);
  }
  if (source === undefined) return refused(failure('NotFound', NO_CUSTOM_METRICS));
  const value = source.outside?.objectValue(metric, namespace, measured, fits);
  if (value === undefined) {
    const text = `the server could not find the metric ${metric} for ${measured.resource} ${measured.name}`;
    return refused(failure('NotFound', text));
  }
  return listOf('custom.metrics.k8s.io/v1beta2', 'MetricValueList', source, [value]);
}
