import type { Pod } from '../../../core/schema/types.generated.ts';
import { csiSourceOf, driverOf, inlineSourceOf } from '../../storage/csi-source.ts';
import { claimNameOf } from '../../storage/pod-claims.ts';
import { classOf } from '../../storage/volume-matching.ts';
import type { NodeInfo } from '../cache/node-info.ts';
import type { VolumeView } from '../cache/volume-view.ts';
import { type StateKey, stateKey } from '../framework/cycle-state.ts';
import type { Plugin } from '../framework/extension-points.ts';
import { unschedulable } from '../framework/rejection.ts';

const NAME = 'NodeVolumeLimits';
const TOO_MANY = unschedulable(NAME, 'node(s) exceed max volume count');

/** Volumes of drivers, each with a name of its own. */
type DriverVolumes = Map<string, string>;

interface Wanted {
  readonly volumes: VolumeView;
  readonly own: DriverVolumes;
}

const WANTED: StateKey<Wanted> = stateKey('NodeVolumeLimits/wanted');

/** What of a pod's volumes drivers attach (`filterAttachableVolumes`); one that is still to be made counts as well. */
function addVolumes(pod: Pod, volumes: VolumeView, to: DriverVolumes): void {
  const { namespace } = pod.metadata;
  for (const volume of pod.spec.volumes ?? []) {
    const inline = inlineSourceOf(volume);
    if (inline !== undefined) to.set(`${inline.driver}/${inline.volumeHandle}`, inline.driver);
    const name = claimNameOf(pod, volume);
    if (name === undefined) continue;
    const claim = volumes.claim(namespace, name);
    if (claim === undefined) continue;
    const bound = volumes.volume(claim.spec.volumeName ?? '');
    if (bound !== undefined) {
      const source = csiSourceOf(bound.spec);
      if (source !== undefined) to.set(`${source.driver}/${source.volumeHandle}`, source.driver);
      continue;
    }
    const storageClass = volumes.storageClass(classOf(claim) ?? '');
    if (storageClass === undefined) continue;
    const driver = driverOf(storageClass.provisioner);
    to.set(`${driver}/to be made for ${namespace}/${name}`, driver);
  }
}

function volumesOf(pod: Pod, volumes: VolumeView): DriverVolumes {
  const found: DriverVolumes = new Map();
  if (pod.spec.volumes !== undefined) addVolumes(pod, volumes, found);
  return found;
}

/** Volumes that are attached, or being so, count even where no pod of the node has them any more. */
function attachedTo(node: NodeInfo, volumes: VolumeView): DriverVolumes {
  const attached: DriverVolumes = new Map();
  for (const { pod } of node.pods.values()) addVolumes(pod, volumes, attached);
  for (const { spec } of volumes.attachmentsTo(node.name)) {
    const volume = volumes.volume(spec.source.persistentVolumeName ?? '');
    const source = volume === undefined ? undefined : csiSourceOf(volume.spec);
    if (source !== undefined) attached.set(`${source.driver}/${source.volumeHandle}`, source.driver);
  }
  return attached;
}

function hasLimits(own: DriverVolumes, volumes: VolumeView): boolean {
  for (const driver of own.values()) if (volumes.isLimited(driver)) return true;
  return false;
}

/** How many volumes of a CSI driver a node may have, as its CSINode says. */
export const nodeVolumeLimits: Plugin = {
  name: NAME,
  dependsOn: 'cluster',
  standsAside: ({ pod }, { volumes }) => {
    for (const volume of pod.spec.volumes ?? []) {
      if (claimNameOf(pod, volume) === undefined && inlineSourceOf(volume) === undefined) continue;
      return !hasLimits(volumesOf(pod, volumes), volumes);
    }
    return true;
  },
  preFilter: (state, { pod }, { volumes }) => {
    const own = volumesOf(pod, volumes);
    if (!hasLimits(own, volumes)) return 'skip';
    state.write(WANTED, { volumes, own });
    return {};
  },
  filter: (state, _pod, node) => {
    const { volumes, own } = state.read(WANTED);
    const limits = volumes
      .csiNode(node.name)
      ?.spec.drivers.filter(({ allocatable }) => allocatable?.count !== undefined);
    if (limits === undefined || limits.length === 0) return undefined;
    const attached = attachedTo(node, volumes);
    for (const { name, allocatable } of limits) {
      let count = 0;
      for (const driver of attached.values()) if (driver === name) count += 1;
      const before = count;
      for (const [volume, driver] of own) if (driver === name && !attached.has(volume)) count += 1;
      if (count > before && count > allocatable!.count!) return TOO_MANY;
    }
    return undefined;
  },
  hint: ({ pod }, event) => {
    switch (event.resource) {
      case 'AssignedPod':
        return (
          event.action === 'Delete' &&
          (event.pod.spec.volumes ?? []).some(
            (volume) => (claimNameOf(event.pod, volume) ?? inlineSourceOf(volume)) !== undefined,
          )
        );
      case 'CSINode':
        return event.action !== 'Delete';
      case 'PersistentVolumeClaim': {
        const { namespace, name } = event.object.metadata;
        if (event.action === 'Delete' || namespace !== pod.metadata.namespace) return false;
        return (pod.spec.volumes ?? []).some((volume) => claimNameOf(pod, volume) === name);
      }
      case 'VolumeAttachment':
        return event.action === 'Delete';
      default:
        return false;
    }
  },
};
