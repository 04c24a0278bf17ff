import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../core/api/object.ts';
import { DEPLOYMENT, NODE, POD, REPLICA_SET } from '../core/kinds/registry.ts';
import type { Deployment, Node, Pod } from '../core/schema/types.generated.ts';
import type { View } from '../core/store/view.ts';
import { readScenario } from './scenario/resolve.ts';
import type { Scenario } from './scenario/scenario.ts';
import { loggedRun, reExecuted } from './testing/logged-run.ts';

/** A scenario as a person would write it, as plain data. */
interface Written {
  readonly seed: number;
  readonly nodes: number;
  readonly minutes: number;
  readonly manifests: readonly object[];
  readonly timeline: readonly object[];
}

function scenarioOf({ seed, nodes, minutes, manifests, timeline }: Written): Scenario {
  const read = readScenario({
    apiVersion: 'wavetank.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'drawn' },
    spec: {
      seed,
      duration: `${minutes}m`,
      cluster: { nodeGroups: [{ name: 'node', count: nodes }] },
      manifests,
      behaviors: [{ startup: { p50: '2s', p99: '10s' }, shutdown: { p50: '1s', p99: '5s' } }],
      timeline,
    },
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.scenario;
}

interface App {
  readonly name: string;
  readonly replicas: number;
  readonly cpu: number;
  readonly isProbed: boolean;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

function deployment({ name, replicas, cpu, isProbed, maxSurge, maxUnavailable }: App): object {
  const probe = isProbed
    ? { readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 5 } }
    : undefined;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      strategy: { rollingUpdate: { maxSurge, maxUnavailable } },
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            { name: 'main', image: `${name}:1`, resources: { requests: { cpu: `${cpu}m` } }, ...probe },
          ],
        },
      },
    },
  };
}

function appNamed(name: string): App {
  return { name, replicas: 3, cpu: 100, isProbed: true, maxSurge: 1, maxUnavailable: 0 };
}

function service(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  };
}

function byKind<T extends KubeObject>(view: View, kind: Parameters<View['list']>[0]): readonly T[] {
  return view.list(kind) as readonly KubeObject[] as readonly T[];
}

/** What two runs that were asked for the same have in common, whatever was drawn. */
function endState(view: View): object {
  return {
    deployments: byKind<Deployment>(view, DEPLOYMENT).map(({ metadata, spec, status }) => ({
      name: metadata.name,
      images: spec?.template.spec?.containers.map(({ image }) => image),
      replicas: status.replicas,
      updated: status.updatedReplicas,
      available: status.availableReplicas,
    })),
    nodes: byKind<Node>(view, NODE).map(({ metadata, status }) => [
      metadata.name,
      status.conditions?.find(({ type }) => type === 'Ready')?.status,
    ]),
    pods: byKind<Pod>(view, POD)
      .map(({ metadata, status }) => `${metadata.labels?.app} ${status.phase}`)
      .sort(),
    replicaSets: byKind(view, REPLICA_SET).length,
  };
}

const STORM: Written = {
  seed: 1,
  nodes: 4,
  minutes: 20,
  manifests: [deployment(appNamed('web')), service('web'), deployment(appNamed('api'))],
  timeline: [
    { at: '1m', setImage: 'deployment/web', container: 'main', image: 'web:2' },
    { at: '2m', fault: 'node-crash', node: { hosting: { selector: { app: 'api' } } }, for: '10m' },
    { at: '3m', fault: 'controller-crash', controller: 'kube-controller-manager', for: '1m' },
    { at: '5m', scale: 'deployment/api', replicas: 5 },
    { at: '6m', fault: 'container-crash', pods: { selector: { app: 'web' } } },
    { at: '7m', restart: 'deployment/web' },
  ],
};

function recordLines(log: string): readonly string[] {
  return log.split('\n').filter((line) => line.startsWith('{"rv":'));
}

describe('the same storm, every time', () => {
  const first = loggedRun(scenarioOf(STORM));

  test('the same scenario and seed give the same log, byte for byte', () => {
    const second = loggedRun(scenarioOf(STORM));
    expect(second.text === first.text).toBe(true);
    expect(second.sha256).toBe(first.sha256);
  });

  test('a log executes again to the same bytes from its stimuli alone', () => {
    const again = reExecuted(first);
    expect(again.text === first.text).toBe(true);
  });

  test('looking at a run does not change it', () => {
    let looks = 0;
    const watched = loggedRun(scenarioOf(STORM), {
      onProgress: (_now, { view }) => {
        looks += view.list(POD).length;
        return false;
      },
    });
    expect(looks).toBeGreaterThan(0);
    expect(watched.sha256).toBe(first.sha256);
  });

  test('an expectation that only looks leaves every event as it was', () => {
    const scenario = scenarioOf(STORM);
    const asked = loggedRun({
      ...scenario,
      expect: [{ type: 'always', name: 'web', expression: 'available(deployment/web) >= 1' }],
    });
    expect(asked.sha256).not.toBe(first.sha256);
    // Only the scenario itself, which is the first record, differs, and with it the hash.
    expect(recordLines(asked.text).slice(1)).toEqual(recordLines(first.text).slice(1));
  });

  test('another seed gives another history, and the same end', () => {
    const other = loggedRun(scenarioOf({ ...STORM, seed: 2 }));
    expect(other.sha256).not.toBe(first.sha256);
    expect(endState(other.outcome.simulation.view)).toEqual(endState(first.outcome.simulation.view));
    expect(reExecuted(other).sha256).toBe(other.sha256);
  });
});

const names = ['web', 'api', 'db'];

const app = (name: string): fc.Arbitrary<App> =>
  fc
    .record({
      name: fc.constant(name),
      replicas: fc.integer({ min: 1, max: 4 }),
      cpu: fc.constantFrom(50, 200, 500),
      isProbed: fc.boolean(),
      maxSurge: fc.integer({ min: 0, max: 2 }),
      maxUnavailable: fc.integer({ min: 0, max: 2 }),
    })
    // Kubernetes refuses a strategy that may change nothing.
    .map((drawn) => (drawn.maxSurge + drawn.maxUnavailable === 0 ? { ...drawn, maxSurge: 1 } : drawn));

const second = (least: number, most: number): fc.Arbitrary<string> =>
  fc.integer({ min: least * 1000, max: most * 1000 }).map((milliseconds) => `${milliseconds}ms`);

function action(count: number, nodes: number): fc.Arbitrary<object> {
  const at = second(2, 300);
  const length = second(1, 480);
  const name = fc.constantFrom(...names.slice(0, count));
  const node = fc.oneof(
    fc.integer({ min: 1, max: nodes }).map((number) => `node-${number}`),
    fc.constant({ any: {} }),
    name.map((app) => ({ hosting: { selector: { app } } })),
  );
  return fc.oneof(
    fc.record({ at, name, image: fc.integer({ min: 2, max: 4 }) }).map(({ at, name, image }) => ({
      at,
      setImage: `deployment/${name}`,
      container: 'main',
      image: `${name}:${image}`,
    })),
    fc
      .record({ at, name, replicas: fc.integer({ min: 1, max: 5 }) })
      .map(({ at, name, replicas }) => ({ at, scale: `deployment/${name}`, replicas })),
    fc.record({ at, name }).map(({ at, name }) => ({ at, restart: `deployment/${name}` })),
    fc
      .record({ at, number: fc.integer({ min: 1, max: nodes }) })
      .map(({ at, number }) => ({ at, cordon: `node-${number}` })),
    fc
      .record({
        at,
        name,
        propagationPolicy: fc.constantFrom('Background', 'Foreground', 'Orphan'),
      })
      .map(({ name, ...rest }) => ({ ...rest, delete: `deployment/${name}` })),
    fc
      .record({ at, node, length, fault: fc.constantFrom('node-crash', 'node-partition') })
      .map(({ at, node, length, fault }) => ({ at, fault, node, for: length })),
    fc
      .record({
        at,
        length,
        controller: fc.constantFrom('kube-controller-manager', 'kube-scheduler'),
      })
      .map(({ at, length, controller }) => ({ at, fault: 'controller-crash', controller, for: length })),
    fc.record({ at, name, exitCode: fc.constantFrom(0, 1, 137) }).map(({ at, name, exitCode }) => ({
      at,
      fault: 'container-crash',
      pods: { selector: { app: name } },
      exitCode,
    })),
    fc
      .record({ at, name, length })
      .map(({ at, name, length }) => ({ at, fault: 'image-pull-failure', image: `${name}:*`, for: length })),
  );
}

/** What people do when all faults are over: nodes take pods again, and what was deleted is there once more. */
function cleanUp({ nodes, manifests }: Written): readonly object[] {
  const names = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);
  return [...names.map((node) => ({ at: '14m', uncordon: node })), { at: '14m', apply: manifests }];
}

const storm: fc.Arbitrary<Written> = fc
  .record({ nodes: fc.integer({ min: 2, max: 4 }), count: fc.integer({ min: 1, max: 3 }) })
  .chain(({ nodes, count }) =>
    fc.record({
      seed: fc.nat(),
      nodes: fc.constant(nodes),
      // The last fault has ended after 13 minutes; a node that is lost then is given up 6 minutes later, and a
      // back-off is 5 minutes at most.
      minutes: fc.constant(40),
      manifests: fc.tuple(...names.slice(0, count).map(app)).map((apps) => apps.map(deployment)),
      timeline: fc.array(action(count, nodes), { maxLength: 8 }),
    }),
  )
  .map((drawn) => ({ ...drawn, timeline: [...drawn.timeline, ...cleanUp(drawn)] }));

/** The node is back just before it is declared lost: its pods, marked unready, must become ready again. */
const LOST_FOR_A_MOMENT: Written = {
  seed: 0,
  nodes: 2,
  minutes: 5,
  manifests: ['web', 'api'].map((name) => deployment({ ...appNamed(name), replicas: 2, isProbed: false })),
  timeline: [
    { at: '60s', fault: 'node-partition', node: { hosting: { selector: { app: 'web' } } }, for: '51s' },
  ],
};

/** What is not as it should be once everything is over. */
function complaints(view: View): readonly string[] {
  const nodes = byKind<Node>(view, NODE).filter(
    ({ status }) => status.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True',
  );
  const deployments = byKind<Deployment>(view, DEPLOYMENT).filter(({ spec, status, metadata }) => {
    const wanted = spec?.replicas ?? 1;
    const counts = [status.replicas, status.updatedReplicas, status.readyReplicas, status.availableReplicas];
    return status.observedGeneration !== metadata.generation || counts.some((count) => count !== wanted);
  });
  const wanted = byKind<Deployment>(view, DEPLOYMENT).reduce(
    (sum, { spec }) => sum + (spec?.replicas ?? 1),
    0,
  );
  const pods = byKind<Pod>(view, POD);
  return [
    ...nodes.map(({ metadata }) => `node ${metadata.name} is not ready`),
    ...deployments.map(({ metadata, status }) => `deployment ${metadata.name}: ${JSON.stringify(status)}`),
    ...(pods.length === wanted ? [] : [`${pods.length} pods instead of ${wanted}`]),
    ...pods
      .filter(({ spec }) => spec.nodeName === undefined)
      .map(({ metadata }) => `pod ${metadata.name} has no node`),
  ];
}

describe('storms that nobody thought of', () => {
  test('execute again to the same bytes, and leave a cluster that is whole when they are over', () => {
    fc.assert(
      fc.property(storm, (written) => {
        const run = loggedRun(scenarioOf(written));
        // What comes when its target is not there does nothing, and says so.
        const refusals = run.outcome.simulation.refusals.filter(
          ({ message }) => !/hits nothing|not found/.test(message),
        );
        expect(refusals).toEqual([]);
        expect(reExecuted(run).sha256).toBe(run.sha256);
        expect(complaints(run.outcome.simulation.view)).toEqual([]);
      }),
      {
        examples: [[LOST_FOR_A_MOMENT]],
        numRuns: Number(process.env.STORMS ?? 40),
        seed: Number(process.env.STORM_SEED ?? 20260101),
      },
    );
  }, 120_000);
});
