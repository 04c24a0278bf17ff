import type { Plugin } from '../framework/extension-points.ts';

export const prioritySort: Plugin = {
  name: 'PrioritySort',
  dependsOn: 'node',
  less: (a, b) => b.priority - a.priority || a.timestamp - b.timestamp,
};
