import type { Written } from './history.ts';

type Json = Readonly<Record<string, unknown>>;

/** The owner that manages an object. */
export function controlledBy(kind: string, name: string, apiVersion = 'apps/v1'): Json {
  return { ownerReferences: [{ apiVersion, kind, name, uid: `${kind}-${name}`, controller: true }] };
}

export function deployment(name: string, spec: Json = {}, status: Json = {}): Written {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, generation: 1 },
    spec: {
      replicas: 4,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
      selector: { matchLabels: { app: name } },
      template: template(name, 1),
      ...spec,
    },
    status: { observedGeneration: 1, ...status },
  };
}

export function template(app: string, version: number): Json {
  return {
    metadata: { labels: { app } },
    spec: { containers: [{ name: 'main', image: `${app}:${version}` }] },
  };
}

/** `web-1` is the ReplicaSet of version 1 of `web`. */
export function replicaSet(
  app: string,
  version: number,
  replicas: number,
  available = replicas,
  annotations: Json = {},
): Written {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `${app}-${version}`, annotations, ...controlledBy('Deployment', app) },
    spec: { replicas, selector: { matchLabels: { app } }, template: template(app, version) },
    status: { replicas: available, availableReplicas: available },
  };
}

export interface PodParts {
  readonly priority?: number;
  readonly nominated?: string;
  readonly metadata?: Json;
  readonly node?: string;
  readonly ready?: boolean;
  readonly phase?: string;
  readonly cpu?: string;
  readonly tolerations?: readonly Json[];
  readonly conditions?: readonly Json[];
}

export function pod(name: string, app: string, parts: PodParts = {}): Written {
  const { node, ready = true, phase = 'Running', cpu, metadata, tolerations, conditions = [] } = parts;
  const { priority, nominated } = parts;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app }, ...metadata },
    spec: {
      containers: [
        { name: 'main', image: app, ...(cpu === undefined ? {} : { resources: { requests: { cpu } } }) },
      ],
      ...(node === undefined ? {} : { nodeName: node }),
      ...(tolerations === undefined ? {} : { tolerations }),
      ...(priority === undefined ? {} : { priority }),
    },
    status: {
      phase,
      ...(nominated === undefined ? {} : { nominatedNodeName: nominated }),
      conditions: [
        { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: '2025-12-31T00:00:00Z' },
        ...conditions,
      ],
    },
  };
}

/** On its way out. */
export const GOING: Json = { deletionTimestamp: '2026-01-01T00:01:00Z', deletionGracePeriodSeconds: 30 };

export function node(name: string, spec: Json = {}, ready = true): Written {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec,
    status: {
      allocatable: { cpu: '2', memory: '4Gi', pods: '10' },
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }],
    },
  };
}

export function service(name: string, spec: Json = {}): Written {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ...spec },
  };
}

export function slice(serviceName: string, endpoints: readonly Json[]): Written {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${serviceName}-x`, labels: { 'kubernetes.io/service-name': serviceName } },
    addressType: 'IPv4',
    endpoints,
  };
}

export function endpoint(podName: string, ready: boolean, terminating = false): Json {
  return {
    addresses: ['10.0.0.1'],
    conditions: { ready, serving: true, terminating },
    targetRef: { kind: 'Pod', name: podName, uid: `Pod-${podName}` },
  };
}

export function budget(name: string, status: Json): Written {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    spec: { minAvailable: 2, selector: { matchLabels: { app: name } } },
    status,
  };
}

export function autoscaler(name: string, status: Json, spec: Json = {}): Written {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
        },
      ],
      ...spec,
    },
    status,
  };
}
