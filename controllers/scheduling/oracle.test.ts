import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import { ClusterCache } from './cache/cluster-cache.ts';
import type { ClusterView } from './cache/cluster-view.ts';
import { podInfo } from './cache/pod-info.ts';
import { Placer } from './fast/placement.ts';
import { type StateKey, stateKey } from './framework/cycle-state.ts';
import type { Plugin, Profile } from './framework/extension-points.ts';
import { unschedulable } from './framework/rejection.ts';
import { countedReasons } from './message.ts';
import { DEFAULT_PROFILE } from './plugins/default-plugins.ts';
import { interPodAffinity } from './plugins/inter-pod-affinity.ts';
import { requiredNodeTest } from './plugins/node-affinity.ts';
import { nodeResourcesFit } from './plugins/node-resources-fit.ts';
import { selectorWithKeys } from './plugins/pod-terms.ts';
import { matchingNear, podTopologySpread } from './plugins/pod-topology-spread.ts';
import { bestNode, type Evaluation, evaluate } from './reference.ts';

/**
 * Decisions of a real kube-scheduler 1.20.2: which nodes were feasible, what each score plugin gave them, and the
 * message where there was none. Differences that are meant, each a change of Kubernetes since:
 *
 * - NodeResourcesBalancedAllocation has another formula (1.36), and is not compared.
 * - The weights of TaintToleration, NodeAffinity and InterPodAffinity were 1 and are 3, 2 and 2 (1.23): raw scores
 *   are compared with the weights of then.
 * - ImageLocality's upper bound counts for each container (1.22): the recorded pods have one, so it is the same.
 * - NodeResourcesFit refused a node that is over-committed in a resource of which the pod asks nothing, as long as
 *   it asks for anything (until 1.22); `PROFILE_OF_THEN` does the same.
 * - PodTopologySpread cut its raw score off and rounds it today; `PROFILE_OF_THEN` cuts it off.
 * - InterPodAffinity took 0 for one of the raw scores when it looked for the lowest and the highest.
 * - ImageLocality counted for each node the nodes that had the image when that node was last written, which the
 *   recording doesn't tell; today it counts all. Compared where at most one node has the image.
 * - PodTopologySpread counted pods on nodes that the pod's node affinity excludes, in the domains that it allows
 *   (until the node inclusion policies of 1.26); `PROFILE_OF_THEN` does the same.
 * - The texts of `OLD_WORDING`.
 */
const RECORDED = fileURLToPath(new URL('../../../shared/data/oracle/scheduling.jsonl', import.meta.url));
const present = existsSync(RECORDED);

const OLD_WEIGHTS: Readonly<Record<string, number>> = { PodTopologySpread: 2 };
const OLD_NAMES: Readonly<Record<string, string>> = { NodeResourcesFit: 'NodeResourcesLeastAllocated' };
const NOT_COMPARED = new Set(['NodeResourcesBalancedAllocation']);

/** Wording of 1.20 → of today. */
const OLD_WORDING: readonly (readonly [RegExp, string])[] = [
  // Since 1.35 without the taint.
  [/node\(s\) had taint \{[^}]*\}, that the pod didn't tolerate/g, 'node(s) had untolerated taint(s)'],
  // Since 1.22.
  [/node\(s\) didn't match Pod's node affinity(?!\/)/g, "node(s) didn't match Pod's node affinity/selector"],
  // Until 1.21 each refusal by affinity to pods came with this line besides the one that says which.
  [/(, )?\d+ node\(s\) didn't match pod affinity\/anti-affinity/g, ''],
];

const fitOfThen: Plugin = {
  ...nodeResourcesFit,
  filter: (state, pod, node) => {
    const today = nodeResourcesFit.filter!(state, pod, node);
    const { milliCpu, memory, ephemeralStorage } = pod.facts.requests;
    const { table, slot } = node;
    if (milliCpu + memory + ephemeralStorage === 0) return today;
    const reasons = [...(today?.reasons ?? [])];
    if (milliCpu === 0 && table.requestedCpu[slot]! > table.allocatableCpu[slot]!)
      reasons.push('Insufficient cpu');
    if (memory === 0 && table.requestedMemory[slot]! > table.allocatableMemory[slot]!) {
      reasons.push('Insufficient memory');
    }
    return reasons.length === (today?.reasons.length ?? 0)
      ? today
      : unschedulable(nodeResourcesFit.name, ...reasons);
  },
};

interface HardOfThen {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly self: number;
  readonly matching: ReadonlyMap<string, number>;
}

const HARD_OF_THEN: StateKey<readonly HardOfThen[]> = stateKey('PodTopologySpread/of-then');

const SKEWED_OF_THEN = unschedulable(
  podTopologySpread.name,
  "node(s) didn't match pod topology spread constraints",
);

/** Which domains there are is a matter of node affinity; which pods count in them is not. */
function hardOfThen(pod: Pod, cluster: ClusterView): readonly HardOfThen[] {
  const hard = (pod.spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule',
  );
  const allowed = requiredNodeTest(pod);
  const domains = cluster.nodes.filter(
    (node) =>
      hard.every(({ topologyKey }) => node.label(topologyKey) !== undefined) &&
      allowed?.(node.object) !== false,
  );
  return hard.map(({ topologyKey, maxSkew, labelSelector }) => {
    const matches = selectorWithKeys(labelSelector, pod, undefined, undefined);
    const matching = new Map(domains.map((node) => [node.label(topologyKey)!, 0]));
    for (const node of cluster.nodes) {
      const value = node.label(topologyKey);
      const known = value === undefined ? undefined : matching.get(value);
      if (value === undefined || known === undefined) continue;
      const alike = [...node.pods.values()].filter(
        ({ pod: { metadata } }) => metadata.namespace === pod.metadata.namespace && matches(metadata.labels),
      );
      matching.set(value, known + alike.length);
    }
    return { topologyKey, maxSkew, self: matches(pod.metadata.labels) ? 1 : 0, matching };
  });
}

const spreadOfThen: Plugin = {
  ...podTopologySpread,
  // The index counts and rounds as today.
  spreading: () => undefined,
  preFilter: (state, info, cluster) => {
    const today = podTopologySpread.preFilter!(state, info, cluster);
    if (today !== 'skip') state.write(HARD_OF_THEN, hardOfThen(info.pod, cluster));
    return today;
  },
  filter: (state, pod, node) => {
    const today = podTopologySpread.filter!(state, pod, node);
    for (const { topologyKey, maxSkew, self, matching } of state.read(HARD_OF_THEN)) {
      const value = node.label(topologyKey);
      if (value === undefined) return today;
      const skew = (matching.get(value) ?? 0) + self - Math.min(...matching.values());
      if (skew > maxSkew) return SKEWED_OF_THEN;
    }
    return undefined;
  },
  score: (state, _pod, node) => Math.floor(matchingNear(state, node)),
};

const affinityOfThen: Plugin = {
  ...interPodAffinity,
  normalizeScore: (state, scores, nodes) =>
    interPodAffinity.normalizeScore!(state, [...scores, 0], nodes).slice(0, -1),
};

const OF_THEN = new Map([
  [interPodAffinity, affinityOfThen],
  [nodeResourcesFit, fitOfThen],
  [podTopologySpread, spreadOfThen],
]);

const PROFILE_OF_THEN: Profile = {
  ...DEFAULT_PROFILE,
  plugins: DEFAULT_PROFILE.plugins.map((each) => ({
    ...each,
    plugin: OF_THEN.get(each.plugin) ?? each.plugin,
  })),
};

interface Decision {
  readonly pod: Pod;
  readonly node: string | null;
  readonly message: string | null;
  readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>> | null;
}

interface Recording {
  readonly nodes: readonly Node[];
  readonly existing: readonly Pod[];
  readonly decisions: readonly Decision[];
}

/** The defaults that the API server would have filled in, as far as scheduling reads them. */
function asStored(pod: Pod, uid: string): Pod {
  return {
    ...pod,
    metadata: { ...pod.metadata, uid },
    spec: { ...pod.spec, schedulerName: 'default-scheduler', priority: 0 },
    status: {},
  };
}

function inTodaysWords(message: string): string {
  let text = message.slice(message.indexOf(':') + 2, -1);
  for (const [old, today] of OLD_WORDING) text = text.replaceAll(old, today);
  // Taints that were told apart are counted together now.
  const counts = new Map<string, number>();
  for (const part of text.split(', ').filter((each) => each !== '')) {
    const [count, ...reason] = part.split(' ');
    const words = reason.join(' ');
    counts.set(words, (counts.get(words) ?? 0) + Number(count));
  }
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}

function holders(nodes: readonly Node[], image: string | undefined): number {
  return nodes.filter(({ status }) => status.images?.some(({ names }) => names?.includes(image ?? '')))
    .length;
}

function comparedScores(
  { scores, feasible }: Evaluation,
  withImages: boolean,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    scores
      .filter(({ plugin }) => !NOT_COMPARED.has(plugin) && (withImages || plugin !== 'ImageLocality'))
      .map(({ plugin, normalized }) => [
        OLD_NAMES[plugin] ?? plugin,
        Object.fromEntries(
          feasible.map(({ name }, i) => [name, normalized[i]! * (OLD_WEIGHTS[plugin] ?? 1)]),
        ),
      ]),
  );
}

function recordedScores(
  scores: NonNullable<Decision['scores']>,
  ours: Readonly<Record<string, unknown>>,
): unknown {
  return Object.fromEntries(Object.entries(scores).filter(([plugin]) => plugin in ours));
}

describe.skipIf(!present)('recorded decisions of a real kube-scheduler', () => {
  const recordings = present
    ? readFileSync(RECORDED, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Recording)
    : [];

  it('has the recordings', () => {
    expect(recordings.length).toBe(100);
  });

  it('finds the same nodes feasible, scores them the same, and words refusals the same', () => {
    const compared = { scored: 0, refused: 0, placed: 0 };
    recordings.forEach(({ nodes, existing, decisions }, recording) => {
      const cache = new ClusterCache();
      const placer = new Placer(PROFILE_OF_THEN, cache);
      for (const node of nodes) cache.setNode(node);
      for (const pod of existing) cache.place(podInfo(asStored(pod, pod.metadata.name)), pod.spec.nodeName!);
      decisions.forEach(({ pod, node, message, scores }, i) => {
        const where = `recording ${recording}, decision ${i}`;
        const info = podInfo(asStored(pod, `decided-${i}`));
        const evaluation = evaluate(PROFILE_OF_THEN, info, cache);
        expect(placer.place(info, () => 0, undefined).node?.name, where).toBe(
          bestNode(evaluation, () => 0)?.name,
        );
        if (node === null) {
          expect(evaluation.feasible.length, where).toBe(0);
          expect(countedReasons(evaluation.failure.histogram), where).toBe(inTodaysWords(message!));
          compared.refused += 1;
          return;
        }
        if (scores !== null && Object.keys(scores).length > 0) {
          const feasible = Object.keys(Object.values(scores)[0]!).sort();
          expect(evaluation.feasible.map(({ name }) => name).sort(), where).toEqual(feasible);
          const ours = comparedScores(evaluation, holders(nodes, pod.spec.containers[0]?.image) <= 1);
          expect(ours, where).toEqual(recordedScores(scores, ours));
          compared.scored += 1;
        } else {
          expect(
            evaluation.feasible.map(({ name }) => name),
            where,
          ).toEqual([node]);
        }
        compared.placed += 1;
        cache.place(info, node);
      });
    });
    expect(compared).toEqual({ scored: 389, refused: 120, placed: 480 });
  });
});
