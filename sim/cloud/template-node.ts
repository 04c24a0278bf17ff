import type { Node } from '../../core/schema/types.generated.ts';
import { type Micros, rfc3339 } from '../../core/time.ts';
import { NodeWriter } from '../kubelet/node-object.ts';
import { DEFAULT_KUBELET_SETTINGS, type NodeMachine } from '../kubelet/settings.ts';
import type { RandomStream } from '../random/keyed.ts';

/** The node that a machine will register once it is ready. */
export function templateNode(machine: NodeMachine, random: RandomStream, now: Micros): Node {
  const settings = { ...DEFAULT_KUBELET_SETTINGS, machine, startsReady: true };
  const { metadata, spec, status, ...rest } = new NodeWriter(settings, random).node(true, now, 0);
  return {
    ...rest,
    metadata: {
      ...metadata,
      name: machine.name,
      uid: `template/${machine.name}`,
      resourceVersion: '0',
      creationTimestamp: rfc3339(now),
    },
    spec: spec ?? {},
    status: status ?? {},
  };
}
