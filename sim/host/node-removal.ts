import {
  DELETION_CANDIDATE,
  removalTaint,
  TO_BE_DELETED,
  withoutTaints,
  withTaint,
} from '../../controllers/autoscaling/cluster-taints.ts';
import type { EventRequest } from '../../controllers/controller.ts';
import type { Command, Result } from '../../core/api/command.ts';
import { type KubeObject, keyOf } from '../../core/api/object.ts';
import { NODE } from '../../core/kinds/registry.ts';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { Cause } from '../actor.ts';

/** `EvictionRetryTime`: until a refused eviction is tried again. */
const EVICTION_RETRY: Micros = 10 * SECOND;
/** `PodEvictionHeadroom`: beside their grace period, for pods to be gone. */
const EVICTION_HEADROOM: Micros = 30 * SECOND;
/** How often it is looked whether the pods are gone. */
const GONE_POLL: Micros = 5 * SECOND;
/** Of a pod that does not say (`terminationGracePeriodSeconds`). */
const DEFAULT_GRACE_SECONDS = 30;

/** What a removal needs of the process that it is a part of. */
export interface RemovalHost {
  readonly now: Micros;
  send(command: Command, cause: Cause, done: (result: Result) => void): void;
  after(delay: Micros, run: () => void): void;
  event(request: EventRequest, cause: Cause): void;
  /** Pods of the node that somebody has to wait for, as the informers tell it. */
  podsLeft(nodeName: string): readonly Pod[];
  /** Give the machine back. */
  giveBack(nodeName: string, cause: Cause): void;
}

export interface RemovalSettings {
  readonly maxGracefulTerminationSeconds: number;
  readonly maxPodEvictionTime: Micros;
  readonly deleteDelayAfterTaint: Micros;
}

/**
 * A node on its way out: tainted, so that nothing new comes; its pods evicted, again and again while a disruption
 * budget refuses; waited for; and its machine given back. Where that takes too long the taint is taken away again
 * (`Actuator` and `Evictor` of the Cluster Autoscaler).
 */
export class NodeRemoval {
  private readonly host: RemovalHost;
  private readonly settings: RemovalSettings;
  private readonly node: Node;
  private readonly pods: readonly Pod[];
  private readonly isDrain: boolean;
  private readonly done: (isGone: boolean) => void;
  private cause: Cause;
  private unanswered = 0;
  private readonly errors: string[] = [];

  constructor(
    host: RemovalHost,
    settings: RemovalSettings,
    node: Node,
    pods: readonly Pod[],
    cause: Cause,
    done: (isGone: boolean) => void,
  ) {
    this.host = host;
    this.settings = settings;
    this.node = node;
    this.pods = pods;
    this.cause = cause;
    this.done = done;
    this.isDrain = pods.length > 0 || host.podsLeft(this.name).length > 0;
  }

  private get name(): string {
    return this.node.metadata.name;
  }

  start(): void {
    const taint = removalTaint(this.host.now);
    this.patch(
      (node) => withTaint(node, taint),
      (result) => {
        if (!result.ok) {
          this.say(
            'Warning',
            `failed to mark the node as toBeDeleted/unschedulable: ${result.status.message}`,
          );
          this.done(false);
          return;
        }
        // What follows is led to by the taint, and with it by what led to that.
        if (result.rv > 0) this.cause = { ...this.cause, rv: result.rv };
        this.say('Normal', 'marked the node as toBeDeleted/unschedulable');
        const since = this.host.now;
        if (this.isDrain) this.drain(since);
        else this.host.after(this.settings.deleteDelayAfterTaint, () => this.finish());
      },
    );
  }

  private drain(since: Micros): void {
    this.unanswered = this.pods.length;
    const until = since + this.settings.maxPodEvictionTime;
    for (const pod of this.pods) {
      this.sayOf(pod, 'Normal', 'ScaleDown', 'deleting pod for node scale down');
      this.evict(pod, until, since);
    }
    if (this.unanswered === 0) this.awaitGone(since);
  }

  private evict(pod: Pod, until: Micros, since: Micros): void {
    const grace = pod.spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    const gracePeriodSeconds = Math.min(grace, this.settings.maxGracefulTerminationSeconds);
    const { namespace = '', name } = pod.metadata;
    const command: Command = { verb: 'evict', namespace, name, options: { gracePeriodSeconds } };
    this.host.send(command, this.cause, (result) => {
      if (result.ok || result.status.reason === 'NotFound') {
        this.answered(since);
        return;
      }
      if (this.host.now + EVICTION_RETRY < until) {
        this.host.after(EVICTION_RETRY, () => this.evict(pod, until, since));
        return;
      }
      this.sayOf(pod, 'Warning', 'ScaleDownFailed', 'failed to delete pod for ScaleDown');
      const last = result.status.message;
      this.errors.push(`failed to evict pod ${keyOf(pod)} within allowed timeout (last error: ${last})`);
      this.answered(since);
    });
  }

  private answered(since: Micros): void {
    this.unanswered -= 1;
    if (this.unanswered > 0) return;
    if (this.errors.length === 0) this.awaitGone(since);
    else
      this.abort(`failed to drain node /${this.name}, due to following errors: [${this.errors.join(' ')}]`);
  }

  private awaitGone(since: Micros): void {
    if (this.host.podsLeft(this.name).length === 0) {
      const rest = since + this.settings.deleteDelayAfterTaint - this.host.now;
      this.host.after(Math.max(0, rest), () => this.finish());
      return;
    }
    const limit = this.settings.maxGracefulTerminationSeconds * SECOND + EVICTION_HEADROOM;
    if (this.host.now - since < limit) this.host.after(GONE_POLL, () => this.awaitGone(since));
    else this.abort(`failed to drain node /${this.name}: pods remaining after timeout`);
  }

  private finish(): void {
    // Nobody has to be waited for, unless somebody came between the decision and the taint.
    if (!this.isDrain && this.host.podsLeft(this.name).length > 0) {
      this.abort(`failed to delete empty node "${this.name}", new pods scheduled`);
      return;
    }
    this.host.giveBack(this.name, this.cause);
    this.say('Normal', 'node removed by cluster autoscaler');
    this.done(true);
  }

  private abort(error: string): void {
    const what = this.isDrain ? 'failed to drain and delete node' : 'failed to delete empty node';
    this.say('Warning', `${what}: ${error}`);
    this.cause = { ...this.cause, reason: error };
    const change = (node: Node): Node => withoutTaints(node, [TO_BE_DELETED, DELETION_CANDIDATE]);
    this.patch(change, () => this.done(false));
  }

  private patch(change: (node: Node) => Node, answered: (result: Result) => void): void {
    const command: Command = {
      verb: 'patch',
      kind: NODE,
      namespace: undefined,
      name: this.name,
      // The command's `kind` says what is stored under it.
      change: (stored: KubeObject) => change(stored as Node),
    };
    this.host.send(command, this.cause, answered);
  }

  private say(eventType: EventRequest['eventType'], message: string): void {
    const reason = eventType === 'Normal' ? 'ScaleDown' : 'ScaleDownFailed';
    this.host.event({ verb: 'event', regarding: this.node, eventType, reason, message }, this.cause);
  }

  private sayOf(pod: Pod, eventType: EventRequest['eventType'], reason: string, message: string): void {
    this.host.event({ verb: 'event', regarding: pod, eventType, reason, message }, this.cause);
  }
}
