import { autoscalerSize } from './autoscaler-size.ts';
import { bindingTaints } from './binding-taints.ts';
import { boundOnce } from './bound-once.ts';
import { controllerOwnership } from './controller-ownership.ts';
import { cronJobForbid } from './cron-job-forbid.ts';
import { deploymentAvailability } from './deployment-availability.ts';
import { deploymentSurge } from './deployment-surge.ts';
import { eventuallyStable } from './eventually-stable.ts';
import { evictionBudget } from './eviction-budget.ts';
import { finalizersKept } from './finalizers-kept.ts';
import { forcedDeletion } from './forced-deletion.ts';
import type { Invariant } from './invariant.ts';
import { jobPods } from './job-pods.ts';
import { nodeCapacity } from './node-capacity.ts';
import { ownerAbsent } from './owner-absent.ts';
import { preemption } from './preemption.ts';
import { replicaSetCount } from './replicaset-count.ts';
import { rolloutByTemplate } from './rollout-by-template.ts';
import { terminatingEndpoint } from './terminating-endpoint.ts';

/** Every invariant, one line each. */
export const INVARIANTS: readonly Invariant[] = [
  deploymentAvailability,
  deploymentSurge,
  rolloutByTemplate,
  replicaSetCount,
  controllerOwnership,
  evictionBudget,
  forcedDeletion,
  nodeCapacity,
  boundOnce,
  bindingTaints,
  preemption,
  ownerAbsent,
  finalizersKept,
  autoscalerSize,
  terminatingEndpoint,
  jobPods,
  cronJobForbid,
  eventuallyStable,
];
