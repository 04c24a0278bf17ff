import { controllerOf, keyOf } from '../../core/api/object.ts';
import { isPodTerminal } from '../../core/kinds/pod/status.ts';
import { NODE, POD } from '../../core/kinds/registry.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { SECOND } from '../../core/time.ts';
import type { Cause } from '../actor.ts';
import { formatDuration } from '../scenario/duration.ts';
import type { DrainAction } from '../scenario/scenario.ts';
import { setUnschedulable } from './edit.ts';
import type { StimulusHandler, StimulusWorld } from './handler.ts';

/** How long `kubectl drain` waits before it asks again for an eviction that a budget refused (k8s.io/kubectl/pkg/drain). */
const RETRY_AFTER = 5 * SECOND;

/** A filter of `kubectl drain`: what is not evicted, and what stops the whole drain. */
interface Blocker {
  readonly text: string;
  readonly holds: (pod: Pod, action: DrainAction) => boolean;
}

function hasEmptyDir(pod: Pod): boolean {
  return !isPodTerminal(pod) && (pod.spec.volumes ?? []).some(({ emptyDir }) => emptyDir !== undefined);
}

function isOfDaemonSet(pod: Pod): boolean {
  return controllerOf(pod)?.kind === 'DaemonSet';
}

/** Texts of k8s.io/kubectl/pkg/drain/filters.go. */
const BLOCKERS: readonly Blocker[] = [
  {
    text: 'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)',
    holds: (pod, { ignoreDaemonSets }) => !ignoreDaemonSets && isOfDaemonSet(pod) && !isPodTerminal(pod),
  },
  {
    text: 'cannot delete Pods with local storage (use --delete-emptydir-data to override)',
    holds: (pod, { deleteEmptyDirData }) => !deleteEmptyDirData && !isOfDaemonSet(pod) && hasEmptyDir(pod),
  },
  {
    text: 'cannot delete Pods that declare no controller (use --force to override)',
    holds: (pod, { force }) => !force && !isPodTerminal(pod) && controllerOf(pod) === undefined,
  },
];

/** Pods that the kubelet itself made from a file can't be evicted. */
const MIRROR_POD = 'kubernetes.io/config.mirror';

function reasonsAgainst(pods: readonly Pod[], action: DrainAction): readonly string[] {
  return BLOCKERS.flatMap(({ text, holds }) => {
    const names = pods.filter((pod) => holds(pod, action)).map(keyOf);
    return names.length === 0 ? [] : [`${text}: ${names.join(', ')}`];
  });
}

class Drain {
  private readonly world: StimulusWorld;
  private readonly action: DrainAction;
  private readonly source: string;
  private readonly cause: Cause;
  private readonly deadline: number;

  constructor(world: StimulusWorld, action: DrainAction, source: string, cause: Cause) {
    this.world = world;
    this.action = action;
    this.source = source;
    this.cause = cause;
    this.deadline = world.now + (action.timeout ?? Number.POSITIVE_INFINITY);
  }

  evict(pod: Pod, cause: Cause): void {
    const { gracePeriodSeconds } = this.action;
    const { namespace = '', name, uid } = pod.metadata;
    const options = {
      preconditions: { uid },
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    };
    const result = this.world.request({ verb: 'evict', namespace, name, options }, cause);
    if (result.ok || result.status.reason === 'NotFound' || result.status.reason === 'Conflict') return;
    const { reason, message } = result.status;
    if (reason !== 'TooManyRequests') {
      this.world.refused(this.source, `error when evicting pods/"${name}" -n "${namespace}": ${message}`);
      return;
    }
    this.world.later(RETRY_AFTER, () => this.again(pod));
  }

  private again(pod: Pod): void {
    const { namespace, name, uid } = pod.metadata;
    const stored = this.world.view.get(POD, namespace, name);
    if (stored === undefined || stored.metadata.uid !== uid) return;
    if (this.world.now >= this.deadline) {
      const limit = formatDuration(this.action.timeout ?? 0);
      const text = `error when evicting pods/"${name}" -n "${namespace}": global timeout reached: ${limit}`;
      this.world.refused(this.source, text);
      return;
    }
    const reason = `the drain of node ${this.action.node} asked again`;
    this.evict(stored, { rv: this.cause.rv, reason });
  }
}

/** `kubectl drain`: cordon the node, then evict its pods, each as soon as the budgets let it go. */
export const drain: StimulusHandler<DrainAction> = {
  op: 'drain',
  run: (world, action, source, cause) => {
    const { node } = action;
    if (world.view.get(NODE, undefined, node) === undefined) {
      world.refused(source, `nodes "${node}" not found`);
      return;
    }
    setUnschedulable(world, node, true, source, cause);
    const pods = world.view
      .onNode(POD, node)
      .filter((pod) => pod.metadata.annotations?.[MIRROR_POD] === undefined);
    const against = reasonsAgainst(pods, action);
    if (against.length > 0) {
      world.refused(source, `unable to drain node "${node}" due to error: [${against.join(', ')}]`);
      return;
    }
    const drained = new Drain(world, action, source, cause);
    for (const pod of pods) if (!isOfDaemonSet(pod) || isPodTerminal(pod)) drained.evict(pod, cause);
  },
};
