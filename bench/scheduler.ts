import { DEFAULT_SCHEDULER_OPTIONS } from '../controllers/scheduling/options.ts';
import { Scheduler } from '../controllers/scheduling/scheduler.ts';
import type { Node, Pod } from '../core/schema/types.generated.ts';
import { DEFAULT_START } from '../core/time.ts';
import { randomStream } from '../sim/random/keyed.ts';
import { type Benchmark, timed } from './benchmark.ts';

const NODES = 5000;
const PODS = 30_000;
const CREATED = '2026-01-01T00:00:00Z';

function metadata(name: string): Pod['metadata'] {
  return { name, uid: name, resourceVersion: '1', creationTimestamp: CREATED };
}

function node(index: number): Node {
  const name = `node-${index}`;
  const amounts = { cpu: '4', memory: '32Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...metadata(name), labels: { 'kubernetes.io/hostname': name } },
    spec: {},
    status: { capacity: amounts, allocatable: amounts, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

const SPEC: Pod['spec'] = {
  containers: [
    {
      name: 'pause',
      image: 'registry.k8s.io/pause:3.10',
      resources: { requests: { cpu: '100m', memory: '500Mi' } },
    },
  ],
  schedulerName: 'default-scheduler',
};

function pod(index: number): Pod {
  const name = `pod-${index}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata(name), namespace: 'default' },
    spec: SPEC,
    status: { phase: 'Pending' },
  };
}

/** SchedulingBasic of scheduler_perf at 5,000 nodes: the scheduler alone, all nodes scored by every default plugin. */
export const schedulerBenchmark: Benchmark = {
  name: 'scheduler-basic-5000',
  about: 'pods a second through the scheduler alone, 5,000 nodes, every default plugin, all nodes scored',
  run: ({ bareLoop }) => {
    const draw = randomStream(1, 'scheduler').draw;
    const scheduler = new Scheduler({ ...DEFAULT_SCHEDULER_OPTIONS, draw });
    const now = DEFAULT_START;
    for (let i = 0; i < NODES; i += 1) {
      scheduler.observe({ type: 'ADDED', object: node(i), previous: undefined }, i, now);
    }
    for (let i = 0; i < PODS; i += 1) {
      scheduler.observe({ type: 'ADDED', object: pod(i), previous: undefined }, i, now);
    }
    let placed = 0;
    const seconds = timed(() => {
      for (let decision = scheduler.next(now); decision !== undefined; decision = scheduler.next(now)) {
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
    if (placed !== PODS) throw new Error(`only ${placed} of ${PODS} pods found a node`);
    const value = PODS / seconds;
    return { name: 'scheduler-basic-5000', value, unit: 'pods/s', ratioToBareLoop: value / bareLoop() };
  },
};
