import type { StringMap } from '../../core/api/object.ts';
import type { Deployment, ReplicaSet } from '../../core/schema/types.generated.ts';
import { desiredReplicas, fencepostsOf } from './fenceposts.ts';
import { byAge } from './replica-sets.ts';

/** Annotations by which Deployments and their ReplicaSets tell revisions apart (pkg/controller/deployment/util). */
export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** What isn't passed on from a Deployment to its ReplicaSets (`annotationsToSkip`). */
const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

const NO_ANNOTATIONS: StringMap = {};

/** `maxRevHistoryLengthInChars`. */
const HISTORY_MAX_LENGTH = 2000;

/** What Go's ParseInt takes, as far as a revision may be large. */
const INTEGER = /^[+-]?\d{1,15}$/;

function integer(text: string | undefined): number | undefined {
  return text !== undefined && INTEGER.test(text) ? Number(text) : undefined;
}

/** The revision of a ReplicaSet; 0 where it has none. */
function revisionOf(replicaSet: ReplicaSet): number {
  return integer(replicaSet.metadata.annotations?.[REVISION]) ?? 0;
}

export function maxRevision(replicaSets: readonly ReplicaSet[]): number {
  let max = 0;
  for (const replicaSet of replicaSets) max = Math.max(max, revisionOf(replicaSet));
  return max;
}

/** Lowest revision first (`ReplicaSetsByRevision`). */
export function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  const left = integer(a.metadata.annotations?.[REVISION]);
  const right = integer(b.metadata.annotations?.[REVISION]);
  return left === undefined || right === undefined || left === right ? byAge(a, b) : left - right;
}

/** The wanted size that a ReplicaSet was last scaled for. */
export function desiredAnnotation(replicaSet: ReplicaSet): number | undefined {
  return integer(replicaSet.metadata.annotations?.[DESIRED_REPLICAS]);
}

/** The most pods that its Deployment could have when a ReplicaSet was last scaled. */
export function maxAnnotation(replicaSet: ReplicaSet): number | undefined {
  return integer(replicaSet.metadata.annotations?.[MAX_REPLICAS]);
}

/** `SetReplicasAnnotations`; the very same object where nothing changes. */
export function withReplicasAnnotations(
  annotations: StringMap | undefined,
  deployment: Deployment,
): StringMap {
  const desired = String(desiredReplicas(deployment));
  const max = String(desiredReplicas(deployment) + fencepostsOf(deployment).maxSurge);
  if (annotations?.[DESIRED_REPLICAS] === desired && annotations[MAX_REPLICAS] === max) return annotations;
  return { ...annotations, [DESIRED_REPLICAS]: desired, [MAX_REPLICAS]: max };
}

/** The revisions that a ReplicaSet stood for before, with one more; the oldest go where the text gets too long. */
function historyWith(history: string | undefined, revision: string): string | undefined {
  if (history === undefined || history === '') return revision;
  const revisions = history.split(',');
  let length = history.length + revision.length + 1;
  let start = 0;
  while (length > HISTORY_MAX_LENGTH && start < revisions.length) {
    length -= (revisions[start] as string).length + 1;
    start += 1;
  }
  return length <= HISTORY_MAX_LENGTH ? [...revisions.slice(start), revision].join(',') : history;
}

/**
 * The annotations of the new ReplicaSet (`SetNewReplicaSetAnnotations`): those of the Deployment, and the
 * revision, which only ever rises. One that rises over an earlier revision of its own is a rollback, and the
 * earlier one goes into the history. The very same object where nothing changes.
 */
export function withRevision(
  annotations: StringMap | undefined,
  deployment: Deployment,
  revision: number,
): StringMap | undefined {
  let next = annotations;
  const wanted = deployment.metadata.annotations ?? NO_ANNOTATIONS;
  for (const key in wanted) {
    const value = wanted[key];
    if (value === undefined || NOT_COPIED.has(key) || next?.[key] === value) continue;
    next = { ...next, [key]: value };
  }
  const text = annotations?.[REVISION];
  const former = text === undefined || text === '' ? 0 : integer(text);
  if (former === undefined || former >= revision) return next;
  const risen: StringMap = { ...next, [REVISION]: String(revision) };
  if (text === undefined) return risen;
  const history = historyWith(annotations?.[REVISION_HISTORY], text);
  return history === undefined ? risen : { ...risen, [REVISION_HISTORY]: history };
}
