import type { KubeObject } from '../../core/api/object.ts';
import { lastRenewal, type RenewedLeaseSpec } from '../../core/kinds/lease.ts';
import { LEASE, NODE } from '../../core/kinds/registry.ts';
import type { Node, NodeCondition } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, parseRfc3339, rfc3339 } from '../../core/time.ts';
import type { Request } from '../controller.ts';
import type { NodeLifecycleSettings } from '../settings.ts';
import {
  hasTaint,
  NOT_READY,
  nodeCondition,
  readyStatus,
  scheduleTaintChange,
  UNREACHABLE,
  withoutTaints,
  withSecondaryLabels,
  withTaints,
} from './node-state.ts';

/** How the node lifecycle controller judges one node (kubernetes `pkg/controller/nodelifecycle`, `tryUpdateNodeHealth`). */

/** `v1.NamespaceNodeLease`. */
export const NODE_LEASE_NAMESPACE = 'kube-node-lease';

/** The conditions that a kubelet posts; NetworkUnavailable is the control plane's. */
const KUBELET_CONDITIONS = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** The first look after `now`. All fall on multiples of the period, so that a quiet cluster needs no timer. */
export function nextLook({ monitorPeriod }: NodeLifecycleSettings, now: Micros): Micros {
  return (Math.floor(now / monitorPeriod) + 1) * monitorPeriod;
}

/** The look that takes notice of what happened at `time`. */
function lookAtOrAfter({ monitorPeriod }: NodeLifecycleSettings, time: Micros): Micros {
  return Math.ceil(time / monitorPeriod) * monitorPeriod;
}

function timeOf(text: string | undefined): Micros {
  return text === undefined ? 0 : (parseRfc3339(text) ?? 0);
}

/**
 * The look at which the node counts as silent; `undefined` while its lease is renewed on schedule. A sign of life
 * counts from the look that notices it, as in the real one, which compares times of its own clock alone.
 * `watchedSince`: a controller that has just started gives every node a whole period.
 */
export function silentAt(
  view: View,
  node: Node,
  watchedSince: Micros,
  settings: NodeLifecycleSettings,
  now: Micros,
): Micros | undefined {
  const lease = view.get(LEASE, NODE_LEASE_NAMESPACE, node.metadata.name);
  const spec: RenewedLeaseSpec | undefined = lease?.spec;
  if (spec?.renewEverySeconds !== undefined && spec.renewEverySeconds > 0) return undefined;
  const ready = nodeCondition(node, 'Ready');
  const renewed = lease === undefined ? 0 : lastRenewal(lease, now);
  if (ready === undefined) {
    const since = Math.max(timeOf(node.metadata.creationTimestamp), renewed);
    return lookAtOrAfter(settings, since) + settings.startupGracePeriod;
  }
  const since = Math.max(watchedSince, renewed, timeOf(ready.lastHeartbeatTime));
  return lookAtOrAfter(settings, since) + settings.monitorGracePeriod;
}

/** The node with the conditions of its kubelet unknown; the very same one where Ready was unknown already. */
export function withUnknownConditions(node: Node, now: Micros): Node {
  if (readyStatus(node) === 'Unknown') return node;
  const conditions: NodeCondition[] = [...(node.status.conditions ?? [])];
  for (const type of KUBELET_CONDITIONS) {
    const place = conditions.findIndex((condition) => condition.type === type);
    const old = conditions[place];
    if (old === undefined) {
      conditions.push({
        type,
        status: 'Unknown',
        lastHeartbeatTime: node.metadata.creationTimestamp,
        lastTransitionTime: rfc3339(now),
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
      });
    } else if (old.status !== 'Unknown') {
      conditions[place] = {
        ...old,
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
        lastTransitionTime: rfc3339(now),
      };
    }
  }
  return { ...node, status: { ...node.status, conditions } };
}

function patchNode(node: Node, change: (stored: Node) => Node): Request {
  const { name, uid } = node.metadata;
  return {
    verb: 'patch',
    kind: NODE,
    namespace: undefined,
    name,
    uid,
    change: (stored: KubeObject) => change(stored as Node),
  };
}

/** Taints by condition, and labels for older clients: what follows each change of a node at once. */
export function upkeep(node: Node, now: Micros): readonly Request[] {
  const requests: Request[] = [];
  const { added, removed } = scheduleTaintChange(node);
  if (added.length > 0) requests.push(patchNode(node, (stored) => withTaints(stored, added, now)));
  if (removed.length > 0) requests.push(patchNode(node, (stored) => withoutTaints(stored, removed)));
  if (withSecondaryLabels(node) !== node) requests.push(patchNode(node, withSecondaryLabels));
  return requests;
}

/** The taint that evicts, for a node that is not ready: which one, and which it excludes. */
interface EvictionTaint {
  readonly key: string;
  readonly opposite: string;
}

export function evictionTaint(status: string | undefined): EvictionTaint | undefined {
  if (status === 'False') return { key: NOT_READY, opposite: UNREACHABLE };
  if (status === 'Unknown') return { key: UNREACHABLE, opposite: NOT_READY };
  return undefined;
}

/** Taint a node for eviction (`SwapNodeControllerTaint`). */
export function taintForEviction(node: Node, taint: EvictionTaint, now: Micros): readonly Request[] {
  const added = [{ key: taint.key, effect: 'NoExecute' }] as const;
  const removed = [{ key: taint.opposite, effect: 'NoExecute' }] as const;
  return [
    patchNode(node, (stored) => withTaints(stored, added, now)),
    patchNode(node, (stored) => withoutTaints(stored, removed)),
  ];
}

/** Take what evicts off a node (`markNodeAsReachable`). */
export function clearEvictionTaints(node: Node): readonly Request[] {
  return [UNREACHABLE, NOT_READY]
    .filter((key) => hasTaint(node, key, 'NoExecute'))
    .map((key) => patchNode(node, (stored) => withoutTaints(stored, [{ key, effect: 'NoExecute' }])));
}

/** Taints that may go or change at the next look without waiting for the zone's turn (`processTaintBaseEviction`). */
export function taintCorrection(node: Node, now: Micros): readonly Request[] {
  const status = readyStatus(node);
  if (status === 'True') return clearEvictionTaints(node);
  const taint = evictionTaint(status);
  if (taint === undefined || !hasTaint(node, taint.opposite, 'NoExecute')) return [];
  return taintForEviction(node, taint, now);
}
