import type { NewObject } from '../../core/api/object.ts';
import { readManifest } from '../../sim/scenario/manifest.ts';
import type { ManifestObject } from '../../sim/scenario/scenario.ts';
import type { App } from './app.ts';

/** Where objects of a generated scenario come from, as its log says. */
export const SOURCE = 'fuzz';

type Json = Readonly<Record<string, unknown>>;

function given(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function tolerationsOf({ toleratesLossSeconds }: App): readonly Json[] | undefined {
  if (toleratesLossSeconds === undefined) return undefined;
  return ['not-ready', 'unreachable'].map((condition) => ({
    key: `node.kubernetes.io/${condition}`,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: toleratesLossSeconds,
  }));
}

function spreadOf({ name, spread }: App): Json {
  const labelSelector = { matchLabels: { app: name } };
  const term = { labelSelector, topologyKey: 'kubernetes.io/hostname' };
  switch (spread) {
    case 'none':
      return {};
    case 'preferred':
      return {
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
          },
        },
      };
    case 'required':
      return { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
    case 'topology':
      return {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'topology.kubernetes.io/zone',
            whenUnsatisfiable: 'DoNotSchedule',
            labelSelector,
          },
        ],
      };
  }
}

const PROBE = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 5 };

function strategyOf({ strategy }: App): Json {
  if (strategy.type === 'Recreate') return { type: 'Recreate' };
  const { type, maxSurge, maxUnavailable } = strategy;
  return { type, rollingUpdate: { maxSurge, maxUnavailable } };
}

/** The Deployment of an app, with one version of its image. */
export function deployment(app: App, version: number): Json {
  const labels = { app: app.name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app.name, namespace: 'default' },
    spec: given({
      replicas: app.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: given({
          terminationGracePeriodSeconds: app.graceSeconds,
          priorityClassName: app.priority,
          tolerations: tolerationsOf(app),
          ...spreadOf(app),
          containers: [
            given({
              name: 'main',
              image: `${imageName(app.name)}:${version}`,
              resources: { requests: { cpu: `${app.milliCpu}m` } },
              readinessProbe: app.isProbed ? PROBE : undefined,
            }),
          ],
        }),
      },
      strategy: strategyOf(app),
      minReadySeconds: app.minReadySeconds === 0 ? undefined : app.minReadySeconds,
      revisionHistoryLimit: app.revisionHistoryLimit,
    }),
  };
}

export function imageName(name: string): string {
  return `registry.test/${name}`;
}

function service({ name, service: kind }: App): Json | undefined {
  if (kind === 'none') return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: given({
      ports: [{ port: 80, targetPort: 8080 }],
      selector: { app: name },
      publishNotReadyAddresses: kind === 'publishes-all' ? true : undefined,
    }),
  };
}

function budget({ name, budget: spec }: App): Json | undefined {
  if (spec === undefined) return undefined;
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { ...spec, selector: { matchLabels: { app: name } } },
  };
}

function autoscaler({ name, autoscaler: drawn }: App): Json | undefined {
  if (drawn === undefined) return undefined;
  const target = { type: 'Utilization', averageUtilization: drawn.target };
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: drawn.min,
      maxReplicas: drawn.max,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  };
}

/** Milli-CPU that a pod of an app uses, where its autoscaler has to know. */
export function usageOf({ autoscaler: drawn, milliCpu }: App): number | undefined {
  return drawn === undefined ? undefined : Math.round((milliCpu * drawn.target * drawn.used) / 10_000);
}

/** As a file of manifests would be read. */
export function manifest(raw: Json): ManifestObject {
  const read = readManifest(raw);
  if (!read.ok) {
    throw new Error(
      `a generated manifest is refused: ${read.problems.map(({ message }) => message).join('; ')}`,
    );
  }
  return { source: SOURCE, object: read.object as NewObject };
}

/** Everything of an app that is applied at the start. */
export function manifestsOf(app: App): readonly ManifestObject[] {
  return [deployment(app, 1), service(app), budget(app), autoscaler(app)]
    .filter((raw) => raw !== undefined)
    .map(manifest);
}
