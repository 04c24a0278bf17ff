import { describe, expect, test } from 'vitest';
import type { Controller, Reaction, Reconciliation, Request } from '../controllers/controller.ts';
import type { KubeObject } from '../core/api/object.ts';
import type { View } from '../core/store/view.ts';
import { controllersWith } from './host/controllers-with.ts';
import { runScenario } from './run.ts';
import { readScenario } from './scenario/resolve.ts';

/*
 * Every reducer is run twice on the same input, which cannot be changed, all through a run in which much happens:
 * both results must be equal. So none keeps anything between its turns but its memory, and none changes what it
 * was handed.
 */

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  if (value instanceof Map || value instanceof Set) {
    // The entries of these can't be frozen; a change of them shows in the comparison.
    for (const part of value.values()) freeze(part);
    return;
  }
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

/** A request in a form that can be compared: what its function makes of the stored object stands for the function. */
function comparable(request: Request, view: View | undefined): unknown {
  if (request.verb !== 'patch') return request;
  const { change, ...rest } = request;
  const stored: KubeObject | undefined = view?.get(request.kind, request.namespace, request.name);
  return { ...rest, becomes: stored === undefined ? undefined : change(stored) };
}

function comparableOutcome(
  outcome: Reconciliation<unknown> | Reaction<unknown> | undefined,
  view: View | undefined,
): unknown {
  if (outcome === undefined) return undefined;
  const { memory, requests, ...rest } = outcome;
  // A memory may hold requests that are sent later: their functions are compared by their text.
  const text = JSON.stringify(memory, (_key, value: unknown) => {
    if (typeof value === 'function') return String(value);
    if (value instanceof Map || value instanceof Set) return [...value];
    return value;
  });
  return { ...rest, memory: text, requests: (requests ?? []).map((request) => comparable(request, view)) };
}

class Twice {
  readonly turns = new Map<string, number>();
  private view: View | undefined;

  wrap(controller: Controller): Controller {
    const { name, onResult } = controller;
    return {
      ...controller,
      watches: controller.watches.map(({ kind, keys }) => ({
        kind,
        keys: (event, view) => {
          freeze(event);
          const first = keys(event, view);
          expect(keys(event, view)).toEqual(first);
          return first;
        },
      })),
      reconcile: (view, key, memory, now) => {
        this.view = view;
        this.turns.set(name, (this.turns.get(name) ?? 0) + 1);
        freeze(memory);
        const first = controller.reconcile(view, key, memory, now);
        const second = controller.reconcile(view, key, memory, now);
        expect(comparableOutcome(second, view), `${name} ${key}`).toEqual(comparableOutcome(first, view));
        return first;
      },
      ...(onResult === undefined
        ? {}
        : {
            onResult: (memory, outcome, key, now) => {
              freeze(memory);
              freeze(outcome.result);
              const first = onResult(memory, outcome, key, now);
              const second = onResult(memory, outcome, key, now);
              expect(comparableOutcome(second, this.view)).toEqual(comparableOutcome(first, this.view));
              return first;
            },
          }),
    };
  }
}

const ANYTHING = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };

const SCRATCH = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'scratch', namespace: 'shop' },
  spec: {
    containers: [{ name: 'c', image: 'c:1' }],
    volumes: [
      {
        name: 'space',
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
    ],
  },
};

const MUCH = {
  apiVersion: 'wavetank.dev/v1alpha1',
  kind: 'Scenario',
  metadata: { name: 'much' },
  spec: {
    duration: '75m',
    cluster: {
      nodeGroups: [{ name: 'node', count: 4 }],
      kubernetes: { kubeControllerManager: { 'terminated-pod-gc-threshold': 1 } },
    },
    manifests: [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'shop' },
        spec: {
          replicas: 5,
          selector: { matchLabels: { app: 'web' } },
          template: {
            metadata: { labels: { app: 'web' } },
            spec: { containers: [{ name: 'web', image: 'web:1' }] },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'web', namespace: 'shop' },
        spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
      },
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'web', namespace: 'shop' },
        spec: { maxUnavailable: '25%', selector: { matchLabels: { app: 'web' } } },
      },
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web', namespace: 'shop' },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          minReplicas: 5,
          maxReplicas: 10,
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '100m' } },
            },
          ],
        },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: { name: 'agent', namespace: 'shop' },
        spec: {
          selector: { matchLabels: { app: 'agent' } },
          template: {
            metadata: { labels: { app: 'agent' } },
            spec: { containers: [{ name: 'agent', image: 'agent:1' }] },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'many', namespace: 'shop' },
        spec: { hard: { pods: 100, 'count/deployments.apps': 10 } },
      },
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'report' },
        spec: {
          schedule: '*/20 * * * *',
          jobTemplate: {
            spec: {
              completions: 3,
              parallelism: 2,
              completionMode: 'Indexed',
              backoffLimitPerIndex: 1,
              ttlSecondsAfterFinished: 60,
              template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'batch' }] } },
            },
          },
        },
      },
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'once' },
        spec: {
          backoffLimit: 2,
          template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'broken' }] } },
        },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'db', namespace: 'shop' },
        spec: {
          replicas: 3,
          serviceName: 'db',
          selector: { matchLabels: { app: 'db' } },
          template: {
            metadata: { labels: { app: 'db' } },
            spec: { containers: [{ name: 'db', image: 'db:1' }] },
          },
          volumeClaimTemplates: [
            {
              metadata: { name: 'data' },
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
            },
          ],
        },
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'readers' },
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { reads: 'yes' } }] },
        rules: [],
      },
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'widgets.example.com' },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { kind: 'Widget', plural: 'widgets' },
          versions: [{ name: 'v1', served: true, storage: true, schema: ANYTHING }],
        },
      },
      { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'one', namespace: 'shop' } },
      ...['a', 'b', 'c'].map((name) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name },
        spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'batch' }] },
      })),
    ],
    behaviors: [
      { image: 'batch', exit: { after: '2s' } },
      { image: 'broken', exit: { after: '2s', code: 3 } },
    ],
    timeline: [
      { at: '10s', apply: SCRATCH },
      { at: '1m', setImage: 'deployment/web', namespace: 'shop', container: 'web', image: 'web:2' },
      { at: '2m', scale: 'deployment/web', namespace: 'shop', replicas: 8 },
      { at: '3m', fault: 'node-crash', node: 'node-1', for: '10m' },
      { at: '4m', fault: 'node-partition', node: 'node-2', for: '2m' },
      { at: '13m30s', drain: 'node-3', timeout: '30s', ignoreDaemonSets: true },
      { at: '15m', fault: 'controller-crash', controller: 'kube-controller-manager', for: '30s' },
      { at: '16m', delete: 'customresourcedefinition/widgets.example.com' },
      { at: '20m', delete: 'namespace/shop' },
    ],
  },
};

describe('controllers are pure', () => {
  test('in a run in which much happens', () => {
    const read = readScenario(MUCH);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    const controllers = controllersWith(read.scenario.cluster.kubernetes.kubeControllerManager);
    const twice = new Twice();
    const wrapped = controllers.map((controller) => twice.wrap(controller));
    const { simulation } = runScenario(read.scenario, {
      controllers: wrapped,
      sinks: [
        (record) => {
          if (record.type === 'event') freeze(record.next);
        },
      ],
    });
    expect(simulation.refusals).toEqual([]);
    expect([...twice.turns.keys()].sort()).toEqual(controllers.map(({ name }) => name).sort());
  });
});
