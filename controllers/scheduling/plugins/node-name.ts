import type { Plugin } from '../framework/extension-points.ts';
import { unresolvable } from '../framework/rejection.ts';

const NAME = 'NodeName';
const REJECTION = unresolvable(NAME, "node(s) didn't match the requested node name");

export const nodeName: Plugin = {
  name: NAME,
  dependsOn: 'node',
  filter: (_state, { pod }, node) => {
    const wanted = pod.spec.nodeName;
    return wanted === undefined || wanted === '' || wanted === node.name ? undefined : REJECTION;
  },
  hint: ({ pod }, event) =>
    event.resource === 'Node' && event.action === 'Add' && pod.spec.nodeName === event.node.metadata.name,
};
