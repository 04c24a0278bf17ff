import { CONTROLLER_REVISION, DAEMON_SET, POD } from '../../core/kinds/registry.ts';
import type { ControllerRevision, DaemonSet, Pod } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { Request } from '../controller.ts';
import { controllerReference } from './claim.ts';
import { claimed } from './claimed.ts';
import { collisionCounted } from './collision.ts';
import {
  byRevision,
  isOfTemplate,
  maxRevision,
  REVISION_HASH,
  renumbering,
  revisionCreation,
  revisionDeletion,
} from './controller-revisions.ts';
import { templateHash } from './template-hash.ts';

/** The revisions of a DaemonSet (`constructHistory`). */
export interface DaemonHistory {
  /** Of the present template: the value of the label `controller-revision-hash`. */
  readonly hash: string;
  readonly old: readonly ControllerRevision[];
  /** What brings the history up to date, before anything else. */
  readonly requests: readonly Request[];
  /** Another template has this hash: nothing else can be done in this turn. */
  readonly collides: boolean;
}

function hashOf({ metadata }: ControllerRevision): string {
  return metadata.labels?.[REVISION_HASH] ?? metadata.name;
}

/** A revision from before the label gets it, with its whole name for a value. */
function labelling(revision: ControllerRevision): Request {
  const labels = { ...revision.metadata.labels, [REVISION_HASH]: revision.metadata.name };
  const object: ControllerRevision = { ...revision, metadata: { ...revision.metadata, labels } };
  return { verb: 'update', kind: CONTROLLER_REVISION, object };
}

function relabelling(pod: Pod, hash: string): Request {
  return {
    verb: 'patch',
    kind: POD,
    namespace: pod.metadata.namespace,
    name: pod.metadata.name,
    change: (stored) => ({
      ...stored,
      metadata: { ...stored.metadata, labels: { ...stored.metadata.labels, [REVISION_HASH]: hash } },
    }),
  };
}

/** Of several revisions of one template the newest stays, and pods are counted as its own (`dedupCurHistories`). */
function withoutDuplicates(
  kept: ControllerRevision,
  current: readonly ControllerRevision[],
  pods: readonly Pod[],
): Request[] {
  if (current.length === 1) return [];
  const hash = hashOf(kept);
  return [
    ...pods
      .filter(({ metadata }) => metadata.labels?.[REVISION_HASH] !== hash)
      .map((pod) => relabelling(pod, hash)),
    ...current.filter((revision) => revision !== kept).map(revisionDeletion),
  ];
}

export function historyOf(view: View, daemonSet: DaemonSet, pods: readonly Pod[]): DaemonHistory {
  const { template } = daemonSet.spec;
  const { objects, requests: claims } = claimed(view, CONTROLLER_REVISION, DAEMON_SET, daemonSet);
  const requests: Request[] = [...claims];
  const current: ControllerRevision[] = [];
  const old: ControllerRevision[] = [];
  for (const revision of objects) {
    if (revision.metadata.labels?.[REVISION_HASH] === undefined) requests.push(labelling(revision));
    (isOfTemplate(revision, template) ? current : old).push(revision);
  }
  const next = maxRevision(old) + 1;
  const kept = [...current].sort(byRevision).at(-1);
  if (kept !== undefined) {
    requests.push(...withoutDuplicates(kept, current, pods));
    if (kept.revision < next) requests.push(renumbering(kept, next));
    return { hash: hashOf(kept), old, requests, collides: false };
  }

  const hash = templateHash(template, daemonSet.status.collisionCount);
  const name = `${daemonSet.metadata.name}-${hash}`;
  const namesake = view.get(CONTROLLER_REVISION, daemonSet.metadata.namespace, name);
  if (namesake !== undefined) {
    if (isOfTemplate(namesake, template)) return { hash, old, requests, collides: false };
    requests.push(collisionCounted(DAEMON_SET, daemonSet));
    return { hash, old, requests, collides: true };
  }
  const labels = { ...template.metadata?.labels, [REVISION_HASH]: hash };
  const reference = controllerReference(DAEMON_SET, daemonSet);
  requests.push(revisionCreation(daemonSet, reference, template, { name, labels, revision: next }));
  return { hash, old, requests, collides: false };
}

/** The oldest revisions that no pod is of, beyond `revisionHistoryLimit` (`cleanupHistory`). */
export function cleanup(
  daemonSet: DaemonSet,
  old: readonly ControllerRevision[],
  pods: readonly Pod[],
): readonly Request[] {
  let surplus = old.length - (daemonSet.spec.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return [];
  const live = new Set(pods.map(({ metadata }) => metadata.labels?.[REVISION_HASH]));
  const requests: Request[] = [];
  for (const revision of [...old].sort(byRevision)) {
    if (surplus <= 0) break;
    if (live.has(hashOf(revision))) continue;
    requests.push(revisionDeletion(revision));
    surplus -= 1;
  }
  return requests;
}
