import type { ContainerUsage, MetricsSource, PodUsage } from '../api/metrics.ts';
import { type KubeObject, objectKey, type StringMap } from '../api/object.ts';
import { badRequest, notFound } from '../api/status.ts';
import { NAMESPACE, NODE, POD } from '../kinds/registry.ts';
import { compileRequirements, type Matcher } from '../labels.ts';
import type { Pod } from '../schema/types.generated.ts';
import { parseSelector } from '../selector-text.ts';
import type { View } from '../store/view.ts';
import { type Micros, rfc3339, SECOND } from '../time.ts';
import { answer, type RestAnswer, type RestRequest, refusal } from './request.ts';

/**
 * `metrics.k8s.io/v1beta1`, which a cluster has with metrics-server: what pods and nodes used, as it was scraped last
 * (https://github.com/kubernetes/metrics).
 */
export const METRICS_GROUP = 'metrics.k8s.io';
export const METRICS_VERSION = 'v1beta1';
const API_VERSION = `${METRICS_GROUP}/${METRICS_VERSION}`;
const ROOT = `/apis/${API_VERSION}/`;
const KIBIBYTE = 1024;

const ALL: Matcher = () => true;
/** As messages name them. */
const PODS = { group: METRICS_GROUP, plural: 'pods', kind: 'PodMetrics' };
const NODES = { group: METRICS_GROUP, plural: 'nodes', kind: 'NodeMetrics' };

interface Measured {
  readonly pod: Pod;
  readonly usage: PodUsage;
}

function amounts({ cpu, memory }: { readonly cpu: number; readonly memory: number }): StringMap {
  return { cpu: `${cpu}m`, memory: `${Math.floor(memory / KIBIBYTE)}Ki` };
}

function windowText(window: Micros): string {
  return `${Math.floor(window / SECOND)}s`;
}

function measured(view: View, source: MetricsSource, namespace: string, fits: Matcher): readonly Measured[] {
  return source.usage(namespace, fits).flatMap((usage): Measured[] => {
    const pod = view.getByKey(POD, objectKey(namespace, usage.podName));
    return pod === undefined ? [] : [{ pod, usage }];
  });
}

function everywhere(view: View, source: MetricsSource, fits: Matcher): readonly Measured[] {
  return view.list(NAMESPACE).flatMap(({ metadata }) => measured(view, source, metadata.name, fits));
}

function podMetrics({ pod, usage }: Measured): unknown {
  const { name, namespace, labels, creationTimestamp } = pod.metadata;
  return {
    kind: 'PodMetrics',
    apiVersion: API_VERSION,
    metadata: { name, namespace, creationTimestamp, labels },
    timestamp: rfc3339(usage.timestamp),
    window: windowText(usage.window),
    containers: usage.containers.map((container) => ({ name: container.name, usage: amounts(container) })),
  };
}

function sum(containers: readonly ContainerUsage[]): { readonly cpu: number; readonly memory: number } {
  return containers.reduce((all, { cpu, memory }) => ({ cpu: all.cpu + cpu, memory: all.memory + memory }), {
    cpu: 0,
    memory: 0,
  });
}

/** A node uses what its pods use; one of which nothing was scraped has no metrics. */
function nodeMetrics(node: KubeObject, pods: readonly Measured[]): unknown {
  const own = pods.filter(({ pod }) => pod.spec.nodeName === node.metadata.name);
  const [first] = own;
  if (first === undefined) return undefined;
  const { name, labels, creationTimestamp } = node.metadata;
  return {
    kind: 'NodeMetrics',
    apiVersion: API_VERSION,
    metadata: { name, creationTimestamp, labels },
    timestamp: rfc3339(first.usage.timestamp),
    window: windowText(first.usage.window),
    usage: amounts(sum(own.flatMap(({ usage }) => usage.containers))),
  };
}

function listOf(kind: string, items: readonly unknown[]): RestAnswer {
  return answer(200, { kind: `${kind}List`, apiVersion: API_VERSION, metadata: {}, items });
}

/** The answer to a GET of the metrics API; `undefined` for any other path. */
export function serveMetrics(
  { path, query }: RestRequest,
  view: View,
  source: MetricsSource,
): RestAnswer | undefined {
  if (!path.startsWith(ROOT)) return undefined;
  const rest = path.slice(ROOT.length).split('/');
  const parsed = parseSelector(query.labelSelector ?? '');
  if (!parsed.ok) return refusal(badRequest(parsed.error));
  const fits = parsed.requirements.length === 0 ? ALL : compileRequirements(parsed.requirements);
  if (rest[0] === 'nodes' && rest.length <= 2) {
    const pods = everywhere(view, source, ALL);
    const [, name] = rest;
    if (name === undefined) {
      const nodes = view.list(NODE).filter(({ metadata }) => fits(metadata.labels));
      return listOf(
        NODES.kind,
        nodes.map((node) => nodeMetrics(node, pods)).filter((metrics) => metrics !== undefined),
      );
    }
    const node = view.getByKey(NODE, name);
    const metrics = node === undefined ? undefined : nodeMetrics(node, pods);
    return metrics === undefined ? refusal(notFound(NODES, name)) : answer(200, metrics);
  }
  if (rest[0] === 'pods' && rest.length === 1) {
    return listOf(PODS.kind, everywhere(view, source, fits).map(podMetrics));
  }
  const [namespaces, namespace, pods, name, ...extra] = rest;
  if (namespaces !== 'namespaces' || pods !== 'pods' || namespace === undefined || extra.length > 0) {
    return undefined;
  }
  const found = measured(view, source, namespace, name === undefined ? fits : ALL);
  if (name === undefined) return listOf(PODS.kind, found.map(podMetrics));
  const one = found.find(({ usage }) => usage.podName === name);
  return one === undefined
    ? refusal(notFound(PODS, objectKey(namespace, name)))
    : answer(200, podMetrics(one));
}
