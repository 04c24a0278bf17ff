import type { Container, Pod } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { ContainerRun } from './container-run.ts';
import type { NodeServices } from './node-services.ts';
import type { PodContainers } from './pod-containers.ts';
import type { PodControl } from './pod-control.ts';
import { isStaticPod } from './pod-order.ts';
import type { Occasion } from './pod-status.ts';
import { graceOf } from './shutdown.ts';
import * as texts from './texts.ts';

/**
 * The resize of a pod in place
 * (https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/): whether its node has room for
 * what the spec says now, and what its containers are given of it.
 */
export class PodResize {
  private readonly worker: PodControl;
  private readonly node: NodeServices;
  private readonly containers: PodContainers;
  /** What is allocated: this version of the pod's spec. */
  private allocated: Pod;
  private pending: Occasion | undefined;
  private inProgress: Occasion | undefined;
  private readonly restarting = new Set<ContainerRun>();

  constructor(worker: PodControl, node: NodeServices, containers: PodContainers, allocated: Pod) {
    this.worker = worker;
    this.node = node;
    this.containers = containers;
    this.allocated = allocated;
  }

  /** The version of the pod by which its node counts what is used. */
  get counted(): Pod {
    return this.allocated;
  }

  get isPending(): boolean {
    return this.pending?.reason === 'Deferred';
  }

  get occasions(): readonly Occasion[] {
    return [this.pending, this.inProgress].filter((one) => one !== undefined);
  }

  /** The spec says other resources than its containers have, or there may be room now; whether anything changed. */
  ask(pod: Pod, now: Micros): boolean {
    const changes = this.containers.resized(pod);
    if (changes.length === 0) {
      const was = this.pending;
      this.pending = undefined;
      return was !== undefined;
    }
    const refusal = isStaticPod(pod)
      ? { reason: 'Infeasible', message: 'In-place resize of static-pods is not supported' }
      : this.node.admission.resizeRefusal(pod, this.allocated);
    if (refusal !== undefined) return this.wait(pod, refusal.reason, refusal.message, changes);
    this.node.admission.release(this.allocated);
    this.node.admission.admit(pod);
    this.allocated = pod;
    this.pending = undefined;
    this.tell('ResizeStarted', 'started', pod, changes, undefined);
    for (const { run, next } of changes) this.apply(run, next, now);
    if (this.restarting.size > 0)
      this.inProgress = { type: 'PodResizeInProgress', reason: undefined, message: undefined };
    else this.tell('ResizeCompleted', 'completed', pod, changes, undefined);
    return true;
  }

  /** A container that had to start again has. */
  started(run: ContainerRun): void {
    if (!this.restarting.delete(run) || this.restarting.size > 0) return;
    this.inProgress = undefined;
    const changes = this.containers.mains.map((main) => ({ run: main, next: main.spec }));
    this.tell('ResizeCompleted', 'completed', this.allocated, changes, undefined);
  }

  private wait(
    pod: Pod,
    reason: string,
    message: string,
    changes: readonly { readonly next: Container }[],
  ): boolean {
    if (this.pending?.reason === reason && this.pending.message === message) return false;
    this.pending = { type: 'PodResizePending', reason, message };
    this.tell(`Resize${reason}`, reason, pod, changes, message);
    return true;
  }

  private apply(run: ContainerRun, next: Container, now: Micros): void {
    const restarts = (next.resizePolicy ?? []).some(
      ({ resourceName, restartPolicy }) =>
        restartPolicy === 'RestartContainer' && differs(run.spec, next, resourceName),
    );
    run.spec = next;
    run.status = undefined;
    if (!restarts || run.state !== 'running') return;
    this.restarting.add(run);
    this.worker.tell(run, 'Normal', 'Killing', texts.resizeRestarts(next.name));
    this.worker.stopUnhealthy(run, graceOf(this.worker.pod), now);
  }

  private tell(
    reason: string,
    word: string,
    pod: Pod,
    changes: readonly { readonly next: Container }[],
    error: string | undefined,
  ): void {
    const containers = changes.map(({ next: { name, resources } }) => ({
      name,
      resources: { limits: resources?.limits, requests: resources?.requests },
    }));
    const summary = JSON.stringify({ containers, generation: pod.metadata.generation, error });
    const type = error === undefined ? 'Normal' : 'Warning';
    this.worker.tell(undefined, type, reason, `Pod resize ${word}: ${summary}`);
  }
}

function differs(before: Container, after: Container, resource: string): boolean {
  return (
    before.resources?.requests?.[resource] !== after.resources?.requests?.[resource] ||
    before.resources?.limits?.[resource] !== after.resources?.limits?.[resource]
  );
}
