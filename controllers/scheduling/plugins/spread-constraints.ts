import type { StringMap } from '../../../core/api/object.ts';
import type { Pod, PodSpec, TopologySpreadConstraint } from '../../../core/schema/types.generated.ts';
import type { ClusterView } from '../cache/cluster-view.ts';
import { EVERY_NODE, type NodeTest } from '../cache/node-test.ts';
import type { PodSelector } from '../cache/pod-owners.ts';
import type { PodTopologySpreadArgs } from '../configuration/plugin-args.ts';
import {
  type HardConstraint,
  HOSTNAME,
  type SpreadConstraint,
  type Spreading,
} from '../framework/spreading.ts';
import { untoleratedTaint } from '../taints.ts';
import { requiredNodeTest } from './node-affinity.ts';
import { selectorWithKeys } from './pod-terms.ts';

type When = TopologySpreadConstraint['whenUnsatisfiable'];
type Policies = Pick<TopologySpreadConstraint, 'nodeAffinityPolicy' | 'nodeTaintsPolicy'>;

/** What pods get that have no constraints of their own but belong to something (`systemDefaultConstraints`). */
const SYSTEM_CONSTRAINTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

interface Remembered {
  readonly labels: StringMap | undefined;
  readonly namespace: string | undefined;
  readonly spec: Pick<PodSpec, 'affinity' | 'nodeSelector' | 'tolerations'>;
  readonly spreading: Spreading;
}

const NONE: Spreading = { hard: [], constraints: [], needsAllLabels: true, readsHosts: false };

/** The nodes whose pods count: by the constraint's policies, and with every label that is needed. */
function nodesOf(
  pod: Pod,
  { nodeAffinityPolicy, nodeTaintsPolicy }: Policies,
  neededLabels: readonly string[],
): NodeTest {
  const { nodeSelector, affinity, tolerations } = pod.spec;
  const required = nodeAffinityPolicy === 'Ignore' ? undefined : requiredNodeTest(pod);
  const honorsTaints = nodeTaintsPolicy === 'Honor';
  if (required === undefined && !honorsTaints && neededLabels.length === 0) return EVERY_NODE;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const byAffinity = required === undefined ? [] : [nodeSelector ?? null, terms ?? null];
  return {
    key: JSON.stringify([neededLabels, byAffinity, honorsTaints ? (tolerations ?? []) : null]),
    counts: (node) =>
      neededLabels.every((label) => node.label(label) !== undefined) &&
      (required === undefined || required(node.object)) &&
      (!honorsTaints || untoleratedTaint(node.object.spec.taints, tolerations) === undefined),
  };
}

function selectorOf(pod: Pod, { labelSelector, matchLabelKeys }: TopologySpreadConstraint): PodSelector {
  const { namespace, labels } = pod.metadata;
  const own = matchLabelKeys?.map((name) => [name, labels?.[name] ?? null]) ?? [];
  return {
    key: JSON.stringify([namespace ?? '', labelSelector ?? null, own]),
    namespace,
    matches: selectorWithKeys(labelSelector, pod, matchLabelKeys, undefined),
  };
}

function constraintsFor(
  pod: Pod,
  list: readonly TopologySpreadConstraint[],
  when: When,
  selector: PodSelector | undefined,
  needsAllLabels: boolean,
): readonly SpreadConstraint[] {
  const those = list.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when);
  const neededLabels = needsAllLabels ? those.map(({ topologyKey }) => topologyKey) : [];
  return those.map((constraint) => ({
    topologyKey: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    selector: selector ?? selectorOf(pod, constraint),
    nodes: nodesOf(pod, constraint, neededLabels),
  }));
}

function isByHost({ topologyKey }: SpreadConstraint): boolean {
  return topologyKey === HOSTNAME;
}

/** Works out a pod's rules, once for all pods that are alike. */
export class SpreadRules {
  readonly #defaults: readonly TopologySpreadConstraint[];
  readonly #areSystem: boolean;
  readonly #remembered = new WeakMap<object, Remembered>();

  constructor(args: PodTopologySpreadArgs) {
    this.#areSystem = args.defaultingType === 'System';
    this.#defaults = this.#areSystem ? SYSTEM_CONSTRAINTS : args.defaultConstraints;
  }

  of(pod: Pod, cluster: ClusterView): Spreading {
    const own = pod.spec.topologySpreadConstraints;
    if (own !== undefined && own.length > 0) return this.#recall(pod, own, own, undefined, true);
    if (this.#defaults.length === 0) return NONE;
    const selector = cluster.ownersSelector(pod);
    if (selector === undefined) return NONE;
    // Nodes without a zone still spread by host.
    return this.#recall(pod, selector, this.#defaults, selector, !this.#areSystem);
  }

  #recall(
    pod: Pod,
    key: object,
    list: readonly TopologySpreadConstraint[],
    selector: PodSelector | undefined,
    needsAllLabels: boolean,
  ): Spreading {
    const { spec } = pod;
    const { labels, namespace } = pod.metadata;
    const known = this.#remembered.get(key);
    if (
      known !== undefined &&
      (selector !== undefined || (known.labels === labels && known.namespace === namespace)) &&
      known.spec.affinity === spec.affinity &&
      known.spec.nodeSelector === spec.nodeSelector &&
      known.spec.tolerations === spec.tolerations
    ) {
      return known.spreading;
    }
    const hard = constraintsFor(pod, list, 'DoNotSchedule', selector, true);
    const constraints = constraintsFor(pod, list, 'ScheduleAnyway', selector, needsAllLabels);
    const spreading: Spreading = {
      hard: hard.map((each): HardConstraint => ({ ...each, self: each.selector.matches(labels) ? 1 : 0 })),
      constraints,
      needsAllLabels,
      readsHosts: hard.some(isByHost) || constraints.filter(isByHost).length > 1,
    };
    this.#remembered.set(key, { labels, namespace, spec, spreading });
    return spreading;
  }
}
