import type { Controller } from '../../controllers/controller.ts';
import { controllersFor } from '../../controllers/list.ts';
import type { ControllerSettings } from '../../controllers/settings.ts';
import type { KubernetesSettings } from '../scenario/flags.ts';

type Flags = KubernetesSettings['kubeControllerManager'];

/** What the flags of kube-controller-manager set, each of them in one place. */
export function controllerSettings(flags: Flags): ControllerSettings {
  return {
    workers: {
      daemonSet: flags['concurrent-daemonset-syncs'],
      deployment: flags['concurrent-deployment-syncs'],
      replicaSet: flags['concurrent-replicaset-syncs'],
      statefulSet: flags['concurrent-statefulset-syncs'],
      endpointSlice: flags['concurrent-service-endpoint-syncs'],
      namespace: flags['concurrent-namespace-syncs'],
      garbageCollector: flags['concurrent-gc-syncs'],
      horizontalPodAutoscaler: flags['concurrent-horizontal-pod-autoscaler-syncs'],
      job: flags['concurrent-job-syncs'],
      cronJob: flags['concurrent-cron-job-syncs'],
      resourceQuota: flags['concurrent-resource-quota-syncs'],
      ttlAfterFinished: flags['concurrent-ttl-after-finished-syncs'],
    },
    nodeLifecycle: {
      monitorPeriod: flags['node-monitor-period'],
      monitorGracePeriod: flags['node-monitor-grace-period'],
      startupGracePeriod: flags['node-startup-grace-period'],
      evictionRate: flags['node-eviction-rate'],
      secondaryEvictionRate: flags['secondary-node-eviction-rate'],
      unhealthyZoneThreshold: flags['unhealthy-zone-threshold'],
      largeZoneThreshold: flags['large-cluster-size-threshold'],
    },
    horizontalPodAutoscaler: {
      syncPeriod: flags['horizontal-pod-autoscaler-sync-period'],
      downscaleStabilization: flags['horizontal-pod-autoscaler-downscale-stabilization'],
      tolerance: flags['horizontal-pod-autoscaler-tolerance'],
      cpuInitializationPeriod: flags['horizontal-pod-autoscaler-cpu-initialization-period'],
      initialReadinessDelay: flags['horizontal-pod-autoscaler-initial-readiness-delay'],
    },
    terminatedPodsMax: flags['terminated-pod-gc-threshold'],
  };
}

/** The controllers of the kube-controller-manager, as its flags set them. */
export function controllersWith(flags: Flags): readonly Controller[] {
  return controllersFor(controllerSettings(flags))['kube-controller-manager'];
}
