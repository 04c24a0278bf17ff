import fc from 'fast-check';
import { describe, test } from 'vitest';
import type { KubeObject, NewObject } from '../../core/api/object.ts';
import { isPodActive, isPodReady } from '../../core/kinds/pod/status.ts';
import { CONTROLLER_REVISION, DAEMON_SET, NODE, POD } from '../../core/kinds/registry.ts';
import type { EventRecord } from '../../core/log/record.ts';
import type { DaemonSet, Node, Pod, Taint } from '../../core/schema/types.generated.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../core/time.ts';
import { FrozenWorld } from '../testing/frozen-world.ts';
import { daemonSetController } from './daemon-set.ts';
import { eligibilityOf } from './daemon-set-eligibility.ts';
import { targetNode } from './daemon-set-pod.ts';

/** Nodes that daemons come to by their label. */
const LABEL = 'daemons';

type NodeState = 'plain' | 'cordoned' | 'unreachable' | 'no-schedule' | 'no-execute' | 'unlabelled';

type Step =
  | { readonly do: 'image'; readonly tag: number }
  | { readonly do: 'node'; readonly node: number; readonly state: NodeState }
  | { readonly do: 'addNode' | 'failPod' | 'deletePod'; readonly node: number }
  | { readonly do: 'restart'; readonly watchDelayMs: number; readonly latencyMs: number }
  | { readonly do: 'loseAnswer' }
  | { readonly do: 'run'; readonly ms: number };

const NODES_MAX = 6;
const node = fc.integer({ min: 0, max: NODES_MAX - 1 });
const image = fc.record({ do: fc.constant('image' as const), tag: fc.integer({ min: 1, max: 4 }) });
const nodeChange = fc.record({
  do: fc.constant('node' as const),
  node,
  state: fc.constantFrom<NodeState>(
    'plain',
    'cordoned',
    'unreachable',
    'no-schedule',
    'no-execute',
    'unlabelled',
  ),
});
const addNode = fc.record({ do: fc.constant('addNode' as const), node });
const mishap = fc.record({ do: fc.constantFrom('failPod' as const, 'deletePod' as const), node });
const restart = fc.record({
  do: fc.constant('restart' as const),
  watchDelayMs: fc.constantFrom(1, 50, 1500),
  latencyMs: fc.constantFrom(1, 20),
});
const loseAnswer = fc.record({ do: fc.constant('loseAnswer' as const) });
const run = fc.record({ do: fc.constant('run' as const), ms: fc.integer({ min: 1, max: 3000 }) });

interface Case {
  readonly nodes: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
  readonly steps: readonly Step[];
}

function caseOf(step: fc.Arbitrary<Step>): fc.Arbitrary<Case> {
  return fc
    .record({
      nodes: fc.integer({ min: 1, max: NODES_MAX }),
      limit: fc.integer({ min: 1, max: 3 }),
      surges: fc.boolean(),
      steps: fc.array(step, { minLength: 1, maxLength: 12 }),
    })
    .map(({ nodes, limit, surges, steps }) => ({
      nodes,
      maxSurge: surges ? limit : 0,
      maxUnavailable: surges ? 0 : limit,
      steps,
    }));
}

function manifest({ maxSurge, maxUnavailable }: Case): NewObject<DaemonSet> {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      updateStrategy: { rollingUpdate: { maxSurge, maxUnavailable } },
      template: {
        metadata: { labels: { app: 'agent' } },
        spec: {
          containers: [{ name: 'c', image: 'nginx:0' }],
          nodeSelector: { [LABEL]: 'yes' },
          terminationGracePeriodSeconds: 2,
        },
      },
    },
  };
}

interface Running {
  readonly world: FrozenWorld;
  readonly daemonSet: () => DaemonSet;
  readonly nodes: () => readonly Node[];
  readonly pods: () => readonly Pod[];
}

function addedNode(world: FrozenWorld, index: number): void {
  const name = `node-${index}`;
  if (world.server.state.get(NODE, undefined, name) !== undefined) return;
  world.create({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { [LABEL]: 'yes' } },
    spec: {},
  } as NewObject);
}

function begin(given: Case): Running {
  const world = new FrozenWorld([daemonSetController]);
  world.restart({ events: false });
  world.setPodLife({ start: 300 * MILLISECOND, spread: 70 * MILLISECOND, stop: 500 * MILLISECOND, nodes: 1 });
  for (let i = 0; i < given.nodes; i += 1) addedNode(world, i);
  world.create(manifest(given));
  world.run(10 * SECOND);
  return {
    world,
    daemonSet: () => world.server.state.get(DAEMON_SET, 'default', 'agent') as DaemonSet,
    nodes: () => world.server.state.list(NODE),
    pods: () => world.server.state.list(POD, 'default'),
  };
}

const TAINTS: Readonly<Record<NodeState, readonly Taint[]>> = {
  plain: [],
  unlabelled: [],
  cordoned: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }],
  unreachable: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }],
  'no-schedule': [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }],
  'no-execute': [{ key: 'dedicated', value: 'db', effect: 'NoExecute' }],
};

function perform({ world, pods }: Running, step: Step): void {
  const patch = (
    kind: typeof NODE | typeof DAEMON_SET,
    name: string,
    change: (stored: KubeObject) => KubeObject,
  ) =>
    world.request({
      verb: 'patch',
      kind: kind as typeof NODE,
      namespace: kind === NODE ? undefined : 'default',
      name,
      change,
    });
  switch (step.do) {
    case 'image':
      patch(DAEMON_SET, 'agent', (stored) => {
        const { spec } = stored as DaemonSet;
        const containers = [{ name: 'c', image: `nginx:${step.tag}` }];
        const template = { ...spec.template, spec: { ...spec.template.spec, containers } };
        return { ...stored, spec: { ...spec, template } } as KubeObject;
      });
      break;
    case 'node':
      patch(NODE, `node-${step.node}`, (stored) => {
        const labels = step.state === 'unlabelled' ? {} : { [LABEL]: 'yes' };
        const spec = { ...(stored as Node).spec, taints: TAINTS[step.state] };
        return { ...stored, metadata: { ...stored.metadata, labels }, spec } as KubeObject;
      });
      break;
    case 'addNode':
      addedNode(world, step.node);
      break;
    case 'failPod':
    case 'deletePod': {
      const pod = pods().find((candidate) => targetNode(candidate) === `node-${step.node}`);
      if (pod === undefined || pod.status.phase !== 'Running') break;
      const { name } = pod.metadata;
      if (step.do === 'deletePod') world.request({ verb: 'delete', kind: POD, namespace: 'default', name });
      else world.setPodStatus(name, { phase: 'Failed' }, false);
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
        ['create', 'controllerrevisions.apps'],
        ['updateStatus', 'daemonsets.apps'],
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

function watch(running: Running, check: (record: EventRecord) => string | undefined): string[] {
  const broken: string[] = [];
  running.world.journal.subscribe((record) => {
    if (record.type !== 'event') return;
    const complaint = check(record);
    if (complaint !== undefined) broken.push(`rv ${record.rv}, ${record.verb} ${record.key}: ${complaint}`);
  });
  return broken;
}

function none(broken: readonly string[]): void {
  if (broken.length > 0) throw new Error(broken.slice(0, 3).join('\n'));
}

function isDeletion({ kind, actor, verb, previous, next }: EventRecord): boolean {
  if (kind !== POD || actor !== daemonSetController.name || verb !== 'update') return false;
  return next?.metadata.deletionTimestamp !== undefined && previous?.metadata.deletionTimestamp === undefined;
}

const RUNS = { numRuns: 60 };

describe('a DaemonSet', () => {
  test('I16, I47: it settles with a pod of the newest template on each eligible node, whatever is late, refused or restarted', () => {
    fc.assert(
      fc.property(
        caseOf(fc.oneof(image, nodeChange, nodeChange, addNode, mishap, run, restart, loseAnswer)),
        (given) => {
          const running = begin(given);
          for (const step of given.steps) perform(running, step);
          // Expectations that nothing meets hold for five minutes, and each refusal doubles the wait, up to 1000 s.
          running.world.run(240 * MINUTE);
          const { spec, status, metadata } = running.daemonSet();
          let desired = 0;
          for (const one of running.nodes()) {
            const { name } = one.metadata;
            const { shouldRun, shouldContinue } = eligibilityOf(spec.template, one);
            const here = running.pods().filter((pod) => isPodActive(pod) && targetNode(pod) === name);
            if (shouldRun) desired += 1;
            if (shouldRun && here.length !== 1) throw new Error(`${here.length} pods on ${name}`);
            if (!shouldContinue && here.length > 0) throw new Error(`a pod on ${name}`);
            const images = here.map((pod) => pod.spec.containers[0]?.image);
            const wanted = spec.template.spec?.containers[0]?.image;
            if (shouldRun && images[0] !== wanted) throw new Error(`${images} on ${name}`);
          }
          if (status.desiredNumberScheduled !== desired || status.numberReady !== desired)
            throw new Error(`${desired} desired, status ${JSON.stringify(status)}`);
          if ((status.updatedNumberScheduled ?? 0) !== desired || (status.numberUnavailable ?? 0) !== 0)
            throw new Error(`${desired} desired, status ${JSON.stringify(status)}`);
          if (status.observedGeneration !== metadata.generation) throw new Error('status is behind');
          const templates = new Set(given.steps.flatMap((step) => (step.do === 'image' ? [step.tag] : [])));
          const revisions = running.world.server.state.list(CONTROLLER_REVISION).length;
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

  test('I16: never more than one pod on a node, and one more where it surges', () => {
    fc.assert(
      fc.property(caseOf(fc.oneof(image, nodeChange, addNode, mishap, run)), (given) => {
        const running = begin(given);
        const most = given.maxSurge > 0 ? 2 : 1;
        const broken = watch(running, ({ kind }) => {
          if (kind !== POD) return undefined;
          const counts = new Map<string, number>();
          for (const pod of running.pods()) {
            const name = targetNode(pod) ?? '';
            if (isPodActive(pod)) counts.set(name, (counts.get(name) ?? 0) + 1);
          }
          const crowded = [...counts].find(([, count]) => count > most);
          return crowded === undefined ? undefined : `${crowded[1]} pods on ${crowded[0]}`;
        });
        for (const step of given.steps) perform(running, step);
        running.world.run(MINUTE);
        none(broken);
      }),
      RUNS,
    );
  });

  test('I17, I18: neither an unreachable node nor a NoSchedule taint ends a pod', () => {
    fc.assert(
      fc.property(
        caseOf(
          fc.oneof(
            fc.record({
              do: fc.constant('node' as const),
              node,
              state: fc.constantFrom<NodeState>('plain', 'cordoned', 'unreachable', 'no-schedule'),
            }),
            addNode,
            run,
          ),
        ),
        (given) => {
          const running = begin(given);
          const broken = watch(running, (record) => (isDeletion(record) ? 'it is ended' : undefined));
          for (const step of given.steps) perform(running, step);
          running.world.run(MINUTE);
          none(broken);
        },
      ),
      RUNS,
    );
  });

  test('an update ends no more available pods than maxUnavailable allows, and none that a surge does not make up for', () => {
    fc.assert(
      fc.property(caseOf(fc.oneof(image, run)), (given) => {
        const running = begin(given);
        const broken = watch(running, (record) => {
          if (!isDeletion(record)) return undefined;
          let available = 0;
          for (const one of running.nodes()) {
            const isServed = running
              .pods()
              .some((pod) => isPodActive(pod) && isPodReady(pod) && targetNode(pod) === one.metadata.name);
            if (isServed) available += 1;
          }
          const least = running.nodes().length - given.maxUnavailable;
          return available < least ? `${available} of ${running.nodes().length} nodes are served` : undefined;
        });
        for (const step of given.steps) {
          // A template that comes while pods of the last one are still to get ready replaces these as well.
          if (step.do === 'image') running.world.run(MINUTE);
          perform(running, step);
        }
        running.world.run(MINUTE);
        none(broken);
      }),
      RUNS,
    );
  });
});
