import type { KubeObject } from '../../core/api/object.ts';
import { LEASE } from '../../core/kinds/registry.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { Cause, NodeContext } from '../actor.ts';
import { NODE_LEASE_NAMESPACE, type NodeWriter, renewalsEnded } from './node-object.ts';

/** The Lease of one node: written when its renewals begin, end and resume. */
export class LeaseKeeper {
  private readonly nodeName: string;
  private readonly context: NodeContext;
  private readonly writer: NodeWriter;
  /** When the lease was first renewed in this stretch of renewals; `undefined` while it isn't being renewed. */
  private renewedFrom: Micros | undefined;

  constructor(nodeName: string, context: NodeContext, writer: NodeWriter) {
    this.nodeName = nodeName;
    this.context = context;
    this.writer = writer;
  }

  get isRenewed(): boolean {
    return this.renewedFrom !== undefined;
  }

  begin(nodeUid: string | undefined, cause: Cause): void {
    const { now } = this.context;
    this.renewedFrom = now;
    const lease = this.writer.lease(now, nodeUid);
    this.context.send({ verb: 'create', kind: LEASE, object: lease }, cause, (result) => {
      if (!result.ok && result.status.reason === 'AlreadyExists') {
        this.patch(this.writer.renewing(now), cause);
      }
    });
  }

  resume(cause: Cause): void {
    const { now } = this.context;
    this.renewedFrom = now;
    this.patch(this.writer.renewing(now), cause);
  }

  /** Write the true last renewal, with what the world knows and the API can't. */
  end(cause: Cause): void {
    if (this.renewedFrom === undefined) return;
    const every = this.writer.leaseEverySeconds * SECOND;
    const last = this.renewedFrom + Math.floor((this.context.now - this.renewedFrom) / every) * every;
    this.renewedFrom = undefined;
    this.patch(renewalsEnded(last), cause);
  }

  private patch(change: (stored: KubeObject) => KubeObject, cause: Cause): void {
    this.context.send(
      { verb: 'patch', kind: LEASE, namespace: NODE_LEASE_NAMESPACE, name: this.nodeName, change },
      cause,
    );
  }
}
