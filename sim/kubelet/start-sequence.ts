import type { Micros } from '../../core/time.ts';
import { drawBetween } from '../random/distribution.ts';
import { backOffEnd, nextBackOff } from './back-off.ts';
import type { ContainerRun } from './container-run.ts';
import { type HookOutcome, hookFailure, hookOutcome } from './hooks.ts';
import type { PullOutcome, PullTicket } from './image-puller.ts';
import type { NodeServices } from './node-services.ts';
import { environmentProblem, mountProblems } from './pod-config.ts';
import type { PodControl } from './pod-control.ts';
import {
  CONTAINER_START_LEAST,
  CONTAINER_START_MOST,
  MOUNT_RETRY_FIRST,
  MOUNT_RETRY_MAX,
  SANDBOX_LEAST,
  SANDBOX_MOST,
} from './settings.ts';
import { graceOf } from './shutdown.ts';
import * as texts from './texts.ts';

const NEVER = Number.POSITIVE_INFINITY;

function blocksOthers({ role }: ContainerRun): boolean {
  return role === 'init' || role === 'sidecar';
}

/**
 * The part of a pod's sync that takes time, and blocks its worker: the volumes, the sandbox, then container by
 * container the back-off, the image, the configuration and the start (`SyncPod` of `pkg/kubelet/kubelet.go` and
 * `pkg/kubelet/kuberuntime/kuberuntime_manager.go`). A container
 * that can't be started doesn't keep the next from it, unless it is an init container.
 */
export class StartSequence {
  private readonly worker: PodControl;
  private readonly node: NodeServices;
  private readonly queue: readonly ContainerRun[];
  private position = 0;
  private step: 'none' | 'volumes' | 'sandbox' | 'pull' | 'start' | 'hook' | 'kill' = 'none';
  private dueAt: Micros = NEVER;
  private failed = false;
  private touched = false;
  private mountRetry: Micros = MOUNT_RETRY_FIRST;
  private ticket: PullTicket | undefined;
  /** While the step is `hook`. */
  private hook: HookOutcome | undefined;

  constructor(worker: PodControl, node: NodeServices, queue: readonly ContainerRun[]) {
    this.worker = worker;
    this.node = node;
    this.queue = queue;
  }

  /** When `advance` is next to be called. */
  get due(): Micros {
    return this.dueAt;
  }

  begin(now: Micros): void {
    if (this.worker.sandboxReady) {
      this.startNext(now);
      return;
    }
    this.mountVolumes(now);
  }

  private mountVolumes(now: Micros): void {
    const problems = mountProblems(this.worker.pod, (...words) => this.node.context.lookup(...words));
    if (problems.length > 0) {
      this.step = 'volumes';
      this.dueAt = now + this.mountRetry;
      this.mountRetry = Math.min(2 * this.mountRetry, MOUNT_RETRY_MAX);
      for (const { volume, message } of problems) {
        this.worker.tell(undefined, 'Warning', 'FailedMount', texts.mountFailed(volume, message));
      }
      return;
    }
    this.mountRetry = MOUNT_RETRY_FIRST;
    this.step = 'sandbox';
    this.dueAt = now + this.sandboxDelay();
    const first = this.queue[0]!;
    // One step for both where nothing can come between them: the image is there, and images stay.
    if (this.needsNoPull(first) && this.configurationProblem(first) === undefined) {
      this.step = 'start';
      this.dueAt += this.startDelay(first);
    }
  }

  advance(now: Micros): void {
    if (this.dueAt > now) return;
    this.dueAt = NEVER;
    if (this.step === 'volumes') {
      this.mountVolumes(now);
      return;
    }
    if (!this.worker.sandboxReady) {
      if (!this.makeSandbox()) {
        this.failed = true;
        this.end(now);
        return;
      }
      this.touched = true;
      if (this.step === 'start') this.tellPresent(this.queue[this.position]!);
    }
    if (this.step === 'start') {
      const run = this.queue[this.position]!;
      this.worker.containerStarted(run, now);
      this.touched = true;
      if (run.spec.lifecycle?.postStart !== undefined && this.hookRuns(run, now)) return;
      this.position += 1;
    } else if (this.step === 'hook') {
      if (!this.hookEnds(now)) return;
    } else if (this.step === 'kill') {
      this.step = 'none';
      this.giveUp(this.queue[this.position]!, now);
      return;
    }
    this.startNext(now);
  }

  /** Its worker waits for the postStart hook, and its status with it; whether there is anything to wait for. */
  private hookRuns(run: ContainerRun, now: Micros): boolean {
    const hook = hookOutcome(run, 'postStart', this.node.context.random, this.worker.entityOf(run));
    if (hook.takes === 0 && hook.code === 0) return false;
    this.hook = hook;
    this.step = 'hook';
    this.dueAt = now + hook.takes;
    return true;
  }

  /**
   * Whether the hook ended well. If not, the container is stopped, and its worker waits for that
   * (`startContainer` of `kuberuntime_container.go`).
   */
  private hookEnds(now: Micros): boolean {
    const run = this.queue[this.position]!;
    const code = this.hook?.code ?? 0;
    this.step = 'none';
    if (code === 0 && run.state === 'running') {
      this.position += 1;
      return true;
    }
    this.worker.tell(run, 'Warning', 'FailedPostStartHook', texts.POST_START_FAILED);
    this.worker.tell(run, 'Normal', 'Killing', 'FailedPostStartHook');
    const grace = graceOf(this.worker.pod);
    if (run.state === 'running') this.worker.stopUnhealthy(run, grace, now);
    this.step = 'kill';
    this.dueAt = run.exit === undefined ? now : this.node.relistAfter(run.exit.at);
    const { pod, address } = this.worker;
    this.worker.trouble(run, 'PostStartHookError', hookFailure(run, 'postStart', code, pod, address));
    return false;
  }

  /** The pod is being stopped: what hasn't been started isn't any more. */
  cancel(): void {
    if (this.ticket !== undefined) this.node.images.drop(this.ticket);
    this.ticket = undefined;
    this.step = 'none';
    this.dueAt = NEVER;
  }

  private sandboxDelay(): Micros {
    const unit = this.node.context.random.unit(this.worker.key, `sandbox#${this.worker.sandboxes}`);
    this.worker.sandboxes += 1;
    return drawBetween(SANDBOX_LEAST, SANDBOX_MOST, unit);
  }

  private startDelay(run: ContainerRun): Micros {
    const unit = this.node.context.random.unit(this.worker.entityOf(run), `start#${run.starts}`);
    return drawBetween(CONTAINER_START_LEAST, CONTAINER_START_MOST, unit);
  }

  private needsNoPull({ spec }: ContainerRun): boolean {
    return spec.imagePullPolicy !== 'Always' && this.node.images.has(spec.image ?? '');
  }

  private makeSandbox(): boolean {
    if (this.worker.openSandbox()) return true;
    this.worker.tell(
      undefined,
      'Warning',
      'FailedCreatePodSandBox',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: ' +
        'plugin type="host-local" failed (add): failed to allocate for range 0: no IP addresses available in range set',
    );
    return false;
  }

  private startNext(now: Micros): void {
    while (this.position < this.queue.length) {
      const run = this.queue[this.position]!;
      if (this.mayStart(run, now)) {
        if (this.step === 'pull') return;
        if (this.isConfigured(run)) {
          this.step = 'start';
          this.dueAt = now + this.startDelay(run);
          return;
        }
      }
      this.failed = true;
      this.position += 1;
      if (blocksOthers(run)) break;
    }
    this.end(now);
  }

  /** Checks in the order of the kubelet; begins a pull where one is needed, which leaves `step` at `pull`. */
  private mayStart(run: ContainerRun, now: Micros): boolean {
    this.step = 'none';
    if (run.state === 'terminated') {
      const end = backOffEnd(run.backOff, run.finishedAt);
      if (end > now) {
        const { name } = run.spec;
        const period = end - run.finishedAt;
        this.worker.trouble(
          run,
          'CrashLoopBackOff',
          texts.restartBackOffStatus(name, this.worker.pod, period),
        );
        if (this.node.events) {
          this.worker.tell(run, 'Warning', 'BackOff', texts.restartBackOffEvent(name, this.worker.pod));
        }
        return false;
      }
    }
    return this.mayPull(run, now);
  }

  private configurationProblem({ spec }: ContainerRun): string | undefined {
    if (spec.env === undefined && spec.envFrom === undefined) return undefined;
    return environmentProblem(this.worker.pod, spec, (...words) => this.node.context.lookup(...words));
  }

  /** What its environment refers to is there (`ErrCreateContainerConfig` of `kuberuntime_container.go`). */
  private isConfigured(run: ContainerRun): boolean {
    const problem = this.configurationProblem(run);
    if (problem === undefined) return true;
    this.worker.trouble(run, 'CreateContainerConfigError', problem);
    this.worker.tell(run, 'Warning', 'Failed', `Error: ${problem}`);
    return false;
  }

  private mayPull(run: ContainerRun, now: Micros): boolean {
    const image = run.spec.image ?? '';
    if (this.needsNoPull(run)) {
      this.tellPresent(run);
      return true;
    }
    if (run.spec.imagePullPolicy === 'Never') {
      const message = texts.neverPulled(image);
      this.worker.trouble(run, 'ErrImageNeverPull', message);
      this.worker.tell(run, 'Warning', 'ErrImageNeverPull', message);
      this.worker.tell(run, 'Warning', 'Failed', 'Error: ErrImageNeverPull');
      return false;
    }
    const { pullBackOff } = run;
    if (pullBackOff !== undefined && now < pullBackOff.since + pullBackOff.period) {
      // Since 1.32 the status says what the last pull ended with.
      const cause =
        run.trouble?.reason === 'ErrImagePull' ? `: ErrImagePull: ${run.trouble.message ?? ''}` : '';
      const message = cause === '' ? (run.trouble?.message ?? '') : `${texts.pullBackOff(image)}${cause}`;
      this.worker.trouble(run, 'ImagePullBackOff', message);
      if (this.node.events) {
        this.worker.tell(run, 'Normal', 'BackOff', texts.pullBackOff(image));
        this.worker.tell(run, 'Warning', 'Failed', 'Error: ImagePullBackOff');
      }
      return false;
    }
    if (this.node.events) this.worker.tell(run, 'Normal', 'Pulling', texts.pulling(image));
    this.step = 'pull';
    this.ticket = this.node.images.pull(image, (outcome) => this.pullEnded(run, outcome));
    return true;
  }

  private pullEnded(run: ContainerRun, outcome: PullOutcome): void {
    const { now } = this.node.context;
    const image = run.spec.image ?? '';
    this.ticket = undefined;
    if (outcome.error === undefined) {
      run.pullBackOff = undefined;
      if (this.node.events) {
        this.worker.tell(
          run,
          'Normal',
          'Pulled',
          texts.pulled(image, outcome, this.node.registry.describe(image)),
        );
      }
      if (this.isConfigured(run)) {
        this.step = 'start';
        this.dueAt = now + this.startDelay(run);
      } else this.giveUp(run, now);
    } else {
      run.pullBackOff = nextBackOff(run.pullBackOff, now, now);
      this.worker.trouble(run, 'ErrImagePull', outcome.error);
      if (this.node.events) {
        this.worker.tell(run, 'Warning', 'Failed', texts.pullFailed(image, outcome.error));
        this.worker.tell(run, 'Warning', 'Failed', 'Error: ErrImagePull');
      }
      this.giveUp(run, now);
    }
    this.worker.rearm();
  }

  /** On with the next, or the end where this one is in its way. */
  private giveUp(run: ContainerRun, now: Micros): void {
    this.failed = true;
    this.position += 1;
    if (!blocksOthers(run)) this.startNext(now);
    else this.end(now);
  }

  private tellPresent(run: ContainerRun): void {
    if (this.node.events) this.worker.tell(run, 'Normal', 'Pulled', texts.imagePresent(run.spec.image ?? ''));
  }

  private end(now: Micros): void {
    this.step = 'none';
    this.dueAt = NEVER;
    this.worker.syncEnded(this.failed, this.touched, now);
  }
}
