import type { EventRequest } from '../../controllers/controller.ts';
import type { Command, Result } from '../../core/api/command.ts';
import type { HostIP, Node } from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { Cause, NodeContext } from '../actor.ts';
import type { BehaviorSource } from './behavior.ts';
import type { ImagePuller } from './image-puller.ts';
import type { ImageRegistry } from './image-registry.ts';
import type { NodeAdmission } from './node-admission.ts';
import type { PodAddresses } from './pod-addresses.ts';
import type { PodControl } from './pod-control.ts';
import type { ProgramListener } from './program.ts';

/** What a pod's worker has of its node. */
export interface NodeServices {
  readonly hostAddress: string;
  /** The same as all pods' statuses say it. */
  readonly hostIps: readonly HostIP[];
  readonly context: NodeContext;
  readonly behaviors: BehaviorSource;
  readonly registry: ImageRegistry;
  /** Who follows what the programs do, where anybody does. */
  readonly programs: ProgramListener | undefined;
  readonly nodeName: string;
  readonly images: ImagePuller;
  readonly addresses: PodAddresses;
  readonly admission: NodeAdmission;
  /** Whether Events are recorded: what is only told in Events is not even worked out without. */
  readonly events: boolean;
  /** The node as the kubelet's informer has it. */
  readonly node: Node | undefined;
  /** Whether the API can be reached. */
  readonly connected: boolean;
  /** The first relist at or after a moment. */
  relistAfter(moment: Micros): Micros;
  /** The first sync of the status manager at or after a moment. */
  statusSyncAfter(moment: Micros): Micros;
  send(command: Command, cause: Cause, done: (result: Result) => void): void;
  tell(request: EventRequest, cause: Cause): void;
  /** A pod has ended: others may grow. */
  roomMade?(): void;
  /** The pod is gone from the API and its containers have ended. */
  forget(worker: PodControl): void;
}
