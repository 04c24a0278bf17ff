import type { Result } from '../../core/api/command.ts';
import type { KubeObject } from '../../core/api/object.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import type { AdmissionRefusal } from './node-admission.ts';
import type { NodeServices } from './node-services.ts';
import type { PodControl } from './pod-control.ts';
import { composeStatus, type OwnStatus, rejectedStatus, withStatus } from './pod-status.ts';
import { STATUS_RETRY_PERIOD } from './settings.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** Of the kubelet's own conditions, others write this one alone: the node lifecycle controller, of a node it lost. */
function readyIn(pod: Pod): string | undefined {
  return pod.status.conditions?.find(({ type }) => type === 'Ready')?.status;
}

/** What one pod's worker writes to the API: statuses, and in the end the deletion. */
export class PodPoster {
  private readonly worker: PodControl;
  private readonly node: NodeServices;
  private readonly key: string;
  private posted: OwnStatus | undefined;
  private unanswered = 0;
  private wanted = true;
  /** Gone from the API, or in the hands of nobody any more: nothing is written. */
  private closed = false;
  private retryAt: Micros = NEVER;
  private deleteAt: Micros = NEVER;
  private correctAt: Micros = NEVER;

  constructor(worker: PodControl, node: NodeServices) {
    this.worker = worker;
    this.node = node;
    this.key = worker.key;
  }

  /** When `advance` is next to be called. */
  get due(): Micros {
    return Math.min(this.retryAt, this.deleteAt, this.correctAt);
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** The pod changed: the next `post` writes. */
  change(): void {
    this.wanted = true;
  }

  /** The API knows all there is to know. */
  settle(): void {
    this.wanted = false;
  }

  close(): void {
    this.closed = true;
    this.retryAt = NEVER;
    this.deleteAt = NEVER;
    this.correctAt = NEVER;
  }

  /** Hot path. */
  post(why?: string): void {
    if (!this.wanted || this.closed || !this.node.connected) return;
    const { pod, cause } = this.worker;
    const own = composeStatus(pod, this.worker.facts(rfc3339(this.node.context.now)), this.posted);
    this.posted = own;
    this.patch(
      (stored) => withStatus(stored as Pod, own),
      why === undefined ? cause : { rv: cause.rv, reason: why },
    );
  }

  reject(refusal: AdmissionRefusal): void {
    this.patch((stored) => rejectedStatus(stored as Pod, refusal), this.worker.cause);
  }

  deleteFrom(at: Micros): void {
    this.deleteAt = Math.min(this.deleteAt, at);
  }

  /** Whether a later version of the pod has conditions of others' that the kubelet must answer. Hot path. */
  isContradicted(pod: Pod, before: Pod): boolean {
    if (pod.status.conditions === before.status.conditions || this.posted === undefined) return false;
    return pod.spec.readinessGates !== undefined || readyIn(pod) !== this.posted.conditions.ready.status;
  }

  /**
   * Say again what is so. Readiness gates are looked at when they change (`HandlePodReconcile` of
   * `pkg/kubelet/kubelet.go`), all else by the status manager's next sync (`needsReconcile` of
   * `pkg/kubelet/status/status_manager.go`).
   */
  correct(now: Micros): void {
    if (this.worker.pod.spec.readinessGates === undefined) {
      this.correctAt = Math.min(this.correctAt, this.node.statusSyncAfter(now));
      return;
    }
    this.wanted = true;
    this.post();
  }

  /** What was sent and never answered may have been lost. */
  reconnected(): void {
    if (this.unanswered > 0) this.wanted = true;
    this.unanswered = 0;
  }

  advance(now: Micros): void {
    if (this.retryAt <= now) {
      this.retryAt = NEVER;
      this.post();
    }
    if (this.correctAt <= now) {
      this.correctAt = NEVER;
      // What looked like a contradiction may have been an earlier write of the kubelet's own, told late.
      if (readyIn(this.worker.pod) !== this.posted?.conditions.ready.status) {
        this.wanted = true;
        this.post('the API says otherwise');
      }
    }
    if (this.deleteAt <= now) {
      this.deleteAt = NEVER;
      this.remove();
    }
  }

  private patch(change: (stored: KubeObject) => KubeObject, cause: Cause): void {
    const { namespace, name, uid } = this.worker.pod.metadata;
    this.wanted = false;
    this.unanswered += 1;
    this.node.send(
      { verb: 'patch', kind: POD, namespace, name, subresource: 'status', key: this.key, uid, change },
      cause,
      (result) => this.answered(result),
    );
  }

  private answered(result: Result): void {
    if (this.unanswered > 0) this.unanswered -= 1;
    if (result.ok) {
      if (result.rv > 0) this.worker.wrote(result.rv);
    } else if (result.status.reason !== 'NotFound' && result.status.reason !== 'Conflict') {
      // Gone, or another pod of the name, is nobody to tell; anything else may pass.
      this.wanted = true;
      this.retryAt = this.node.context.now + STATUS_RETRY_PERIOD;
      this.worker.rearm();
    }
  }

  /** For good, now that nothing of it runs: the uid keeps a later pod of the same name safe. */
  private remove(): void {
    if (this.closed || !this.node.connected) return;
    const { namespace, name, uid } = this.worker.pod.metadata;
    const options = { gracePeriodSeconds: 0, preconditions: { uid } };
    this.node.send({ verb: 'delete', kind: POD, namespace, name, options }, this.worker.cause, (result) => {
      if (result.ok || result.status.reason === 'NotFound' || result.status.reason === 'Conflict') return;
      this.deleteAt = this.node.context.now + STATUS_RETRY_PERIOD;
      this.worker.rearm();
    });
  }
}
