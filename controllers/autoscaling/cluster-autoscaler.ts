import { keyOf } from '../../core/api/object.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import { goDuration } from '../../core/text/go-duration.ts';
import { MINUTE, type Micros } from '../../core/time.ts';
import type { EventRequest, WatchEvent } from '../controller.ts';
import type { PodInfo } from '../scheduling/cache/pod-info.ts';
import { type GroupBackoff, nextBackoff } from './cluster-backoff.ts';
import type { GroupGrowth } from './cluster-balance.ts';
import { groupSizes, type ListedCloud } from './cluster-cloud.ts';
import { longTerminatingFrom, staysWithNode } from './cluster-drainability.ts';
import { isHealthy } from './cluster-health.ts';
import { homelessPods } from './cluster-homeless.ts';
import { ClusterModel, isReady, startsUntil } from './cluster-model.ts';
import type { ClusterAutoscalerOptions, ScalableGroup } from './cluster-options.ts';
import { findUnneeded, type UnneededNode } from './cluster-scale-down.ts';
import { growthText, planScaleUp, type SkipReason } from './cluster-scale-up.ts';
import { Outcome, type Scan, type Scene, type StatusNews } from './cluster-scan.ts';
import { StatusReport, statusOf } from './cluster-status.ts';
import { DELETION_CANDIDATE, hasTaint, TO_BE_DELETED } from './cluster-taints.ts';
import { ClusterTrial } from './cluster-trial.ts';

/** The same Event is told again only after this long (`record-duplicated-events` is false). */
const TOLD_AGAIN_AFTER: Micros = 5 * MINUTE;

interface Unneeded {
  readonly since: Micros;
  readonly cause: number;
}

interface Removing {
  readonly group: string;
  readonly isDrain: boolean;
}

interface Told {
  readonly text: string;
  readonly at: Micros;
}

/**
 * The Cluster Autoscaler as a state machine, as the scheduler is one: the informers' events and what the cloud lists go
 * in, decisions come out of each scan. It has no clock and no I/O
 * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md).
 */
export class ClusterAutoscaler {
  private readonly options: ClusterAutoscalerOptions;
  private readonly model = new ClusterModel();
  private readonly backoffs = new Map<string, GroupBackoff>();
  /** Groups of which machines were asked for that have not all become nodes. */
  private readonly growing = new Set<string>();
  private readonly unneeded = new Map<string, Unneeded>();
  private readonly removing = new Map<string, Removing>();
  /** Until when nodes are not looked at again that could not be removed. */
  private readonly rechecks = new Map<string, Micros>();
  private readonly told = new Map<string, Told>();
  private lastScaleUp = Number.NEGATIVE_INFINITY;
  private lastRemoval = Number.NEGATIVE_INFINITY;
  private lastFailure = Number.NEGATIVE_INFINITY;
  private changeAtLastScan = 0;
  private isFirstScan = true;
  private isCalm = true;
  private readonly report = new StatusReport();

  constructor(options: ClusterAutoscalerOptions) {
    this.options = options;
  }

  /** An informer's event. `rv` is the number of its record. */
  observe(event: WatchEvent, rv: number): void {
    this.model.observe(event, rv);
  }

  /** Whether a scan may come to something else than the last one, apart from what its `wake` was for. */
  get hasNews(): boolean {
    return this.model.changed;
  }

  /** What the cloud said to a group's growth: it has these many machines now. Answers with what is to be told. */
  grew(
    growth: readonly GroupGrowth[],
    refused: readonly string[],
    helped: readonly Pod[],
    now: Micros,
  ): readonly EventRequest[] {
    const got = growth.filter(({ from, to }) => to > from);
    for (const { group } of got) this.growing.add(group.name);
    for (const group of refused) this.backOff(group, now);
    if (refused.length > 0) this.model.changed = true;
    if (got.length === 0) return [];
    this.lastScaleUp = now;
    const message = `pod triggered scale-up: ${growthText(got)}`;
    return helped.map((pod) => podEvent(pod, 'TriggeredScaleUp', message));
  }

  /** The removal of a node is over, one way or the other. */
  removed(name: string, isGone: boolean, now: Micros): void {
    this.removing.delete(name);
    this.unneeded.delete(name);
    this.model.changed = true;
    if (isGone) return;
    this.lastFailure = now;
    this.rechecks.set(name, now + this.options.scaleDown.recheckTimeout);
  }

  /** The pods that keep a node from being removed at once. */
  podsLeft(nodeName: string, now: Micros): readonly Pod[] {
    const pods = [...(this.model.cache.node(nodeName)?.pods.values() ?? [])].map(({ pod }) => pod);
    return pods.filter((pod) => !staysWithNode(pod) && longTerminatingFrom(pod) > now);
  }

  /** Look at everything, and decide (`RunOnce`). */
  scan(cloud: ListedCloud, now: Micros): Scan {
    this.model.changed = false;
    const out = new Outcome(now);
    const trial = new ClusterTrial(this.model.cache);
    const machines = new Map(cloud.machines.map((machine) => [machine.name, machine]));
    const scene: Scene = { cloud, sizes: groupSizes(cloud), machines, trial, out, now };
    this.decide(scene);
    trial.undo();
    this.writeStatus(scene);
    this.isFirstScan = false;
    this.changeAtLastScan = this.model.lastChange;
    return out.done;
  }

  private decide(scene: Scene): void {
    if (this.isFirstScan) this.cleanMarks(scene);
    const wasHealthy = this.isCalm;
    this.isCalm = this.isHealthy(scene);
    if (!this.isCalm) {
      this.unneeded.clear();
      if (wasHealthy)
        tell(scene.out, 'Warning', 'ClusterUnhealthy', 'Cluster is unhealthy', this.model.lastChange);
      return;
    }
    if (this.giveUpMachines(scene)) return;
    this.noteArrivals(scene);
    this.showUpcoming(scene);
    if (this.scaleUp(scene)) return;
    if (this.options.scaleDown.enabled) this.scaleDown(scene);
  }

  private writeStatus({ out, now, ...scene }: Scene): void {
    const { options, model, backoffs } = this;
    const unneeded = new Set(this.unneeded.keys());
    const status = statusOf({ options, model, backoffs, unneeded }, { out, now, ...scene });
    const text = this.report.next(status, now);
    if (text !== undefined) out.decisions.push({ kind: 'status', text, cause: { rv: model.lastChange } });
  }

  /** What an autoscaler left that was here before: its removals ended with it. */
  private cleanMarks({ out }: Scene): void {
    for (const [name, node] of this.model.nodes) {
      if (!hasTaint(node, TO_BE_DELETED) && !hasTaint(node, DELETION_CANDIDATE)) continue;
      const cause = { rv: this.model.changeOf(name), reason: 'the cluster autoscaler has started' };
      out.decisions.push({ kind: 'mark', node: name, on: false, cause });
    }
  }

  private isHealthy(scene: Scene, group?: string): boolean {
    return isHealthy(this.options, this.model, scene, group);
  }

  /** Machines that failed to boot, or take too long: given back, and their groups left alone. */
  private giveUpMachines({ machines, out, now }: Scene): boolean {
    const { maxNodeProvisionTime } = this.options;
    let any = false;
    for (const { name, group, state, requestedAt, failedBy } of machines.values()) {
      if (this.model.nodes.has(name)) continue;
      const failed = state === 'failed';
      const due = (requestedAt ?? Number.POSITIVE_INFINITY) + maxNodeProvisionTime;
      if (!failed && due > now) {
        if (Number.isFinite(due)) out.at(due);
        continue;
      }
      any = true;
      this.backOff(group, now);
      const reason = failed
        ? `machine ${name} failed to boot`
        : `machine ${name} failed to register within ${goDuration(maxNodeProvisionTime)}`;
      const cause = { rv: failedBy ?? this.model.lastChange, reason };
      out.decisions.push({ kind: 'give-up', machine: name, cause });
      const time = goDuration(maxNodeProvisionTime);
      if (failed)
        tell(out, 'Warning', 'ScaleUpFailed', `Failed adding 1 nodes to group ${group}: ${reason}`, cause.rv);
      else
        tell(
          out,
          'Warning',
          'ScaleUpTimedOut',
          `Nodes added to group ${group} failed to register within ${time}`,
          cause.rv,
        );
    }
    // Everything else is for the next scan.
    if (any) out.at(now + 1);
    return any;
  }

  private backOff(group: string, now: Micros): void {
    const { initialBackoff, maxBackoff } = this.options;
    this.growing.delete(group);
    this.backoffs.set(group, nextBackoff(this.backoffs.get(group), initialBackoff, maxBackoff, now));
  }

  /** A group that has got all that it asked for has no back-off any more. */
  private noteArrivals({ machines }: Scene): void {
    if (this.growing.size === 0) return;
    const waiting = new Set<string>();
    for (const { name, group } of machines.values()) {
      const node = this.model.nodes.get(name);
      if (node === undefined || !isReady(node)) waiting.add(group);
    }
    for (const group of [...this.growing]) {
      if (waiting.has(group)) continue;
      this.growing.delete(group);
      this.backoffs.delete(group);
    }
  }

  /** Machines that boot, and nodes that are only starting, count as the nodes that they will be. */
  private showUpcoming({ cloud, machines, trial, now }: Scene): void {
    for (const { name, state } of machines.values()) {
      if (state === 'failed') continue;
      const node = this.model.nodes.get(name);
      if (node !== undefined && (isReady(node) || startsUntil(node) <= now)) continue;
      const template = cloud.nodeOf(name);
      if (template !== undefined) trial.setNode(template);
    }
  }

  private skipReason(scene: Scene, { name }: ScalableGroup): SkipReason | undefined {
    if (!this.isHealthy(scene, name)) return 'not ready for scale-up';
    const backoff = this.backoffs.get(name);
    if (backoff === undefined || backoff.until <= scene.now) return undefined;
    scene.out.at(backoff.until);
    return 'in backoff after failed scale-up';
  }

  /** Whether the cluster grows: then nothing else is decided in this scan. */
  private scaleUp(scene: Scene): boolean {
    const { cloud, machines, trial, out, now } = scene;
    const pods = homelessPods(this.options, this.model, scene);
    if (pods.length === 0) {
      this.told.clear();
      return false;
    }
    const skip = (group: ScalableGroup): SkipReason | undefined => this.skipReason(scene, group);
    const plan = planScaleUp(this.options, trial, cloud, pods, skip, machines.size);
    this.tell(plan.unhelped, out, now);
    if (plan.growth.length === 0) return false;
    const helped = plan.helped.map(({ pod }) => pod);
    const newest = helped.reduce((a, b) => (versionOf(b) > versionOf(a) ? b : a));
    const reason = `pod ${keyOf(newest)} triggered scale-up`;
    out.decisions.push({
      kind: 'grow',
      growth: plan.growth,
      helped,
      cause: { rv: versionOf(newest), reason },
    });
    // Whom this does not help is for the next scan.
    out.at(now + 1);
    return true;
  }

  /** Tell the pods that no group helps, the same thing not again and again. */
  private tell(unhelped: ReadonlyMap<PodInfo, string>, out: Outcome, now: Micros): void {
    for (const [{ pod, uid }, reasons] of unhelped) {
      const text = `pod didn't trigger scale-up: ${reasons}`;
      const known = this.told.get(uid);
      if (known?.text === text && known.at + TOLD_AGAIN_AFTER > now) continue;
      this.told.set(uid, { text, at: now });
      const request = podEvent(pod, 'NotTriggerScaleUp', text);
      out.decisions.push({ kind: 'event', request, cause: { rv: versionOf(pod) } });
    }
  }

  private scaleDown(scene: Scene): void {
    const { out, now } = scene;
    const found = this.updateUnneeded(scene);
    const began = this.isCoolingDown(out, now) ? false : this.remove(scene, found);
    if (!began) this.markCandidates(out);
  }

  private isCoolingDown(out: Outcome, now: Micros): boolean {
    const { delayAfterAdd, delayAfterDelete, delayAfterFailure } = this.options.scaleDown;
    const until = Math.max(
      this.lastScaleUp + delayAfterAdd,
      this.lastRemoval + delayAfterDelete,
      this.lastFailure + delayAfterFailure,
    );
    if (until <= now) return false;
    if (this.unneeded.size > 0) out.at(until);
    return true;
  }

  /** Groups that are above their minimum even when all that is being removed is gone. */
  private roomToShrink({ cloud, sizes, machines }: Scene): Map<string, number> {
    const room = new Map<string, number>();
    for (const { name, min } of cloud.groups) room.set(name, (sizes.get(name) ?? 0) - min);
    for (const [name, { group }] of this.removing) {
      if (machines.has(name)) room.set(group, (room.get(group) ?? 0) - 1);
    }
    return room;
  }

  /** Which nodes are unneeded, and since when. */
  private updateUnneeded(scene: Scene): readonly UnneededNode[] {
    const { machines, trial, out, now } = scene;
    const room = this.roomToShrink(scene);
    const candidates: string[] = [];
    const leaving = new Set<string>();
    for (const name of this.model.nodes.keys()) {
      const machine = machines.get(name);
      const recheck = this.rechecks.get(name);
      if (this.removing.has(name) || machine === undefined) leaving.add(name);
      else if ((room.get(machine.group) ?? 0) <= 0) continue;
      else if (recheck !== undefined && recheck > now) out.at(recheck);
      else candidates.push(name);
    }
    // A node of nobody's machine stays where it is.
    for (const name of [...leaving]) {
      const node = this.model.nodes.get(name);
      if (!this.removing.has(name) && node !== undefined && !hasTaint(node, TO_BE_DELETED))
        leaving.delete(name);
    }
    const wasUnneeded = (name: string): boolean => this.unneeded.has(name);
    const view = findUnneeded(this.options, this.model, trial, candidates, wasUnneeded, leaving, out);
    for (const { name } of view.kept) {
      const until = now + this.options.scaleDown.recheckTimeout;
      this.rechecks.set(name, until);
      out.at(until);
    }
    const found = new Set(view.unneeded.map(({ name }) => name));
    for (const name of [...this.unneeded.keys()]) if (!found.has(name)) this.unneeded.delete(name);
    for (const name of found) {
      this.rechecks.delete(name);
      if (this.unneeded.has(name)) continue;
      const own = this.model.changeOf(name);
      const cause = own > this.changeAtLastScan ? own : this.model.lastChange;
      this.unneeded.set(name, { since: now, cause });
    }
    return view.unneeded;
  }

  /** Begin to remove what has been unneeded for long enough: empty nodes in bulk, others one by one. */
  private remove(scene: Scene, found: readonly UnneededNode[]): boolean {
    const { machines, out, now } = scene;
    const { scaleDown } = this.options;
    const room = this.roomToShrink(scene);
    let left = scaleDown.parallelism - this.removing.size;
    let drains = scaleDown.drainParallelism;
    for (const { isDrain } of this.removing.values()) if (isDrain) drains -= 1;
    let empties = Math.min(scaleDown.emptyBulk, left);
    let any = false;
    for (const { name, pods, isEmpty } of found) {
      const node = this.model.nodes.get(name);
      const group = machines.get(name)?.group;
      const known = this.unneeded.get(name);
      if (node === undefined || group === undefined || known === undefined) continue;
      const due = known.since + (isReady(node) ? scaleDown.unneededTime : scaleDown.unreadyTime);
      if (due > now) {
        out.at(due);
        continue;
      }
      const isDrain = !isEmpty;
      if (left <= 0 || (isDrain ? drains <= 0 : empties <= 0) || (room.get(group) ?? 0) <= 0) continue;
      left -= 1;
      if (isDrain) drains -= 1;
      else empties -= 1;
      room.set(group, (room.get(group) ?? 0) - 1);
      this.removing.set(name, { group, isDrain });
      this.lastRemoval = now;
      any = true;
      const state = isReady(node) ? 'unneeded' : 'unready and unneeded';
      const reason = `node ${name} ${state} for ${goDuration(now - known.since)}`;
      out.decisions.push({ kind: 'remove', node, pods, cause: { rv: known.cause, reason } });
    }
    // What found no room in this scan may find it in the next, when the cool-down is over.
    if (any && this.unneeded.size > 0) out.at(now + scaleDown.delayAfterDelete);
    return any;
  }

  /** The soft taint of candidates, brought up to date for a few nodes a scan (`UpdateSoftDeletionTaints`). */
  private markCandidates(out: Outcome): void {
    let left = this.options.scaleDown.softTaintsAtOnce;
    for (const [name, node] of this.model.nodes) {
      const wanted = this.unneeded.has(name);
      if (this.removing.has(name) || hasTaint(node, TO_BE_DELETED)) continue;
      if (hasTaint(node, DELETION_CANDIDATE) === wanted) continue;
      if (left <= 0) {
        out.at(out.now + 1);
        return;
      }
      left -= 1;
      const rv = this.unneeded.get(name)?.cause ?? this.model.lastChange;
      const reason = wanted ? `node ${name} is unneeded` : `node ${name} is needed again`;
      out.decisions.push({ kind: 'mark', node: name, on: wanted, cause: { rv, reason } });
    }
  }
}

/** The number of the record that wrote this version of an object. */
function versionOf({ metadata }: Pod): number {
  return Number(metadata.resourceVersion);
}

function tell(
  out: Outcome,
  eventType: StatusNews['eventType'],
  reason: string,
  message: string,
  rv: number,
): void {
  out.decisions.push({ kind: 'tell', news: { eventType, reason, message }, cause: { rv } });
}

function podEvent(pod: Pod, reason: string, message: string): EventRequest {
  return { verb: 'event', regarding: pod, eventType: 'Normal', reason, message };
}
