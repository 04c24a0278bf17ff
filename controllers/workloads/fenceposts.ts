import type { Deployment } from '../../core/schema/types.generated.ts';
import { scaledValue } from '../scaled-value.ts';

export interface Fenceposts {
  /** How many pods more than wanted there may be during a rollout. */
  readonly maxSurge: number;
  /** How many pods fewer than wanted may be available during a rollout. */
  readonly maxUnavailable: number;
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return deployment.spec.strategy?.type === 'RollingUpdate';
}

/** `spec.replicas`, which the API server sets to 1 where it is absent. */
export function desiredReplicas(deployment: Deployment): number {
  return deployment.spec.replicas ?? 1;
}

/** A spec's fenceposts are asked for several times in every turn. */
const known = new WeakMap<Deployment['spec'], Fenceposts>();

/**
 * Surge rounds up and unavailability down. Where both come to 0 one pod may be unavailable: otherwise nothing
 * could ever be replaced (`ResolveFenceposts`, `MaxUnavailable`, `MaxSurge` of pkg/controller/deployment/util).
 */
export function fencepostsOf(deployment: Deployment): Fenceposts {
  const { spec } = deployment;
  let fenceposts = known.get(spec);
  if (fenceposts === undefined) {
    fenceposts = resolved(deployment);
    known.set(spec, fenceposts);
  }
  return fenceposts;
}

function resolved(deployment: Deployment): Fenceposts {
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const replicas = desiredReplicas(deployment);
  const rollingUpdate = deployment.spec.strategy?.rollingUpdate;
  const maxSurge = scaledValue(rollingUpdate?.maxSurge, replicas, true);
  const given = scaledValue(rollingUpdate?.maxUnavailable, replicas, false);
  const maxUnavailable = maxSurge === 0 && given === 0 ? 1 : given;
  return { maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}
