import type { Plugin } from '../framework/extension-points.ts';

export const defaultBinder: Plugin = {
  name: 'DefaultBinder',
  dependsOn: 'node',
  bind: ({ metadata }, nodeName) => {
    if (metadata.namespace === undefined) throw new Error(`the pod ${metadata.name} has no namespace`);
    const { namespace, name, uid } = metadata;
    return { verb: 'bind', namespace, name, uid, nodeName };
  },
};
