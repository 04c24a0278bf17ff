import type { NewObject, StringMap } from '../../api/object.ts';
import { decode } from '../../schema/decode.ts';
import { isJsonObject } from '../../schema/decoding.ts';
import type {
  AutoscalingV1HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerSpec,
  MetricSpec,
} from '../../schema/types.generated.ts';

/**
 * autoscaling/v1 knows one target, that of the CPU. Whatever else an autoscaler has stands there in annotations, as
 * JSON (pkg/apis/autoscaling/annotations.go), which are dropped on the way to autoscaling/v2.
 */
const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const BEHAVIOR = `${PREFIX}behavior`;
const DROPPED: ReadonlySet<string> = new Set([
  METRICS,
  BEHAVIOR,
  `${PREFIX}conditions`,
  `${PREFIX}current-metrics`,
]);

type V1Spec = Partial<AutoscalingV1HorizontalPodAutoscalerSpec>;

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The API server leaves out what it can't read.
    return undefined;
  }
}

/** The name of a metric and its target, as autoscaling/v1's annotation spells them. */
interface V1Source {
  readonly name?: unknown;
  readonly container?: unknown;
  readonly metricName?: unknown;
  readonly selector?: unknown;
  readonly metricSelector?: unknown;
  readonly target?: unknown;
  readonly targetAverageUtilization?: unknown;
  readonly targetAverageValue?: unknown;
  readonly averageValue?: unknown;
  readonly targetValue?: unknown;
}

function targetOf(source: V1Source): object {
  const averageUtilization = source.targetAverageUtilization;
  const averageValue = source.targetAverageValue ?? source.averageValue;
  if (averageValue !== undefined) return { averageValue, type: 'AverageValue' };
  if (averageUtilization !== undefined) return { averageUtilization, type: 'Utilization' };
  return { type: 'Value', value: source.targetValue };
}

function identifierOf({ metricName, metricSelector, selector }: V1Source): object {
  return { name: metricName, selector: selector ?? metricSelector };
}

/** What each source is in autoscaling/v2, by its field. */
const SOURCES: Readonly<Record<string, (source: V1Source) => object>> = {
  resource: (source) => ({ name: source.name, target: targetOf(source) }),
  containerResource: (source) => ({
    container: source.container,
    name: source.name,
    target: targetOf(source),
  }),
  pods: (source) => ({ metric: identifierOf(source), target: targetOf(source) }),
  external: (source) => ({ metric: identifierOf(source), target: targetOf(source) }),
  object: (source) => ({
    describedObject: source.target,
    metric: identifierOf(source),
    target: targetOf(source),
  }),
};

function metricOf(raw: unknown): MetricSpec | undefined {
  if (!isJsonObject(raw)) return undefined;
  const metric: Record<string, unknown> = { type: raw.type };
  for (const field of Object.keys(SOURCES)) {
    const source = raw[field];
    if (isJsonObject(source)) metric[field] = SOURCES[field]?.(source);
  }
  const { value, problems } = decode('MetricSpec', metric);
  return value === undefined || problems.length > 0 ? undefined : (value as unknown as MetricSpec);
}

function metricsOf(annotations: StringMap | undefined, cpu: number | undefined): readonly MetricSpec[] {
  const raw = parsed(annotations?.[METRICS]);
  const others = Array.isArray(raw) ? raw.map(metricOf).filter((metric) => metric !== undefined) : [];
  if (cpu === undefined) return others;
  const target = { averageUtilization: cpu, type: 'Utilization' };
  return [...others, { resource: { name: 'cpu', target }, type: 'Resource' }];
}

function behaviorOf(annotations: StringMap | undefined): HorizontalPodAutoscalerBehavior | undefined {
  const raw = parsed(annotations?.[BEHAVIOR]);
  if (!isJsonObject(raw)) return undefined;
  const { value, problems } = decode('HorizontalPodAutoscalerBehavior', raw);
  return problems.length > 0 ? undefined : value;
}

function withoutDropped(annotations: StringMap): StringMap | undefined {
  const kept = Object.keys(annotations).filter((key) => !DROPPED.has(key));
  if (kept.length === 0) return undefined;
  return Object.fromEntries(kept.map((key) => [key, annotations[key] as string]));
}

/** An autoscaling/v1 HorizontalPodAutoscaler as autoscaling/v2 has it. The status is the controller's own. */
export function autoscalerFromV1(object: NewObject): NewObject {
  const { metadata, spec } = object as NewObject & { readonly spec?: V1Spec };
  const { annotations, ...rest } = metadata;
  const converted: Record<string, unknown> = {
    apiVersion: 'autoscaling/v2',
    kind: object.kind,
    metadata:
      annotations === undefined
        ? metadata
        : { ...rest, ...optional('annotations', withoutDropped(annotations)) },
  };
  if (spec !== undefined) {
    const { targetCPUUtilizationPercentage, ...kept } = spec;
    const metrics = metricsOf(annotations, targetCPUUtilizationPercentage);
    converted.spec = {
      ...optional('behavior', behaviorOf(annotations)),
      ...optional('maxReplicas', kept.maxReplicas),
      ...optional('metrics', metrics.length === 0 ? undefined : metrics),
      ...optional('minReplicas', kept.minReplicas),
      ...optional('scaleTargetRef', kept.scaleTargetRef),
    } satisfies Partial<HorizontalPodAutoscalerSpec>;
  }
  return converted as unknown as NewObject<HorizontalPodAutoscaler>;
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}
