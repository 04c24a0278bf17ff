import { describe, expect, test } from 'vitest';
import type { EventRecord } from '../../core/log/record.ts';
import type { Deployment, HorizontalPodAutoscaler } from '../../core/schema/types.generated.ts';
import { SECOND } from '../../core/time.ts';
import { runScenario } from '../run.ts';
import { CONTROLLER_MANAGER_FLAGS } from '../scenario/flags.ts';
import { readScenario } from '../scenario/resolve.ts';

type Settings = Readonly<Record<string, number | string>>;

const LABELS = { app: 'web' };
const PROBED = { readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 1 } };

interface Web {
  readonly replicas: number;
  /** What each pod uses, of the 100m that it requests; half of it is the target. */
  readonly cpu: string;
  readonly behavior?: object;
  readonly probed?: boolean;
}

/** A Deployment and its autoscaler, which runs with these flags: its events. */
function events({ behavior = {}, cpu, probed = false, replicas }: Web, settings: Settings) {
  const container = { name: 'c', image: 'web', resources: { requests: { cpu: '100m' } } };
  const template = {
    metadata: { labels: LABELS },
    spec: { containers: [probed ? { ...container, ...PROBED } : container] },
  };
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'test' },
    spec: {
      duration: '8m',
      cluster: { kubernetes: { kubeControllerManager: settings } },
      manifests: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web' },
          spec: { replicas, selector: { matchLabels: LABELS }, template },
        },
        {
          apiVersion: 'autoscaling/v1',
          kind: 'HorizontalPodAutoscaler',
          metadata: { name: 'web' },
          spec: {
            scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
            maxReplicas: 8,
            targetCPUUtilizationPercentage: 50,
          },
        },
      ],
      behaviors: [{ match: LABELS, usage: { cpu }, ...behavior }],
    },
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const records: EventRecord[] = [];
  runScenario(read.scenario, {
    sinks: [(record) => (record.type === 'event' ? records.push(record) : undefined)],
  });
  const at = (record: EventRecord | undefined): number =>
    record === undefined ? 0 : Math.floor((record.t - read.scenario.startTime) / SECOND);
  return { records, at };
}

/** Seconds until the autoscaler has a status. */
function firstStatus(settings: Settings): number {
  const { at, records } = events({ replicas: 2, cpu: '50m' }, settings);
  return at(records.find(({ kind, verb }) => kind.kind === 'HorizontalPodAutoscaler' && verb === 'update'));
}

/** Seconds until four idle pods are one. */
function scaledDown(settings: Settings): number {
  const { at, records } = events({ replicas: 4, cpu: '5m' }, settings);
  return at(
    records.find(({ next }) => next?.kind === 'Deployment' && (next as Deployment).spec.replicas === 1),
  );
}

/** The size in the end of what uses a little too much, however many there are. */
function sizeOf(settings: Settings): number {
  const { records } = events({ replicas: 2, cpu: '54m' }, settings);
  const last = records.findLast(({ kind }) => kind.kind === 'Deployment')?.next as Deployment;
  return last.spec.replicas ?? 0;
}

/** Seconds until the CPU of pods that are ready after half a minute counts, or 0. */
function firstMeasured(behavior: object, settings: Settings): number {
  const { at, records } = events({ replicas: 2, cpu: '50m', probed: true, behavior }, settings);
  const isMeasured = ({ next }: EventRecord): boolean =>
    next?.kind === 'HorizontalPodAutoscaler' &&
    (next as HorizontalPodAutoscaler).status.currentMetrics?.[0]?.type === 'Resource';
  return at(records.find(isMeasured));
}

const PERIOD = 'horizontal-pod-autoscaler-cpu-initialization-period';
const DELAY = 'horizontal-pod-autoscaler-initial-readiness-delay';

describe('flags of the autoscaler', () => {
  test('the period of its syncs', () => {
    expect(firstStatus({})).toBe(16);
    expect(firstStatus({ 'horizontal-pod-autoscaler-sync-period': '30s' })).toBe(31);
  });

  test('the window for scaling down', () => {
    const flag = 'horizontal-pod-autoscaler-downscale-stabilization';
    expect([scaledDown({}), scaledDown({ [flag]: '1m' })]).toEqual([316, 76]);
  });

  test('the tolerance', () => {
    expect([sizeOf({}), sizeOf({ 'horizontal-pod-autoscaler-tolerance': 0.05 })]).toEqual([2, 8]);
  });

  test('the period in which CPU must have been measured as ready', () => {
    // Ready 32 s after the start: a sync 15 s later finds a whole window, and one without the rule comes before.
    const late = { unready: [{ after: '0s', for: '32s' }] };
    expect([firstMeasured(late, {}), firstMeasured(late, { [PERIOD]: '0s' })]).toEqual([61, 46]);
  });

  test('the delay in which a pod that turns unready was never ready', () => {
    const lost = { unready: [{ after: '15s' }] };
    const without = { [PERIOD]: '0s' };
    expect([firstMeasured(lost, without), firstMeasured(lost, { ...without, [DELAY]: '5s' })]).toEqual([
      0, 31,
    ]);
  });

  test('every flag that there is', () => {
    const flags = Object.keys(CONTROLLER_MANAGER_FLAGS).filter((name) =>
      name.startsWith('horizontal-pod-autoscaler-'),
    );
    expect(flags).toHaveLength(5);
  });
});
