import type { Controller } from './controller.ts';
import { endpointSliceController } from './network/endpoint-slice.ts';
import { nodeLifecycleController } from './nodes/node-lifecycle.ts';
import { podGarbageCollector } from './nodes/pod-garbage-collection.ts';
import { taintEvictionController } from './nodes/taint-eviction.ts';
import { eventTtlController } from './policy/event-ttl.ts';
import { garbageCollector } from './policy/garbage-collection.ts';
import { namespaceController } from './policy/namespace.ts';
import { rootCaPublisher } from './policy/root-ca-publisher.ts';
import { serviceAccountController } from './policy/service-account.ts';
import { deploymentController } from './workloads/deployment.ts';
import { replicaSetController } from './workloads/replica-set.ts';

/** The process that a controller is a part of: what crashes, loses its lease and shares a client together. */
export type ControllerProcessName = 'kube-controller-manager';

// Memories have many types; only the controller that made one looks into it.
const KUBE_CONTROLLER_MANAGER: readonly unknown[] = [
  deploymentController,
  endpointSliceController,
  eventTtlController,
  garbageCollector,
  namespaceController,
  nodeLifecycleController,
  podGarbageCollector,
  replicaSetController,
  rootCaPublisher,
  serviceAccountController,
  taintEvictionController,
];

/** All controllers, by process and then by name. */
export const CONTROLLERS: Readonly<Record<ControllerProcessName, readonly Controller[]>> = {
  'kube-controller-manager': KUBE_CONTROLLER_MANAGER as readonly Controller[],
};
