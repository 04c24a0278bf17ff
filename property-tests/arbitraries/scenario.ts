import fc from 'fast-check';
import { DEFAULT_START, MILLISECOND, MINUTE, SECOND } from '../../core/time.ts';
import type { KubernetesSettings } from '../../sim/scenario/flags.ts';
import type {
  ClusterSpec,
  ContainerBehavior,
  RequestCost,
  Scenario,
  TimelineEntry,
  TimeSpread,
  TrafficFlow,
} from '../../sim/scenario/scenario.ts';
import { DEFAULT_CLUSTER } from '../../sim/scenario/schema/cluster.ts';
import { type App, app } from './app.ts';
import { manifestsOf, usageOf } from './objects.ts';
import type { Place, Workload } from './place.ts';
import { timeline } from './timeline.ts';
import { workloadNamed, workloadsOf } from './workload.ts';

/** Most runs are at rest long before; one that is not has all the time that it needs. */
const CASE_DURATION = 15 * MINUTE;
const APPS = ['web', 'api'];
const ENTRIES_MAX = 7;

function settings(qps: number, burst: number): KubernetesSettings {
  const { kubernetes } = DEFAULT_CLUSTER;
  return {
    ...kubernetes,
    // Event objects are half of all writes, and nothing depends on them.
    events: false,
    kubeControllerManager: {
      ...kubernetes.kubeControllerManager,
      'kube-api-qps': qps,
      'kube-api-burst': burst,
    },
  };
}

/** Three nodes, now and then two or four, with room for most of what is asked. */
export const cluster: fc.Arbitrary<ClusterSpec> = fc
  .record({
    count: fc.constantFrom(2, 3, 3, 3, 4),
    cpu: fc.constantFrom('2', '4', '4'),
    isThrottled: fc.integer({ min: 0, max: 4 }).map((drawn) => drawn === 0),
  })
  .map(({ count, cpu, isThrottled }) => ({
    kubernetes: isThrottled ? settings(2, 2) : settings(20, 30),
    nodeGroups: DEFAULT_CLUSTER.nodeGroups.map((group) => ({
      ...group,
      count,
      min: count,
      max: count,
      machine: { ...group.machine, cpu },
    })),
  }));

const spread = (mostSeconds: number): fc.Arbitrary<TimeSpread> =>
  fc
    .record({
      p50: fc.integer({ min: 0, max: mostSeconds * 10 }),
      more: fc.integer({ min: 0, max: mostSeconds * 10 }),
    })
    .map(({ p50, more }) => ({ p50: p50 * 100 * MILLISECOND, p99: (p50 + more) * 100 * MILLISECOND }));

/** What the programs do: how long they take, and a readiness that is lost for a while. */
const behavior: fc.Arbitrary<ContainerBehavior> = fc
  .record({
    startup: spread(10),
    shutdown: spread(5),
    unready: fc.option(
      fc.record({ after: fc.integer({ min: 5, max: 90 }), for: fc.integer({ min: 5, max: 40 }) }),
      { nil: undefined, freq: 2 },
    ),
  })
  .map(({ startup, shutdown, unready }) => ({
    match: {},
    startup,
    shutdown,
    ...(unready === undefined
      ? {}
      : { unready: [{ after: unready.after * SECOND, for: unready.for * SECOND }] }),
  }));

/** Requests from outside to one app, and what each costs it. */
interface Load {
  readonly app: string;
  readonly flow: TrafficFlow;
  readonly cost: RequestCost;
}

/** One case in sixteen has traffic: it makes usage, and so autoscalers, move. */
const load: fc.Arbitrary<Load | undefined> = fc.oneof(
  { weight: 15, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc
      .record({
        app: fc.constantFrom(...APPS),
        rate: fc.constantFrom(5, 20, 60),
        cpu: fc.constantFrom(2, 5, 10),
      })
      .map(
        ({ app: name, rate, cpu }): Load => ({
          app: name,
          flow: {
            name,
            to: { namespace: 'default', name },
            shape: { type: 'constant', rate: rate * 1000 },
            spikes: [],
          },
          cost: {
            cpu: cpu * MILLISECOND,
            latency: 5 * MILLISECOND,
            memory: 0,
            calls: [],
            timeout: SECOND,
          },
        }),
      ),
  },
);

/** Apps with an autoscaler use what it looks at; otherwise all programs behave alike. */
function behaviorsOf(
  common: ContainerBehavior,
  apps: readonly App[],
  loaded: Load | undefined,
): readonly ContainerBehavior[] {
  const own = apps.flatMap((one): readonly ContainerBehavior[] => {
    const match = { labels: { app: one.name } };
    if (loaded?.app === one.name) return [{ ...common, match, request: loaded.cost }];
    const cpu = usageOf(one);
    return cpu === undefined ? [] : [{ ...common, match, usage: { cpu } }];
  });
  return [...own, common];
}

function placeOf({ nodeGroups }: ClusterSpec, workloads: readonly Workload[], hasLoad: boolean): Place {
  return {
    nodes: nodeGroups.flatMap(({ name, count }) =>
      Array.from({ length: count }, (_, i) => `${name}-${i + 1}`),
    ),
    zones: [...new Set(nodeGroups.flatMap(({ zones, count }) => zones.slice(0, count)))],
    workloads,
    hasLoad,
  };
}

/** The timelines of the few clusters that are drawn: an arbitrary takes longer to make than a value of it. */
const timelines = new Map<string, fc.Arbitrary<readonly TimelineEntry[]>>();

function timelineFor(drawnCluster: ClusterSpec, hasLoad: boolean): fc.Arbitrary<readonly TimelineEntry[]> {
  const id =
    drawnCluster.nodeGroups.map(({ name, count }) => `${name} ${count}`).join() + (hasLoad ? ' loaded' : '');
  let known = timelines.get(id);
  if (known === undefined) {
    known = timeline(placeOf(drawnCluster, APPS.map(workloadNamed), hasLoad), ENTRIES_MAX);
    timelines.set(id, known);
  }
  return known;
}

/** A whole case: a small cluster, two workloads, what is done to them and what befalls them, and then quiet. */
export const scenario: fc.Arbitrary<Scenario> = fc
  .record({ seed: fc.nat(), cluster, apps: fc.tuple(...APPS.map(app)), behavior, load })
  .chain(({ seed, cluster, apps, behavior, load }) =>
    timelineFor(cluster, load !== undefined).map(
      (entries): Scenario => ({
        name: 'fuzz',
        seed,
        startTime: DEFAULT_START,
        duration: CASE_DURATION,
        cluster,
        manifests: apps.flatMap(manifestsOf),
        behaviors: behaviorsOf(behavior, apps, load),
        ...(load === undefined ? {} : { traffic: [load.flow] }),
        timeline: entries,
        expect: [],
      }),
    ),
  );

/**
 * A scenario that somebody wrote, with another timeline: its cluster, objects, behaviours, traffic and expectations
 * are kept. What is done is done to its Deployments and nodes, in the first minutes; it lasts at least as long as it
 * takes to come to rest afterwards.
 */
export function scenarioOn(base: Scenario): fc.Arbitrary<Scenario> {
  const place = placeOf(base.cluster, workloadsOf(base), (base.traffic ?? []).length > 0);
  const duration = Math.max(base.duration, CASE_DURATION);
  return fc
    .record({ seed: fc.nat(), timeline: timeline(place, ENTRIES_MAX) })
    .map((drawn): Scenario => ({ ...base, ...drawn, duration }));
}
