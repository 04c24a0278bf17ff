import type { StringMap } from '../../core/api/object.ts';
import { CONTROLLER_REVISION, STATEFUL_SET } from '../../core/kinds/registry.ts';
import type {
  ControllerRevision,
  Pod,
  PodTemplateSpec,
  StatefulSet,
} from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { Request } from '../controller.ts';
import { controllerReference } from './claim.ts';
import { claimed } from './claimed.ts';
import {
  byRevision,
  isOfTemplate,
  renumbering,
  revisionCreation,
  revisionDeletion,
  templateOfRevision,
} from './controller-revisions.ts';
import { revisionOf } from './stateful-set-identity.ts';
import { templateHash } from './template-hash.ts';

/** `history.ControllerRevisionHashLabel`. */
const HASH_LABEL = 'controller.kubernetes.io/hash';

/** What is left of a name for a hash (`ControllerRevisionName`). */
const PREFIX_MAX_LENGTH = 223;

/** One of the two templates that a StatefulSet's pods may have. */
export interface Revision {
  readonly name: string;
  readonly template: PodTemplateSpec;
}

/** `getStatefulSetRevisions`. */
export interface Revisions {
  /** What pods had before the update. */
  readonly current: Revision;
  /** What they are to have. */
  readonly update: Revision;
  readonly collisionCount: number;
  /** All that are stored, the oldest first. */
  readonly stored: readonly ControllerRevision[];
  /** What brings the history up to date, before anything else. */
  readonly requests: readonly Request[];
}

function revisionName(set: StatefulSet, hash: string): string {
  return `${set.metadata.name.slice(0, PREFIX_MAX_LENGTH)}-${hash}`;
}

interface Created {
  readonly name: string;
  readonly collisionCount: number;
  readonly request: Request | undefined;
}

/** A new revision under the first name that no revision of another template has (`CreateControllerRevision`). */
function creation(view: View, set: StatefulSet, revision: number): Created {
  const { template } = set.spec;
  let collisionCount = set.status.collisionCount ?? 0;
  for (;;) {
    const hash = templateHash(template, collisionCount === 0 ? undefined : collisionCount);
    const name = revisionName(set, hash);
    const namesake = view.get(CONTROLLER_REVISION, set.metadata.namespace, name);
    if (namesake === undefined) {
      const labels: StringMap = { ...template.metadata?.labels, [HASH_LABEL]: hash };
      const reference = controllerReference(STATEFUL_SET, set);
      const request = revisionCreation(set, reference, template, { name, labels, revision });
      return { name, collisionCount, request };
    }
    if (isOfTemplate(namesake, template)) return { name, collisionCount, request: undefined };
    collisionCount += 1;
  }
}

export function revisionsOf(view: View, set: StatefulSet): Revisions {
  const { objects, requests: claims } = claimed(view, CONTROLLER_REVISION, STATEFUL_SET, set);
  const stored = [...objects].sort(byRevision);
  const requests: Request[] = [...claims];
  const newest = stored.at(-1);
  const next = (newest?.revision ?? 0) + 1;
  const equal = stored.filter((revision) => isOfTemplate(revision, set.spec.template)).at(-1);

  let name = equal?.metadata.name ?? '';
  let collisionCount = set.status.collisionCount ?? 0;
  if (equal === undefined) {
    const created = creation(view, set, next);
    ({ name, collisionCount } = created);
    if (created.request !== undefined) requests.push(created.request);
  } else if (newest !== equal) {
    // An earlier template is wanted again: its revision becomes the newest.
    requests.push(renumbering(equal, next));
  }
  const update: Revision = { name, template: set.spec.template };
  const former = stored.find(({ metadata }) => metadata.name === set.status.currentRevision);
  const template = former === undefined ? undefined : templateOfRevision(former);
  const current =
    former === undefined || template === undefined || former.metadata.name === name
      ? update
      : { name: former.metadata.name, template };
  return { current, update, collisionCount, stored, requests };
}

/** The oldest revisions that nothing is of, beyond `revisionHistoryLimit` (`truncateHistory`). */
export function truncation(
  set: StatefulSet,
  { stored, current, update }: Revisions,
  pods: readonly Pod[],
): readonly Request[] {
  const limit = set.spec.revisionHistoryLimit ?? 10;
  if (stored.length <= limit) return [];
  const live = new Set([current.name, update.name, ...pods.map(revisionOf)]);
  const history = stored.filter(({ metadata }) => !live.has(metadata.name));
  return history.slice(0, Math.max(0, history.length - limit)).map(revisionDeletion);
}
