import { expect, test } from 'vitest';
import type { EventRecord, LogRecord } from '../core/log/record.ts';
import type { Deployment, Event, HorizontalPodAutoscaler } from '../core/schema/types.generated.ts';
import { MINUTE } from '../core/time.ts';
import { readScenario } from './scenario/resolve.ts';
import { loggedRun, reExecuted } from './testing/logged-run.ts';

const LABELS = { app: 'web' };

const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: LABELS },
    template: {
      metadata: { labels: LABELS },
      spec: { containers: [{ name: 'web', image: 'web', resources: { requests: { cpu: '200m' } } }] },
    },
  },
};

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { selector: LABELS, ports: [{ port: 80 }] },
};

const AUTOSCALER = {
  apiVersion: 'autoscaling/v1',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 2,
    maxReplicas: 12,
    targetCPUUtilizationPercentage: 50,
  },
};

/** 10 ms of CPU a request: 20 a second use 200m, the half of what two pods request. */
const SPIKE = {
  apiVersion: 'wavetank.dev/v1alpha1',
  kind: 'Scenario',
  metadata: { name: 'spike' },
  spec: {
    duration: '30m',
    cluster: { nodeGroups: [{ name: 'node', count: 3 }] },
    manifests: [DEPLOYMENT, SERVICE, AUTOSCALER],
    behaviors: [{ match: LABELS, request: { cpu: '10ms' }, usage: { cpu: '2m', memory: '64Mi' } }],
    traffic: [{ to: 'service/web', shape: { constant: '18rps' } }],
    timeline: [{ at: '10m', fault: 'load-spike', to: 'service/web', x: 4, for: '5m' }],
  },
};

function scenario() {
  const read = readScenario(SPIKE);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario;
}

const records: LogRecord[] = [];
const run = loggedRun(scenario(), { sinks: [(record) => records.push(record)] });

const events = records.filter((record): record is EventRecord => record.type === 'event');
const start = scenario().startTime;

/** Minutes of the run, and the size. */
function sizes(): readonly (readonly [number, number])[] {
  return events
    .filter(
      ({ actor, kind }) => kind.kind === 'Deployment' && actor === 'horizontal-pod-autoscaler-controller',
    )
    .map(
      ({ next, t }) => [Math.floor((t - start) / MINUTE), (next as Deployment).spec.replicas ?? 1] as const,
    );
}

test('a spike scales up at the next two syncs, and its end scales down once five minutes have seen no more', () => {
  // 72 requests a second take 720m: four pods at once, the most that double is, and then the eight that are needed.
  expect(sizes()).toEqual([
    [10, 4],
    [10, 8],
    [20, 2],
  ]);
});

test('what scaled is told in Events, and the status says what is', () => {
  const told = events
    .filter(({ kind }) => kind.kind === 'Event')
    .map(({ next }) => next as Event)
    .filter(({ reason }) => reason === 'SuccessfulRescale')
    .map(({ message }) => message);
  const above = 'cpu resource utilization (percentage of request) above target';
  expect([...new Set(told)]).toEqual([
    `New size: 4; reason: ${above}`,
    `New size: 8; reason: ${above}`,
    'New size: 2; reason: All metrics below target',
  ]);
  const last = events.findLast(({ kind }) => kind.kind === 'HorizontalPodAutoscaler')?.next;
  expect((last as HorizontalPodAutoscaler).status).toMatchObject({
    currentReplicas: 2,
    desiredReplicas: 2,
    currentMetrics: [{ type: 'Resource', resource: { current: { averageUtilization: 46 }, name: 'cpu' } }],
  });
});

test('the chain of causes of a rescale ends at the spike', () => {
  const rescaled = events.find(
    ({ actor, kind }) => kind.kind === 'Deployment' && actor === 'horizontal-pod-autoscaler-controller',
  ) as EventRecord;
  expect(rescaled.reason).toBe('cpu resource utilization (percentage of request) above target');
  let cause = records[rescaled.cause - 1] as LogRecord;
  while (cause.type !== 'stimulus') cause = records[cause.cause - 1] as LogRecord;
  expect(cause.action).toMatchObject({ op: 'fault', fault: 'load-spike' });
});

test('while nothing changes, nothing is written', () => {
  const written = events.filter(({ kind, t }) => {
    const minute = (t - start) / MINUTE;
    return kind.kind === 'HorizontalPodAutoscaler' && minute > 12 && minute < 15;
  });
  expect(written).toEqual([]);
});

test('the run comes out the same from its stimuli alone', () => {
  expect(reExecuted(run).sha256).toBe(run.sha256);
});
