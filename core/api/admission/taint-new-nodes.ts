import type { Node } from '../../schema/types.generated.ts';
import type { NewObject } from '../object.ts';
import { type AdmissionPlugin, withSpec } from './admission.ts';

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const;

/**
 * A node takes no pods before it has said that it is ready (`plugin/pkg/admission/nodetaint`); the node lifecycle
 * controller takes the taint away. Nodes of the simulation itself come with it where their kubelet isn't up yet.
 */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  handles: ({ resource }) => resource === 'nodes',
  admit: (object, _kind, _view, { client }) => {
    if (client === undefined) return object;
    const { spec } = object as NewObject<Node>;
    const taints = spec?.taints ?? [];
    if (taints.some(({ key, effect }) => key === NOT_READY.key && effect === NOT_READY.effect)) return object;
    return withSpec(object, { ...spec, taints: [...taints, NOT_READY] });
  },
};
