import type { Command, Result } from '../../core/api/command.ts';
import type { NewObject } from '../../core/api/object.ts';
import { POD } from '../../core/kinds/registry.ts';
import type { Node, Pod, Toleration } from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339Micro, SECOND } from '../../core/time.ts';
import type { Cause, NodeContext } from '../actor.ts';
import { hexDigest } from './digest.ts';
import { CONFIG_HASH, CONFIG_MIRROR, CONFIG_SOURCE } from './pod-order.ts';

const CONFIG_SEEN = 'kubernetes.io/config.seen';
/** The status manager's sync makes mirrors that are missing. */
const RETRY: Micros = 10 * SECOND;
/** A static pod is not for the taints of its node (`applyDefaults` of `pkg/kubelet/config/common.go`). */
const STAYS: Toleration = { effect: 'NoExecute', operator: 'Exists' };

/** Whether a pod of the API stands for a file of its node. */
export function isMirror({ metadata }: Pod): boolean {
  return metadata.annotations?.[CONFIG_MIRROR] !== undefined;
}

/** What static pods have of their kubelet. */
export interface StaticHost {
  readonly nodeName: string;
  readonly context: NodeContext;
  readonly connected: boolean;
  send(command: Command, cause: Cause, done: (result: Result) => void): void;
  after(delay: Micros, run: () => void): void;
}

/**
 * The pods that a kubelet runs from files of its own (https://kubernetes.io/docs/tasks/configure-pod-container/static-pod/):
 * the API holds a mirror of each, which nobody can end but who takes the file away.
 */
export class StaticPods {
  private readonly host: StaticHost;
  private readonly files: readonly NewObject<Pod>[];
  private node: Node | undefined;

  constructor(host: StaticHost, files: readonly NewObject<Pod>[]) {
    this.host = host;
    this.files = files;
  }

  /** The node is in the API: mirrors may be, too. */
  registered(node: Node, cause: Cause): void {
    this.node = node;
    for (const file of this.files) this.mirror(file, cause);
  }

  /** A mirror is gone from the API: there will be another. */
  mirrorGone(pod: Pod, cause: Cause): void {
    const file = this.files.find((known) => this.nameOf(known) === pod.metadata.name);
    if (file !== undefined) this.mirror(file, { rv: cause.rv, reason: 'the static pod runs on' });
  }

  private nameOf({ metadata }: NewObject<Pod>): string {
    return `${metadata.name}-${this.host.nodeName}`;
  }

  private mirror(file: NewObject<Pod>, cause: Cause): void {
    const { node, host } = this;
    const { spec } = file;
    if (node === undefined || spec === undefined || !host.connected) return;
    const hash = hexDigest(host.context.random, `${host.nodeName}/${JSON.stringify(file)}`).slice(0, 32);
    const owner = {
      apiVersion: 'v1',
      kind: 'Node',
      name: host.nodeName,
      uid: node.metadata.uid,
      controller: true,
    };
    const object: NewObject<Pod> = {
      ...file,
      metadata: {
        ...file.metadata,
        name: this.nameOf(file),
        annotations: {
          ...file.metadata.annotations,
          [CONFIG_HASH]: hash,
          [CONFIG_MIRROR]: hash,
          [CONFIG_SEEN]: rfc3339Micro(host.context.now),
          [CONFIG_SOURCE]: 'file',
        },
        ownerReferences: [owner],
      },
      spec: {
        ...spec,
        nodeName: host.nodeName,
        tolerations: [...(spec.tolerations ?? []), STAYS],
      },
    };
    host.send({ verb: 'create', kind: POD, object }, cause, (result) => {
      if (result.ok || result.status.reason === 'AlreadyExists') return;
      host.after(RETRY, () => this.mirror(file, cause));
    });
  }
}
