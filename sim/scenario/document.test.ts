import { describe, expect, test } from 'vitest';
import { DEFAULT_START, HOUR, MINUTE, SECOND } from '../../core/time.ts';
import { pathText } from './problem.ts';
import { readScenario } from './resolve.ts';

type Spec = Readonly<Record<string, unknown>>;

function scenario(spec: Spec): unknown {
  return { apiVersion: 'wavetank.dev/v1alpha1', kind: 'Scenario', metadata: { name: 'test' }, spec };
}

function read(spec: Spec) {
  const result = readScenario(scenario(spec));
  if (!result.ok)
    throw new Error(result.problems.map(({ path, message }) => `${pathText(path)}: ${message}`).join('\n'));
  return result.scenario;
}

describe('a scenario', () => {
  test('of nothing has every default', () => {
    const made = read({});
    expect(made).toMatchObject({
      name: 'test',
      seed: 1,
      startTime: DEFAULT_START,
      duration: 10 * MINUTE,
      manifests: [],
      behaviors: [],
      timeline: [],
      expect: [],
    });
    expect(made.cluster.nodeGroups).toEqual([
      {
        name: 'node',
        count: 3,
        min: 3,
        max: 3,
        zones: ['a', 'b', 'c'],
        machine: { cpu: '4', memory: '16Gi', ephemeralStorage: '100Gi', pods: 110 },
        labels: {},
        taints: [],
        bootTime: 90 * SECOND,
        pricePerHour: 0,
      },
    ]);
    expect(made.cluster.kubernetes).toMatchObject({
      events: true,
      kubeControllerManager: { 'kube-api-qps': 20, 'node-monitor-grace-period': 50 * SECOND },
      kubeScheduler: { 'kube-api-qps': 50, percentageOfNodesToScore: 100 },
      kubelet: { 'node-status-update-frequency': 10 * SECOND, nodeLeaseDurationSeconds: 40 },
    });
  });

  test('is plain JSON', () => {
    const made = read({
      manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { x: '1' } }],
      behaviors: [{ match: { app: 'web' }, exit: { after: '5s', code: 3 } }],
      timeline: [{ at: 5, fault: 'node-crash', node: { any: {} } }],
      expect: [{ always: 'exists(configmap/a)' }],
    });
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });

  test('has durations in microseconds, quantities in their canonical text, sorted labels', () => {
    const made = read({
      duration: '1h30m',
      startTime: '2026-03-01T12:00:00+01:00',
      cluster: {
        kubernetes: {
          version: '1.33',
          events: false,
          kubeControllerManager: { 'node-monitor-grace-period': '40s', 'kube-api-qps': 'unlimited' },
        },
        nodeGroups: [
          {
            name: 'big',
            count: 2,
            max: 9,
            machine: { cpu: 1.5, memory: '1024Mi' },
            labels: { b: '1', a: '2' },
          },
        ],
      },
    });
    expect(made.duration).toBe(1.5 * HOUR);
    expect(made.startTime - DEFAULT_START).toBe((31 + 28) * 24 * HOUR + 11 * HOUR);
    expect(made.cluster.kubernetes).toMatchObject({
      version: 'v1.33.0',
      events: false,
      kubeControllerManager: { 'node-monitor-grace-period': 40 * SECOND, 'kube-api-qps': 0 },
    });
    const [group] = made.cluster.nodeGroups;
    expect(group).toMatchObject({ min: 2, max: 9, machine: { cpu: '1500m', memory: '1Gi', pods: 110 } });
    expect(Object.keys(group?.labels ?? {})).toEqual(['a', 'b']);
  });

  test('has behaviours with what was given alone', () => {
    const [first, second] = read({
      behaviors: [
        { match: { app: 'order' }, container: 'main', startup: { p50: '4s', p99: '20s' } },
        { image: 'busybox:*', shutdown: '1s', exit: { after: 5 }, unready: [{ after: '1m', for: '10s' }] },
      ],
    }).behaviors;
    expect(first).toStrictEqual({
      match: { labels: { app: 'order' }, container: 'main' },
      startup: { p50: 4 * SECOND, p99: 20 * SECOND },
    });
    expect(second).toStrictEqual({
      match: { image: 'busybox:*' },
      shutdown: { p50: SECOND, p99: SECOND },
      exit: { after: { p50: 5 * SECOND, p99: 5 * SECOND }, code: 0 },
      unready: [{ after: MINUTE, for: 10 * SECOND }],
    });
  });

  test('has its timeline in the order of time, and of the file', () => {
    const entries = read({
      timeline: [
        { at: '2m', scale: 'deployment/web', replicas: 5, namespace: 'shop' },
        { at: '1m', cordon: 'node/node-1' },
        { at: '2m', delete: 'pod/shop/web-1', gracePeriodSeconds: 0 },
        { at: '1m', restart: 'deploy/web' },
        { at: 0, patch: 'node/node-1', with: { spec: { unschedulable: true } } },
        { at: '3m', setImage: 'deployment/web', container: 'web', image: 'web:2' },
        { at: '3m', uncordon: 'node-1' },
      ],
    }).timeline;
    expect(entries.map(({ at, action }) => [at / MINUTE, action])).toEqual([
      [
        0,
        {
          op: 'patch',
          target: { resource: 'nodes', name: 'node-1' },
          patch: { spec: { unschedulable: true } },
        },
      ],
      [1, { op: 'cordon', node: 'node-1' }],
      [1, { op: 'restart', target: { resource: 'deployments.apps', namespace: 'default', name: 'web' } }],
      [
        2,
        {
          op: 'scale',
          target: { resource: 'deployments.apps', namespace: 'shop', name: 'web' },
          replicas: 5,
        },
      ],
      [
        2,
        {
          op: 'delete',
          target: { resource: 'pods', namespace: 'shop', name: 'web-1' },
          propagationPolicy: 'Background',
          gracePeriodSeconds: 0,
        },
      ],
      [
        3,
        {
          op: 'setImage',
          target: { resource: 'deployments.apps', namespace: 'default', name: 'web' },
          container: 'web',
          image: 'web:2',
        },
      ],
      [3, { op: 'uncordon', node: 'node-1' }],
    ]);
  });

  test('has every fault', () => {
    const entries = read({
      timeline: [
        { at: 1, fault: 'node-crash', node: 'node-1', for: '5m' },
        {
          at: 2,
          fault: 'node-partition',
          node: { hosting: { namespace: 'shop', selector: { app: 'web' } } },
        },
        { at: 3, fault: 'container-crash', pods: { name: 'web-1' }, exitCode: 137 },
        { at: 4, fault: 'image-pull-failure', image: 'web:*', for: '1m' },
        { at: 5, fault: 'controller-crash', controller: 'kube-scheduler', for: '1m' },
        { at: 6, fault: 'zone-outage', zone: 'b', for: '1m' },
        { at: 7, fault: 'slow-boot', group: 'node', x: 5 },
        { at: 8, fault: 'slow-boot', bootTime: '10m', for: '1m' },
        { at: 9, fault: 'cloud-out-of-capacity', group: 'node', zone: 'b', for: '1m' },
      ],
    }).timeline;
    expect(entries.map(({ action }) => action)).toStrictEqual([
      { op: 'fault', fault: 'node-crash', node: { name: 'node-1' }, for: 5 * MINUTE },
      {
        op: 'fault',
        fault: 'node-partition',
        node: { hosting: { namespace: 'shop', selector: { matchLabels: { app: 'web' } } } },
      },
      { op: 'fault', fault: 'container-crash', pods: { namespace: 'default', name: 'web-1' }, exitCode: 137 },
      { op: 'fault', fault: 'image-pull-failure', image: 'web:*', for: MINUTE },
      { op: 'fault', fault: 'controller-crash', controller: 'kube-scheduler', for: MINUTE },
      { op: 'fault', fault: 'zone-outage', zone: 'b', for: MINUTE },
      { op: 'fault', fault: 'slow-boot', group: 'node', boot: { times: 5 } },
      { op: 'fault', fault: 'slow-boot', boot: { bootTime: 10 * MINUTE }, for: MINUTE },
      { op: 'fault', fault: 'cloud-out-of-capacity', group: 'node', zone: 'b', for: MINUTE },
    ]);
  });

  test('applies objects that stand in it, each in its namespace', () => {
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
    const made = read({
      manifests: [map],
      timeline: [{ at: 5, namespace: 'shop', apply: [map, { ...map, metadata: { name: 'b' } }] }],
    });
    expect(made.manifests).toEqual([
      { source: 'spec.manifests.0', object: { ...map, metadata: { name: 'a', namespace: 'default' } } },
    ]);
    const [entry] = made.timeline;
    expect(entry?.action.op === 'apply' && entry.action.objects.map(({ object }) => object.metadata)).toEqual(
      [
        { name: 'a', namespace: 'shop' },
        { name: 'b', namespace: 'shop' },
      ],
    );
  });

  test('names its expectations', () => {
    expect(
      read({
        expect: [
          { always: 'nodes() > 0', from: '1m' },
          { eventually: 'nodes() > 5', name: 'grows' },
        ],
      }).expect,
    ).toEqual([
      { type: 'always', name: 'always nodes() > 0', expression: 'nodes() > 0', from: MINUTE },
      { type: 'eventually', name: 'grows', expression: 'nodes() > 5', after: 0 },
    ]);
  });
});
