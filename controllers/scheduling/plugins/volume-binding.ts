import type { Pod } from '../../../core/schema/types.generated.ts';
import type { ClusterView } from '../cache/cluster-view.ts';
import type { Plugin } from '../framework/extension-points.ts';
import { type Rejection, unresolvable } from '../framework/rejection.ts';

const NAME = 'VolumeBinding';
const UNBOUND = unresolvable(NAME, 'pod has unbound immediate PersistentVolumeClaims');

/** Those that the pod names, and those made for its generic ephemeral volumes. */
function claimNames({ metadata, spec }: Pod): readonly string[] {
  const names: string[] = [];
  for (const { name, persistentVolumeClaim, ephemeral } of spec.volumes ?? []) {
    if (persistentVolumeClaim !== undefined) names.push(persistentVolumeClaim.claimName);
    else if (ephemeral !== undefined) names.push(`${metadata.name}-${name}`);
  }
  return names;
}

function refusal(pod: Pod, cluster: ClusterView): Rejection | undefined {
  let unbound = false;
  for (const name of claimNames(pod)) {
    const claim = cluster.claim(pod.metadata.namespace, name);
    if (claim === undefined) return unresolvable(NAME, `persistentvolumeclaim "${name}" not found`);
    if (claim.metadata.deletionTimestamp !== undefined) {
      return unresolvable(NAME, `persistentvolumeclaim "${name}" is being deleted`);
    }
    if (claim.status.phase !== 'Bound') unbound = true;
  }
  return unbound ? UNBOUND : undefined;
}

/**
 * Keeps a pod from running before its claims are bound. Claims of classes with `WaitForFirstConsumer` are treated
 * as all others, and where a volume can be reached from isn't looked at: neither is modelled yet.
 */
export const volumeBinding: Plugin = {
  name: NAME,
  dependsOn: 'cluster',
  standsAside: ({ pod }) => claimNames(pod).length === 0,
  preFilter: (_state, { pod }, cluster) => {
    const rejection = refusal(pod, cluster);
    return rejection === undefined ? 'skip' : { rejection };
  },
  hint: ({ pod }, event) =>
    event.resource === 'PersistentVolumeClaim' &&
    event.namespace === pod.metadata.namespace &&
    claimNames(pod).includes(event.name),
};
