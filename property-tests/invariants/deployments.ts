import { controllerOf } from '../../core/api/object.ts';
import { DEPLOYMENT } from '../../core/kinds/registry.ts';
import type { Deployment, ReplicaSet } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';

/** The actors of the two controllers of Deployments, as the log names them. */
export const DEPLOYMENT_CONTROLLER = 'deployment-controller';
export const REPLICA_SET_CONTROLLER = 'replicaset-controller';

/** The annotation that every scaling of a Deployment writes on its ReplicaSets. */
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';

/** How many pods of a Deployment there may be, and must be available, in a rollout. */
export interface Bounds {
  readonly replicas: number;
  readonly podsMax: number;
  readonly availableMin: number;
}

function scaled(value: number | string | undefined, total: number, up: boolean): number {
  if (typeof value === 'number') return value;
  const percent = Number(/^(\d+)%$/.exec(value ?? '')?.[1] ?? 0);
  return up ? Math.ceil((percent * total) / 100) : Math.floor((percent * total) / 100);
}

/**
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment: the surge is rounded
 * up, what may be unavailable down; where both come to 0, one pod may be unavailable.
 */
export function boundsOf({ spec }: Deployment): Bounds {
  const replicas = spec.replicas ?? 1;
  if (spec.strategy?.type !== 'RollingUpdate') return { replicas, podsMax: replicas, availableMin: 0 };
  const { maxSurge, maxUnavailable } = spec.strategy.rollingUpdate ?? {};
  const surge = scaled(maxSurge, replicas, true);
  const given = scaled(maxUnavailable, replicas, false);
  const unavailable = surge === 0 && given === 0 ? 1 : given;
  return { replicas, podsMax: replicas + surge, availableMin: replicas - Math.min(unavailable, replicas) };
}

/** The Deployment that controls a ReplicaSet, if it is there. */
export function deploymentOf(replicaSet: ReplicaSet, view: View): Deployment | undefined {
  const owner = controllerOf(replicaSet);
  if (owner?.kind !== 'Deployment') return undefined;
  const deployment = view.get(DEPLOYMENT, replicaSet.metadata.namespace, owner.name);
  return deployment?.metadata.uid === owner.uid ? deployment : undefined;
}

export function sizeOf(replicaSet: ReplicaSet): number {
  return replicaSet.spec.replicas ?? 1;
}
