import fc from 'fast-check';
import { SECOND } from '../../core/time.ts';
import type { Action, ObjectTarget } from '../../sim/scenario/scenario.ts';
import { strategy } from './app.ts';
import type { Place, Workload } from './place.ts';

const version = fc.integer({ min: 1, max: 4 });

function targetOf({ namespace, name }: Workload): ObjectTarget {
  return { resource: 'deployments.apps', namespace, name };
}

/** What people do to workloads. */
function onWorkload(workload: Workload): fc.Arbitrary<Action> {
  const target = targetOf(workload);
  const setImage = version.map(
    (tag): Action => ({
      op: 'setImage',
      target,
      container: workload.container,
      image: `${workload.image}:${tag}`,
    }),
  );
  const scale = fc.integer({ min: 0, max: 6 }).map((replicas): Action => ({ op: 'scale', target, replicas }));
  const apply = workload.changed.map((object): Action => ({ op: 'apply', objects: [object] }));
  const pause = fc.boolean().map((paused): Action => ({ op: 'patch', target, patch: { spec: { paused } } }));
  const restrategise = strategy.map((drawn): Action => {
    const { type } = drawn;
    const rollingUpdate =
      drawn.type === 'Recreate' ? null : { maxSurge: drawn.maxSurge, maxUnavailable: drawn.maxUnavailable };
    return { op: 'patch', target, patch: { spec: { strategy: { type, rollingUpdate } } } };
  });
  const remove = fc
    .constantFrom('Background' as const, 'Foreground' as const, 'Orphan' as const)
    .map((propagationPolicy): Action => ({ op: 'delete', target, propagationPolicy }));
  return fc.oneof(
    { weight: 4, arbitrary: setImage },
    { weight: 4, arbitrary: scale },
    { weight: 2, arbitrary: apply },
    { weight: 1, arbitrary: pause },
    { weight: 1, arbitrary: restrategise },
    { weight: 1, arbitrary: fc.constant<Action>({ op: 'restart', target }) },
    { weight: 1, arbitrary: remove },
  );
}

/** What people do to nodes. */
function onNode(node: string): fc.Arbitrary<Action> {
  const drain = fc.integer({ min: 20, max: 120 }).map(
    (seconds): Action => ({
      op: 'drain',
      node,
      ignoreDaemonSets: true,
      deleteEmptyDirData: true,
      force: true,
      timeout: seconds * SECOND,
    }),
  );
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant<Action>({ op: 'cordon', node }) },
    { weight: 1, arbitrary: fc.constant<Action>({ op: 'uncordon', node }) },
    { weight: 2, arbitrary: drain },
  );
}

/** What people do to the workloads and nodes of a case; `undefined` where there is neither. */
export function operation({ nodes, workloads }: Place): fc.Arbitrary<Action> | undefined {
  const all = [
    ...workloads.map((workload) => ({ weight: 14, arbitrary: onWorkload(workload) })),
    ...nodes.map((node) => ({ weight: 2, arbitrary: onNode(node) })),
  ];
  return all.length === 0 ? undefined : fc.oneof(...all);
}
