import type { TestObject } from '../../../sim/scenario/testing/test-cluster.ts';
import { long, meta } from './pods.ts';

/** Autoscalers with every kind of metric, measured and not; the golden file is what kubectl 1.32 prints of them. */
export const autoscaler: TestObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: meta('web', { labels: { app: 'web' }, annotations: { note: 'by hand' } }),
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 2,
    maxReplicas: 10,
    behavior: {
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: 'Max',
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ],
      },
      scaleDown: {
        selectPolicy: 'Min',
        policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }],
      },
    },
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
      },
      {
        type: 'Resource',
        resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } },
      },
      {
        type: 'ContainerResource',
        containerResource: {
          name: 'cpu',
          container: 'app',
          target: { type: 'Utilization', averageUtilization: 60 },
        },
      },
      {
        type: 'ContainerResource',
        containerResource: {
          name: 'cpu',
          container: 'app',
          target: { type: 'AverageValue', averageValue: '250m' },
        },
      },
      {
        type: 'Pods',
        pods: {
          metric: { name: 'packets-per-second' },
          target: { type: 'AverageValue', averageValue: '1k' },
        },
      },
      {
        type: 'Object',
        object: {
          metric: { name: 'requests-per-second' },
          describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main-route' },
          target: { type: 'Value', value: '10k' },
        },
      },
      {
        type: 'Object',
        object: {
          metric: { name: 'requests-per-second' },
          describedObject: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: 'main-route' },
          target: { type: 'AverageValue', averageValue: '20' },
        },
      },
      {
        type: 'External',
        external: {
          metric: { name: 'queue_messages_ready', selector: { matchLabels: { queue: 'worker_tasks' } } },
          target: { type: 'AverageValue', averageValue: '30' },
        },
      },
      {
        type: 'External',
        external: { metric: { name: 'hits' }, target: { type: 'Value', value: '100' } },
      },
    ],
  },
  status: {
    currentReplicas: 4,
    desiredReplicas: 5,
    lastScaleTime: '2026-11-24T11:30:00Z',
    conditions: [
      {
        type: 'AbleToScale',
        status: 'True',
        reason: 'SucceededRescale',
        message: 'the HPA controller was able to update the target scale to 5',
        lastTransitionTime: '2026-11-24T11:00:00Z',
      },
      {
        type: 'ScalingActive',
        status: 'False',
        reason: 'FailedGetPodsMetric',
        message: long,
        lastTransitionTime: '2026-11-24T11:00:00Z',
      },
    ],
    currentMetrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', current: { averageUtilization: 47, averageValue: '23m' } },
      },
      { type: 'Resource', resource: { name: 'memory', current: { averageValue: '73400320' } } },
      {
        type: 'ContainerResource',
        containerResource: {
          name: 'cpu',
          container: 'app',
          current: { averageUtilization: 12, averageValue: '6m' },
        },
      },
      { type: '' },
      { type: 'Pods', pods: { metric: { name: 'packets-per-second' }, current: { averageValue: '1500m' } } },
    ],
  },
};

/** As it was created, before the controller has looked at it. */
export const freshAutoscaler: TestObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: meta('web-2'),
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db' },
    maxReplicas: 3,
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
      },
      {
        type: 'Pods',
        pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '5' } },
      },
    ],
  },
  status: { desiredReplicas: 0, currentMetrics: null },
};
