import { controllerOf, keyOf } from '../../core/api/object.ts';
import { isPodActive } from '../../core/kinds/pod/status.ts';
import { POD, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { EventRecord, LogRecord, StimulusRecord } from '../../core/log/record.ts';
import type { Pod, ReplicaSet } from '../../core/schema/types.generated.ts';
import { CrashLog } from './crash-log.ts';
import { REPLICA_SET_CONTROLLER, sizeOf } from './deployments.ts';
import type { Finding, Invariant, Moment, Watcher } from './invariant.ts';
import { VersionsByUid } from './versions.ts';

/** Losses that are kept for each ReplicaSet; older ones no turn is unaware of. */
const LOSSES_KEPT = 256;

/** The active pods of one ReplicaSet, as the log tells. */
interface Pods {
  /** By the uid of the pod: since when it counts; 0 for one that its controller made itself and knows. */
  readonly active: Map<string, number>;
  /** When pods went by the hand of others. */
  losses: number[];
}

function replicaSetUid(pod: Pod | undefined): string | undefined {
  if (pod === undefined || !isPodActive(pod)) return undefined;
  const owner = controllerOf(pod);
  return owner?.kind === 'ReplicaSet' ? owner.uid : undefined;
}

class CountWatcher implements Watcher {
  readonly kinds = [POD, REPLICA_SET];
  readonly stimuli = true;
  private readonly sizes = new VersionsByUid<number>();
  private readonly keys = new Map<string, string>();
  private readonly pods = new Map<string, Pods>();
  private readonly crashes = new CrashLog('kube-controller-manager');

  observe(record: LogRecord): readonly Finding[] | undefined {
    if (record.type !== 'event') {
      this.crashes.observe(record as StimulusRecord);
      return undefined;
    }
    if (record.kind === REPLICA_SET) {
      this.resized(record);
      return undefined;
    }
    const before = replicaSetUid(record.previous as Pod | undefined);
    const after = replicaSetUid(record.next as Pod | undefined);
    if (before === after) return undefined;
    const lost = before === undefined ? undefined : this.left(record, before);
    const gained = after === undefined ? undefined : this.joined(record, after);
    return lost ?? gained;
  }

  private resized({ next, previous, rv, cause, actor, key }: EventRecord): void {
    if (next === undefined) {
      const { uid } = (previous as ReplicaSet).metadata;
      this.sizes.forget(uid);
      this.keys.delete(uid);
      return;
    }
    const { uid } = next.metadata;
    const value = sizeOf(next as ReplicaSet);
    if (previous !== undefined && this.sizes.get(uid)?.last === value) return;
    this.keys.set(uid, key);
    this.sizes.push(uid, { rv, cause, actor, value });
  }

  private podsOf(uid: string): Pods {
    let pods = this.pods.get(uid);
    if (pods === undefined) {
      pods = { active: new Map(), losses: [] };
      this.pods.set(uid, pods);
    }
    return pods;
  }

  private joined({ next, verb, actor, rv, cause }: EventRecord, uid: string): readonly Finding[] | undefined {
    const { active } = this.podsOf(uid);
    const made = verb === 'create' && actor === REPLICA_SET_CONTROLLER;
    const known = made && !this.crashes.between(cause, rv);
    active.set((next as Pod).metadata.uid, known ? 0 : rv);
    const key = this.keys.get(uid);
    const sizes = this.sizes.get(uid)?.knownTo(actor, cause);
    if (!known || key === undefined || sizes === undefined) return undefined;
    let count = 0;
    for (const since of active.values()) if (since <= cause) count += 1;
    const most = Math.max(...sizes.map(({ value }) => value));
    if (count <= most) return undefined;
    const message = `pod/${(next as Pod).metadata.name} was created as one of ${count} pods of a ReplicaSet that wants ${most}`;
    return [{ kind: REPLICA_SET, key, message }];
  }

  private left(
    { previous, next, actor, rv, cause }: EventRecord,
    uid: string,
  ): readonly Finding[] | undefined {
    const pods = this.podsOf(uid);
    pods.active.delete((previous as Pod).metadata.uid);
    const taken = actor === REPLICA_SET_CONTROLLER && (next === undefined || isGoing(next as Pod));
    if (!taken || this.crashes.between(cause, rv)) {
      pods.losses.push(rv);
      if (pods.losses.length > 2 * LOSSES_KEPT) pods.losses = pods.losses.slice(-LOSSES_KEPT);
      return undefined;
    }
    const key = this.keys.get(uid);
    const sizes = this.sizes.get(uid)?.knownTo(actor, cause);
    if (key === undefined || sizes === undefined) return undefined;
    const unseen = pods.losses.filter((at) => at > cause).length;
    const least = Math.min(...sizes.map(({ value }) => value));
    if (pods.active.size + unseen >= least) return undefined;
    const message =
      `pod/${(previous as Pod).metadata.name} was taken away, which leaves ${pods.active.size} pods of a ` +
      `ReplicaSet that wants ${least}`;
    return [{ kind: REPLICA_SET, key, message }];
  }

  atRest({ view }: Moment): readonly Finding[] {
    const findings: Finding[] = [];
    for (const replicaSet of view.list(REPLICA_SET)) {
      const { metadata, status } = replicaSet;
      if (metadata.deletionTimestamp !== undefined) continue;
      if (status.conditions?.some(({ type, status: is }) => type === 'ReplicaFailure' && is === 'True'))
        continue;
      const count = view.ownedBy(POD, metadata.uid).filter(isPodActive).length;
      if (count === sizeOf(replicaSet)) continue;
      const message = `replicaset/${metadata.name} has ${count} active pods and wants ${sizeOf(replicaSet)}`;
      findings.push({ kind: REPLICA_SET, key: keyOf(replicaSet), message });
    }
    return findings;
  }
}

function isGoing(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** I14. */
export const replicaSetCount: Invariant = {
  name: 'replicaset-count',
  rule: 'A ReplicaSet comes to its number of pods, and its controller neither makes one too many nor takes one too many away.',
  source:
    'https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#how-a-replicaset-works; ControllerExpectations of pkg/controller/controller_utils.go',
  exemptions: [
    'A size, an adoption or a loss that its cache could not show yet.',
    'What an earlier life of kube-controller-manager had sent before it crashed: its successor knows nothing of it.',
    'A cache more than five minutes late: expectations expire.',
    'Eventually: a ReplicaSet whose pods are refused (ReplicaFailure).',
  ],
  watch: () => new CountWatcher(),
};
