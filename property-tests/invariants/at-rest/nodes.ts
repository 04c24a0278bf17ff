import { NODE } from '../../../core/kinds/registry.ts';
import type { Finding, Moment } from '../invariant.ts';

const OF_HEALTH = new Set(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']);

/** With every fault over, every node is Ready, and no taint says otherwise. */
export function nodesNotReady({ view }: Moment): readonly Finding[] {
  return view.list(NODE).flatMap(({ metadata, spec, status }) => {
    const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status;
    const taint = spec.taints?.find(({ key }) => OF_HEALTH.has(key));
    if (ready === 'True' && taint === undefined) return [];
    const message =
      ready === 'True'
        ? `node/${metadata.name} is Ready, and has the taint ${taint?.key}`
        : `node/${metadata.name} is not Ready`;
    return [{ kind: NODE, key: metadata.name, message }];
  });
}
