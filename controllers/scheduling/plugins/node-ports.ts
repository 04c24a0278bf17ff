import { anyPortsConflict, hostPortsOf } from '../cache/host-port.ts';
import type { Plugin } from '../framework/extension-points.ts';
import { unschedulable } from '../framework/rejection.ts';

const NAME = 'NodePorts';
const REJECTION = unschedulable(NAME, "node(s) didn't have free ports for the requested pod ports");

export const nodePorts: Plugin = {
  name: NAME,
  dependsOn: 'load',
  preFilter: (_state, { facts }) => (facts.hostPorts.length === 0 ? 'skip' : {}),
  filter: (_state, { facts }, node) =>
    anyPortsConflict(facts.hostPorts, node.usedPorts) ? REJECTION : undefined,
  hint: ({ facts }, event) => {
    if (event.resource === 'Node') return event.action === 'Add';
    if (event.resource !== 'AssignedPod' || event.action !== 'Delete') return false;
    return anyPortsConflict(facts.hostPorts, hostPortsOf(event.pod.spec));
  },
};
