import fc from 'fast-check';
import { DEFAULT_START, MILLISECOND, MINUTE, SECOND } from '../../core/time.ts';
import type { KubernetesSettings } from '../../sim/scenario/flags.ts';
import type {
  ClusterSpec,
  ContainerBehavior,
  Scenario,
  TimelineEntry,
  TimeSpread,
} from '../../sim/scenario/scenario.ts';
import { DEFAULT_CLUSTER } from '../../sim/scenario/schema/cluster.ts';
import { type App, app } from './app.ts';
import { manifestsOf, usageOf } from './objects.ts';
import type { Place, Workload } from './place.ts';
import { timeline } from './timeline.ts';
import { workloadNamed, workloadsOf } from './workload.ts';

/** Most runs are at rest long before; one that is not has all the time that it needs. */
export const CASE_DURATION = 15 * MINUTE;
const APPS = ['web', 'api'];
const ENTRIES_MAX = 8;

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

/** Apps with an autoscaler use what it looks at; otherwise all programs behave alike. */
function behaviorsOf(common: ContainerBehavior, apps: readonly App[]): readonly ContainerBehavior[] {
  const own = apps.flatMap((one) => {
    const cpu = usageOf(one);
    return cpu === undefined ? [] : [{ ...common, match: { labels: { app: one.name } }, usage: { cpu } }];
  });
  return [...own, common];
}

function placeOf({ nodeGroups }: ClusterSpec, workloads: readonly Workload[]): Place {
  return {
    nodes: nodeGroups.flatMap(({ name, count }) =>
      Array.from({ length: count }, (_, i) => `${name}-${i + 1}`),
    ),
    zones: [...new Set(nodeGroups.flatMap(({ zones, count }) => zones.slice(0, count)))],
    workloads,
  };
}

/** The timelines of the few clusters that are drawn: an arbitrary takes longer to make than a value of it. */
const timelines = new Map<string, fc.Arbitrary<readonly TimelineEntry[]>>();

function timelineFor(drawnCluster: ClusterSpec): fc.Arbitrary<readonly TimelineEntry[]> {
  const id = drawnCluster.nodeGroups.map(({ name, count }) => `${name} ${count}`).join();
  let known = timelines.get(id);
  if (known === undefined) {
    known = timeline(placeOf(drawnCluster, APPS.map(workloadNamed)), ENTRIES_MAX);
    timelines.set(id, known);
  }
  return known;
}

/** A whole case: a small cluster, two workloads, what is done to them and what befalls them, and then quiet. */
export const scenario: fc.Arbitrary<Scenario> = fc
  .record({ seed: fc.nat(), cluster, apps: fc.tuple(...APPS.map(app)), behavior })
  .chain(({ seed, cluster, apps, behavior }) =>
    timelineFor(cluster).map(
      (entries): Scenario => ({
        name: 'fuzz',
        seed,
        startTime: DEFAULT_START,
        duration: CASE_DURATION,
        cluster,
        manifests: apps.flatMap(manifestsOf),
        behaviors: behaviorsOf(behavior, apps),
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
  const place = placeOf(base.cluster, workloadsOf(base));
  const duration = Math.max(base.duration, CASE_DURATION);
  return fc
    .record({ seed: fc.nat(), timeline: timeline(place, ENTRIES_MAX) })
    .map((drawn): Scenario => ({ ...base, ...drawn, duration }));
}
