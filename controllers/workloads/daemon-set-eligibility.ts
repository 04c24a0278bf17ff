import { equalValues } from '../../core/api/equal.ts';
import type {
  Node,
  Pod,
  PodSpec,
  PodTemplateSpec,
  Taint,
  Toleration,
} from '../../core/schema/types.generated.ts';
import { requiredNodeTest } from '../scheduling/plugins/node-affinity.ts';
import { anyTolerates } from '../scheduling/taints.ts';

/** What a DaemonSet wants with a node. */
export interface Eligibility {
  /** A pod belongs there. */
  readonly shouldRun: boolean;
  /** One that is there may stay. */
  readonly shouldContinue: boolean;
}

const YES: Eligibility = { shouldRun: true, shouldContinue: true };
const STAY: Eligibility = { shouldRun: false, shouldContinue: true };
const NO: Eligibility = { shouldRun: false, shouldContinue: false };

function tolerate(key: string, effect: 'NoExecute' | 'NoSchedule'): Toleration {
  return { key: `node.kubernetes.io/${key}`, operator: 'Exists', effect };
}

/**
 * What every daemon tolerates, in this order (`AddOrUpdateDaemonPodTolerations`; the table in
 * https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations).
 */
const DAEMON_TOLERATIONS: readonly Toleration[] = [
  tolerate('not-ready', 'NoExecute'),
  tolerate('unreachable', 'NoExecute'),
  tolerate('disk-pressure', 'NoSchedule'),
  tolerate('memory-pressure', 'NoSchedule'),
  tolerate('pid-pressure', 'NoSchedule'),
  tolerate('unschedulable', 'NoSchedule'),
];

/** Only for pods on the host's network, which may be what brings the network up. */
const HOST_NETWORK_TOLERATION = tolerate('network-unavailable', 'NoSchedule');

function sameToleration(a: Toleration, b: Toleration): boolean {
  return a.key === b.key && a.effect === b.effect && a.operator === b.operator && a.value === b.value;
}

/** One that is there already, perhaps with another time, is replaced where it stands. */
function withToleration(tolerations: readonly Toleration[], added: Toleration): readonly Toleration[] {
  let found = false;
  const next = tolerations.map((toleration) => {
    if (!sameToleration(toleration, added)) return toleration;
    found = true;
    return equalValues(toleration, added) ? toleration : added;
  });
  return found ? next : [...tolerations, added];
}

const tolerationsBySpec = new WeakMap<PodSpec, readonly Toleration[]>();

export function daemonTolerations(spec: PodSpec): readonly Toleration[] {
  let tolerations = tolerationsBySpec.get(spec);
  if (tolerations === undefined) {
    const added =
      spec.hostNetwork === true ? [...DAEMON_TOLERATIONS, HOST_NETWORK_TOLERATION] : DAEMON_TOLERATIONS;
    tolerations = added.reduce(withToleration, spec.tolerations ?? []);
    tolerationsBySpec.set(spec, tolerations);
  }
  return tolerations;
}

interface Judge {
  readonly judge: (node: Node) => Eligibility;
  readonly known: WeakMap<Node, Eligibility>;
}

const judges = new WeakMap<PodTemplateSpec, Judge>();

function judgeOf(template: PodTemplateSpec): Judge {
  const spec: Partial<PodSpec> = template.spec ?? {};
  const matches = requiredNodeTest({ spec } as Pod);
  const tolerations = daemonTolerations(spec as PodSpec);
  const tolerated = (taint: Taint): boolean => anyTolerates(tolerations, taint);
  const judge = (node: Node): Eligibility => {
    const { nodeName } = spec;
    if (nodeName !== undefined && nodeName !== '' && nodeName !== node.metadata.name) return NO;
    if (matches !== undefined && !matches(node)) return NO;
    let fits = true;
    for (const taint of node.spec.taints ?? []) {
      if (taint.effect === 'PreferNoSchedule' || tolerated(taint)) continue;
      if (taint.effect === 'NoExecute') return NO;
      fits = false;
    }
    return fits ? YES : STAY;
  };
  return { judge, known: new WeakMap() };
}

/**
 * Whether a daemon of this template belongs on a node (`NodeShouldRunDaemonPod`): its node name, node selector and
 * node affinity fit, and it tolerates the taints. What runs already stays under a NoSchedule taint that it doesn't
 * tolerate.
 */
export function eligibilityOf(template: PodTemplateSpec, node: Node): Eligibility {
  let judge = judges.get(template);
  if (judge === undefined) {
    judge = judgeOf(template);
    judges.set(template, judge);
  }
  let eligibility = judge.known.get(node);
  if (eligibility === undefined) {
    eligibility = judge.judge(node);
    judge.known.set(node, eligibility);
  }
  return eligibility;
}
