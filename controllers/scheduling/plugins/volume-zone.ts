import type { PersistentVolume, Pod } from '../../../core/schema/types.generated.ts';
import { classOf } from '../../storage/volume-matching.ts';
import type { VolumeView } from '../cache/volume-view.ts';
import { type StateKey, stateKey } from '../framework/cycle-state.ts';
import type { Plugin } from '../framework/extension-points.ts';
import { type Rejection, unresolvable } from '../framework/rejection.ts';

const NAME = 'VolumeZone';
const CONFLICT = unresolvable(NAME, 'node(s) had no available volume zone');

/** The labels of today by those that were used before, and by themselves. */
const TOPOLOGY_LABELS: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region': 'topology.kubernetes.io/region',
};
const LABELS = Object.keys(TOPOLOGY_LABELS);

interface VolumeTopology {
  readonly key: string;
  readonly values: ReadonlySet<string>;
}

const TOPOLOGIES: StateKey<readonly VolumeTopology[]> = stateKey('VolumeZone/topologies');
const NONE: readonly VolumeTopology[] = [];

/** Zones of a label are divided by `__`; an empty one makes the label count for nothing (`LabelZonesToSet`). */
function topologiesOf({ metadata }: PersistentVolume): readonly VolumeTopology[] {
  const { labels } = metadata;
  if (labels === undefined) return NONE;
  const found: VolumeTopology[] = [];
  for (const key of LABELS) {
    const values = labels[key]?.split('__').map((zone) => zone.trim());
    if (values !== undefined && !values.includes('')) found.push({ key, values: new Set(values) });
  }
  return found;
}

/** Of a pod's bound volumes; a refusal where a claim is not as it has to be. */
function podTopologies(pod: Pod, volumes: VolumeView): readonly VolumeTopology[] | Rejection {
  let found = NONE;
  for (const { persistentVolumeClaim } of pod.spec.volumes ?? []) {
    if (persistentVolumeClaim === undefined) continue;
    const { claimName } = persistentVolumeClaim;
    const claim = volumes.claim(pod.metadata.namespace, claimName);
    if (claim === undefined) return unresolvable(NAME, `persistentvolumeclaim "${claimName}" not found`);
    const { volumeName } = claim.spec;
    if (!volumeName) {
      const className = classOf(claim) ?? '';
      if (className === '')
        return unresolvable(NAME, 'PersistentVolumeClaim had no pv name and storageClass name');
      const storageClass = volumes.storageClass(className);
      if (storageClass === undefined) {
        return unresolvable(NAME, `storageclass.storage.k8s.io "${className}" not found`);
      }
      if (storageClass.volumeBindingMode === 'WaitForFirstConsumer') continue;
      return unresolvable(NAME, 'PersistentVolume had no name');
    }
    const volume = volumes.volume(volumeName);
    if (volume === undefined) return unresolvable(NAME, `persistentvolume "${volumeName}" not found`);
    const own = topologiesOf(volume);
    if (own.length > 0) found = [...found, ...own];
  }
  return found;
}

function namesClaim({ metadata, spec }: Pod, namespace: string | undefined, name: string): boolean {
  return (
    metadata.namespace === namespace &&
    (spec.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === name)
  );
}

/** Zones of volumes as labels tell them, which is how volumes did before they had a node affinity. */
export const volumeZone: Plugin = {
  name: NAME,
  dependsOn: 'cluster',
  standsAside: ({ pod }, { volumes }) => {
    if (!(pod.spec.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined))
      return true;
    const topologies = podTopologies(pod, volumes);
    return !('code' in topologies) && topologies.length === 0;
  },
  preFilter: (state, { pod }, { volumes }) => {
    const topologies = podTopologies(pod, volumes);
    if ('code' in topologies) return { rejection: topologies };
    if (topologies.length === 0) return 'skip';
    state.write(TOPOLOGIES, topologies);
    return {};
  },
  filter: (state, _pod, node) => {
    const labels = node.object.metadata.labels ?? {};
    // A cluster of one zone may have none of the labels.
    if (!LABELS.some((label) => labels[label] !== undefined)) return undefined;
    for (const { key, values } of state.read(TOPOLOGIES)) {
      const value = labels[key] ?? labels[TOPOLOGY_LABELS[key]!];
      if (value === undefined || !values.has(value)) return CONFLICT;
    }
    return undefined;
  },
  hint: ({ pod }, event) => {
    switch (event.resource) {
      case 'Node':
        return event.action === 'Add' || (event.action === 'Update' && event.changes.labels);
      case 'StorageClass':
        return event.action === 'Add' && event.object.volumeBindingMode === 'WaitForFirstConsumer';
      case 'PersistentVolumeClaim': {
        const { namespace, name } = event.object.metadata;
        return event.action !== 'Delete' && namesClaim(pod, namespace, name);
      }
      case 'PersistentVolume': {
        if (event.action !== 'Update' || event.previous === undefined) return event.action === 'Add';
        const [before, after] = [event.previous.metadata.labels, event.object.metadata.labels];
        return LABELS.some((label) => before?.[label] !== after?.[label]);
      }
      default:
        return false;
    }
  },
};
