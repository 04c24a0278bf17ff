import { DEFAULT_SCHEDULER_OPTIONS } from '../controllers/scheduling/options.ts';
import { Scheduler } from '../controllers/scheduling/scheduler.ts';
import type { KubeObject } from '../core/api/object.ts';
import type { Node, Pod, Service } from '../core/schema/types.generated.ts';
import { DEFAULT_START } from '../core/time.ts';
import { randomStream } from '../sim/random/keyed.ts';
import { type Benchmark, timed } from './benchmark.ts';

export const NODES = 5000;
const PODS = 30_000;
export const CLASSES = 10;
const ZONES = ['a', 'b', 'c'];
const CREATED = '2026-01-01T00:00:00Z';

function metadata(name: string): Pod['metadata'] {
  return { name, uid: name, resourceVersion: '1', creationTimestamp: CREATED };
}

function node(index: number): Node {
  const name = `node-${index}`;
  const amounts = { cpu: '4', memory: '32Gi', pods: '110' };
  const labels = {
    'kubernetes.io/hostname': name,
    'topology.kubernetes.io/zone': ZONES[index % ZONES.length]!,
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...metadata(name), labels },
    spec: {},
    status: { capacity: amounts, allocatable: amounts, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

export const SPEC: Pod['spec'] = {
  containers: [
    {
      name: 'pause',
      image: 'registry.k8s.io/pause:3.10',
      resources: { requests: { cpu: '100m', memory: '500Mi' } },
    },
  ],
  schedulerName: 'default-scheduler',
};

export function demanding(cpu: string, memory = '500Mi'): Pod['spec'] {
  const [container] = SPEC.containers;
  return {
    ...SPEC,
    containers: [{ ...container!, resources: { requests: { cpu, memory } } }],
  };
}

/** What the pods of a template share. */
export interface Template {
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Pod['spec'];
}

function pod(index: number, { labels, spec }: Template): Pod {
  const name = `pod-${index}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata(name), namespace: 'default', labels },
    spec,
    status: { phase: 'Pending' },
  };
}

export function service(index: number): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata(`app-${index}`), namespace: 'default' },
    spec: { selector: labelsOf(index) },
    status: {},
  };
}

function labelsOf(index: number): Readonly<Record<string, string>> {
  return { app: `app-${index}` };
}

export function templates(
  specOf: (labels: Readonly<Record<string, string>>) => Pod['spec'],
): readonly Template[] {
  return Array.from({ length: CLASSES }, (_, i) => {
    const labels = labelsOf(i);
    return { labels, spec: specOf(labels) };
  });
}

interface Workload {
  readonly name: string;
  readonly about: string;
  readonly templates: readonly Template[];
  /** What is there before the pods, besides the nodes. */
  readonly before?: readonly KubeObject[];
  readonly pods?: number;
  /** Pods that are on the nodes already, so many on each. */
  readonly there?: { readonly spec: Pod['spec']; readonly each: number };
}

/** The scheduler alone: all nodes scored by every default plugin, pods of the templates in turn. */
export function benchmarkOf(workload: Workload): Benchmark {
  const { name, about, templates: from, before = [], pods = PODS, there } = workload;
  return {
    name,
    about,
    run: ({ bareLoop }) => {
      const draw = randomStream(1, 'scheduler').draw;
      const scheduler = new Scheduler({ ...DEFAULT_SCHEDULER_OPTIONS, draw });
      const now = DEFAULT_START;
      for (let i = 0; i < NODES; i += 1) {
        scheduler.observe({ type: 'ADDED', object: node(i), previous: undefined }, i, now);
      }
      for (let i = 0; there !== undefined && i < NODES * there.each; i += 1) {
        const spec = { ...there.spec, nodeName: `node-${i % NODES}` };
        const running = pod(PODS + i, { labels: {}, spec });
        const object: Pod = { ...running, status: { phase: 'Running', startTime: CREATED } };
        scheduler.observe({ type: 'ADDED', object, previous: undefined }, i, now);
      }
      for (const object of before) scheduler.observe({ type: 'ADDED', object, previous: undefined }, 0, now);
      for (let i = 0; i < pods; i += 1) {
        const object = pod(i, from[i % from.length]!);
        scheduler.observe({ type: 'ADDED', object, previous: undefined }, i, now);
      }
      let placed = 0;
      const seconds = timed(() => {
        for (let decision = scheduler.next(now); decision !== undefined; decision = scheduler.next(now)) {
          if (decision.outcome.kind === 'unschedulable') {
            for (const victim of decision.outcome.victims ?? []) {
              scheduler.observe(
                { type: 'DELETED', object: victim as Pod & KubeObject, previous: victim },
                0,
                now,
              );
            }
          }
          if (decision.outcome.kind !== 'assumed') continue;
          placed += 1;
          const object: Pod = {
            ...decision.pod,
            spec: { ...decision.pod.spec, nodeName: decision.outcome.node },
          };
          scheduler.bound(object.metadata.uid, { ok: true, object, rv: placed }, now);
          scheduler.observe({ type: 'MODIFIED', object, previous: decision.pod }, placed, now);
        }
      });
      if (placed !== pods) throw new Error(`only ${placed} of ${pods} pods found a node`);
      const value = pods / seconds;
      return { name, value, unit: 'pods/s', ratioToBareLoop: value / bareLoop() };
    },
  };
}
