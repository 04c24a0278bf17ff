import type { Taint } from '../../../core/schema/types.generated.ts';
import type { Plugin } from '../framework/extension-points.ts';
import { unresolvable } from '../framework/rejection.ts';
import { anyTolerates } from '../taints.ts';

const NAME = 'NodeUnschedulable';
const REJECTION = unresolvable(NAME, 'node(s) were unschedulable');

/** What `kubectl cordon` comes to; a pod may tolerate it as if it were a taint. */
const CORDONED: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export const nodeUnschedulable: Plugin = {
  name: NAME,
  dependsOn: 'node',
  filter: (_state, { pod }, node) => {
    if (node.object.spec.unschedulable !== true) return undefined;
    return anyTolerates(pod.spec.tolerations, CORDONED) ? undefined : REJECTION;
  },
  hint: (_pod, event) =>
    event.resource === 'Node' &&
    event.node.spec.unschedulable !== true &&
    (event.action === 'Add' || (event.action === 'Update' && event.previous?.spec.unschedulable === true)),
};
