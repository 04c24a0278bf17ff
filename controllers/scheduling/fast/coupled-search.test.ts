import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StringMap } from '../../../core/api/object.ts';
import type {
  LabelSelector,
  Namespace,
  Node,
  Pod,
  PodAffinityTerm,
  PodSpec,
  Service,
  TopologySpreadConstraint,
} from '../../../core/schema/types.generated.ts';
import { randomStream } from '../../../sim/random/keyed.ts';
import { ClusterCache } from '../cache/cluster-cache.ts';
import { type PodInfo, podInfo } from '../cache/pod-info.ts';
import type { ProfileConfiguration } from '../configuration/configuration.ts';
import type { InterPodAffinityArgs } from '../configuration/plugin-args.ts';
import { profileOf } from '../configuration/profile.ts';
import type { Profile } from '../framework/extension-points.ts';
import { DEFAULT_PROFILE } from '../plugins/default-plugins.ts';
import { bestNode, curableNodes, evaluate, lookForAnotherWay } from '../reference.ts';
import { Placer } from './placement.ts';

type Below = (bound: number) => number;

function below(seed: number): Below {
  const stream = randomStream(seed, 'coupled-test');
  let draws = 0;
  return (bound) => {
    draws += 1;
    return stream.below(bound, 'case', `${draws}`);
  };
}

function pick<T>(from: readonly T[], draw: Below): T {
  return from[draw(from.length)]!;
}

const HOSTNAME = 'kubernetes.io/hostname';
const KEYS = [HOSTNAME, HOSTNAME, 'zone', 'rack'];
const NAMESPACES = ['blue', 'green', 'red'];
const META = { resourceVersion: '1', creationTimestamp: '' };

/** `shared`: whether two nodes may claim to be one host. */
function node(name: string, draw: Below, shared: boolean): Node {
  const labels: Record<string, string> = { rack: `r${draw(4)}` };
  if (draw(8) > 0) labels[HOSTNAME] = shared && draw(6) === 0 ? 'node-0' : name;
  if (draw(8) > 0) labels.zone = pick(['a', 'b', 'c'], draw);
  if (draw(3) === 0) labels.disk = 'ssd';
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: name, labels, ...META },
    spec: {
      taints: draw(5) === 0 ? [{ key: 'old', effect: pick(['NoSchedule', 'PreferNoSchedule'], draw) }] : [],
    },
    status: {
      allocatable: { cpu: pick(['1', '2', '4'], draw), memory: '8Gi', pods: pick(['3', '110'], draw) },
    },
  };
}

function namespace(name: string, draw: Below): Namespace {
  const labels = { team: pick(['x', 'y'], draw) };
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, uid: name, labels, ...META },
    spec: {},
    status: {},
  };
}

function selector(draw: Below): LabelSelector | undefined {
  return pick<LabelSelector | undefined>(
    [
      { matchLabels: { app: 'a' } },
      { matchLabels: { app: 'b' } },
      { matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'c'] }] },
      { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['b'] }] },
      {},
      undefined,
    ],
    draw,
  );
}

function term(draw: Below): PodAffinityTerm {
  const labelSelector = selector(draw);
  return {
    topologyKey: pick(KEYS, draw),
    labelSelector,
    namespaces: draw(4) === 0 ? [pick(NAMESPACES, draw), 'blue'] : undefined,
    namespaceSelector:
      draw(4) > 0 ? undefined : pick<LabelSelector>([{}, { matchLabels: { team: 'x' } }], draw),
    matchLabelKeys: draw(6) === 0 ? ['track'] : undefined,
    mismatchLabelKeys: draw(6) === 0 ? ['app'] : undefined,
  };
}

function some<T>(make: () => T, odds: number, draw: Below): T[] | undefined {
  return draw(odds) > 0 ? undefined : Array.from({ length: 1 + draw(2) }, make);
}

function affinity(draw: Below, odds: number): PodSpec['affinity'] {
  const required = (): PodAffinityTerm => term(draw);
  const preferred = () => ({ weight: 1 + draw(100), podAffinityTerm: term(draw) });
  const side = () => ({
    requiredDuringSchedulingIgnoredDuringExecution: some(required, odds, draw),
    preferredDuringSchedulingIgnoredDuringExecution: some(preferred, odds, draw),
  });
  const disk = { key: 'disk', operator: 'In' as const, values: ['ssd'] };
  const terms = [{ matchExpressions: [disk] }];
  return {
    podAffinity: draw(odds) === 0 ? side() : undefined,
    podAntiAffinity: draw(odds) === 0 ? side() : undefined,
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution:
        draw(8) === 0 ? { nodeSelectorTerms: terms } : undefined,
      preferredDuringSchedulingIgnoredDuringExecution:
        draw(6) === 0 ? [{ weight: 1 + draw(50), preference: terms[0]! }] : undefined,
    },
  };
}

function spread(draw: Below): TopologySpreadConstraint {
  const whenUnsatisfiable = pick(['DoNotSchedule', 'ScheduleAnyway'] as const, draw);
  return {
    maxSkew: 1 + draw(3),
    topologyKey: pick(KEYS, draw),
    whenUnsatisfiable,
    labelSelector: selector(draw),
    minDomains: whenUnsatisfiable === 'DoNotSchedule' && draw(3) === 0 ? 1 + draw(5) : undefined,
    nodeTaintsPolicy: draw(3) === 0 ? 'Honor' : undefined,
    nodeAffinityPolicy: draw(3) === 0 ? 'Ignore' : undefined,
    matchLabelKeys: draw(5) === 0 ? ['track'] : undefined,
  };
}

interface Template {
  readonly spec: PodSpec;
  readonly labels: StringMap | undefined;
  readonly namespace: string;
}

const LABELS: readonly (StringMap | undefined)[] = [
  { app: 'a' },
  { app: 'b' },
  { app: 'c', track: 'one' },
  { app: 'a', track: 'two' },
  undefined,
];

function template(draw: Below): Template {
  const requests = { cpu: pick(['0', '100m', '500m', '1'], draw), memory: '64Mi' };
  return {
    labels: pick(LABELS, draw),
    namespace: pick(NAMESPACES, draw),
    spec: {
      containers: [{ name: 'c', image: 'image', resources: { requests } }],
      tolerations: draw(3) === 0 ? [{ operator: 'Exists' }] : undefined,
      topologySpreadConstraints: some(() => spread(draw), 3, draw),
      affinity: draw(4) === 0 ? undefined : affinity(draw, 2),
      priority: pick([0, 0, 0, 10], draw),
    },
  };
}

function podOf({ spec, labels, namespace: where }: Template, number: number): Pod {
  const name = `pod-${number}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: where, uid: name, labels, ...META },
    spec,
    status: {},
  };
}

function service(app: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: app, uid: app, namespace: 'blue', ...META },
    spec: { selector: { app } },
    status: {},
  };
}

/** How a pod that has its place may change. */
function changed({ pod }: PodInfo, draw: Below): PodInfo {
  const metadata =
    draw(2) === 0
      ? { ...pod.metadata, labels: pick(LABELS, draw) }
      : { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
  return podInfo({ ...pod, metadata });
}

interface Run {
  readonly steps: number;
  readonly nodes: number;
  readonly profile?: Profile;
  readonly shared?: boolean;
}

/** Random nodes, rules and churn; every decision of the index is compared with the full scan. */
function agrees(seed: number, { steps, nodes, profile = DEFAULT_PROFILE, shared = false }: Run): void {
  const draw = below(seed);
  const ties = randomStream(seed, 'ties');
  const cache = new ClusterCache();
  const placer = new Placer(profile, cache);
  const templates = Array.from({ length: 1 + draw(6) }, () => template(draw));
  if (draw(3) === 0) cache.setService(service('a'), true);
  for (const name of NAMESPACES) if (draw(3) > 0) cache.setNamespace(namespace(name, draw), true);
  const names = Array.from({ length: 1 + draw(nodes) }, (_, i) => `node-${i * 7}`);
  for (const name of names) if (draw(5) > 0) cache.setNode(node(name, draw, shared));
  const placed: PodInfo[] = [];
  const waiting: PodInfo[] = [];
  for (let step = 0; step < steps; step += 1) {
    const action = draw(16);
    if (action === 0) cache.setNode(node(pick(names, draw), draw, shared));
    else if (action === 1 && draw(3) === 0) cache.removeNode(pick(names, draw));
    else if (action === 2 && placed.length > 0) cache.remove(placed.splice(draw(placed.length), 1)[0]!.uid);
    else if (action === 3 && placed.length > 0) {
      const at = draw(placed.length);
      const on = cache.placedOn(placed[at]!.uid);
      if (on === undefined) continue;
      placed[at] = changed(placed[at]!, draw);
      cache.place(placed[at], on.name);
    } else if (action === 4) cache.setNamespace(namespace(pick(NAMESPACES, draw), draw), draw(4) > 0);
    else if (action === 5 && waiting.length > 0) {
      cache.nominate(waiting.splice(draw(waiting.length), 1)[0]!, undefined);
    } else if (action === 6 && draw(4) === 0) {
      const info = podInfo(podOf(pick(templates, draw), step));
      cache.nominate(info, pick(names, draw));
      waiting.push(info);
    } else if (action === 7 && draw(3) === 0) {
      const info = podInfo(podOf(template(draw), step));
      cache.place(info, pick(names, draw));
      placed.push(info);
    } else {
      if (cache.nodes.length === 0) continue;
      const info = podInfo(podOf(pick(templates, draw), step));
      const tieBreak = (): number => ties.draw(info.uid, 'tie');
      const evaluation = evaluate(profile, info, cache);
      const placement = placer.place(info, tieBreak, undefined);
      expect(placement.node?.name).toBe(bestNode(evaluation, tieBreak)?.name);
      if (placement.node !== undefined) {
        cache.place(info, placement.node.name);
        placed.push(info);
        continue;
      }
      const way = lookForAnotherWay(profile, info, cache, {
        failure: evaluation.failure,
        curable: () => curableNodes(evaluation, cache),
        rejectionOf: (each) => evaluation.failure.preFilterRejection ?? evaluation.rejected.get(each),
        nominatedNode: undefined,
        tieBreak,
      });
      expect(placement.way.message).toBe(way.message);
      expect(placement.way.victims.map(({ uid }) => uid)).toEqual(way.victims.map(({ uid }) => uid));
      expect([...placement.rejectors].sort()).toEqual([...evaluation.rejectors].sort());
      for (const { uid } of way.victims) if (draw(2) === 0) cache.remove(uid);
    }
  }
}

function configured(args: InterPodAffinityArgs, plugins: ProfileConfiguration['plugins'] = {}): Profile {
  return profileOf({
    schedulerName: 'default-scheduler',
    plugins,
    pluginConfig: [{ name: 'InterPodAffinity', args }],
  });
}

const CONFIGURED: readonly (readonly [string, Profile])[] = [
  [
    'required affinity of others weighs nothing, and their preferences are ignored',
    configured({ hardPodAffinityWeight: 0, ignorePreferredTermsOfExistingPods: true }),
  ],
  [
    'required affinity of others weighs most',
    configured({ hardPodAffinityWeight: 100, ignorePreferredTermsOfExistingPods: false }),
  ],
  [
    'rules between pods give no scores',
    configured(
      { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false },
      { score: { disabled: [{ name: 'InterPodAffinity' }], enabled: [] } },
    ),
  ],
  [
    'rules between pods and spreading refuse no node',
    configured(
      { hardPodAffinityWeight: 1, ignorePreferredTermsOfExistingPods: false },
      {
        preFilter: { disabled: [{ name: 'InterPodAffinity' }, { name: 'PodTopologySpread' }], enabled: [] },
        filter: { disabled: [{ name: 'InterPodAffinity' }, { name: 'PodTopologySpread' }], enabled: [] },
      },
    ),
  ],
];

const CASES = Number(process.env.WAVETANK_COUPLED_CASES ?? 1200);

describe('the index, for pods whose place depends on where others are', () => {
  it(
    'places every pod where the full scan does, with the same tie-breaks and the same messages',
    () => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          agrees(seed, { steps: 30, nodes: 12 });
        }),
        { numRuns: CASES, seed: 2 },
      );
    },
    30_000 + 20 * CASES,
  );

  it('does so where nodes share a hostname', () => {
    for (let seed = 0; seed < 300; seed += 1) agrees(seed, { steps: 30, nodes: 10, shared: true });
  });

  it.each(CONFIGURED)('does so as configured: %s', (_what, profile) => {
    for (let seed = 0; seed < 200; seed += 1) agrees(seed, { steps: 30, nodes: 12, profile });
  });

  it('does so over many decisions, and on many nodes', () => {
    for (let seed = 0; seed < 10; seed += 1) agrees(seed, { steps: 300, nodes: 20 });
    for (let seed = 0; seed < 4; seed += 1) agrees(seed, { steps: 300, nodes: 150 });
  });
});
