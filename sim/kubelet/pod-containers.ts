import { equalValues } from '../../core/api/equal.ts';
import type { Container, Pod } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { BehaviorSource } from './behavior.ts';
import { dueOfProbes } from './container-probes.ts';
import { type ContainerRun, markTerminated, newRun } from './container-run.ts';

const NO_RUNS: readonly ContainerRun[] = [];

/** The containers of a pod through all their runs, and what later versions of the pod make of them. */
export class PodContainers {
  readonly inits: readonly ContainerRun[];
  readonly mains: readonly ContainerRun[];
  /** What `kubectl debug` added: they run once. */
  ephemeral: readonly ContainerRun[] = NO_RUNS;
  /** In the order in which they start. */
  all: readonly ContainerRun[];
  private readonly behaviors: BehaviorSource;

  constructor(pod: Pod, behaviors: BehaviorSource) {
    this.behaviors = behaviors;
    this.inits =
      pod.spec.initContainers?.map((spec) =>
        newRun(spec, spec.restartPolicy === 'Always' ? 'sidecar' : 'init', behaviors.behaviorFor(pod, spec)),
      ) ?? NO_RUNS;
    this.mains = pod.spec.containers.map((spec) => newRun(spec, 'main', behaviors.behaviorFor(pod, spec)));
    this.all = this.inits.length === 0 ? this.mains : [...this.inits, ...this.mains];
    if (pod.spec.ephemeralContainers !== undefined) this.addEphemeral(pod);
  }

  /** Ephemeral containers are added, and never taken away; whether there are new ones. */
  addEphemeral(pod: Pod): boolean {
    const given = pod.spec.ephemeralContainers ?? [];
    if (given.length <= this.ephemeral.length) return false;
    const added = given.slice(this.ephemeral.length).map((spec) => {
      const container = spec as Container;
      return newRun(container, 'ephemeral', this.behaviors.behaviorFor(pod, container));
    });
    this.ephemeral = [...this.ephemeral, ...added];
    this.all = [...this.inits, ...this.mains, ...this.ephemeral];
    return true;
  }

  /** When the next end is to be noticed, or the next result of a probe comes. Hot path. */
  get due(): Micros {
    let at = Number.POSITIVE_INFINITY;
    for (const run of this.all) at = Math.min(at, run.exitSeenAt, dueOfProbes(run));
    return at;
  }

  /** Ends that the kubelet notices by now; in words, where there are any. */
  noticeExits(now: Micros): string | undefined {
    let why: string | undefined;
    for (const run of this.all) {
      if (run.exitSeenAt > now || run.exit === undefined) continue;
      const { code } = run.exit;
      markTerminated(run, run.exit);
      why = `container ${run.spec.name} exited with code ${code}`;
    }
    return why;
  }

  named(name: string): ContainerRun | undefined {
    return this.all.find(({ spec }) => spec.name === name);
  }

  /** Containers whose resources another version of the pod says otherwise, with their new spec. */
  resized(pod: Pod): readonly { readonly run: ContainerRun; readonly next: Container }[] {
    const specs = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
    const found: { readonly run: ContainerRun; readonly next: Container }[] = [];
    for (const [index, run] of [...this.inits, ...this.mains].entries()) {
      const next = specs[index];
      if (next === undefined || next.resources === run.spec.resources) continue;
      if (!equalValues(next.resources, run.spec.resources)) found.push({ run, next });
    }
    return found;
  }
}
