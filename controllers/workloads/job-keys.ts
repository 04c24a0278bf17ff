import { controllerOf, keyOf } from '../../core/api/object.ts';
import { isPodReady } from '../../core/kinds/pod/status.ts';
import { JOB, POD } from '../../core/kinds/registry.ts';
import type { Job, Pod } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, SECOND } from '../../core/time.ts';
import type { Watch, WatchEvent } from '../controller.ts';
import { finishedCondition, isTracked } from './job-facts.ts';
import { NO_KEYS, ownerKeys } from './owner-keys.ts';

/** `SyncJobBatchPeriod`: what happens to pods is gathered for so long, and so are changes of a Job's status. */
const BATCH_PERIOD: Micros = SECOND;

/** Marks the keys of pods whose Job is gone or over. */
const ORPHAN = 'orphan ';

/** The key of the pod of an orphan's key; another key as it is. */
export function orphanOf(key: string): string {
  return key.startsWith(ORPHAN) ? key.slice(ORPHAN.length) : key;
}

/** Whether a pod has a finalizer that no Job will take off. */
export function isOrphanKey(view: View, pod: Pod): boolean {
  if (!isTracked(pod)) return false;
  const controller = controllerOf(pod);
  if (controller === undefined) return true;
  if (controller.kind !== JOB.kind || controller.apiVersion !== JOB.apiVersion) return false;
  const job = view.get(JOB, pod.metadata.namespace, controller.name);
  if (job === undefined || job.metadata.uid !== controller.uid) return true;
  return finishedCondition(job) !== undefined;
}

function restarts(pod: Pod): number {
  let sum = 0;
  for (const { restartCount } of pod.status.containerStatuses ?? []) sum += restartCount;
  for (const { restartCount } of pod.status.initContainerStatuses ?? []) sum += restartCount;
  return sum;
}

/** Whether a change of a pod is one that a turn can see; the real controller looks at every change. */
function matters({ type, object, previous }: WatchEvent): boolean {
  if (previous === undefined || type === 'DELETED') return true;
  const before = previous as Pod;
  const after = object as Pod;
  const { metadata, status } = before;
  if (
    metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    metadata.labels !== after.metadata.labels ||
    metadata.ownerReferences !== after.metadata.ownerReferences ||
    metadata.finalizers !== after.metadata.finalizers
  ) {
    return true;
  }
  if (status === after.status) return false;
  return (
    status.phase !== after.status.phase ||
    isPodReady(before) !== isPodReady(after) ||
    restarts(before) !== restarts(after)
  );
}

const podOwners = ownerKeys(JOB);

function keysOfPod(event: WatchEvent, view: View): readonly string[] {
  const keys = podOwners(event, view);
  return keys.length > 0 && matters(event) ? keys : NO_KEYS;
}

function orphanKey({ type, object }: WatchEvent, view: View): readonly string[] {
  const pod = object as Pod;
  if (type === 'DELETED' || pod.metadata.finalizers === undefined) return NO_KEYS;
  return isOrphanKey(view, pod) ? [ORPHAN + keyOf(pod)] : NO_KEYS;
}

/** The pods that a Job leaves behind when it goes, or ends. */
function orphansOfJob({ type, object }: WatchEvent, view: View): readonly string[] {
  const job = object as Job;
  if (type !== 'DELETED' && finishedCondition(job) === undefined) return NO_KEYS;
  return view
    .ownedBy(POD, job.metadata.uid)
    .filter(isTracked)
    .map((pod) => ORPHAN + keyOf(pod));
}

export const JOB_WATCHES: readonly Watch[] = [
  {
    kind: JOB,
    keys: ({ object }) => [keyOf(object)],
    // A change of what is asked for is looked at at once.
    delay: ({ type, object, previous }) =>
      type === 'MODIFIED' && previous?.metadata.generation === object.metadata.generation ? BATCH_PERIOD : 0,
  },
  { kind: JOB, keys: orphansOfJob },
  { kind: POD, keys: keysOfPod, delay: () => BATCH_PERIOD },
  { kind: POD, keys: orphanKey },
];
