import { horizontalPodAutoscalerController } from './autoscaling/horizontal-pod-autoscaler.ts';
import type { Controller } from './controller.ts';
import { endpointSliceController } from './network/endpoint-slice.ts';
import { nodeLifecycleController } from './nodes/node-lifecycle.ts';
import { podGarbageCollector } from './nodes/pod-garbage-collection.ts';
import { taintEvictionController } from './nodes/taint-eviction.ts';
import { clusterRoleAggregation } from './policy/cluster-role-aggregation.ts';
import { customResourceDefinitionController } from './policy/custom-resource-definitions.ts';
import { disruptionController } from './policy/disruption.ts';
import { eventTtlController } from './policy/event-ttl.ts';
import { garbageCollector } from './policy/garbage-collection.ts';
import { namespaceController } from './policy/namespace.ts';
import { resourceQuotaController } from './policy/resource-quota.ts';
import { rootCaPublisher } from './policy/root-ca-publisher.ts';
import { serviceAccountController } from './policy/service-account.ts';
import { type ControllerSettings, DEFAULT_CONTROLLER_SETTINGS } from './settings.ts';
import { claimProtectionController } from './storage/claim-protection.ts';
import { ephemeralVolumeController } from './storage/ephemeral-volumes.ts';
import { persistentVolumeBinder } from './storage/persistent-volume-binder.ts';
import { volumeProtectionController } from './storage/volume-protection.ts';
import { cronJobController } from './workloads/cron-job.ts';
import { daemonSetController } from './workloads/daemon-set.ts';
import { deploymentController } from './workloads/deployment.ts';
import { jobController } from './workloads/job.ts';
import { ttlAfterFinishedController } from './workloads/job-ttl.ts';
import { replicaSetController } from './workloads/replica-set.ts';
import { statefulSetController } from './workloads/stateful-set.ts';

/** The process that a controller is a part of: what crashes, loses its lease and shares a client together. */
export type ControllerProcessName = 'kube-controller-manager';

/** The controllers of each process with these settings, by name. */
export function controllersFor(
  settings: ControllerSettings,
): Readonly<Record<ControllerProcessName, readonly Controller[]>> {
  const { workers } = settings;
  // Memories have many types; only the controller that made one looks into it.
  const controllers: readonly unknown[] = [
    clusterRoleAggregation,
    customResourceDefinitionController,
    { ...daemonSetController, workers: workers.daemonSet },
    { ...cronJobController, workers: workers.cronJob },
    { ...deploymentController, workers: workers.deployment },
    disruptionController,
    { ...endpointSliceController, workers: workers.endpointSlice },
    eventTtlController,
    { ...garbageCollector, workers: workers.garbageCollector },
    {
      ...horizontalPodAutoscalerController(settings.horizontalPodAutoscaler),
      workers: workers.horizontalPodAutoscaler,
    },
    { ...jobController, workers: workers.job },
    { ...namespaceController, workers: workers.namespace },
    nodeLifecycleController(settings.nodeLifecycle),
    claimProtectionController,
    volumeProtectionController,
    ephemeralVolumeController,
    persistentVolumeBinder,
    podGarbageCollector(settings.terminatedPodsMax),
    { ...replicaSetController, workers: workers.replicaSet },
    { ...resourceQuotaController, workers: workers.resourceQuota },
    rootCaPublisher,
    serviceAccountController,
    { ...statefulSetController, workers: workers.statefulSet },
    taintEvictionController,
    { ...ttlAfterFinishedController, workers: workers.ttlAfterFinished },
  ];
  return { 'kube-controller-manager': controllers as readonly Controller[] };
}

/** All controllers with their defaults, by process and then by name. */
export const CONTROLLERS = controllersFor(DEFAULT_CONTROLLER_SETTINGS);
