import { isPodTerminal } from '../../core/kinds/pod/status.ts';
import type { Pod, StatefulSet } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { Micros } from '../../core/time.ts';
import type { Request } from '../controller.ts';
import { scaledValue } from '../scaled-value.ts';
import { firstBatch, nextBatch } from './slow-start.ts';
import {
  type ClaimingPod,
  claimCreation,
  claimsOf,
  followsPolicy,
  isStaleForPod,
  ownersUpdate,
} from './stateful-set-claims.ts';
import {
  isInRange,
  isParallel,
  isRunningAndReady,
  isTerminating,
  isUnavailable,
  ordinalOf,
  podName,
  replicasOf,
  revisionOf,
  startOrdinal,
} from './stateful-set-identity.ts';
import {
  hasIdentity,
  hasStorage,
  statefulPodCreation,
  statefulPodDeletion,
  statefulPodUpdate,
} from './stateful-set-pod.ts';
import type { Revisions } from './stateful-set-revisions.ts';

/** What a request of a turn is about: the tag says it, with the pod behind a colon. */
export const OPERATIONS = [
  'create-claim',
  'create-pod',
  'claim-owners',
  'update-pod',
  'delete-pod',
  'replace-pod',
] as const;
export type Operation = (typeof OPERATIONS)[number];

function tagOf(operation: Operation, pod: string): string {
  return `${operation}:${pod}`;
}

/** What is done for one pod: the requests of a wave go out together, and the next wave if none of them failed. */
export interface Unit {
  readonly pod: string;
  readonly waves: readonly (readonly Request[])[];
  /** Why nothing can be done. */
  readonly refusal?: string;
}

/** Units that are handled at once. */
export type Batch = readonly Unit[];

/** `MaxBatchSize` of pkg/controller/statefulset. */
const BATCH_MAX = 500;

interface Planned {
  readonly unit: Unit | undefined;
  /** Nothing after it may happen in this turn, where pods are taken in order. */
  readonly blocks: boolean;
}

const BLOCKED: Planned = { unit: undefined, blocks: true };
const PASSED: Planned = { unit: undefined, blocks: false };

interface Claims {
  readonly creations: readonly Request[];
  readonly ownerUpdates: readonly Request[];
  readonly refusal: string | undefined;
  readonly isStale: boolean;
}

/** What the claims of a pod need, as far as the view knows them. */
function claimsNeed(view: View, set: StatefulSet, pod: ClaimingPod): Claims {
  const creations: Request[] = [];
  const ownerUpdates: Request[] = [];
  const refusals: string[] = [];
  let isStale = false;
  for (const { name, template, stored } of claimsOf(view, set, pod.ordinal)) {
    if (stored === undefined) {
      creations.push(claimCreation(set, template, name, tagOf('create-claim', pod.name)));
      continue;
    }
    if (stored.metadata.deletionTimestamp !== undefined) refusals.push(`pvc ${name} is being deleted`);
    if (isStaleForPod(stored, pod)) isStale = true;
    if (!followsPolicy(stored, set, pod)) {
      ownerUpdates.push(ownersUpdate(set, name, pod, tagOf('claim-owners', pod.name)));
    }
  }
  const refusal = refusals.length > 1 ? `[${refusals.join(', ')}]` : refusals[0];
  return { creations, ownerUpdates, refusal, isStale };
}

function withoutEmpty(waves: readonly (readonly Request[])[]): readonly (readonly Request[])[] {
  return waves.filter((wave) => wave.length > 0);
}

function claimingPod(pod: Pod): ClaimingPod {
  return { name: pod.metadata.name, uid: pod.metadata.uid, ordinal: ordinalOf(pod) };
}

function deletionUnit(pod: Pod, operation: 'delete-pod' | 'replace-pod'): Unit {
  const { name } = pod.metadata;
  return { pod: name, waves: [[statefulPodDeletion(pod, tagOf(operation, name))]] };
}

/** The work of one turn, gathered in the order of `updateStatefulSet`. */
class Planning {
  readonly batches: Batch[] = [];
  private readonly view: View;
  private readonly set: StatefulSet;
  private readonly revisions: Revisions;
  private readonly now: Micros;
  private readonly isOrdered: boolean;

  constructor(view: View, set: StatefulSet, revisions: Revisions, now: Micros) {
    this.view = view;
    this.set = set;
    this.revisions = revisions;
    this.now = now;
    this.isOrdered = !isParallel(set);
  }

  /** The pod of a number comes with its claims. Below the partition it has the template from before the update. */
  private creation(ordinal: number): Planned {
    const { set } = this;
    const name = podName(set, ordinal);
    const pod: ClaimingPod = { name, uid: '', ordinal };
    const need = claimsNeed(this.view, set, pod);
    if (need.isStale) return BLOCKED;
    if (need.refusal !== undefined) {
      return { unit: { pod: name, waves: [], refusal: need.refusal }, blocks: true };
    }
    const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    const isKept = ordinal < startOrdinal(set) + partition;
    const { name: revision, template } = isKept ? this.revisions.current : this.revisions.update;
    const create = statefulPodCreation(set, template, revision, ordinal, tagOf('create-pod', name));
    // New claims get their owner when the pod is there; without a policy there is none to get.
    const owners = claimsOf(this.view, set, ordinal)
      .filter(({ stored }) => stored === undefined)
      .filter(() => set.spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === 'Delete')
      .map((claim) => ownersUpdate(set, claim.name, pod, tagOf('claim-owners', name)));
    const waves = withoutEmpty([need.creations, [create], [...need.ownerUpdates, ...owners]]);
    return { unit: { pod: name, waves }, blocks: this.isOrdered };
  }

  /** `processReplica`. */
  private replica(pod: Pod | undefined, ordinal: number): Planned {
    if (pod === undefined) return this.creation(ordinal);
    // A pod that has ended is replaced, however it ended: a node's shutdown may let it end well.
    if (isPodTerminal(pod)) {
      return { unit: isTerminating(pod) ? undefined : deletionUnit(pod, 'delete-pod'), blocks: true };
    }
    const { set, isOrdered } = this;
    const { name } = pod.metadata;
    const need = claimsNeed(this.view, set, claimingPod(pod));
    const isPending = pod.status.phase === 'Pending';
    const missing = isPending ? need.creations : [];
    const isBlocked =
      isOrdered && (isTerminating(pod) || !isRunningAndReady(pod) || isUnavailable(set, pod, this.now));
    if (isBlocked) {
      return { unit: missing.length > 0 ? { pod: name, waves: [missing] } : undefined, blocks: true };
    }
    const storageFits = hasStorage(set, pod);
    if (hasIdentity(pod) && storageFits && need.ownerUpdates.length === 0) {
      return missing.length > 0 ? { unit: { pod: name, waves: [missing] }, blocks: false } : PASSED;
    }
    const creations = storageFits ? missing : need.creations;
    const update = statefulPodUpdate(set, pod, tagOf('update-pod', name));
    return {
      unit: { pod: name, waves: withoutEmpty([creations, need.ownerUpdates, [update]]) },
      blocks: false,
    };
  }

  /** In order one after the other up to one that blocks, otherwise in batches that double. True where all is through. */
  private forAll(count: number, plan: (index: number) => Planned): boolean {
    if (this.isOrdered) {
      for (let i = 0; i < count; i += 1) {
        const { unit, blocks } = plan(i);
        if (unit !== undefined) this.batches.push([unit]);
        if (blocks) return false;
      }
      return true;
    }
    let size = firstBatch(count);
    for (let i = 0; i < count; ) {
      const batch: Unit[] = [];
      for (const end = i + size; i < end; i += 1) {
        const { unit } = plan(i);
        if (unit !== undefined) batch.push(unit);
      }
      if (batch.length > 0) this.batches.push(batch);
      size = Math.min(nextBatch(size, count - i), BATCH_MAX);
    }
    return true;
  }

  replicas(replicas: readonly (Pod | undefined)[]): boolean {
    const start = startOrdinal(this.set);
    return this.forAll(replicas.length, (i) => this.replica(replicas[i], start + i));
  }

  /** The claims of pods that are to go, which may go with them. */
  claimsOfCondemned(condemned: readonly Pod[]): void {
    this.forAll(condemned.length, (i) => {
      const pod = condemned[i] as Pod;
      const { ownerUpdates } = claimsNeed(this.view, this.set, claimingPod(pod));
      if (ownerUpdates.length === 0) return PASSED;
      return { unit: { pod: pod.metadata.name, waves: [ownerUpdates] }, blocks: false };
    });
  }

  /** `processCondemned`: the highest first, and in order only while all others are well. */
  condemned(condemned: readonly Pod[], firstUnavailable: Pod | undefined): boolean {
    return this.forAll(condemned.length, (i) => {
      const pod = condemned[i] as Pod;
      if (isTerminating(pod)) return this.isOrdered ? BLOCKED : PASSED;
      const isWell = isRunningAndReady(pod) && !isUnavailable(this.set, pod, this.now);
      if (!isWell && this.isOrdered && pod !== firstUnavailable) return BLOCKED;
      return { unit: deletionUnit(pod, 'delete-pod'), blocks: true };
    });
  }

  private isOutdated(pod: Pod): boolean {
    return revisionOf(pod) !== this.revisions.update.name && !isTerminating(pod);
  }

  /** One pod at a time, from the highest number down; each must be available before the next one goes. */
  private replaceOne(replicas: readonly (Pod | undefined)[], partition: number): void {
    for (let i = replicas.length - 1; i >= partition; i -= 1) {
      const pod = replicas[i];
      if (pod === undefined) return;
      if (this.isOutdated(pod)) {
        this.batches.push([deletionUnit(pod, 'replace-pod')]);
        return;
      }
      if (isUnavailable(this.set, pod, this.now)) return;
    }
  }

  /**
   * Several at a time (`updateStatefulSetAfterInvariantEstablished`, KEP-961). Pods of an earlier template that are
   * broken already don't count where pods are managed in parallel: an update must be able to mend them.
   */
  private replaceSome(
    replicas: readonly (Pod | undefined)[],
    partition: number,
    maxUnavailable: number,
  ): void {
    const isBroken = (pod: Pod): boolean =>
      !this.isOrdered && this.isOutdated(pod) && isUnavailable(this.set, pod, this.now);
    let unavailable = 0;
    for (const pod of replicas) {
      if (pod === undefined || (isUnavailable(this.set, pod, this.now) && !isBroken(pod))) unavailable += 1;
    }
    let left = maxUnavailable - unavailable;
    for (let i = replicas.length - 1; i >= partition; i -= 1) {
      const pod = replicas[i];
      if (pod === undefined || !this.isOutdated(pod)) continue;
      if (!isBroken(pod)) {
        if (left <= 0) continue;
        left -= 1;
      }
      this.batches.push([deletionUnit(pod, 'replace-pod')]);
    }
  }

  update(replicas: readonly (Pod | undefined)[]): void {
    const { updateStrategy } = this.set.spec;
    if (updateStrategy?.type === 'OnDelete') return;
    const { partition = 0, maxUnavailable } = updateStrategy?.rollingUpdate ?? {};
    if (maxUnavailable === undefined) {
      this.replaceOne(replicas, partition);
      return;
    }
    const limit = Math.max(1, scaledValue(maxUnavailable, replicasOf(this.set), false));
    this.replaceSome(replicas, partition, limit);
  }
}

/** The first that isn't available: of those that stay from the lowest number, then of those that go. */
function firstUnavailableOf(
  set: StatefulSet,
  replicas: readonly (Pod | undefined)[],
  condemned: readonly Pod[],
  now: Micros,
): Pod | undefined {
  const missing = replicas.findIndex((pod) => pod === undefined || isUnavailable(set, pod, now));
  if (missing >= 0) return replicas[missing];
  return [...condemned].reverse().find((pod) => isUnavailable(set, pod, now));
}

/** All that one turn does with pods and claims, in batches (`updateStatefulSet`). */
export function planOf(
  view: View,
  set: StatefulSet,
  pods: readonly Pod[],
  revisions: Revisions,
  now: Micros,
): readonly Batch[] {
  if (set.metadata.deletionTimestamp !== undefined) return [];
  const start = startOrdinal(set);
  const replicas = new Array<Pod | undefined>(replicasOf(set)).fill(undefined);
  const condemned: Pod[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(pod);
    if (isInRange(set, ordinal)) replicas[ordinal - start] = pod;
    else if (ordinal >= 0) condemned.push(pod);
  }
  condemned.sort((a, b) => ordinalOf(b) - ordinalOf(a));
  const planning = new Planning(view, set, revisions, now);
  if (!planning.replicas(replicas)) return planning.batches;
  planning.claimsOfCondemned(condemned);
  if (!planning.condemned(condemned, firstUnavailableOf(set, replicas, condemned, now))) {
    return planning.batches;
  }
  planning.update(replicas);
  return planning.batches;
}
