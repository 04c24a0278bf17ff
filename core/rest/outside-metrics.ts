import type { MetricsSource } from '../api/metrics.ts';
import type { OutsideValue } from '../api/outside-value.ts';
import { badRequest, failure, notFound } from '../api/status.ts';
import { kindByResource, POD } from '../kinds/registry.ts';
import { compileRequirements, type Matcher } from '../labels.ts';
import { formatMilli } from '../quantity.ts';
import { parseSelector } from '../selector-text.ts';
import type { View } from '../store/view.ts';
import { rfc3339, SECOND } from '../time.ts';
import { answer, type RestAnswer, type RestRequest, refusal } from './request.ts';

/**
 * `custom.metrics.k8s.io` and `external.metrics.k8s.io`, which a cluster has with an adapter: the metrics that
 * autoscalers ask for, as clients read them (https://github.com/kubernetes/metrics).
 */
export const CUSTOM_METRICS_GROUP = 'custom.metrics.k8s.io';
export const EXTERNAL_METRICS_GROUP = 'external.metrics.k8s.io';
/** Of both, the preferred first. */
export const CUSTOM_METRICS_VERSIONS: readonly string[] = ['v1beta2', 'v1beta1'];
export const EXTERNAL_METRICS_VERSION = 'v1beta1';

/** Of pods whose programs answer requests (sim/traffic). */
const POD_METRICS = ['requests_per_second', 'errors_per_second', 'requests_in_flight'];

interface MetricResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
}

function resourceList(groupVersion: string, resources: readonly MetricResource[]): unknown {
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

/** The metrics as resources: `ingresses.networking.k8s.io/requests-per-second`. Only who asks for them hears of them. */
export function outsideMetricResources(path: string, source: MetricsSource | undefined): unknown {
  const { outside } = source ?? {};
  for (const version of CUSTOM_METRICS_VERSIONS) {
    if (source === undefined || path !== `/apis/${CUSTOM_METRICS_GROUP}/${version}`) continue;
    const objects = (outside?.objectMetrics ?? []).map(({ resource, metric }) => ({
      name: `${resource}/${metric}`,
      namespaced: kindByResource(resource)?.namespaced ?? true,
    }));
    const pods = POD_METRICS.map((metric) => ({ name: `pods/${metric}`, namespaced: true }));
    const all = [...pods, ...objects].map(
      (one): MetricResource => ({
        ...one,
        singularName: '',
        kind: 'MetricValueList',
        verbs: ['get'],
      }),
    );
    return resourceList(`${CUSTOM_METRICS_GROUP}/${version}`, all);
  }
  if (path !== `/apis/${EXTERNAL_METRICS_GROUP}/${EXTERNAL_METRICS_VERSION}` || outside === undefined) {
    return undefined;
  }
  const names = outside.externalMetrics.map(
    (name): MetricResource => ({
      name,
      singularName: '',
      namespaced: true,
      kind: 'ExternalMetricValueList',
      verbs: ['get'],
    }),
  );
  return resourceList(`${EXTERNAL_METRICS_GROUP}/${EXTERNAL_METRICS_VERSION}`, names);
}

interface Matchers {
  readonly objects: Matcher;
  readonly metrics: Matcher;
}

const ALL: Matcher = () => true;

function matcherOf(text: string | undefined): Matcher | string {
  const parsed = parseSelector(text ?? '');
  if (!parsed.ok) return parsed.error;
  return parsed.requirements.length === 0 ? ALL : compileRequirements(parsed.requirements);
}

function matchersOf(query: RestRequest['query']): Matchers | string {
  const objects = matcherOf(query.labelSelector);
  if (typeof objects === 'string') return objects;
  const metrics = matcherOf(query.metricLabelSelector);
  return typeof metrics === 'string' ? metrics : { objects, metrics };
}

interface Described {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly apiVersion: string;
}

/** The first version names the metric in a field, the second in an object. */
function metricValue(
  version: string,
  describedObject: Described,
  metric: string,
  {
    timestamp,
    value,
    window,
  }: { readonly timestamp: number; readonly value: number; readonly window?: number },
): unknown {
  return {
    describedObject,
    ...(version === 'v1beta1' ? { metricName: metric } : { metric: { name: metric, selector: null } }),
    timestamp: rfc3339(timestamp),
    ...(window === undefined ? {} : { windowSeconds: Math.round(window / SECOND) }),
    value: formatMilli(value),
    ...(version === 'v1beta1' ? { selector: null } : {}),
  };
}

function metricNotFound(metric: string, resource: string, name: string | undefined): RestAnswer {
  const of = name === undefined || name === '*' ? resource : `${resource} ${name}`;
  const text = `the server could not find the metric ${metric} for ${of}`;
  return refusal(failure('NotFound', text, { name: metric }));
}

/** `…/namespaces/NAMESPACE/RESOURCE/NAME/METRIC`, `*` for all names; without namespaces, `…/RESOURCE/NAME/METRIC`. */
function customMetric(
  version: string,
  segments: readonly string[],
  { objects, metrics }: Matchers,
  view: View,
  source: MetricsSource,
): RestAnswer | undefined {
  const isNamespaced = segments[0] === 'namespaces' && segments.length === 5;
  const [resource = '', name = '', metric = ''] = isNamespaced ? segments.slice(2) : segments;
  if (!isNamespaced && segments.length !== 3) return undefined;
  const namespace = isNamespaced ? (segments[1] ?? '') : '';
  const kind = kindByResource(resource);
  if (kind === undefined || kind.namespaced !== isNamespaced) return metricNotFound(metric, resource, name);
  const described = (own: string): Described => ({
    kind: kind.kind,
    ...(isNamespaced ? { namespace } : {}),
    name: own,
    apiVersion: kind.apiVersion,
  });
  const items: unknown[] = [];
  if (kind.index === POD.index) {
    const values = source.values(metric, namespace, objects);
    if (values === undefined) return metricNotFound(metric, resource, name);
    for (const value of values) {
      if (name !== '*' && value.podName !== name) continue;
      items.push(metricValue(version, described(value.podName), metric, value));
    }
    if (name !== '*' && items.length === 0) return refusal(notFound(kind, name));
  } else {
    const names =
      name === '*'
        ? view
            .list(kind, isNamespaced ? namespace : undefined)
            .filter(({ metadata }) => objects(metadata.labels))
            .map(({ metadata }) => metadata.name)
        : [name];
    for (const one of names) {
      const value = source.outside?.objectValue(metric, namespace, { resource, name: one }, metrics);
      if (value !== undefined) items.push(metricValue(version, described(one), metric, value));
    }
    if (items.length === 0) return metricNotFound(metric, resource, name);
  }
  return answer(200, {
    kind: 'MetricValueList',
    apiVersion: `${CUSTOM_METRICS_GROUP}/${version}`,
    metadata: {},
    items,
  });
}

function externalValue(metricName: string, { labels, timestamp, value }: OutsideValue): unknown {
  return { metricName, metricLabels: labels, timestamp: rfc3339(timestamp), value: formatMilli(value) };
}

function externalMetric(
  namespace: string,
  metric: string,
  fits: Matcher,
  source: MetricsSource,
): RestAnswer | undefined {
  const values = source.outside?.externalValues(metric, namespace, fits);
  if (values === undefined) return metricNotFound(metric, 'external metrics', undefined);
  return answer(200, {
    kind: 'ExternalMetricValueList',
    apiVersion: `${EXTERNAL_METRICS_GROUP}/${EXTERNAL_METRICS_VERSION}`,
    metadata: {},
    items: values.map((value) => externalValue(metric, value)),
  });
}

/** The answer to a GET of one of the two groups; `undefined` for any other path. */
export function serveOutsideMetrics(
  { path, query }: RestRequest,
  view: View,
  source: MetricsSource,
): RestAnswer | undefined {
  const [root, group = '', version = '', ...segments] = path.split('/').slice(1);
  const isCustom = group === CUSTOM_METRICS_GROUP && CUSTOM_METRICS_VERSIONS.includes(version);
  const isExternal = group === EXTERNAL_METRICS_GROUP && version === EXTERNAL_METRICS_VERSION;
  if (root !== 'apis' || (!isCustom && !isExternal)) return undefined;
  const matchers = matchersOf(query);
  if (typeof matchers === 'string') return refusal(badRequest(matchers));
  if (isCustom) return customMetric(version, segments, matchers, view, source);
  const [namespaces, namespace, metric, ...extra] = segments;
  if (namespaces !== 'namespaces' || namespace === undefined || metric === undefined || extra.length > 0) {
    return undefined;
  }
  return externalMetric(namespace, metric, matchers.objects, source);
}
