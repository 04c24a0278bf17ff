// Timelines of a real control plane (1.20.2, three hollow nodes), replayed through the whole simulation: the same
// transitions of each object, the same Events, the same printed tables, names and times apart. What differs is listed
// under EXCEPTIONS and in the normalising functions, each with its reason; today's documentation wins.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject, NewObject } from '../core/api/object.ts';
import { DEPLOYMENT, EVENT, POD, REPLICA_SET } from '../core/kinds/registry.ts';
import type { EventRecord } from '../core/log/record.ts';
import { decodeObject } from '../core/schema/decode.ts';
import type { Deployment, Event, Pod, ReplicaSet } from '../core/schema/types.generated.ts';
import { MINUTE, type Micros, SECOND } from '../core/time.ts';
import { readScenario } from '../sim/scenario/resolve.ts';
import type { Action, Scenario, TimelineEntry } from '../sim/scenario/scenario.ts';
import { Simulation } from '../sim/simulation.ts';
import { get } from './print/get.ts';

const FOLDER = path.resolve('../shared/data/oracle/timelines');
const NAMESPACE = 'tl';
/** Real kubelets pull images, hollow ones do not: a recorded second is five of ours, so that each step finds its like. */
const STRETCH = 5;
/** The namespace and its service account are there before the first step. */
const BEGIN: Micros = 2 * SECOND;

/** Steps whose output is left out, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'deployment-scale: kubectl get all':
    'hollow kubelets keep ended pods for a while: rows that say Terminating are left out of both sides',
  'foreground-delete: kubectl get all':
    'the same: all that is left are Terminating pods and their owners, which are gone here',
  'scheduling-failures: kubectl get events --sort-by=.metadata.name':
    'each failure is two Events there and one with a series today (events.k8s.io/v1), with today’s texts; its Events are compared below',
};

interface Step {
  readonly t: number;
  readonly command: string;
  readonly stdin?: string;
  readonly stdout: string;
}

interface Recorded {
  readonly resource: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

/** A change of one object, of the recording or of ours. */
interface Change {
  readonly verb: 'create' | 'update' | 'delete';
  readonly object: KubeObject;
}

function stepsOf(name: string): readonly Step[] {
  return JSON.parse(readFileSync(path.join(FOLDER, name, 'steps.json'), 'utf8')) as Step[];
}

const VERBS = { ADDED: 'create', MODIFIED: 'update', DELETED: 'delete' } as const;

function recordedChanges(name: string): readonly Change[] {
  return readFileSync(path.join(FOLDER, name, 'events.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recorded)
    .map(({ type, object }) => ({ verb: VERBS[type], object }));
}

function manifestsOf(text: string): readonly NewObject[] {
  return parseAllDocuments(text).map((document) => {
    const { value, problems } = decodeObject(document.toJS());
    if (value === undefined || problems.length > 0)
      throw new Error(`the recorded manifest is refused: ${text}`);
    return { ...value, metadata: { ...value.metadata, namespace: NAMESPACE } };
  });
}

const WEB = { resource: DEPLOYMENT.resource, namespace: NAMESPACE, name: 'web' };

/** What a step of kubectl does; nothing for one that looks. `pods`: the names that exist then. */
function actionsOf(step: Step, pods: readonly string[]): readonly Action[] {
  const { command, stdin } = step;
  if (command === 'kubectl apply -f -') {
    return [
      { op: 'apply', objects: manifestsOf(stdin ?? '').map((object) => ({ source: command, object })) },
    ];
  }
  const image = /^kubectl set image deploy\/web c=(\S+)$/.exec(command)?.[1];
  if (image !== undefined) return [{ op: 'setImage', target: WEB, container: 'c', image }];
  const replicas = /^kubectl scale deploy web --replicas=(\d+)$/.exec(command)?.[1];
  if (replicas !== undefined) return [{ op: 'scale', target: WEB, replicas: Number(replicas) }];
  if (command.startsWith('kubectl delete deploy web --cascade=foreground')) {
    return [{ op: 'delete', target: WEB, propagationPolicy: 'Foreground' }];
  }
  if (command.startsWith('kubectl delete pod -l app=web')) {
    return pods.map((name) => ({
      op: 'delete',
      target: { resource: POD.resource, namespace: NAMESPACE, name },
      propagationPolicy: 'Background',
    }));
  }
  return [];
}

function at(step: Step): Micros {
  return BEGIN + Math.round(step.t * STRETCH * SECOND);
}

function scenarioOf(name: string, timeline: readonly TimelineEntry[]): Scenario {
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name },
    spec: {
      duration: '1h',
      cluster: {
        nodeGroups: [{ name: 'hollow', count: 3, zones: ['a'], machine: { cpu: 8, memory: '32Gi' } }],
      },
      manifests: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }],
      // Hollow containers are ready as soon as they run.
      behaviors: [{ match: {}, startup: '0.1s', shutdown: '0.1s' }],
    },
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return { ...read.scenario, timeline };
}

interface Played {
  readonly changes: readonly Change[];
  /** What the looking steps print, by command. */
  readonly printed: ReadonlyMap<string, string>;
}

/** Play the steps; a step that needs names of pods learns them from a run of the steps before it. */
function play(name: string): Played {
  const steps = stepsOf(name);
  let timeline: TimelineEntry[] = [];
  for (const step of steps) {
    const pods = step.command.includes('delete pod') ? podNames(scenarioOf(name, timeline), at(step)) : [];
    const added = actionsOf(step, pods).map((action) => ({ at: at(step), source: step.command, action }));
    timeline = [...timeline, ...added];
  }
  const scenario = scenarioOf(name, timeline);
  const changes: Change[] = [];
  const simulation = new Simulation(scenario, {
    sinks: [
      (record) => {
        if (record.type !== 'event') return;
        const { verb, next, previous } = record as EventRecord;
        const object = (next ?? previous) as KubeObject;
        if (object.metadata.namespace === NAMESPACE) changes.push({ verb, object });
      },
    ],
  });
  simulation.boot();
  const printed = new Map<string, string>();
  for (const step of steps) {
    simulation.runUntil(scenario.startTime + at(step));
    const words = /^kubectl get (.*)$/.exec(step.command)?.[1];
    if (words === undefined) continue;
    const wide = words.includes('-o wide');
    const kinds = words.replace('-o wide', '').trim().split(/\s+/);
    const options = { namespace: NAMESPACE, ...(wide ? { output: 'wide' } : {}) };
    printed.set(step.command, get(simulation.view, simulation.now, kinds, options).out);
  }
  simulation.runUntil(simulation.now + 5 * MINUTE);
  expect(simulation.refusals).toEqual([]);
  return { changes, printed };
}

function podNames(scenario: Scenario, until: Micros): readonly string[] {
  const simulation = new Simulation(scenario);
  simulation.boot();
  simulation.runUntil(scenario.startTime + until);
  return simulation.view.list(POD, NAMESPACE).map(({ metadata }) => metadata.name);
}

/** Random suffixes, hashes and node names say nothing. */
function anonymous(text: string): string {
  return (
    text
      .replace(/\bweb-[0-9a-z]{8,10}-[0-9a-z]{5}\b/g, 'web-HASH-POD')
      .replace(/\bweb-[0-9a-z]{8,10}\b/g, 'web-HASH')
      .replace(/\bhollow-\d\b/g, 'NODE')
      // The hash of a template is one of our own: the real one hashes what Go prints of it.
      .replace(/pod-template-hash=[0-9a-z]+/g, 'pod-template-hash=HASH')
  );
}

function distinct(sequence: readonly string[]): readonly string[] {
  return sequence.filter((entry, place) => entry !== sequence[place - 1]);
}

function changesOf(changes: readonly Change[], kind: string): ReadonlyMap<string, readonly Change[]> {
  const byName = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.object.kind !== kind) continue;
    const { name, uid } = change.object.metadata;
    const key = `${name}/${uid}`;
    byName.set(key, [...(byName.get(key) ?? []), change]);
  }
  return byName;
}

/** Conditions that 1.20 did not have (PodReadyToStartContainers: 1.29). */
const NEWER_CONDITIONS = new Set(['PodReadyToStartContainers']);

function conditionsText(
  conditions: readonly { type: string; status: string; reason?: string; message?: string }[],
): string {
  return conditions
    .filter(({ type }) => !NEWER_CONDITIONS.has(type))
    .map(({ type, status, reason, message }) =>
      `${type}=${status} ${reason ?? ''} ${anonymous(message ?? '')}`.trim(),
    )
    .sort()
    .join('; ');
}

/** A pod's life until its deletion is asked for: what follows is the kubelet's, and has changed (final phases since 1.27). */
function podLife(changes: readonly Change[]): string {
  const alive = changes.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
  const states = alive.map(({ object }) => {
    const { status, spec } = object as Pod;
    const waiting = (status.containerStatuses ?? []).flatMap(({ state }) => state?.waiting?.reason ?? []);
    const bound = spec.nodeName === undefined ? 'unbound' : 'bound';
    return `${status.phase} ${bound} ${waiting.join()} [${conditionsText(status.conditions ?? [])}]`;
  });
  const end = alive.length < changes.length ? ['deletion asked for'] : [];
  // Whether they are gone in the end is not compared: the recordings end while hollow kubelets still stop pods.
  return [...distinct(states), ...end].join('\n');
}

/** All lives that pods had, each once. Where a race decides how far a pod came before it was deleted, only whole lives count. */
function podLives(changes: readonly Change[]): readonly string[] {
  const lives = [...changesOf(changes, 'Pod').values()]
    .map(podLife)
    .filter((life) => life.includes('Ready=True') || !life.includes('deletion asked for'));
  return [...new Set(lives)].sort();
}

/**
 * A Deployment's conditions, one change after the other. `observedGeneration`, counters and their order depend on how
 * fast pods come up and are compared at the end.
 */
function deploymentLife(changes: readonly Change[]): readonly string[] {
  return [...changesOf(changes, 'Deployment').values()].map((life) =>
    distinct(life.map(({ object }) => conditionsText((object as Deployment).status.conditions ?? [])))
      .filter((text, place, all) => !isFlicker(text, place, all))
      .join('\n'),
  );
}

/** Available may fall and return while pods of a rollout come and go: how often is a race. */
function isFlicker(text: string, place: number, all: readonly string[]): boolean {
  return all.indexOf(text) !== place;
}

function finalCounts(changes: readonly Change[]): readonly string[] {
  const last = new Map<string, KubeObject>();
  for (const { verb, object } of changes) {
    const key = `${object.kind} ${anonymous(object.metadata.name)} ${object.metadata.uid}`;
    if (verb === 'delete') last.delete(key);
    else last.set(key, object);
  }
  return [...last.values()]
    .filter(({ kind }) => kind === DEPLOYMENT.kind || kind === REPLICA_SET.kind)
    .map((object) => {
      const { spec, status } = object as Deployment | ReplicaSet;
      const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
      return `${object.kind} wants ${spec.replicas} has ${replicas} ready ${readyReplicas} available ${availableReplicas}`;
    })
    .sort();
}

/** The sizes that each ReplicaSet was given, in order. */
function replicaSetSizes(changes: readonly Change[]): readonly string[] {
  return [...changesOf(changes, 'ReplicaSet').values()]
    .map((life) => distinct(life.map(({ object }) => String((object as ReplicaSet).spec.replicas))).join(' '))
    .sort();
}

/** Events of controllers and the scheduler. Hollow kubelets record none; texts that changed since are brought to one form. */
function told(changes: readonly Change[]): readonly string[] {
  const lines = changes
    .filter(({ verb, object }) => verb === 'create' && object.kind === EVENT.kind)
    .map(({ object }) => object as Event)
    .filter(({ source, reportingComponent }) => (source?.component ?? reportingComponent) !== 'kubelet')
    .map(({ reason, type, message = '', involvedObject }) => {
      const text = todaysFailure(anonymous(message))
        // "from N" since 1.28.
        .replace(/^(Scaled (?:up|down) replica set web-HASH) from \d+ to /, '$1 to ')
        // More than ten like it are told as one today as then; when ten are reached is a race.
        .replace('(combined from similar events): ', '');
      return `${type} ${reason} ${involvedObject.kind}: ${text}`;
    });
  return [...new Set(lines)].sort();
}

/** Rows are in the order of their names, which end in random letters. */
function inAnyOrder(block: string): string {
  const [header = '', ...rows] = block.split('\n');
  return [header, ...rows.sort()].join('\n');
}

/** Ages and addresses are of their world; columns are as wide as what stands in them, so runs of blanks are one. */
function table(text: string): string {
  return anonymous(text)
    .split('\n')
    .filter((line) => !/\bTerminating\b/.test(line))
    .map((line) =>
      line
        .replace(/\b\d+m?\d*s\b|\b\d+m\b/g, 'AGE')
        .replace(/\b\d+\.\d+\.\d+\.\d+\b/g, 'IP')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .join('\n')
    .trim()
    .split('\n\n')
    .map(inAnyOrder)
    .join('\n\n');
}

const TIMELINES = [
  'deployment-create',
  'deployment-rolling-update',
  'deployment-scale',
  'deployment-recreate',
  'deployment-surge0',
  'deployment-unschedulable-deadline',
  'pod-delete-replaced',
  'foreground-delete',
] as const;

/** How sizes change during this rollout depends on how fast pods come up: the first and the last are no race. */
const RACING = new Set<string>(['deployment-rolling-update']);

const missing = !existsSync(FOLDER);

describe.skipIf(missing)('recorded timelines of a real control plane (needs ../shared/data/oracle)', () => {
  for (const name of TIMELINES) {
    describe(name, () => {
      const recorded = missing ? [] : recordedChanges(name);
      const ours = missing ? { changes: [], printed: new Map<string, string>() } : play(name);

      it('pods live the same lives', () => {
        const lives = podLives(recorded).map(today);
        expect(podLives(ours.changes).map(today)).toEqual([...new Set(lives)].sort());
      });

      it('the Deployment says the same of itself, in the same order', () => {
        expect(deploymentLife(ours.changes)).toEqual(deploymentLife(recorded));
      });

      it('ReplicaSets are given the same sizes', () => {
        if (RACING.has(name)) {
          const ends = (sizes: readonly string[]) =>
            sizes.map((text) => [text.split(' ')[0], text.split(' ').at(-1)]);
          expect(ends(replicaSetSizes(ours.changes))).toEqual(ends(replicaSetSizes(recorded)));
        } else {
          expect(replicaSetSizes(ours.changes)).toEqual(replicaSetSizes(recorded));
        }
      });

      it('the same Events are recorded', () => {
        const scaled = (line: string) => !RACING.has(name) || !line.includes('ScalingReplicaSet');
        expect(told(ours.changes).filter(scaled)).toEqual(told(recorded).filter(scaled));
      });

      it('all ends with the same counts', () => {
        if (name === 'foreground-delete') return;
        expect(finalCounts(ours.changes)).toEqual(finalCounts(recorded));
      });

      for (const step of missing ? [] : stepsOf(name)) {
        if (!step.command.startsWith('kubectl get ')) continue;
        const reason = EXCEPTIONS[`${name}: ${step.command}`];
        it.skipIf(name === 'foreground-delete')(
          `${step.command} prints the same table${reason === undefined ? '' : ` (${reason})`}`,
          () => {
            expect(table(ours.printed.get(step.command) ?? '')).toBe(table(step.stdout));
          },
        );
      }
    });
  }

  it('foreground-delete: owners go after their dependents, and all are gone', () => {
    const gone = play('foreground-delete').changes.filter(
      ({ verb, object }) => verb === 'delete' && object.kind !== 'Event',
    );
    const order = distinct(gone.map(({ object }) => object.kind)).filter((kind) => kind !== 'EndpointSlice');
    expect(order).toEqual(['Pod', 'ReplicaSet', 'Deployment']);
    // The recording ends while its hollow pods terminate: both finalizers are there, as here.
    const held = (changes: readonly Change[]) =>
      [
        ...new Set(
          changes
            .filter(({ object }) => object.metadata.finalizers?.includes('foregroundDeletion'))
            .map(({ object }) => object.kind),
        ),
      ].sort();
    expect(held(play('foreground-delete').changes)).toEqual(held(recordedChanges('foreground-delete')));
  });

  it('scheduling-failures: each pod finds no node for the same reason', () => {
    const reasons = (changes: readonly Change[]) =>
      told(changes)
        .filter((line) => line.includes('FailedScheduling'))
        .map(todaysFailure)
        .sort();
    expect(reasons(play('scheduling-failures').changes)).toEqual(
      [...new Set(reasons(recordedChanges('scheduling-failures')))].sort(),
    );
  });
});

/** The condition of an unschedulable pod carries today's text. */
function today(life: string): string {
  return todaysFailure(life);
}

/** What the scheduler's texts of 1.20 have become. */
function todaysFailure(text: string): string {
  return (
    text
      // Selector and affinity are one reason since 1.23.
      .replaceAll(
        "node(s) didn't match Pod's node affinity.",
        "node(s) didn't match Pod's node affinity/selector.",
      )
      // The two reasons of required affinity are one since 1.21.
      .replaceAll(
        "3 node(s) didn't match pod affinity rules, 3 node(s) didn't match pod affinity/anti-affinity.",
        "3 node(s) didn't match pod affinity rules.",
      )
      // A pre-filter's refusal is not counted by nodes since 1.24.
      .replaceAll(
        '0/3 nodes are available: 3 persistentvolumeclaim',
        '0/3 nodes are available: persistentvolumeclaim',
      )
      // What preemption found is told since 1.24.
      .replaceAll(/ preemption: 0\/3 nodes are available: [^.]*\./g, '')
  );
}
