import type { Fault } from './fault.ts';

/** No node can pull the images that fit the pattern; those on a node already are still there. */
export const imagePullFailure: Fault<'image-pull-failure'> = {
  name: 'image-pull-failure',
  start(world, { image }) {
    world.registry.fail(image);
    return [image];
  },
  end(world, { image }) {
    world.registry.restore(image);
  },
};
