import type { Toleration } from '../../../core/schema/types.generated.ts';
import { type StateKey, stateKey } from '../framework/cycle-state.ts';
import type { Plugin } from '../framework/extension-points.ts';
import { unresolvable } from '../framework/rejection.ts';
import { anyTolerates, untoleratedTaint } from '../taints.ts';
import { inProportion } from './normalize.ts';

const NAME = 'TaintToleration';
/** Since 1.35 without the taint's key and value, so that nodes with different taints are counted together. */
const REJECTION = unresolvable(NAME, 'node(s) had untolerated taint(s)');

const SOFT_TOLERATIONS: StateKey<readonly Toleration[]> = stateKey('TaintToleration/soft');

export const taintToleration: Plugin = {
  name: NAME,
  dependsOn: 'node',
  filter: (_state, { pod }, node) =>
    untoleratedTaint(node.object.spec.taints, pod.spec.tolerations) === undefined ? undefined : REJECTION,
  preScore: (state, { pod }) => {
    const soft = (pod.spec.tolerations ?? []).filter(
      ({ effect }) => effect === undefined || effect === 'PreferNoSchedule',
    );
    state.write(SOFT_TOLERATIONS, soft);
    return undefined;
  },
  /** How many soft taints the pod doesn't tolerate. */
  score: (state, _pod, node) => {
    const { taints } = node.object.spec;
    if (taints === undefined) return 0;
    let count = 0;
    for (const taint of taints) {
      if (taint.effect === 'PreferNoSchedule' && !anyTolerates(state.read(SOFT_TOLERATIONS), taint))
        count += 1;
    }
    return count;
  },
  normalizeScore: (_state, scores) => inProportion(scores, true),
  hint: ({ pod }, event) => {
    if (event.resource === 'TargetPod') return event.previous.spec.tolerations !== event.pod.spec.tolerations;
    if (event.resource !== 'Node' || event.action === 'Delete') return false;
    if (event.action === 'Update' && !event.changes.taints) return false;
    const { tolerations } = pod.spec;
    if (untoleratedTaint(event.node.spec.taints, tolerations) !== undefined) return false;
    const { previous } = event;
    return previous === undefined || untoleratedTaint(previous.spec.taints, tolerations) !== undefined;
  },
};
