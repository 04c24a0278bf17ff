import { EVENT, NODE, POD } from '../../core/kinds/registry.ts';
import type { LogRecord } from '../../core/log/record.ts';
import type { Event, Pod } from '../../core/schema/types.generated.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import { runScenario } from '../run.ts';
import { readScenario } from '../scenario/resolve.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** Runs of a cluster whose nodes come and go, as a person would write them. */

export interface Written {
  readonly minutes: number;
  readonly groups: readonly object[];
  readonly manifests: readonly object[];
  readonly timeline?: readonly object[];
  readonly settings?: object;
  readonly behaviors?: readonly object[];
  readonly seed?: number;
}

export function scenarioOf(written: Written): Scenario {
  const { minutes, groups, manifests, timeline = [], settings = {}, behaviors = [], seed = 1 } = written;
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'autoscaled' },
    spec: {
      duration: `${minutes}m`,
      cluster: { kubernetes: { clusterAutoscaler: settings }, nodeGroups: groups },
      manifests,
      behaviors,
      timeline,
      seed,
    },
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario;
}

export function web(replicas: number, cpu: string, pod: object = {}, annotations: object = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' }, annotations },
        spec: {
          containers: [{ name: 'web', image: 'nginx:1.27', resources: { requests: { cpu, memory: '1Gi' } } }],
          ...pod,
        },
      },
    },
  };
}

export function budget(minAvailable: number): object {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web' },
    spec: { minAvailable, selector: { matchLabels: { app: 'web' } } },
  };
}

/** A group of machines with 4 CPUs. */
export function group(name: string, count: number, max: number, more: object = {}): object {
  return { name, count, min: Math.min(count, 1), max, zones: ['a'], bootTime: '90s', ...more };
}

export interface Played {
  /** `12m5s general-2` for each node that came or went, with `+` and `-`. */
  readonly nodes: readonly string[];
  /** `reason: message` of the Events of the autoscaler on pods and nodes, each once. */
  readonly told: readonly string[];
  /** The same of those on its status. */
  readonly news: readonly string[];
  readonly records: readonly LogRecord[];
  readonly pods: readonly Pod[];
  readonly nodeNames: readonly string[];
}

export function play(scenario: Scenario): Played {
  const records: LogRecord[] = [];
  const nodes: string[] = [];
  const told = new Set<string>();
  const news = new Set<string>();
  const { simulation } = runScenario(scenario, {
    sinks: [
      (record) => {
        records.push(record);
        if (record.type !== 'event') return;
        const minutes = Math.floor((record.t - scenario.startTime) / MINUTE);
        if (record.kind === NODE && record.verb !== 'update' && record.t > scenario.startTime + SECOND) {
          nodes.push(`${minutes}m ${record.verb === 'create' ? '+' : '-'}${record.key}`);
        }
        if (record.kind === EVENT && record.next !== undefined) {
          const { source, reason, message, involvedObject } = record.next as Event;
          const list = involvedObject.kind === 'ConfigMap' ? news : told;
          if (source?.component === 'cluster-autoscaler') list.add(`${reason}: ${message}`);
        }
      },
    ],
  });
  return {
    nodes,
    told: [...told],
    news: [...news],
    records,
    pods: simulation.view.list(POD),
    nodeNames: simulation.view.list(NODE).map(({ metadata }) => metadata.name),
  };
}
