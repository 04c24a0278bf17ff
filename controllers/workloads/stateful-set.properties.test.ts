import fc from 'fast-check';
import { describe, test } from 'vitest';
import type { KubeObject, NewObject } from '../../core/api/object.ts';
import { isPodReady } from '../../core/kinds/pod/status.ts';
import {
  CONTROLLER_REVISION,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  STATEFUL_SET,
} from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { Pod, StatefulSet } from '../../core/schema/types.generated.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../core/time.ts';
import { FrozenWorld } from '../testing/frozen-world.ts';
import { statefulSetController } from './stateful-set.ts';
import { ordinalOf } from './stateful-set-identity.ts';

/** What may happen to a StatefulSet while it is watched. */
type Step =
  | { readonly do: 'image'; readonly tag: number }
  | { readonly do: 'scale'; readonly replicas: number }
  | { readonly do: 'deletePod' | 'failPod' | 'unready'; readonly ordinal: number }
  | { readonly do: 'restart'; readonly watchDelayMs: number; readonly latencyMs: number }
  | { readonly do: 'loseAnswer' }
  | { readonly do: 'run'; readonly ms: number };

const image = fc.record({ do: fc.constant('image' as const), tag: fc.integer({ min: 1, max: 4 }) });
const scale = fc.record({ do: fc.constant('scale' as const), replicas: fc.integer({ min: 1, max: 6 }) });
const mishap = fc.record({
  do: fc.constantFrom('deletePod' as const, 'failPod' as const, 'unready' as const),
  ordinal: fc.integer({ min: 0, max: 5 }),
});
const restart = fc.record({
  do: fc.constant('restart' as const),
  watchDelayMs: fc.constantFrom(1, 50, 1500),
  latencyMs: fc.constantFrom(1, 20),
});
const loseAnswer = fc.record({ do: fc.constant('loseAnswer' as const) });
const run = fc.record({ do: fc.constant('run' as const), ms: fc.integer({ min: 1, max: 3000 }) });

interface Case {
  readonly replicas: number;
  readonly partition: number;
  readonly isParallel: boolean;
  readonly start: number;
  readonly steps: readonly Step[];
}

function caseOf(step: fc.Arbitrary<Step>, more: Partial<Case> = {}): fc.Arbitrary<Case> {
  return fc
    .record({
      replicas: fc.integer({ min: 1, max: 5 }),
      partition: fc.integer({ min: 0, max: 3 }),
      isParallel: fc.boolean(),
      start: fc.constantFrom(0, 0, 7),
      steps: fc.array(step, { minLength: 1, maxLength: 12 }),
    })
    .map((given) => ({ ...given, ...more }));
}

function manifest({ replicas, partition, isParallel, start }: Case): NewObject<StatefulSet> {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      replicas,
      serviceName: 'db',
      podManagementPolicy: isParallel ? 'Parallel' : 'OrderedReady',
      ordinals: { start },
      selector: { matchLabels: { app: 'db' } },
      updateStrategy: { rollingUpdate: { partition } },
      template: {
        metadata: { labels: { app: 'db' } },
        spec: { containers: [{ name: 'c', image: 'nginx:0' }], terminationGracePeriodSeconds: 2 },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  };
}

interface Running {
  readonly world: FrozenWorld;
  readonly set: () => StatefulSet;
  readonly pods: () => readonly Pod[];
  readonly change: (change: (set: StatefulSet) => StatefulSet) => void;
}

function begin(given: Case): Running {
  const world = new FrozenWorld([statefulSetController]);
  world.restart({ events: false });
  world.setPodLife({ start: 300 * MILLISECOND, spread: 70 * MILLISECOND, stop: 500 * MILLISECOND, nodes: 3 });
  world.create(manifest(given));
  world.run(10 * SECOND);
  return {
    world,
    set: () => world.server.state.get(STATEFUL_SET, 'default', 'db') as StatefulSet,
    pods: () => world.server.state.list(POD, 'default'),
    change: (change) => {
      world.request({
        verb: 'patch',
        kind: STATEFUL_SET,
        namespace: 'default',
        name: 'db',
        change: (stored: KubeObject) => change(stored as StatefulSet),
      });
    },
  };
}

function perform({ world, change, set, pods }: Running, step: Step): void {
  switch (step.do) {
    case 'image':
      change((stored) => {
        const { template } = stored.spec;
        const containers = [{ name: 'c', image: `nginx:${step.tag}` }];
        const next = { ...template, spec: { ...template.spec, containers } };
        return { ...stored, spec: { ...stored.spec, template: next } };
      });
      break;
    case 'scale':
      change((stored) => ({ ...stored, spec: { ...stored.spec, replicas: step.replicas } }));
      break;
    case 'deletePod':
    case 'failPod':
    case 'unready': {
      const name = `db-${(set().spec.ordinals?.start ?? 0) + step.ordinal}`;
      const pod = pods().find(({ metadata }) => metadata.name === name);
      if (pod === undefined || pod.status.phase !== 'Running') break;
      if (step.do === 'deletePod') world.request({ verb: 'delete', kind: POD, namespace: 'default', name });
      else world.setPodStatus(name, { phase: step.do === 'failPod' ? 'Failed' : 'Running' }, false);
      break;
    }
    case 'restart':
      world.restart({
        watchDelay: step.watchDelayMs * MILLISECOND,
        latency: step.latencyMs * MILLISECOND,
      });
      break;
    case 'loseAnswer':
      for (const [verb, resource] of [
        ['create', 'pods'],
        ['delete', 'pods'],
        ['create', 'persistentvolumeclaims'],
        ['create', 'controllerrevisions.apps'],
        ['updateStatus', 'statefulsets.apps'],
      ] as const) {
        const message = 'Internal error occurred: etcdserver: request timed out';
        world.refuse({ verb, resource, reason: 'InternalError', message, cause: undefined, times: 1 });
      }
      break;
    case 'run':
      world.run(step.ms * MILLISECOND);
      break;
  }
}

/** Each pod that is unready gets ready again: what a kubelet would bring about. */
function mend({ world, pods }: Running): void {
  for (const pod of pods()) {
    const isStopping = pod.metadata.deletionTimestamp !== undefined || pod.status.phase !== 'Running';
    if (!isStopping && !isPodReady(pod)) world.setPodStatus(pod.metadata.name, { phase: 'Running' }, true);
  }
}

function isRunningAndReady(pod: Pod): boolean {
  return pod.status.phase === 'Running' && isPodReady(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** What the controller sees is a little old: for so long a pod may have been what it isn't any more. */
const LAG = 10 * MILLISECOND;

/** Until when each pod was last running and ready. */
class Readiness {
  private readonly until = new Map<string, number>();
  private readonly ready = new Set<string>();

  observe({ t, next, key }: EventRecord): void {
    if (next !== undefined && isRunningAndReady(next as Pod)) this.ready.add(key);
    else if (this.ready.delete(key)) this.until.set(key, t);
  }

  wasReady(name: string, now: number): boolean {
    const key = `default/${name}`;
    return this.ready.has(key) || now - (this.until.get(key) ?? Number.NEGATIVE_INFINITY) <= LAG;
  }
}

/** Checked at each write of the controller about a pod; the readiness is that of before. */
function watch(
  running: Running,
  check: (record: EventRecord, readiness: Readiness) => string | undefined,
): string[] {
  const broken: string[] = [];
  const readiness = new Readiness();
  for (const pod of running.pods()) {
    readiness.observe({ t: 0, next: pod, key: `default/${pod.metadata.name}` } as unknown as EventRecord);
  }
  running.world.journal.subscribe((record) => {
    if (record.type !== 'event' || record.kind !== POD) return;
    const complaint = record.actor === statefulSetController.name ? check(record, readiness) : undefined;
    readiness.observe(record);
    if (complaint !== undefined) broken.push(`rv ${record.rv}, ${record.verb} ${record.key}: ${complaint}`);
  });
  return broken;
}

function none(broken: readonly string[]): void {
  if (broken.length > 0) throw new Error(broken.slice(0, 3).join('\n'));
}

function isDeletion({ verb, previous, next }: EventRecord): boolean {
  if (verb !== 'update') return verb === 'delete';
  return next?.metadata.deletionTimestamp !== undefined && previous?.metadata.deletionTimestamp === undefined;
}

/** Rounds after which somebody looks at what does not move. */
const ROUNDS_BEFORE_HELP = 40;

/**
 * Of several failed pods that are to go, each waits for the lower one to be well, and the lowest for its turn: the real
 * controller is stuck there too (`processCondemned` of pkg/controller/statefulset), until somebody deletes them.
 */
function removeFailedBeyond({ world, pods, set }: Running): void {
  const { ordinals, replicas = 1 } = set().spec;
  const end = (ordinals?.start ?? 0) + replicas;
  for (const { metadata, status } of pods()) {
    const ordinal = Number(metadata.name.slice(metadata.name.lastIndexOf('-') + 1));
    if (status.phase !== 'Failed' || ordinal < end) continue;
    world.request({ verb: 'delete', kind: POD, namespace: 'default', name: metadata.name });
  }
}

const RUNS = { numRuns: 60 };

describe('a StatefulSet', () => {
  test('I2, I3, I6: in order, a pod is made when those before it are ready, and ended when those after it are gone', () => {
    fc.assert(
      fc.property(
        caseOf(fc.oneof(image, scale, mishap, run, run), { isParallel: false, partition: 0 }),
        (given) => {
          const running = begin(given);
          const first = given.start;
          const broken = watch(running, (record, readiness) => {
            const pod = (record.next ?? record.previous) as Pod;
            const ordinal = ordinalOf(pod);
            if (record.verb === 'create') {
              for (let before = first; before < ordinal; before += 1) {
                if (!readiness.wasReady(`db-${before}`, record.t)) return `db-${before} is not ready`;
              }
              return undefined;
            }
            // A pod that has ended is replaced at once, whatever the others do.
            if (!isDeletion(record) || (record.previous as Pod).status.phase !== 'Running') return undefined;
            const isScaledAway = ordinal >= first + (running.set().spec.replicas ?? 1);
            for (const other of running.pods()) {
              const after = ordinalOf(other);
              if (after <= ordinal) continue;
              if (isScaledAway) return `${other.metadata.name} is still there`;
              if (!readiness.wasReady(other.metadata.name, record.t))
                return `${other.metadata.name} is not ready`;
            }
            return undefined;
          });
          for (const step of given.steps) perform(running, step);
          for (let round = 0; round < 30; round += 1) {
            mend(running);
            running.world.run(SECOND);
          }
          none(broken);
        },
      ),
      RUNS,
    );
  });

  test('I6: in parallel too, an update waits for each new pod before it takes the next one', () => {
    fc.assert(
      fc.property(caseOf(fc.oneof(image, mishap, run), { isParallel: true, partition: 0 }), (given) => {
        const running = begin(given);
        const broken = watch(running, (record, readiness) => {
          if (!isDeletion(record) || (record.previous as Pod).status.phase !== 'Running') return undefined;
          const ordinal = ordinalOf(record.previous as Pod);
          const waiting = running
            .pods()
            .find((pod) => ordinalOf(pod) > ordinal && !readiness.wasReady(pod.metadata.name, record.t));
          return waiting === undefined ? undefined : `${waiting.metadata.name} is not ready`;
        });
        for (const step of given.steps) perform(running, step);
        for (let round = 0; round < 30; round += 1) {
          mend(running);
          running.world.run(SECOND);
        }
        none(broken);
      }),
      RUNS,
    );
  });

  test('I4: pods below the partition keep the template from before, even when they are made anew', () => {
    fc.assert(
      fc.property(caseOf(fc.oneof(image, mishap, run), { replicas: 5 }), (given) => {
        const running = begin(given);
        const broken = watch(running, ({ verb, next }) => {
          if (verb !== 'create') return undefined;
          const pod = next as Pod;
          const isBelow = ordinalOf(pod) < given.start + given.partition;
          const [container] = pod.spec.containers;
          return isBelow && container?.image !== 'nginx:0'
            ? `${container?.image} below the partition`
            : undefined;
        });
        for (const step of given.steps) perform(running, step);
        for (let round = 0; round < 40; round += 1) {
          mend(running);
          running.world.run(SECOND);
        }
        none(broken);
      }),
      RUNS,
    );
  });

  test('I1, I5, I47: whatever is late, refused or restarted, it settles with one pod a name, and keeps every claim', () => {
    fc.assert(
      fc.property(
        caseOf(fc.oneof(image, scale, mishap, run, restart, loseAnswer), { partition: 0 }),
        (given) => {
          const running = begin(given);
          const { state } = running.world.server;
          const lost: string[] = [];
          running.world.journal.subscribe((record) => {
            if (record.type !== 'event' || record.kind !== PERSISTENT_VOLUME_CLAIM) return;
            if (record.verb !== 'create') lost.push(`${record.verb} ${record.key}`);
          });
          for (const step of given.steps) perform(running, step);
          for (let round = 0; round < 90; round += 1) {
            mend(running);
            if (round === ROUNDS_BEFORE_HELP) removeFailedBeyond(running);
            // Each refusal doubles its wait, up to 1000 s.
            running.world.run(round < ROUNDS_BEFORE_HELP ? SECOND : 5 * MINUTE);
          }
          none(lost);
          const { spec, status, metadata } = running.set();
          const names = running.pods().map((pod) => pod.metadata.name);
          const wanted = Array.from({ length: spec.replicas ?? 1 }, (_, i) => `db-${given.start + i}`);
          if (names.join() !== wanted.sort().join()) throw new Error(`${names} instead of ${wanted}`);
          const images = new Set(running.pods().map((pod) => pod.spec.containers[0]?.image));
          const image = spec.template.spec?.containers[0]?.image;
          if (images.size !== 1 || !images.has(image)) throw new Error(`${[...images]} instead of ${image}`);
          if (status.readyReplicas !== spec.replicas || status.availableReplicas !== spec.replicas)
            throw new Error(`status ${JSON.stringify(status)}`);
          if (status.currentRevision !== status.updateRevision || status.updatedReplicas !== spec.replicas)
            throw new Error(`status ${JSON.stringify(status)}`);
          if (status.observedGeneration !== metadata.generation) throw new Error('status is behind');
          const templates = new Set(given.steps.flatMap((step) => (step.do === 'image' ? [step.tag] : [])));
          const revisions = state.list(CONTROLLER_REVISION).length;
          if (revisions > templates.size + 1) throw new Error(`${revisions} revisions`);
          running.world.takeRecords();
          running.world.run(10 * MINUTE);
          const more = running.world.story();
          if (more.length > 0) throw new Error(`it is not at rest: ${more.slice(0, 3)}`);
        },
      ),
      RUNS,
    );
  });
});
