import type { NewObject } from '../core/api/object.ts';
import type { Deployment } from '../core/schema/types.generated.ts';
import { DEFAULT_START, HOUR } from '../core/time.ts';
import {
  CONTROLLER_MANAGER_FLAGS,
  flagValues,
  KUBELET_FLAGS,
  SCHEDULER_FLAGS,
} from '../sim/scenario/flags.ts';
import type { Scenario } from '../sim/scenario/scenario.ts';

const ZONES = ['a', 'b', 'c'];
const PODS_PER_NODE = 30;
const PODS_PER_DEPLOYMENT = 100;

/** `nodes` nodes and thirty pods for each, in Deployments of a hundred; no client QPS limit. */
export function scaleScenario(nodes: number, events: boolean, pods = nodes * PODS_PER_NODE): Scenario {
  const unlimited = { 'kube-api-qps': 0 };
  const deployments = Math.ceil(pods / PODS_PER_DEPLOYMENT);
  const manifests = Array.from({ length: deployments }, (_, i) => ({
    source: `generated:${i}`,
    object: deployment(`app-${i}`, Math.min(PODS_PER_DEPLOYMENT, pods - i * PODS_PER_DEPLOYMENT)),
  }));
  return {
    name: `scale-${nodes}`,
    seed: 1,
    startTime: DEFAULT_START,
    duration: HOUR,
    cluster: {
      kubernetes: {
        version: 'v1.36.0',
        events,
        kubeControllerManager: flagValues(CONTROLLER_MANAGER_FLAGS, unlimited),
        kubeScheduler: flagValues(SCHEDULER_FLAGS, unlimited),
        kubelet: flagValues(KUBELET_FLAGS, unlimited),
      },
      nodeGroups: [
        {
          name: 'node',
          count: nodes,
          min: nodes,
          max: nodes,
          zones: ZONES,
          machine: { cpu: '16', memory: '64Gi', ephemeralStorage: '100Gi', pods: 110 },
          labels: {},
          taints: [],
          bootTime: 0,
          pricePerHour: 0,
        },
      ],
    },
    manifests,
    behaviors: [],
    timeline: [],
    expect: [],
  };
}

function deployment(name: string, replicas: number): NewObject<Deployment> {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'registry.example/app:1',
              resources: { requests: { cpu: '250m', memory: '512Mi' } },
            },
          ],
        },
      },
    },
  };
}
