import { DEFAULT_START, MINUTE, SECOND } from '../../core/time.ts';
import type { Action, ManifestObject, Scenario, TimelineEntry } from '../../sim/scenario/scenario.ts';
import { DEFAULT_CLUSTER } from '../../sim/scenario/schema/cluster.ts';

/** Simpler scenarios than the one given, the simplest first. A pass ends where none of its scenarios fails any more. */
export type Pass = (scenario: Scenario) => Iterable<Scenario>;

/** A list without one piece of it: halves first, then quarters, and in the end each item alone. */
function* withoutPieces<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let size = items.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let start = 0; start < items.length; start += size) {
      yield [...items.slice(0, start), ...items.slice(start + size)];
    }
  }
}

/** A list with one item changed. */
function* withItem<T>(
  items: readonly T[],
  simpler: (item: T, index: number) => Iterable<T>,
): Iterable<readonly T[]> {
  for (const [index, item] of items.entries()) {
    for (const other of simpler(item, index)) yield items.map((kept, i) => (i === index ? other : kept));
  }
}

const fewerEntries: Pass = function* (scenario) {
  for (const timeline of withoutPieces(scenario.timeline)) yield { ...scenario, timeline };
};

const fewerManifests: Pass = function* (scenario) {
  for (const manifests of withoutPieces(scenario.manifests)) yield { ...scenario, manifests };
};

const fewerExpectations: Pass = function* (scenario) {
  for (const expect of withoutPieces(scenario.expect)) yield { ...scenario, expect };
};

const lessLoad: Pass = function* (scenario) {
  const { traffic, ...rest } = scenario;
  if (traffic === undefined) return;
  for (const flows of withoutPieces(traffic))
    yield flows.length === 0 ? rest : { ...scenario, traffic: flows };
};

const fewerBehaviors: Pass = function* (scenario) {
  for (const behaviors of withoutPieces(scenario.behaviors)) yield { ...scenario, behaviors };
  for (const behaviors of withItem(scenario.behaviors, function* (behavior) {
    for (const part of Object.keys(behavior)) {
      if (part === 'match') continue;
      const { [part as keyof typeof behavior]: _, ...rest } = behavior;
      yield rest as typeof behavior;
    }
  }))
    yield { ...scenario, behaviors };
};

/** Fewer nodes, of the usual kind, under a control plane with its defaults. */
const plainCluster: Pass = function* (scenario) {
  const { cluster } = scenario;
  const { kubernetes, nodeGroups } = cluster;
  const changed = (part: Partial<typeof cluster>): Scenario => ({
    ...scenario,
    cluster: { ...cluster, ...part },
  });
  for (const groups of withoutPieces(nodeGroups))
    if (groups.length > 0) yield changed({ nodeGroups: groups });
  for (const groups of withItem(nodeGroups, function* (group) {
    for (const count of [1, 2, Math.floor(group.count / 2), group.count - 1]) {
      if (count < 1 || count >= group.count) continue;
      yield {
        ...group,
        count,
        min: Math.min(group.min, count),
        max: group.max === group.count ? count : group.max,
      };
    }
    const usual = DEFAULT_CLUSTER.nodeGroups[0];
    if (usual === undefined) return;
    for (const part of ['machine', 'labels', 'taints', 'zones', 'bootTime', 'pricePerHour'] as const) {
      if (JSON.stringify(group[part]) !== JSON.stringify(usual[part]))
        yield { ...group, [part]: usual[part] };
    }
  }))
    yield changed({ nodeGroups: groups });
  const usual = DEFAULT_CLUSTER.kubernetes;
  if (!kubernetes.events) yield changed({ kubernetes: { ...kubernetes, events: true } });
  for (const part of ['kubeControllerManager', 'kubeScheduler', 'kubelet', 'clusterAutoscaler'] as const) {
    if (JSON.stringify(kubernetes[part]) === JSON.stringify(usual[part])) continue;
    yield changed({ kubernetes: { ...kubernetes, [part]: usual[part] } });
  }
};

type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fields that an object needs to be what it is: leaving them out fails, and is not worth trying. */
const NEEDED = new Set([
  'apiVersion',
  'kind',
  'metadata',
  'name',
  'containers',
  'image',
  'selector',
  'template',
]);

/** An object without one of its fields, outer ones first; and with smaller numbers of replicas. */
function* simplerValue(value: unknown): Iterable<unknown> {
  if (Array.isArray(value)) {
    if (value.length > 1) for (const rest of withoutPieces(value)) if (rest.length > 0) yield rest;
    yield* withItem<unknown>(value, simplerValue);
    return;
  }
  if (!isJson(value)) return;
  for (const name of Object.keys(value)) {
    if (NEEDED.has(name)) continue;
    const { [name]: _, ...rest } = value;
    yield rest;
  }
  for (const [name, field] of Object.entries(value)) {
    if (name === 'metadata' || name === 'selector') continue;
    if (name === 'replicas' || name === 'maxReplicas') {
      for (const smaller of smallerNumbers(field)) yield { ...value, [name]: smaller };
      continue;
    }
    for (const simpler of simplerValue(field)) yield { ...value, [name]: simpler };
  }
}

function* smallerNumbers(value: unknown): Iterable<number> {
  if (typeof value !== 'number') return;
  for (const smaller of new Set([0, 1, 2, Math.floor(value / 2), value - 1])) {
    if (smaller >= 0 && smaller < value) yield smaller;
  }
}

function* simplerManifest(manifest: ManifestObject): Iterable<ManifestObject> {
  for (const object of simplerValue(manifest.object))
    yield { ...manifest, object: object as ManifestObject['object'] };
}

const simplerManifests: Pass = function* (scenario) {
  for (const manifests of withItem(scenario.manifests, simplerManifest)) yield { ...scenario, manifests };
};

function* simplerAction(action: Action): Iterable<Action> {
  switch (action.op) {
    case 'apply':
      if (action.objects.length > 1) {
        for (const objects of withoutPieces(action.objects))
          if (objects.length > 0) yield { ...action, objects };
      }
      for (const objects of withItem(action.objects, simplerManifest)) yield { ...action, objects };
      return;
    case 'scale':
      for (const replicas of smallerNumbers(action.replicas)) yield { ...action, replicas };
      return;
    case 'patch':
      for (const patch of simplerValue(action.patch)) yield { ...action, patch: patch as Json };
      return;
    case 'delete': {
      const { gracePeriodSeconds: _, ...rest } = action;
      if (action.gracePeriodSeconds !== undefined) yield rest;
      if (action.propagationPolicy !== 'Background') yield { ...action, propagationPolicy: 'Background' };
      return;
    }
    case 'drain': {
      const { timeout: _, ...rest } = action;
      if (action.timeout !== undefined) yield rest;
      return;
    }
    default:
      return;
  }
}

const simplerActions: Pass = function* (scenario) {
  for (const timeline of withItem(scenario.timeline, function* (entry): Iterable<TimelineEntry> {
    for (const action of simplerAction(entry.action)) yield { ...entry, action };
  }))
    yield { ...scenario, timeline };
};

const ROUND = [1, 2, 5, 10, 20, 30, 60, 120, 180, 240, 300, 600, 1200, 1800, 3600].map((n) => n * SECOND);

/** Round times that are shorter, the shortest first; and the time itself without its fractions. */
function* rounder(time: number, least: number): Iterable<number> {
  for (const round of ROUND) if (round >= least && round < time) yield round;
  const whole = Math.floor(time / SECOND) * SECOND;
  if (whole >= least && whole < time && !ROUND.includes(whole)) yield whole;
}

function isRound(time: number): boolean {
  return ROUND.includes(time);
}

function byTime(timeline: readonly TimelineEntry[]): readonly TimelineEntry[] {
  return timeline
    .map((entry, index) => ({ entry, index }))
    .sort((a, b) => a.entry.at - b.entry.at || a.index - b.index)
    .map(({ entry }) => entry);
}

/** The time of the first pods: what comes before it is done to nothing. */
const FIRST_AT = 5 * SECOND;

/** What comes before this may come a little later, if that is a round time. */
const EARLY = 31 * SECOND;

const rounderTimes: Pass = function* (scenario) {
  for (const timeline of withItem(
    scenario.timeline,
    function* ({ action, at, source }): Iterable<TimelineEntry> {
      if (!isRound(at))
        for (const round of rounder(Math.max(at, EARLY), FIRST_AT)) yield { at: round, source, action };
      if (action.op !== 'fault') return;
      if ('for' in action && action.for !== undefined && !isRound(action.for)) {
        for (const round of rounder(action.for, SECOND))
          yield { at, source, action: { ...action, for: round } };
      }
      if (action.fault === 'watch-delay' && !isRound(action.by)) {
        for (const round of rounder(action.by, SECOND))
          yield { at, source, action: { ...action, by: round } };
      }
    },
  ))
    yield { ...scenario, timeline: byTime(timeline) };
};

const rounderDuration: Pass = function* (scenario) {
  if (isRound(scenario.duration)) {
    for (const round of ROUND)
      if (round >= MINUTE && round < scenario.duration) yield { ...scenario, duration: round };
    return;
  }
  for (const round of rounder(scenario.duration, MINUTE)) yield { ...scenario, duration: round };
};

const plainSeed: Pass = function* (scenario) {
  for (const seed of [1, 2, 3, 4, 5]) {
    if (seed < scenario.seed) yield { ...scenario, seed };
  }
  if (scenario.startTime !== DEFAULT_START) yield { ...scenario, startTime: DEFAULT_START };
};

/** In the order in which they make a scenario small fastest. */
export const PASSES: readonly Pass[] = [
  fewerEntries,
  fewerManifests,
  fewerExpectations,
  lessLoad,
  fewerBehaviors,
  plainCluster,
  simplerManifests,
  simplerActions,
  rounderTimes,
  rounderDuration,
  plainSeed,
];
