import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { KubeObject, NewObject } from '../../core/api/object.ts';
import { DEPLOYMENT, POD, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Deployment, Event, ReplicaSet } from '../../core/schema/types.generated.ts';
import { MILLISECOND, SECOND } from '../../core/time.ts';
import type { Controller } from '../controller.ts';
import { TestWorld } from '../testing/world.ts';
import { deploymentController } from './deployment.ts';
import { replicaSetController } from './replica-set.ts';
import { REVISION } from './revisions.ts';

/**
 * What a real control plane (1.20) wrote when it was given the same commands. Which pod is deleted and how
 * writes coalesce depends on its clock, so what is compared are the decisions: how ReplicaSets are scaled, in
 * what order, and through which conditions a Deployment goes. Not in 1.20: `terminatingReplicas`, and the former
 * size in the text of ScalingReplicaSet.
 */
const TIMELINES = new URL('../../../shared/data/oracle/timelines/', import.meta.url);

/** A kubelet starts its pods one after the other. */
const SPREAD = 40 * MILLISECOND;

interface Step {
  readonly t: number;
  readonly command: string;
  readonly stdin?: string;
}

interface Observed {
  readonly type: string;
  readonly resource: string;
  readonly object: KubeObject;
}

interface Decisions {
  /** Each size that a ReplicaSet is given, by its revision. */
  readonly sizes: readonly string[];
  /** The Deployment's conditions, as they change. */
  readonly conditions: readonly string[];
  /** What the ScalingReplicaSet Events say. */
  readonly events: readonly string[];
  readonly finalStatus: unknown;
}

function decisionsOf(observations: Iterable<Observed>): Decisions {
  const sizes: string[] = [];
  const conditions: string[] = [];
  const events: string[] = [];
  const size = new Map<string, number>();
  const revisions = new Map<string, string>();
  let last: Deployment | undefined;
  for (const { type, resource, object } of observations) {
    if (type === 'DELETED') continue;
    const { name } = object.metadata;
    if (resource === 'replicasets') {
      const replicaSet = object as ReplicaSet;
      const revision = `r${replicaSet.metadata.annotations?.[REVISION]}`;
      revisions.set(name, revision);
      const replicas = replicaSet.spec.replicas ?? 1;
      if (size.get(name) !== replicas) sizes.push(`${revision}: ${replicas}`);
      size.set(name, replicas);
    } else if (resource === 'deployments') {
      last = object as Deployment;
      const text = (last.status.conditions ?? [])
        .map(({ type: kind, status, reason }) => `${kind}=${status}/${reason}`)
        .join(' ');
      if (conditions.at(-1) !== text) conditions.push(text);
    } else if (resource === 'events') {
      const { reason, message = '' } = object as Event;
      const match = /Scaled (up|down) replica set (\S+)(?: from \d+)? to (\d+)/.exec(message);
      if (reason === 'ScalingReplicaSet' && match !== null) {
        events.push(`${match[1]} ${revisions.get(match[2] as string)} ${match[3]}`);
      }
    }
  }
  const { conditions: _, terminatingReplicas: __, ...counts } = (last as Deployment).status;
  return { sizes, conditions, events, finalStatus: JSON.parse(JSON.stringify(counts)) as unknown };
}

function read(name: string): { readonly steps: readonly Step[]; readonly observed: readonly Observed[] } {
  const folder = new URL(`${name}/`, TIMELINES);
  const steps = JSON.parse(readFileSync(new URL('steps.json', folder), 'utf8')) as Step[];
  const lines = readFileSync(new URL('events.jsonl', folder), 'utf8').trimEnd().split('\n');
  return { steps, observed: lines.map((line) => JSON.parse(line) as Observed) };
}

function changeOf(command: string): ((deployment: Deployment) => Deployment) | undefined {
  const image = /set image deploy\/web c=(\S+)/.exec(command)?.[1];
  if (image !== undefined) {
    return (deployment) => {
      const { template } = deployment.spec;
      const containers = (template.spec?.containers ?? []).map((container) => ({ ...container, image }));
      const spec = { ...template.spec, containers };
      return { ...deployment, spec: { ...deployment.spec, template: { ...template, spec } } };
    };
  }
  const replicas = /scale deploy web --replicas=(\d+)/.exec(command)?.[1];
  if (replicas === undefined) return undefined;
  return (deployment) => ({ ...deployment, spec: { ...deployment.spec, replicas: Number(replicas) } });
}

function simulate(steps: readonly Step[], podsStart: boolean): Decisions {
  const world = new TestWorld([deploymentController, replicaSetController] as unknown as Controller[]);
  if (podsStart) world.setPodLife({ start: SECOND, spread: SPREAD, stop: 3 * SECOND, nodes: 3 });
  const records: EventRecord[] = [];
  world.journal.subscribe((record) => {
    if (record.type === 'event') records.push(record);
  });
  for (const { t, command, stdin } of steps) {
    world.run(world.start + Math.round(t * SECOND) - world.now);
    if (command === 'kubectl apply -f -' && stdin !== undefined) {
      const manifest = parse(stdin) as NewObject<Deployment>;
      const object = { ...manifest, metadata: { ...manifest.metadata, namespace: 'default' } };
      world.request({ verb: 'create', kind: DEPLOYMENT, object });
      continue;
    }
    if (command.startsWith('kubectl delete pod -l app=web')) {
      for (const { metadata } of world.server.state.list(POD, 'default')) {
        world.request({ verb: 'delete', kind: POD, namespace: 'default', name: metadata.name });
      }
      continue;
    }
    const change = changeOf(command);
    if (change === undefined) continue;
    world.request({
      verb: 'patch',
      kind: DEPLOYMENT,
      namespace: 'default',
      name: 'web',
      change: (stored) => change(stored as Deployment),
    });
  }
  world.run(60 * SECOND);
  expect(world.server.state.list(REPLICA_SET).length).toBeGreaterThan(0);
  return decisionsOf(
    records.map(({ verb, kind, next, previous }) => ({
      type: verb === 'delete' ? 'DELETED' : 'MODIFIED',
      resource: kind.plural,
      object: (next ?? previous) as KubeObject,
    })),
  );
}

const scenarios: readonly (readonly [name: string, podsStart: boolean])[] = [
  ['deployment-create', true],
  ['deployment-recreate', true],
  ['deployment-surge0', true],
  ['deployment-scale', true],
  ['deployment-unschedulable-deadline', false],
  ['pod-delete-replaced', true],
];

describe.skipIf(!existsSync(TIMELINES))('as a real control plane decided', () => {
  test.each(scenarios)('%s', (name, podsStart) => {
    const { steps, observed } = read(name);
    const real = decisionsOf(observed);
    const ours = simulate(steps, podsStart);
    expect(ours.sizes).toEqual(real.sizes);
    expect(ours.conditions).toEqual(real.conditions);
    // Events are recorded beside the requests: only their order among each other tells something.
    expect(ours.events.toSorted()).toEqual(real.events.toSorted());
    expect(ours.finalStatus).toEqual(real.finalStatus);
  });

  test('deployment-rolling-update: first steps and the outcome', () => {
    const { steps, observed } = read('deployment-rolling-update');
    const real = decisionsOf(observed);
    const ours = simulate(steps, true);
    // From there on it depends on which pods are ready when.
    expect(ours.sizes.slice(0, 4)).toEqual(real.sizes.slice(0, 4));
    expect(ours.sizes.slice(-1)).toEqual(real.sizes.slice(-1));
    expect(ours.conditions).toEqual(real.conditions);
    expect(ours.finalStatus).toEqual(real.finalStatus);
  });
});
