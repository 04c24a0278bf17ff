import { type KubeObject, keyOf } from '../../core/api/object.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { isPodScheduled, isPodTerminal, podCondition } from '../../core/kinds/pod/status.ts';
import { NAMESPACE, NODE, POD, POD_DISRUPTION_BUDGET } from '../../core/kinds/registry.ts';
import type {
  Namespace,
  Node,
  NodeCondition,
  Pod,
  PodDisruptionBudget,
} from '../../core/schema/types.generated.ts';
import { MINUTE, type Micros, parseRfc3339 } from '../../core/time.ts';
import type { WatchEvent } from '../controller.ts';
import { ClusterCache } from '../scheduling/cache/cluster-cache.ts';
import { podInfo } from '../scheduling/cache/pod-info.ts';
import { VOLUME_KINDS } from '../scheduling/cache/volume-store.ts';

/** What the autoscaler looks at, in the order in which its model is filled. */
export const WATCHED_BY_CLUSTER_AUTOSCALER: readonly Kind[] = [
  NAMESPACE,
  NODE,
  ...VOLUME_KINDS,
  POD_DISRUPTION_BUDGET,
  POD,
];

/** `MaxNodeStartupTime` and `MaxStatusSettingDelayAfterCreation` of the autoscaler's clusterstate. */
const STARTUP_TIME = 15 * MINUTE;
const STATUS_DELAY = 2 * MINUTE;

function readyCondition(node: Node): NodeCondition | undefined {
  return node.status.conditions?.find(({ type }) => type === 'Ready');
}

export function isReady(node: Node): boolean {
  return readyCondition(node)?.status === 'True';
}

/** When a node that isn't ready stops counting as one that is only starting. */
export function startsUntil(node: Node): Micros {
  const created = parseRfc3339(node.metadata.creationTimestamp) ?? 0;
  const changed = readyCondition(node)?.lastTransitionTime;
  const since = changed === undefined ? created : (parseRfc3339(changed) ?? created);
  return since - created < STATUS_DELAY ? created + STARTUP_TIME : created;
}

/** Whether the scheduler has found no node for it. */
function isUnschedulable(pod: Pod): boolean {
  const condition = podCondition(pod, 'PodScheduled');
  return condition?.status === 'False' && condition.reason === 'Unschedulable';
}

/**
 * The cluster as the autoscaler's informers tell it: the scheduler's own cache of nodes and pods, and beside it the
 * pods that found no node and the disruption budgets. Folded from the events in place, as the scheduler's is.
 */
export class ClusterModel {
  readonly cache = new ClusterCache();
  readonly nodes = new Map<string, Node>();
  /** Pods without a node of which the scheduler has said so, by uid. */
  readonly unschedulable = new Map<string, Pod>();
  readonly budgets = new Map<string, PodDisruptionBudget>();
  /** Whether anything that a scan would look at has changed since somebody last cleared it. */
  changed = true;
  /** The newest record that did. */
  lastChange = 0;
  readonly #changeOfNode = new Map<string, number>();

  /** The newest record that changed a node or which pods it has. */
  changeOf(nodeName: string): number {
    return this.#changeOfNode.get(nodeName) ?? 0;
  }

  observe(event: WatchEvent, rv: number): void {
    switch (event.object.kind) {
      case POD.kind:
        this.#observePod(event as WatchEvent<Pod & KubeObject>, rv);
        return;
      case NODE.kind:
        this.#observeNode(event as WatchEvent<Node & KubeObject>, rv);
        return;
      case NAMESPACE.kind:
        this.cache.setNamespace(event.object as Namespace, event.type !== 'DELETED');
        this.#note(rv);
        return;
      case POD_DISRUPTION_BUDGET.kind:
        this.#observeBudget(event as WatchEvent<PodDisruptionBudget & KubeObject>, rv);
        return;
      default:
        this.cache.volumes.set(event.object, event.type !== 'DELETED');
        this.#note(rv);
    }
  }

  #note(rv: number, nodeName?: string): void {
    this.changed = true;
    this.lastChange = rv;
    if (nodeName !== undefined) this.#changeOfNode.set(nodeName, rv);
  }

  /** Hot path: most changes of a pod are of its status, and concern nobody here. */
  #observePod({ type, object: pod, previous }: WatchEvent<Pod & KubeObject>, rv: number): void {
    const { uid } = pod.metadata;
    if (type === 'DELETED' || isPodTerminal(pod)) {
      const held = this.cache.placedOn(uid);
      this.cache.remove(uid);
      const waited = this.unschedulable.delete(uid);
      if (held !== undefined || waited) this.#note(rv, held?.name);
      return;
    }
    if (isPodScheduled(pod)) {
      if (
        previous !== undefined &&
        previous.spec === pod.spec &&
        previous.metadata.labels === pod.metadata.labels &&
        previous.metadata.annotations === pod.metadata.annotations &&
        previous.metadata.deletionTimestamp === pod.metadata.deletionTimestamp &&
        this.cache.placedOn(uid) !== undefined
      )
        return;
      this.unschedulable.delete(uid);
      this.cache.place(podInfo(pod), pod.spec.nodeName as string);
      this.#note(rv, pod.spec.nodeName);
      return;
    }
    if (isUnschedulable(pod) && pod.metadata.deletionTimestamp === undefined) {
      // That the scheduler says so in other words changes nothing.
      const known = this.unschedulable.get(uid);
      if (known === undefined || known.spec !== pod.spec || known.metadata.labels !== pod.metadata.labels) {
        this.#note(rv);
      }
      this.unschedulable.set(uid, pod);
      return;
    }
    if (this.unschedulable.delete(uid)) this.#note(rv);
  }

  #observeNode({ type, object: node, previous }: WatchEvent<Node & KubeObject>, rv: number): void {
    const { name } = node.metadata;
    if (type === 'DELETED') {
      this.nodes.delete(name);
      this.cache.removeNode(name);
      this.#changeOfNode.delete(name);
      this.#note(rv);
      return;
    }
    this.nodes.set(name, node);
    this.cache.setNode(node);
    if (
      previous !== undefined &&
      previous.spec === node.spec &&
      previous.metadata.labels === node.metadata.labels &&
      previous.metadata.annotations === node.metadata.annotations &&
      previous.status.allocatable === node.status.allocatable &&
      readyCondition(previous)?.status === readyCondition(node)?.status
    )
      return;
    this.#note(rv, name);
  }

  #observeBudget({ type, object, previous }: WatchEvent<PodDisruptionBudget & KubeObject>, rv: number): void {
    if (type === 'DELETED') this.budgets.delete(keyOf(object));
    else this.budgets.set(keyOf(object), object);
    const isSame =
      type === 'MODIFIED' &&
      previous?.spec === object.spec &&
      previous.status.disruptionsAllowed === object.status.disruptionsAllowed;
    if (!isSame) this.#note(rv);
  }
}
