import type { Pod, Volume } from '../../../core/schema/types.generated.ts';
import type { ClusterView } from '../cache/cluster-view.ts';
import type { VolumeView } from '../cache/volume-view.ts';
import { type StateKey, stateKey } from '../framework/cycle-state.ts';
import type { Plugin } from '../framework/extension-points.ts';
import { type Rejection, unresolvable, unschedulable } from '../framework/rejection.ts';

const NAME = 'VolumeRestrictions';
const DISK_CONFLICT = unschedulable(NAME, 'node(s) had no available disk');
const POD_CONFLICT = unschedulable(
  NAME,
  'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',
);

/** Whether another pod has a claim that only one may have. */
const IS_TAKEN: StateKey<boolean> = stateKey('VolumeRestrictions/taken');
const NONE: readonly string[] = [];

function isDisk({ gcePersistentDisk, awsElasticBlockStore, rbd, iscsi }: Volume): boolean {
  return (gcePersistentDisk ?? awsElasticBlockStore ?? rbd ?? iscsi) !== undefined;
}

function areBothReadOnly(a: { readonly readOnly?: boolean }, b: { readonly readOnly?: boolean }): boolean {
  return a.readOnly === true && b.readOnly === true;
}

/** `isVolumeConflict`: the same disk, unless it is of a kind that all may read and all only do. */
function conflicts(a: Volume, b: Volume): boolean {
  if (a.gcePersistentDisk !== undefined && b.gcePersistentDisk !== undefined) {
    const [one, other] = [a.gcePersistentDisk, b.gcePersistentDisk];
    if (one.pdName === other.pdName && !areBothReadOnly(one, other)) return true;
  }
  if (a.awsElasticBlockStore !== undefined && b.awsElasticBlockStore !== undefined) {
    if (a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore.volumeID) return true;
  }
  if (a.iscsi !== undefined && b.iscsi !== undefined) {
    if (a.iscsi.iqn === b.iscsi.iqn && !areBothReadOnly(a.iscsi, b.iscsi)) return true;
  }
  if (a.rbd !== undefined && b.rbd !== undefined) {
    const [one, other] = [a.rbd, b.rbd];
    const isShared = one.monitors.some((monitor) => other.monitors.includes(monitor));
    const isSame = (one.pool ?? 'rbd') === (other.pool ?? 'rbd') && one.image === other.image;
    if (isShared && isSame && !areBothReadOnly(one, other)) return true;
  }
  return false;
}

/** The pod's claims that only one pod may have (`readWriteOncePodPVCsForPod`), or what is wrong with one. */
function singleClaims({ metadata, spec }: Pod, volumes: VolumeView): readonly string[] | Rejection {
  let names = NONE;
  for (const { persistentVolumeClaim } of spec.volumes ?? []) {
    if (persistentVolumeClaim === undefined) continue;
    const { claimName } = persistentVolumeClaim;
    const claim = volumes.claim(metadata.namespace, claimName);
    if (claim === undefined) return unresolvable(NAME, `persistentvolumeclaim "${claimName}" not found`);
    if (claim.spec.accessModes?.includes('ReadWriteOncePod') === true) names = [...names, claimName];
  }
  return names;
}

function hasOneOf({ spec }: Pod, claims: readonly string[]): boolean {
  return (spec.volumes ?? []).some(
    ({ persistentVolumeClaim }) =>
      persistentVolumeClaim !== undefined && claims.includes(persistentVolumeClaim.claimName),
  );
}

function isTaken(pod: Pod, claims: readonly string[], cluster: ClusterView): boolean {
  if (claims.length === 0) return false;
  return cluster.nodes.some((node) => {
    for (const { pod: other } of node.pods.values()) {
      if (other.metadata.namespace === pod.metadata.namespace && hasOneOf(other, claims)) return true;
    }
    return false;
  });
}

/** Volumes that not everybody may have at once: disks of old kinds, and claims that are for one pod alone. */
export const volumeRestrictions: Plugin = {
  name: NAME,
  dependsOn: 'cluster',
  standsAside: ({ pod }, { volumes }) => {
    let some = false;
    for (const volume of pod.spec.volumes ?? []) {
      if (isDisk(volume)) return false;
      if (volume.persistentVolumeClaim !== undefined) some = true;
    }
    if (!some) return true;
    const claims = singleClaims(pod, volumes);
    return !('code' in claims) && claims.length === 0;
  },
  preFilter: (state, { pod }, cluster) => {
    const claims = singleClaims(pod, cluster.volumes);
    if ('code' in claims) return { rejection: claims };
    if (claims.length === 0 && !(pod.spec.volumes ?? []).some(isDisk)) return 'skip';
    state.write(IS_TAKEN, isTaken(pod, claims, cluster));
    return {};
  },
  filter: (state, { pod }, node) => {
    for (const volume of pod.spec.volumes ?? []) {
      if (!isDisk(volume)) continue;
      for (const { pod: other } of node.pods.values()) {
        if (other.spec.volumes?.some((each) => conflicts(volume, each)) === true) return DISK_CONFLICT;
      }
    }
    return state.read(IS_TAKEN) ? POD_CONFLICT : undefined;
  },
  hint: ({ pod }, event) => {
    const { volumes = [] } = pod.spec;
    switch (event.resource) {
      case 'Node':
        return event.action === 'Add';
      case 'AssignedPod': {
        if (event.action !== 'Delete') return false;
        const others = event.pod.spec.volumes ?? [];
        if (volumes.some((volume) => isDisk(volume) && others.some((other) => conflicts(volume, other))))
          return true;
        const names = volumes.flatMap(({ persistentVolumeClaim: claim }) =>
          claim === undefined ? [] : [claim.claimName],
        );
        return event.pod.metadata.namespace === pod.metadata.namespace && hasOneOf(event.pod, names);
      }
      case 'PersistentVolumeClaim': {
        const { namespace, name } = event.object.metadata;
        return event.action !== 'Delete' && namespace === pod.metadata.namespace && hasOneOf(pod, [name]);
      }
      default:
        return false;
    }
  },
};
