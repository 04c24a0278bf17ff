import { describe, expect, it } from 'vitest';
import { podCondition } from '../../core/kinds/pod/status.ts';
import { EVENT, POD } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Event, Pod } from '../../core/schema/types.generated.ts';
import { SECOND } from '../../core/time.ts';
import { runScenario } from '../run.ts';
import { readScenario } from '../scenario/resolve.ts';

type Fields = Readonly<Record<string, unknown>>;

function priorityClass(name: string, value: number): Fields {
  return { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value };
}

function deployment(name: string, replicas: number, priorityClassName: string): Fields {
  const container = { name: 'c', image: 'web:1', resources: { requests: { cpu: '1' } } };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { priorityClassName, terminationGracePeriodSeconds: 10, containers: [container] },
      },
    },
  };
}

/** Two nodes that a Deployment of low priority fills; at 1 m another of high priority comes. */
function run(): { records: readonly EventRecord[]; start: number } {
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'preemption' },
    spec: {
      duration: '3m',
      cluster: { nodeGroups: [{ name: 'node', count: 2, machine: { cpu: 2, memory: '4Gi' } }] },
      behaviors: [{ startup: '1s', shutdown: '5s' }],
      manifests: [priorityClass('low', 1), priorityClass('high', 1000), deployment('batch', 4, 'low')],
      timeline: [{ at: '1m', apply: [deployment('front', 2, 'high')] }],
    },
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const records: EventRecord[] = [];
  runScenario(read.scenario, {
    sinks: [(record) => record.type === 'event' && records.push(record as EventRecord)],
  });
  return { records, start: read.scenario.startTime };
}

function podsOf(records: readonly EventRecord[], app: string): readonly EventRecord[] {
  return records.filter(
    ({ kind, previous, next }) => kind === POD && (next ?? previous)?.metadata.labels?.app === app,
  );
}

describe('preemption in a whole run', () => {
  const { records, start } = run();
  const batch = podsOf(records, 'batch');
  const front = podsOf(records, 'front');

  it('gives the pods of high priority the places of others, once these have ended', () => {
    const victims = batch.filter(
      ({ previous, next }) =>
        next !== undefined &&
        podCondition(next as Pod, 'DisruptionTarget')?.reason === 'PreemptionByScheduler' &&
        podCondition(previous as Pod, 'DisruptionTarget') === undefined,
    );
    expect(victims.length).toBe(2);
    for (const { actor, next } of victims) {
      expect(actor).toBe('kube-scheduler');
      expect((next as Pod).spec.priority).toBe(1);
    }
    const running = front.filter(
      ({ previous, next }) =>
        (next as Pod | undefined)?.status.phase === 'Running' && (previous as Pod).status.phase !== 'Running',
    );
    expect(running.length).toBe(2);
    for (const { t } of running) expect(t - start).toBeGreaterThan(65 * SECOND);
  });

  it('names the node before, and no longer once the pod is bound', () => {
    const nominated = front.filter(
      ({ next }) => (next as Pod | undefined)?.status.nominatedNodeName !== undefined,
    );
    expect(nominated.length).toBeGreaterThan(0);
    const bound = front.filter(
      ({ previous, next }) =>
        next !== undefined &&
        previous !== undefined &&
        (previous as Pod).spec.nodeName !== (next as Pod).spec.nodeName,
    );
    expect(bound.length).toBe(2);
    for (const { previous, next } of bound) {
      expect((previous as Pod).status.nominatedNodeName).toBe((next as Pod).spec.nodeName);
      expect((next as Pod).status.nominatedNodeName).toBeUndefined();
    }
  });

  it('tells it in Events', () => {
    const told = records.flatMap(({ kind, next }) => {
      const event = next as Event | undefined;
      return kind === EVENT && event?.reason === 'Preempted' ? [event.message ?? ''] : [];
    });
    expect(told.length).toBe(2);
    for (const message of told) expect(message).toMatch(/^Preempted by pod [0-9a-f-]{36} on node node-\d$/);
  });

  it('leaves the replacements of the victims waiting: they may evict nobody', () => {
    const last = new Map(batch.map(({ key, next }) => [key, next as Pod | undefined]));
    const left = [...last.values()].filter((pod) => pod !== undefined);
    expect(left.map(({ status }) => status.phase).sort()).toEqual([
      'Pending',
      'Pending',
      'Running',
      'Running',
    ]);
  });

  it('is the same in every run', () => {
    expect(run().records).toEqual(records);
  });
});
