import { controllerOf } from '../../../core/api/object.ts';
import { PERSISTENT_VOLUME, PERSISTENT_VOLUME_CLAIM } from '../../../core/kinds/registry.ts';
import { compareQuantities } from '../../../core/quantity.ts';
import type {
  CSIStorageCapacity,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
} from '../../../core/schema/types.generated.ts';
import { type Micros, SECOND } from '../../../core/time.ts';
import type { Request } from '../../controller.ts';
import { SELECTED_NODE } from '../../storage/annotations.ts';
import { claimNameOf, claimNamesOf, hasClaims } from '../../storage/pod-claims.ts';
import { boundTo, isFullyBound, withAnnotations } from '../../storage/volume-matching.ts';
import type { VolumeView } from '../cache/volume-view.ts';
import type { VolumeBindingArgs } from '../configuration/plugin-args.ts';
import type { ClusterEvent } from '../framework/cluster-event.ts';
import { type StateKey, stateKey } from '../framework/cycle-state.ts';
import type { BindingProgress, Plugin } from '../framework/extension-points.ts';
import { type Rejection, unresolvable } from '../framework/rejection.ts';
import {
  areBoundEverywhere,
  findVolumes,
  type PodVolumeClaims,
  podVolumeClaims,
  volumeNodeTest,
} from './volumes/find-volumes.ts';

const NAME = 'VolumeBinding';
const UNBOUND = unresolvable(NAME, 'pod has unbound immediate PersistentVolumeClaims');
/** `DefaultBindTimeoutSeconds`. */
const BIND_TIMEOUT: Micros = 600 * SECOND;

interface Search {
  readonly claims: PodVolumeClaims;
  readonly volumes: VolumeView;
  /** Nodes are refused in few ways. */
  readonly rejections: Map<string, Rejection>;
}

/** What the API is to be told, as it is assumed. */
interface Assumed {
  readonly volumes: readonly PersistentVolume[];
  readonly claims: readonly PersistentVolumeClaim[];
  readonly undo: () => void;
}

const SEARCH: StateKey<Search> = stateKey('VolumeBinding/search');
const ASSUMED: StateKey<Assumed> = stateKey('VolumeBinding/assumed');

/** `podHasPVCs`: what is wrong with a claim, whatever the node. */
function refusal(pod: Pod, volumes: VolumeView): Rejection | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    const name = claimNameOf(pod, volume);
    if (name === undefined) continue;
    const claim = volumes.storedClaim(pod.metadata.namespace, name);
    const isEphemeral = volume.ephemeral !== undefined;
    if (claim === undefined) {
      const missing = `persistentvolumeclaim "${name}"`;
      return unresolvable(
        NAME,
        isEphemeral
          ? `waiting for ephemeral volume controller to create the ${missing}`
          : `${missing} not found`,
      );
    }
    if (claim.status.phase === 'Lost') {
      const lost = `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"`;
      return unresolvable(NAME, lost);
    }
    if (claim.metadata.deletionTimestamp !== undefined) {
      return unresolvable(NAME, `persistentvolumeclaim "${name}" is being deleted`);
    }
    if (isEphemeral && controllerOf(claim)?.uid !== pod.metadata.uid) {
      const { namespace } = pod.metadata;
      const foreign = `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`;
      return unresolvable(NAME, foreign);
    }
  }
  return undefined;
}

/** `checkBindings`. */
function progress(
  { volumes: told, claims }: Assumed,
  node: Node | undefined,
  volumes: VolumeView,
): BindingProgress {
  for (const { metadata } of told) {
    const volume = volumes.storedVolume(metadata.name);
    if (volume === undefined || volume.metadata.resourceVersion === metadata.resourceVersion) return 'wait';
    if (node === undefined || !volumeNodeTest(volume)(node)) return unreachable(volume, node);
    if (!volume.spec.claimRef?.uid) return { failure: `ClaimRef got reset for pv "${metadata.name}"` };
    const { namespace, name = '' } = volume.spec.claimRef;
    const claim = volumes.storedClaim(namespace, name);
    if (claim === undefined || !isFullyBound(claim)) return 'wait';
  }
  for (const { metadata } of claims) {
    const claim = volumes.storedClaim(metadata.namespace, metadata.name);
    if (claim === undefined)
      return { failure: `could not find v1.PersistentVolumeClaim "${metadata.namespace}/${metadata.name}"` };
    if (claim.metadata.resourceVersion === metadata.resourceVersion) return 'wait';
    // A provisioner that can't make the volume there takes the node back.
    if (claim.metadata.annotations?.[SELECTED_NODE] !== metadata.annotations?.[SELECTED_NODE]) {
      return { failure: `provisioning failed for PVC "${metadata.name}"` };
    }
    const volume = volumes.storedVolume(claim.spec.volumeName ?? '');
    if (volume !== undefined && (node === undefined || !volumeNodeTest(volume)(node))) {
      return unreachable(volume, node);
    }
    if (volume === undefined || !isFullyBound(claim)) return 'wait';
  }
  return 'done';
}

function unreachable({ metadata }: PersistentVolume, node: Node | undefined): BindingProgress {
  const name = node?.metadata.name ?? '';
  return {
    failure: `pv "${metadata.name}" node affinity doesn't match node "${name}": no matching NodeSelectorTerms`,
  };
}

function update(
  kind: typeof PERSISTENT_VOLUME | typeof PERSISTENT_VOLUME_CLAIM,
  object: PersistentVolume | PersistentVolumeClaim,
): Request {
  return { verb: 'update', kind, object } as Request;
}

function limitOf({ capacity, maximumVolumeSize }: CSIStorageCapacity): string | number {
  return maximumVolumeSize ?? capacity ?? 0;
}

/** `EventsToRegister`. */
function helps(pod: Pod, event: ClusterEvent): boolean {
  switch (event.resource) {
    case 'Node':
      return event.action === 'Add' || (event.action === 'Update' && event.changes.labels);
    case 'PersistentVolumeClaim': {
      const { namespace, name } = event.object.metadata;
      return (
        event.action !== 'Delete' && namespace === pod.metadata.namespace && claimNamesOf(pod).includes(name)
      );
    }
    case 'PersistentVolume':
      return event.action !== 'Delete';
    case 'StorageClass':
      if (event.action !== 'Update') return event.action === 'Add';
      return (
        JSON.stringify(event.previous?.allowedTopologies) !== JSON.stringify(event.object.allowedTopologies)
      );
    case 'CSINode':
      return event.action === 'Add';
    case 'CSIDriver':
      return (
        event.action === 'Update' &&
        event.previous?.spec.storageCapacity === true &&
        event.object.spec.storageCapacity !== true
      );
    case 'CSIStorageCapacity':
      if (event.action !== 'Update' || event.previous === undefined) return event.action === 'Add';
      return compareQuantities(limitOf(event.object), limitOf(event.previous)) > 0;
    default:
      return false;
  }
}

/**
 * Gives a pod's claims their volumes together with its node: volumes that exist or, for classes that wait for their
 * first consumer, the word to make them; the pod is bound when they are. A pod whose claims are bound to volumes that
 * can be reached from everywhere is none of its business.
 */
export function volumeBindingWith({ bindTimeoutSeconds }: VolumeBindingArgs): Plugin {
  return {
    name: NAME,
    dependsOn: 'cluster',
    standsAside: ({ pod }, { volumes }) =>
      !hasClaims(pod) ||
      (refusal(pod, volumes) === undefined && areBoundEverywhere(podVolumeClaims(pod, volumes))),
    preFilter: (state, { pod }, { volumes }) => {
      if (!hasClaims(pod)) return 'skip';
      const rejection = refusal(pod, volumes);
      if (rejection !== undefined) return { rejection };
      const claims = podVolumeClaims(pod, volumes);
      if (claims.hasUnbound) return { rejection: UNBOUND };
      if (areBoundEverywhere(claims)) return 'skip';
      state.write(SEARCH, { claims, volumes, rejections: new Map() });
      return {};
    },
    filter: (state, _pod, node) => {
      const { claims, volumes, rejections } = state.read(SEARCH);
      const found = findVolumes(claims, node.object, volumes);
      if ('volumes' in found) return undefined;
      const key = found.reasons.join();
      const known = rejections.get(key);
      if (known !== undefined) return known;
      const rejection = unresolvable(NAME, ...found.reasons);
      rejections.set(key, rejection);
      return rejection;
    },
    reserve: {
      reserve: (state, { pod }, nodeName, { cluster, volumes }) => {
        if (!hasClaims(pod)) return undefined;
        const claims = podVolumeClaims(pod, volumes);
        const node = cluster.node(nodeName)?.node;
        if (claims.delayed.length === 0 || node === undefined) return undefined;
        const found = findVolumes(claims, node, volumes);
        if ('reasons' in found) return unresolvable(NAME, ...found.reasons);
        const assumedVolumes = found.volumes.bindings.map(({ claim, volume }) => boundTo(volume, claim));
        const assumedClaims = found.volumes.provisions.map((claim) =>
          withAnnotations(claim, { [SELECTED_NODE]: nodeName }),
        );
        for (const volume of assumedVolumes) volumes.assumeVolume(volume);
        for (const claim of assumedClaims) volumes.assumeClaim(claim);
        const undo = (): void => {
          for (const volume of assumedVolumes) volumes.restoreVolume(volume);
          for (const claim of assumedClaims) volumes.restoreClaim(claim);
        };
        state.write(ASSUMED, { volumes: assumedVolumes, claims: assumedClaims, undo });
        return undefined;
      },
      unreserve: (state) => state.find(ASSUMED)?.undo(),
    },
    preBind: (state) => {
      const assumed = state.find(ASSUMED);
      if (assumed === undefined) return [];
      return [
        ...assumed.volumes.map((volume) => update(PERSISTENT_VOLUME, volume)),
        ...assumed.claims.map((claim) => update(PERSISTENT_VOLUME_CLAIM, claim)),
      ];
    },
    preBindWait: {
      timeout: bindTimeoutSeconds === undefined ? BIND_TIMEOUT : bindTimeoutSeconds * SECOND,
      isNeeded: (state) => state.find(ASSUMED) !== undefined,
      progress: (state, nodeName, cluster) =>
        progress(state.read(ASSUMED), cluster.node(nodeName)?.node, cluster.volumes),
      prefix: 'binding volumes: ',
    },
    hint: ({ pod }, event) => helps(pod, event),
  };
}

export const volumeBinding: Plugin = volumeBindingWith({});
