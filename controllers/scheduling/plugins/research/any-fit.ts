import type { Plugin } from '../../framework/extension-points.ts';

/** Any node that has room, by a draw: all are equally good. wavetank's own. */
export const random: Plugin = {
  name: 'Random',
  dependsOn: 'node',
  tieBreak: 'draw',
  score: () => 0,
};

/** The first node by name that has room: all are equally good. wavetank's own. */
export const firstFit: Plugin = {
  name: 'FirstFit',
  dependsOn: 'node',
  tieBreak: 'first',
  score: () => 0,
};
