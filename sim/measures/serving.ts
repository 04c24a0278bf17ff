import type { EventRecord, StimulusRecord } from '../../core/log/record.ts';
import type { Lease, Pod } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';

/** The API believes in a pod until its node is given up; a machine without power serves nobody before that. */
const NODE_LEASES = 'kube-node-lease/';
/** A node that is only cut off from the API server goes on serving. */
const CUT_OFF = 'node-partition';

interface RenewedLease extends Lease {
  readonly spec: Lease['spec'] & { readonly renewEverySeconds?: number };
}

interface KnownPod {
  readonly deployment: string;
  readonly node: string;
  readonly isReady: boolean;
}

function isReady(pod: Pod): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined &&
    pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true
  );
}

/**
 * What truly serves: which machines are down, from the last renewal of their Lease (a record that the world writes
 * when it happens), and how many ready pods each Deployment has on the others.
 */
export class Serving {
  /** Called with a Deployment whose number of serving pods is another one. */
  onPods: (deployment: string, count: number, t: Micros) => void = () => undefined;
  /** Called after a machine went down or came back. */
  onNode: (t: Micros) => void = () => undefined;
  private readonly down = new Set<string>();
  private readonly cuts = new Set<number>();
  private readonly pods = new Map<number, KnownPod>();
  private readonly counts = new Map<string, number>();

  isDown(node: string | undefined): boolean {
    return node !== undefined && this.down.has(node);
  }

  observeStimulus({ rv, action }: StimulusRecord): void {
    if (action.op === 'fault' && action.fault === CUT_OFF) this.cuts.add(rv);
  }

  observeLease({ key, next, cause, t }: EventRecord): void {
    if (!key.startsWith(NODE_LEASES)) return;
    const node = key.slice(NODE_LEASES.length);
    const isRenewed = (next as RenewedLease | undefined)?.spec?.renewEverySeconds !== undefined;
    const isDown = !isRenewed && !this.cuts.has(cause);
    if (isDown === this.down.has(node)) return;
    if (isDown) this.down.add(node);
    else this.down.delete(node);
    for (const pod of this.pods.values()) {
      if (pod.node === node && pod.isReady) this.add(pod.deployment, isDown ? -1 : 1, t);
    }
    this.onNode(t);
  }

  observePod({ slot, next, t }: EventRecord, deployment: string | undefined): void {
    const known = this.pods.get(slot);
    const pod = next as Pod | undefined;
    if (pod === undefined || deployment === undefined) {
      if (known === undefined) return;
      this.pods.delete(slot);
      if (this.serves(known)) this.add(known.deployment, -1, t);
      return;
    }
    const node = pod.spec.nodeName ?? '';
    const ready = isReady(pod);
    if (known !== undefined && known.isReady === ready && known.node === node) return;
    const now: KnownPod = { deployment, node, isReady: ready };
    this.pods.set(slot, now);
    const change = Number(this.serves(now)) - Number(known !== undefined && this.serves(known));
    if (change !== 0) this.add(deployment, change, t);
  }

  private serves({ node, isReady: ready }: KnownPod): boolean {
    return ready && !this.down.has(node);
  }

  private add(deployment: string, change: number, t: Micros): void {
    const count = (this.counts.get(deployment) ?? 0) + change;
    this.counts.set(deployment, count);
    this.onPods(deployment, count, t);
  }
}
