import type { KubeObject } from '../../api/object.ts';
import type { HorizontalPodAutoscaler, MetricSpec, MetricTarget } from '../../schema/types.generated.ts';

/**
 * An autoscaling/v2 HorizontalPodAutoscaler as autoscaling/v1 shows it: the CPU's target is a field, and whatever else
 * it has stands in annotations (pkg/apis/autoscaling/annotations.go), from which the way back reads it again.
 */
const PREFIX = 'autoscaling.alpha.kubernetes.io/';

function isCpu({ type, resource }: MetricSpec): boolean {
  return type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;
}

function perPod({ averageUtilization, averageValue }: MetricTarget): object {
  return {
    ...(averageUtilization === undefined ? {} : { targetAverageUtilization: averageUtilization }),
    ...(averageValue === undefined ? {} : { targetAverageValue: averageValue }),
  };
}

/** A metric as autoscaling/v1's annotation spells it. */
function spelled({ type, resource, containerResource, pods, object, external }: MetricSpec): object {
  return {
    type,
    ...(resource === undefined ? {} : { resource: { name: resource.name, ...perPod(resource.target) } }),
    ...(containerResource === undefined
      ? {}
      : {
          containerResource: {
            container: containerResource.container,
            name: containerResource.name,
            ...perPod(containerResource.target),
          },
        }),
    ...(pods === undefined
      ? {}
      : { pods: { metricName: pods.metric.name, selector: pods.metric.selector, ...perPod(pods.target) } }),
    ...(object === undefined
      ? {}
      : {
          object: {
            target: object.describedObject,
            metricName: object.metric.name,
            selector: object.metric.selector,
            targetValue: object.target.value,
            averageValue: object.target.averageValue,
          },
        }),
    ...(external === undefined
      ? {}
      : {
          external: {
            metricName: external.metric.name,
            metricSelector: external.metric.selector,
            targetValue: external.target.value,
            targetAverageValue: external.target.averageValue,
          },
        }),
  };
}

function annotation(name: string, value: unknown): Readonly<Record<string, string>> {
  const isNothing = value === undefined || (Array.isArray(value) && value.length === 0);
  return isNothing ? {} : { [`${PREFIX}${name}`]: JSON.stringify(value) };
}

export function autoscalerToV1(stored: KubeObject): KubeObject {
  const { metadata, spec, status } = stored as HorizontalPodAutoscaler;
  const metrics = spec.metrics ?? [];
  const cpu = metrics.findIndex(isCpu);
  const current = status.currentMetrics ?? [];
  const annotations = {
    ...metadata.annotations,
    ...annotation('metrics', metrics.filter((_metric, place) => place !== cpu).map(spelled)),
    ...annotation('behavior', spec.behavior),
    ...annotation('conditions', status.conditions),
  };
  const ofCpu = current.find(({ resource }) => resource?.name === 'cpu')?.resource?.current;
  const v1 = {
    apiVersion: 'autoscaling/v1',
    kind: stored.kind,
    metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations },
    spec: {
      maxReplicas: spec.maxReplicas,
      minReplicas: spec.minReplicas,
      scaleTargetRef: spec.scaleTargetRef,
      targetCPUUtilizationPercentage: metrics[cpu]?.resource?.target.averageUtilization,
    },
    status: {
      currentCPUUtilizationPercentage: ofCpu?.averageUtilization,
      currentReplicas: status.currentReplicas ?? 0,
      desiredReplicas: status.desiredReplicas ?? 0,
      lastScaleTime: status.lastScaleTime,
      observedGeneration: status.observedGeneration,
    },
  };
  return v1 as KubeObject;
}
