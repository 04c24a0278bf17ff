import { keyOf } from '../../core/api/object.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { type Micros, parseRfc3339, rfc3339, SECOND } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import type { Timer } from '../kernel/kernel.ts';
import { drawSpread } from '../random/distribution.ts';
import { ContainerProbes, dropProbes, hasProbes } from './container-probes.ts';
import { type ContainerRun, markStarted } from './container-run.ts';
import { hexDigest } from './digest.ts';
import type { NodeServices } from './node-services.ts';
import { podActions } from './pod-actions.ts';
import { addressFor, releaseAddress } from './pod-addresses.ts';
import { PodChanges } from './pod-changes.ts';
import { PodContainers } from './pod-containers.ts';
import { DEADLINE_EXCEEDED, type PodControl, type PodEnd } from './pod-control.ts';
import { finalPhase, isTerminalPhase, livePhase } from './pod-phase.ts';
import { PodPoster } from './pod-poster.ts';
import { markUnknown, resumeRuns } from './pod-resume.ts';
import type { PodFacts } from './pod-status.ts';
import { PodStop } from './pod-stop.ts';
import type { EvictablePod, PodMode } from './pressure/host.ts';
import { SYNC_RETRY_JITTER, SYNC_RETRY_PERIOD, VOLUME_TEARDOWN } from './settings.ts';
import { endOf, graceOf } from './shutdown.ts';
import { StartSequence } from './start-sequence.ts';
import * as texts from './texts.ts';

const NEVER = Number.POSITIVE_INFINITY;

/**
 * The worker of one pod (`pkg/kubelet/pod_workers.go`), as a state machine with one timer:
 *
 *     running      syncs: post the status, start what is to be started. While a start sequence is under way it is
 *                  blocked, as the real worker is; containers and their probes go on all the same
 *     terminating  containers have been told to stop; no way back
 *     finished     all have ended, the last status is posted; a deleted pod is removed from the API
 *
 * Every moment at which something is due is a field that ends in `At`; `NEVER` where nothing is.
 */
export class PodWorker implements PodControl, EvictablePod {
  readonly key: string;
  uid: string;
  pod: Pod;
  sandboxReady = false;
  private readonly node: NodeServices;
  mode: PodMode = 'running';
  private why: Cause;
  private readonly parts: PodContainers;
  readonly changes: PodChanges;
  /** While containers are being started. Most of a pod's life it has none, so it isn't kept. */
  private starter: StartSequence | undefined;
  /** Sandboxes begun so far: which draw belongs to the next. */
  sandboxes = 0;
  /** Made where a container has probes. */
  private probes: ContainerProbes | undefined;
  /** Made when containers are first to be stopped. */
  private stopper: PodStop | undefined;
  private readonly startTime: string;
  private admitted = false;
  private verdict: PodEnd | undefined;
  private podIp: string | undefined;
  /** A main container was started in the sandbox that there is. */
  private begun = false;
  private readonly poster: PodPoster;
  private retries = 0;
  private syncAt: Micros = NEVER;
  private deadlineAt: Micros = NEVER;
  private timer: Timer | undefined;

  constructor(pod: Pod, node: NodeServices, cause: Cause) {
    this.pod = pod;
    this.key = keyOf(pod);
    this.uid = pod.metadata.uid;
    this.node = node;
    this.why = cause;
    this.parts = new PodContainers(pod, node.behaviors);
    this.poster = new PodPoster(this, node);
    this.changes = new PodChanges(this, node, this.parts, this.poster);
    if (this.parts.all.some(hasProbes)) this.probes = new ContainerProbes(this, node);
    this.startTime = pod.status.startTime ?? rfc3339(node.context.now);
  }

  /** The kubelet is told of the pod for the first time, or again after it has started. */
  begin(): void {
    const { now } = this.node.context;
    this.podIp = this.pod.status.podIP;
    if (isTerminalPhase(this.pod.status.phase)) {
      this.mode = 'finished';
      this.poster.settle();
      if (this.pod.metadata.deletionTimestamp !== undefined) this.poster.deleteFrom(now);
      this.rearm();
      return;
    }
    const resumed = resumeRuns(this.pod, this.parts.all, now);
    const refusal = this.node.admission.refusal(this.pod, this.node.node);
    if (refusal !== undefined && !resumed) {
      this.mode = 'finished';
      this.tell(undefined, 'Warning', refusal.reason, refusal.message);
      this.poster.reject(refusal);
      if (this.pod.metadata.deletionTimestamp !== undefined) this.poster.deleteFrom(now);
    } else {
      this.admitted = true;
      this.node.admission.admit(this.pod);
      if (this.pod.metadata.deletionTimestamp !== undefined) this.stop(now);
      else {
        const limit = this.pod.spec.activeDeadlineSeconds;
        if (limit !== undefined) this.deadlineAt = (parseRfc3339(this.startTime) ?? now) + limit * SECOND;
        this.sync(now);
      }
    }
    this.rearm();
  }

  /** A later version of the pod. Hot path: most are the echo of the worker's own writes. */
  update(pod: Pod, cause: Cause): void {
    const before = this.pod;
    this.pod = pod;
    const { now } = this.node.context;
    const deletion = pod.metadata.deletionTimestamp;
    if (deletion !== undefined && deletion !== before.metadata.deletionTimestamp) {
      this.why = cause;
      if (this.mode === 'running') this.stop(now);
      else if (this.mode === 'terminating') this.stopping().hasten(now, graceOf(pod));
      else this.poster.deleteFrom(now);
      this.rearm();
    } else if (this.mode === 'running' && isTerminalPhase(pod.status.phase)) {
      // Somebody else declared its end; what still runs is stopped.
      this.why = cause;
      this.stop(now);
      this.rearm();
    } else if (this.mode === 'running' && this.poster.isContradicted(pod, before)) {
      this.why = cause;
      this.poster.correct(now);
      this.rearm();
    } else if (this.mode === 'running' && pod.spec !== before.spec) {
      this.why = cause;
      this.changes.respecified(before, now);
    }
  }

  /** There is more to run. */
  syncSoon(now: Micros): void {
    this.stopper = undefined;
    this.syncAt = Math.min(this.syncAt, now);
    this.rearm();
  }

  /** A static pod has another mirror. */
  mirrored(pod: Pod, cause: Cause): void {
    this.pod = pod;
    this.uid = pod.metadata.uid;
    this.why = cause;
    this.poster.change();
    this.node.programs?.podChanged(this.node.nodeName, this);
    this.poster.post('its mirror is new');
  }

  /** The pod left the API. What runs is stopped all the same. */
  removed(pod: Pod, cause: Cause): void {
    this.pod = pod;
    this.why = cause;
    this.poster.close();
    if (this.mode === 'running') this.stop(this.node.context.now);
    if (this.mode === 'finished') this.leave();
    else this.rearm();
  }

  /** Fault: the process dies now. The first main container unless named; whether one was running. */
  kill(container: string | undefined, code: number, reason: string | undefined, cause: Cause): boolean {
    const run = container === undefined ? this.parts.mains[0] : this.parts.named(container);
    if (run === undefined || run.state !== 'running') return false;
    this.why = cause;
    this.planExit(run, { at: this.node.context.now, code, reason });
    this.rearm();
    return true;
  }

  /** The node lost its power: nothing is left, and nobody tells. */
  vanish(): void {
    this.disarm();
    this.mode = 'finished';
    this.poster.close();
  }

  /** The API can be reached again: send what couldn't be, or may have been lost. */
  reconnected(cause: Cause): void {
    this.why = cause;
    this.poster.reconnected();
    if (this.poster.isClosed) return;
    this.poster.post('the node is connected again');
    if (this.mode === 'finished' && this.pod.metadata.deletionTimestamp !== undefined) {
      this.poster.deleteFrom(this.node.context.now + VOLUME_TEARDOWN);
      this.rearm();
    }
  }

  get containers(): readonly ContainerRun[] {
    return this.parts.all;
  }

  servesFrom(run: ContainerRun): Micros {
    const unit = this.node.context.random.unit(this.entityOf(run), `startup#${run.starts}`);
    return run.startedAt + drawSpread(run.behavior.startup, unit);
  }

  // What the start sequence asks and tells.

  entityOf(run: ContainerRun): string {
    return `${this.key}/${run.spec.name}`;
  }

  openSandbox(): boolean {
    const address = addressFor(this.pod, this.node);
    if (address === undefined) return false;
    this.podIp = address;
    this.sandboxReady = true;
    this.poster.change();
    return true;
  }

  containerStarted(run: ContainerRun, now: Micros): void {
    const { random } = this.node.context;
    markStarted(run, this.node.registry.describe(run.spec.image ?? ''), now);
    run.containerId = `containerd://${hexDigest(random, `${this.uid}/${run.spec.name}/${run.restartCount}`)}`;
    if (run.role === 'main') this.begun = true;
    this.changes.started(run);
    const end = endOf(run, now, random, this.entityOf(run));
    if (end !== undefined) this.planExit(run, end);
    this.node.programs?.podChanged(this.node.nodeName, this);
    this.poster.change();
    if (this.node.events) {
      this.tell(run, 'Normal', 'Created', texts.CONTAINER_CREATED);
      this.tell(run, 'Normal', 'Started', texts.CONTAINER_STARTED);
    }
  }

  /** Why a container isn't running: shown from the next sync on. */
  trouble(run: ContainerRun, reason: string, message: string): void {
    if (run.trouble?.reason === reason && run.trouble.message === message) return;
    run.trouble = { message, reason };
    run.status = undefined;
    this.poster.change();
  }

  syncEnded(failed: boolean, touched: boolean, now: Micros): void {
    this.starter = undefined;
    const seen =
      touched || this.parts.all.some((run) => run.state === 'terminated' && run.trouble === undefined);
    if (seen) this.syncAt = this.node.relistAfter(now);
    else if (failed) {
      const unit = this.node.context.random.unit(this.key, `retry#${this.retries}`);
      this.retries += 1;
      this.syncAt = now + Math.round(SYNC_RETRY_PERIOD * (1 + SYNC_RETRY_JITTER * unit));
    }
  }

  // What the probes tell.

  /** `ready`, `started` or both are others now. */
  probed(run: ContainerRun, why: string, now: Micros): void {
    run.status = undefined;
    this.poster.change();
    this.poster.post(why);
    // A sidecar that has started lets the next container start.
    if (run.role === 'sidecar' && this.mode === 'running') this.syncAt = Math.min(this.syncAt, now);
  }

  /** A liveness or startup probe failed for good: the container is stopped, and restarted as any that ended. */
  stopUnhealthy(run: ContainerRun, grace: Micros, now: Micros): void {
    this.stopping().stopUnhealthy(run, now, grace);
  }

  get address(): string {
    return this.podIp ?? '';
  }

  /** What made the worker act last: the newest of what it was told and what it wrote. */
  get cause(): Cause {
    return this.why;
  }

  wrote(rv: number): void {
    if (rv > this.why.rv) this.why = { rv };
  }

  /** An Event on a container, or on the pod itself. */
  tell(
    run: ContainerRun | undefined,
    eventType: 'Normal' | 'Warning',
    reason: string,
    message: string,
  ): void {
    if (!this.node.events || this.poster.isClosed) return;
    const fieldPath = run === undefined ? undefined : texts.fieldPathOf(run);
    this.node.tell(
      { verb: 'event', regarding: this.pod, eventType, reason, message, component: 'kubelet', fieldPath },
      this.cause,
    );
  }

  // The machine.

  /** Set the one timer to the next moment at which something is due. */
  rearm(): void {
    let at = Math.min(this.deadlineAt, this.poster.due);
    // While the worker is blocked, a sync waits for the end of the sequence.
    at = Math.min(at, this.starter === undefined ? this.syncAt : this.starter.due);
    at = Math.min(at, this.parts.due);
    if (this.timer !== undefined && this.timer.time <= at && at < NEVER) return;
    this.disarm();
    if (at >= NEVER) return;
    const { context } = this.node;
    this.timer = context.after(Math.max(0, at - context.now), () => {
      this.timer = undefined;
      this.advance(context.now);
      this.rearm();
    });
  }

  private advance(now: Micros): void {
    const ended = this.parts.noticeExits(now);
    if (ended !== undefined) this.poster.change();
    if (this.mode === 'terminating') {
      if (ended !== undefined) this.continueStop(now, ended);
    } else if (this.mode === 'running') {
      if (this.deadlineAt <= now) this.exceedDeadline(now);
      else {
        this.probes?.advance(this.parts.all, now);
        if (ended !== undefined) this.syncAt = Math.min(this.syncAt, now);
        this.starter?.advance(now);
        if (this.starter === undefined && this.syncAt <= now) this.sync(now, ended);
      }
    }
    this.poster.advance(now);
  }

  planExit(run: ContainerRun, exit: NonNullable<ContainerRun['exit']>): void {
    if (run.exit !== undefined && run.exit.at <= exit.at) return;
    run.exit = exit;
    // A runtime that was told to stop a container answers when it has; any other end is found by a relist.
    run.exitSeenAt = this.mode === 'terminating' ? exit.at : this.node.relistAfter(exit.at);
    this.node.programs?.podChanged(this.node.nodeName, this);
  }

  private sync(now: Micros, why?: string): void {
    this.syncAt = NEVER;
    const { ephemeral, inits, mains } = this.parts;
    const { over, start } = podActions(ephemeral, inits, mains, this.pod.spec.restartPolicy, this.begun);
    if (over) {
      this.stop(now, why);
      return;
    }
    this.poster.post(why);
    this.probes?.observe(this.parts.all, now);
    if (start.length === 0) return;
    this.starter = new StartSequence(this, this.node, start);
    this.starter.begin(now);
  }

  private exceedDeadline(now: Micros): void {
    this.verdict = DEADLINE_EXCEEDED;
    this.tell(undefined, 'Normal', DEADLINE_EXCEEDED.reason, DEADLINE_EXCEEDED.message);
    this.stop(now, 'activeDeadlineSeconds is over');
  }

  /** The kubelet ends the pod by itself. */
  end(how: PodEnd, graceSeconds: number, cause: Cause): void {
    if (this.mode !== 'running') return;
    this.why = { rv: cause.rv };
    this.verdict = how;
    if (how.event !== undefined) this.tell(undefined, 'Warning', how.event, how.message);
    this.stop(this.node.context.now, cause.reason, graceSeconds * SECOND);
    this.rearm();
  }

  /** Tell every container to stop. */
  private stop(now: Micros, why?: string, grace: Micros = graceOf(this.pod)): void {
    this.mode = 'terminating';
    this.starter?.cancel();
    this.starter = undefined;
    this.syncAt = NEVER;
    this.deadlineAt = NEVER;
    for (const run of this.parts.all) dropProbes(run);
    this.stopping().begin(now, grace);
    this.continueStop(now, why);
  }

  private stopping(): PodStop {
    this.stopper ??= new PodStop(this, this.node, this.parts.all);
    return this.stopper;
  }

  private continueStop(now: Micros, why: string | undefined): void {
    if (this.stopping().proceed(now)) this.finish(now, why);
  }

  private finish(now: Micros, why?: string): void {
    this.mode = 'finished';
    this.node.programs?.podGone(this.uid, this.cause);
    if (this.admitted) {
      this.node.admission.release(this.changes.counted);
      this.node.roomMade?.();
    }
    this.admitted = false;
    if (this.sandboxReady) releaseAddress(this.pod, this.node, this.podIp);
    this.sandboxReady = false;
    markUnknown(this.parts.inits, this.parts.mains);
    this.poster.change();
    if (this.poster.isClosed) {
      this.leave();
      return;
    }
    this.poster.post(why);
    if (this.pod.metadata.deletionTimestamp !== undefined) this.poster.deleteFrom(now + VOLUME_TEARDOWN);
  }

  private leave(): void {
    this.disarm();
    this.node.forget(this);
  }

  private disarm(): void {
    if (this.timer !== undefined) this.node.context.cancel(this.timer);
    this.timer = undefined;
  }

  facts(at: string): PodFacts {
    const { sandboxReady, podIp, startTime } = this;
    const { inits, mains, ephemeral } = this.parts;
    const verdict = this.mode === 'finished' ? this.verdict : undefined;
    const { restartPolicy } = this.pod.spec;
    return {
      phase: this.mode === 'finished' ? (verdict?.phase ?? finalPhase(mains)) : livePhase(inits, mains),
      reason: verdict?.reason,
      message: verdict?.message,
      occasions: this.changes.occasions(verdict),
      ephemeral,
      inits,
      mains,
      sandboxReady,
      podIp,
      hostIps: this.node.hostIps,
      startTime,
      at,
      restarting: this.mode === 'running',
      restartPolicy,
    };
  }
}
