import type { NewObject, StringMap } from '../../core/api/object.ts';
import type { Pod, Taint } from '../../core/schema/types.generated.ts';
import { MILLISECOND, type Micros, SECOND } from '../../core/time.ts';
import type { KubeletConfiguration } from '../scenario/kubelet-configuration.ts';
import type { Machine } from '../scenario/scenario.ts';

/** A machine that a kubelet runs on: what the cloud made, and what its node will show. */
export interface NodeMachine {
  readonly name: string;
  readonly group: string;
  readonly zone: string;
  readonly region: string;
  /** `node.kubernetes.io/instance-type`. */
  readonly instanceType: string;
  readonly machine: Machine;
  /** Labels besides those that a kubelet sets. */
  readonly labels: StringMap;
  readonly taints: readonly Taint[];
  readonly address: string;
  readonly podCidr: string;
  readonly providerId: string;
  readonly staticPods?: readonly NewObject<Pod>[];
}

export interface KubeletSettings {
  readonly machine: NodeMachine;
  /** Shown as `status.nodeInfo.kubeletVersion`. */
  readonly version: string;
  /** Whether Events are recorded; without, none is even made. */
  readonly events: boolean;
  /**
   * The node joined long before the run: it registers with Ready True and without the taint of a new node, in
   * one write. Otherwise as a node that boots does.
   */
  readonly startsReady: boolean;
  /** KubeletConfiguration `nodeStatusUpdateFrequency`. */
  readonly nodeStatusUpdateFrequency: Micros;
  /** KubeletConfiguration `nodeLeaseDurationSeconds`. */
  readonly nodeLeaseDurationSeconds: number;
  /** KubeletConfiguration `serializeImagePulls`. */
  readonly serializeImagePulls: boolean;
  /** Fields of its configuration file that were given. */
  readonly configuration?: KubeletConfiguration;
}

/**
 * Defaults of the kubelet
 * (https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/#kubelet-config-k8s-io-v1beta1-KubeletConfiguration).
 */
export const DEFAULT_KUBELET_SETTINGS: Omit<KubeletSettings, 'machine'> = {
  version: 'v1.36.0',
  events: true,
  startsReady: false,
  nodeStatusUpdateFrequency: 10 * SECOND,
  nodeLeaseDurationSeconds: 40,
  // true as long as maxParallelImagePulls isn't set.
  serializeImagePulls: true,
};

/** `nodeLeaseRenewIntervalFraction`: a lease is renewed every quarter of its duration. */
export const LEASE_RENEWALS_PER_DURATION = 4;
/** `genericPlegRelistPeriod`: how often a kubelet looks at what its containers do (`pkg/kubelet/kubelet.go`). */
export const RELIST_PERIOD: Micros = 1 * SECOND;
/** `backOffPeriod`, and `workerBackOffPeriodJitterFactor` 0.5: when a pod whose sync failed is synced again. */
export const SYNC_RETRY_PERIOD: Micros = 10 * SECOND;
export const SYNC_RETRY_JITTER = 0.5;
/** `MaxContainerBackOff` and the first back-off, of containers and of image pulls (`pkg/kubelet/kubelet.go`). */
export const BACK_OFF_FIRST: Micros = 10 * SECOND;
export const BACK_OFF_MAX: Micros = 300 * SECOND;
/** `syncPeriod` of the status manager: when a status that couldn't be posted is posted again. */
export const STATUS_RETRY_PERIOD: Micros = 10 * SECOND;
/** `minimumGracePeriodInSeconds`: what a container has left at least between SIGTERM and SIGKILL. */
export const MINIMUM_GRACE: Micros = 2 * SECOND;
/**
 * Between attempts to set up a volume, each time twice as long (`initialDurationBeforeRetry` and
 * `maxDurationBeforeRetry` of `pkg/util/goroutinemap/exponentialbackoff`).
 */
export const MOUNT_RETRY_FIRST: Micros = 500 * MILLISECOND;
export const MOUNT_RETRY_MAX: Micros = 122 * SECOND;
/** `reconcilerLoopSleepPeriod` of the volume manager: a pod is deleted once its volumes are unmounted. */
export const VOLUME_TEARDOWN: Micros = 100 * MILLISECOND;
/** `nodeStatusMaxImages`. */
export const NODE_STATUS_MAX_IMAGES = 50;

/**
 * What the container runtime takes. No document promises these; a sandbox with its network takes some tenths of a
 * second on containerd, creating and starting a container about one, so that a pod whose image is there runs one
 * to two seconds after it was bound, as the pod start-up objective (5 s without pulls) leaves room for.
 */
export const SANDBOX_LEAST: Micros = 300 * MILLISECOND;
export const SANDBOX_MOST: Micros = 800 * MILLISECOND;
export const CONTAINER_START_LEAST: Micros = 80 * MILLISECOND;
export const CONTAINER_START_MOST: Micros = 250 * MILLISECOND;

/** From a new kubelet's registration until its network plugin is up and the node is ready. */
export const NODE_READY_LEAST: Micros = 3 * SECOND;
export const NODE_READY_MOST: Micros = 8 * SECOND;
