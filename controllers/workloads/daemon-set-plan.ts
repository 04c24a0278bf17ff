import { availableSince, isPodAvailable, isPodReady } from '../../core/kinds/pod/status.ts';
import type { DaemonSet, Node, Pod } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { EventRequest } from '../controller.ts';
import { REVISION_HASH } from './controller-revisions.ts';
import { eligibilityOf } from './daemon-set-eligibility.ts';
import { byAge, type NodePods } from './daemon-set-pods.ts';
import { maxSurgeOf, type Plan } from './daemon-set-update.ts';
import { type BackOff, raised, remaining } from './pod-back-off.ts';

/** Nodes whose pod failed, and since when they are left alone. */
export type Failures = Readonly<Record<string, BackOff>>;

export interface ManagePlan extends Plan {
  readonly events: readonly EventRequest[];
  readonly failures: Failures;
  /** When a pod becomes available that an old one waits for. */
  readonly nextAvailable: Micros | undefined;
  /** When the first back-off of a node ends. */
  readonly nextAttempt: Micros | undefined;
}

/** What one pass over the nodes gathers. */
class Managing {
  readonly create: string[] = [];
  readonly remove: Pod[] = [];
  readonly events: EventRequest[] = [];
  failures: Failures;
  nextAvailable: Micros | undefined;
  nextAttempt: Micros | undefined;
  private readonly daemonSet: DaemonSet;
  private readonly hash: string;
  private readonly now: Micros;

  constructor(daemonSet: DaemonSet, hash: string, failures: Failures, now: Micros) {
    this.daemonSet = daemonSet;
    this.hash = hash;
    this.failures = failures;
    this.now = now;
  }

  private tell(eventType: EventRequest['eventType'], reason: string, message: string): void {
    this.events.push({ verb: 'event', regarding: this.daemonSet, eventType, reason, message });
  }

  /** A kubelet that refuses its pods must not be asked again and again: each failure doubles the wait. */
  private failed(pod: Pod, node: string): void {
    const wait = remaining(this.failures[node], this.now);
    if (wait > 0) {
      this.nextAttempt = Math.min(this.nextAttempt ?? Number.POSITIVE_INFINITY, this.now + wait);
      return;
    }
    this.failures = { ...this.failures, [node]: raised(this.failures[node], this.now) };
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    this.tell(
      'Warning',
      'FailedDaemonPod',
      `Found failed daemon pod ${name} on node ${node}, will try to kill it`,
    );
    this.remove.push(pod);
  }

  private succeeded(pod: Pod, node: string): void {
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    this.tell(
      'Normal',
      'SucceededDaemonPod',
      `Found succeeded daemon pod ${name} on node ${node}, will try to delete it`,
    );
    this.remove.push(pod);
  }

  /** While surging, one pod of the present template may stand beside an old one that is ready. */
  private prune(running: readonly Pod[]): void {
    const { minReadySeconds = 0 } = this.daemonSet.spec;
    let newPod: Pod | undefined;
    let oldPod: Pod | undefined;
    for (const pod of [...running].sort(byAge)) {
      if (pod.metadata.labels?.[REVISION_HASH] === this.hash) {
        if (newPod === undefined) newPod = pod;
        else this.remove.push(pod);
      } else if (oldPod === undefined) oldPod = pod;
      else this.remove.push(pod);
    }
    if (newPod === undefined || oldPod === undefined) return;
    if (!isPodReady(oldPod) || isPodAvailable(newPod, minReadySeconds, this.now)) {
      this.remove.push(oldPod);
      return;
    }
    const available = availableSince(newPod, minReadySeconds);
    if (available !== undefined) {
      this.nextAvailable = Math.min(this.nextAvailable ?? Number.POSITIVE_INFINITY, available);
    }
  }

  /** `podsShouldBeOnNode`. */
  node(node: Node, pods: readonly Pod[] | undefined): void {
    const { name } = node.metadata;
    const { shouldRun, shouldContinue } = eligibilityOf(this.daemonSet.spec.template, node);
    if (pods === undefined) {
      if (shouldRun) this.create.push(name);
      return;
    }
    const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    if (!shouldContinue) {
      this.remove.push(...staying);
      return;
    }
    const running: Pod[] = [];
    for (const pod of staying) {
      if (pod.status.phase === 'Failed') this.failed(pod, name);
      else if (pod.status.phase === 'Succeeded') this.succeeded(pod, name);
      else running.push(pod);
    }
    const surges = maxSurgeOf(this.daemonSet, 1) > 0;
    if (running.length > 1) {
      if (surges) this.prune(running);
      else this.remove.push(...[...running].sort(byAge).slice(1));
    } else if (surges && running.length === 0 && shouldRun) {
      this.create.push(name);
    }
  }
}

/** Pods that wait for a node that is no more (`getUnscheduledPodsWithoutNode`). */
function stranded(nodes: ReadonlySet<string>, byNode: NodePods): Pod[] {
  const found: Pod[] = [];
  for (const [node, pods] of byNode) {
    if (nodes.has(node)) continue;
    for (const pod of pods) if ((pod.spec.nodeName ?? '') === '') found.push(pod);
  }
  return found;
}

/** A pod on each eligible node, and nowhere else (`manage`). */
export function manage(
  daemonSet: DaemonSet,
  nodes: readonly Node[],
  byNode: NodePods,
  hash: string,
  failures: Failures,
  now: Micros,
): ManagePlan {
  const managing = new Managing(daemonSet, hash, failures, now);
  let missing = 0;
  for (const node of nodes) {
    const pods = byNode.get(node.metadata.name);
    if (pods !== undefined) missing += 1;
    managing.node(node, pods);
  }
  if (missing < byNode.size) {
    const names = new Set(nodes.map(({ metadata }) => metadata.name));
    managing.remove.push(...stranded(names, byNode));
  }
  return managing;
}
