import type { Plugin } from '../framework/extension-points.ts';
import { unresolvable } from '../framework/rejection.ts';

const NAME = 'SchedulingGates';

/** https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/ */
export const schedulingGates: Plugin = {
  name: NAME,
  dependsOn: 'node',
  preEnqueue: (pod) => {
    const gates = pod.spec.schedulingGates;
    if (gates === undefined || gates.length === 0) return undefined;
    const names = gates.map(({ name }) => name).join(' ');
    return unresolvable(NAME, `waiting for scheduling gates: [${names}]`);
  },
};
