import type { Pod } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { ContainerRun } from './container-run.ts';
import type { NodeServices } from './node-services.ts';
import type { PodContainers } from './pod-containers.ts';
import type { PodControl, PodEnd } from './pod-control.ts';
import type { PodPoster } from './pod-poster.ts';
import { PodResize } from './pod-resize.ts';
import type { Occasion } from './pod-status.ts';

/** What of a pod's spec changes while it runs: ephemeral containers come, and resources become others. */
export class PodChanges {
  private readonly worker: PodControl;
  private readonly node: NodeServices;
  private readonly containers: PodContainers;
  private readonly poster: PodPoster;
  /** Made when its resources first change. */
  private resize: PodResize | undefined;

  constructor(worker: PodControl, node: NodeServices, containers: PodContainers, poster: PodPoster) {
    this.worker = worker;
    this.node = node;
    this.containers = containers;
    this.poster = poster;
  }

  /** The pod has another spec than `before`. */
  respecified(before: Pod, now: Micros): void {
    const { pod } = this.worker;
    if (this.containers.addEphemeral(pod)) {
      this.poster.change();
      this.worker.syncSoon(now);
    }
    if (this.resize === undefined && this.containers.resized(pod).length === 0) return;
    this.resize ??= new PodResize(this.worker, this.node, this.containers, before);
    this.tryResize(now);
  }

  get isResizePending(): boolean {
    return this.resize?.isPending === true;
  }

  /** What the spec asks for, if there is room. */
  tryResize(now: Micros): void {
    const { worker, node } = this;
    if (this.resize?.ask(worker.pod, now) !== true) return;
    node.programs?.podChanged(node.nodeName, worker);
    this.poster.change();
    this.poster.post('its resources change');
    worker.rearm();
  }

  /** A container began another run. */
  started(run: ContainerRun): void {
    this.resize?.started(run);
  }

  /** The version of the pod by which its node counts what is used. */
  get counted(): Pod {
    return this.resize?.counted ?? this.worker.pod;
  }

  /** The conditions that hold now and then. `verdict`: how the pod has ended. */
  occasions(verdict: PodEnd | undefined): readonly Occasion[] | undefined {
    const reason = verdict?.disruption;
    if (reason === undefined) return this.resize?.occasions;
    return [{ type: 'DisruptionTarget', reason, message: verdict?.message }];
  }
}
