import type { Deployment, IntOrString } from '../../core/schema/types.generated.ts';

const PERCENT = /^(\d+)%$/;

/** `intstr.GetScaledValueFromIntOrPercent`; validation lets nothing else pass, so anything else counts as 0. */
function scaled(value: IntOrString | undefined, total: number, roundUp: boolean): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const match = PERCENT.exec(value);
  if (match === null) return 0;
  const hundredfold = Number(match[1]) * total;
  return roundUp ? Math.ceil(hundredfold / 100) : Math.floor(hundredfold / 100);
}

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

/**
 * Surge rounds up and unavailability down. Where both come to 0 one pod may be unavailable: otherwise nothing
 * could ever be replaced (`ResolveFenceposts`, `MaxUnavailable`, `MaxSurge` of pkg/controller/deployment/util).
 */
export function fencepostsOf(deployment: Deployment): Fenceposts {
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const replicas = desiredReplicas(deployment);
  const rollingUpdate = deployment.spec.strategy?.rollingUpdate;
  const maxSurge = scaled(rollingUpdate?.maxSurge, replicas, true);
  const resolved = scaled(rollingUpdate?.maxUnavailable, replicas, false);
  const maxUnavailable = maxSurge === 0 && resolved === 0 ? 1 : resolved;
  return { maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}
