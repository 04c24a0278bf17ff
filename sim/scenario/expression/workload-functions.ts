import type { Kind } from '../../../core/kinds/kind.ts';
import { kindByResource, NODE, POD } from '../../../core/kinds/registry.ts';
import type { Pod, PodStatus } from '../../../core/schema/types.generated.ts';
import type { View } from '../../../core/store/view.ts';
import type { Call, CallArguments, Dependency, ExpressionFunction, LooseObject, Target } from './call.ts';

const REPLICATED = ['deployments.apps', 'replicasets.apps', 'statefulsets.apps', 'replicationcontrollers'];
const DAEMON_SETS = 'daemonsets.apps';
const WORKLOADS = [...REPLICATED, DAEMON_SETS];

/** An absent number of a status is 0: the API leaves zeros out. */
function numberIn(part: Readonly<Record<string, unknown>> | undefined, field: string): number {
  const value = part?.[field];
  return typeof value === 'number' ? value : 0;
}

/** A number of a workload's status, under the name that a DaemonSet has for it. */
function statusNumber(
  name: string,
  about: string,
  field: string,
  daemonSetField: string,
): ExpressionFunction {
  return {
    name,
    signature: `${name}(workload)`,
    about,
    returns: 'number',
    call: (given) => {
      const target = given.target(WORKLOADS);
      given.end();
      const read = target.kind.resource === DAEMON_SETS ? daemonSetField : field;
      return of(target, (object) => numberIn(object.status, read));
    },
  };
}

/** A value of one object; unknown while the object is not there. */
function of(target: Target, read: (object: LooseObject) => number | string | boolean): Call {
  return {
    dependencies: [target.dependency],
    evaluate: (view) => {
      const object = target.get(view);
      return object === undefined ? undefined : read(object);
    },
  };
}

function desiredOf(object: LooseObject, resource: string): number {
  if (resource === DAEMON_SETS) return numberIn(object.status, 'desiredNumberScheduled');
  const replicas = object.spec?.replicas;
  // Defaulted to 1 when it was stored, where its writer left it out.
  return typeof replicas === 'number' ? replicas : 1;
}

interface Partitioned {
  readonly updateStrategy?: { readonly rollingUpdate?: { readonly partition?: number } };
}

/** Pods below it keep their template, and count as rolled out. */
function partitionOf({ spec }: LooseObject): number {
  return (spec as Partitioned | undefined)?.updateStrategy?.rollingUpdate?.partition ?? 0;
}

/** As `kubectl rollout status` decides it (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment). */
function isRolledOut(object: LooseObject, resource: string): boolean {
  const { status } = object;
  if (numberIn(status, 'observedGeneration') < (object.metadata.generation ?? 0)) return false;
  const desired = desiredOf(object, resource);
  if (resource === DAEMON_SETS) {
    return (
      numberIn(status, 'updatedNumberScheduled') >= desired && numberIn(status, 'numberAvailable') >= desired
    );
  }
  const updated = numberIn(status, 'updatedReplicas');
  if (resource === 'statefulsets.apps') {
    const updatedWanted = desired - partitionOf(object);
    return updated >= updatedWanted && numberIn(status, 'readyReplicas') >= desired;
  }
  return (
    updated >= desired &&
    numberIn(status, 'replicas') <= updated &&
    numberIn(status, 'availableReplicas') >= updated
  );
}

export function conditionOf(object: LooseObject, type: string): string {
  const conditions = object.status?.conditions;
  if (!Array.isArray(conditions)) return '';
  const found = conditions.find((condition: { type?: unknown }) => condition.type === type) as
    | { readonly status?: unknown }
    | undefined;
  return typeof found?.status === 'string' ? found.status : '';
}

function ready(given: CallArguments): Call {
  const target = given.target([...WORKLOADS, 'pods', 'nodes']);
  given.end();
  if (target.kind === (POD as Kind) || target.kind === (NODE as Kind)) {
    return of(target, (object) => (conditionOf(object, 'Ready') === 'True' ? 1 : 0));
  }
  const field = target.kind.resource === DAEMON_SETS ? 'numberReady' : 'readyReplicas';
  return of(target, (object) => numberIn(object.status, field));
}

function restartsOf(status: PodStatus | undefined): number {
  let sum = 0;
  for (const container of status?.containerStatuses ?? []) sum += container.restartCount;
  for (const container of status?.initContainerStatuses ?? []) sum += container.restartCount;
  return sum;
}

/** The pods that a workload's controller made, a Deployment's through its ReplicaSets. */
function podsOf(view: View, owner: LooseObject, through: Kind | undefined): readonly Pod[] {
  if (through === undefined) return view.ownedBy(POD, owner.metadata.uid);
  return view
    .ownedBy(through, owner.metadata.uid)
    .flatMap((middle) => view.ownedBy(POD, middle.metadata.uid));
}

function restarts(given: CallArguments): Call {
  const target = given.target([...WORKLOADS, 'jobs.batch', 'pods']);
  given.end();
  const { kind, namespace } = target;
  if (kind === (POD as Kind)) return of(target, (object) => restartsOf(object.status));
  const through = kind.resource === 'deployments.apps' ? kindByResource('replicasets.apps') : undefined;
  const inNamespace = namespace === undefined ? {} : { namespace };
  const dependencies: Dependency[] = [target.dependency, { kind: POD, ...inNamespace }];
  if (through !== undefined) dependencies.push({ kind: through, ...inNamespace });
  return {
    dependencies,
    evaluate: (view) => {
      const owner = target.get(view);
      if (owner === undefined) return undefined;
      let sum = 0;
      for (const pod of podsOf(view, owner, through)) sum += restartsOf(pod.status);
      return sum;
    },
  };
}

/** A count of a Job's status. */
function jobNumber(name: string, about: string): ExpressionFunction {
  return {
    name,
    signature: `${name}(job)`,
    about,
    returns: 'number',
    call: (given) => {
      const target = given.target(['jobs.batch']);
      given.end();
      return of(target, (object) => numberIn(object.status, name));
    },
  };
}

/** What can be asked of a workload. */
export const WORKLOAD_FUNCTIONS: readonly ExpressionFunction[] = [
  statusNumber(
    'available',
    'Pods of the workload that have been ready for its `minReadySeconds` (`status.availableReplicas`).',
    'availableReplicas',
    'numberAvailable',
  ),
  {
    name: 'desired',
    signature: 'desired(workload)',
    about: 'Pods that it shall have: `spec.replicas`; of a DaemonSet `status.desiredNumberScheduled`.',
    returns: 'number',
    call: (given) => {
      const target = given.target(WORKLOADS);
      given.end();
      return of(target, (object) => desiredOf(object, target.kind.resource));
    },
  },
  jobNumber('failed', 'Pods of the Job that have failed (`status.failed`).'),
  {
    name: 'ready',
    signature: 'ready(workload | pod | node)',
    about: 'Its ready pods (`status.readyReplicas`). Of a pod or a node: 1 when it is ready, else 0.',
    returns: 'number',
    call: ready,
  },
  statusNumber(
    'replicas',
    'Pods that it has, ready or not (`status.replicas`).',
    'replicas',
    'currentNumberScheduled',
  ),
  {
    name: 'restarts',
    signature: 'restarts(pod | workload)',
    about: 'Restarts of all containers of the pod, or of the pods that the workload has now.',
    returns: 'number',
    call: restarts,
  },
  {
    name: 'rolledOut',
    signature: 'rolledOut(workload)',
    about: 'Whether the latest version is fully rolled out, as `kubectl rollout status` decides it.',
    returns: 'boolean',
    call: (given) => {
      const target = given.target(['deployments.apps', 'statefulsets.apps', DAEMON_SETS]);
      given.end();
      return of(target, (object) => isRolledOut(object, target.kind.resource));
    },
  },
  jobNumber('succeeded', 'Pods, or indexes, of the Job that have succeeded (`status.succeeded`).'),
  statusNumber(
    'updated',
    'Pods of its latest version (`status.updatedReplicas`).',
    'updatedReplicas',
    'updatedNumberScheduled',
  ),
];
