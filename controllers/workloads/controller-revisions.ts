import { equalValues } from '../../core/api/equal.ts';
import type { KubeObject, OwnerReference, StringMap } from '../../core/api/object.ts';
import { CONTROLLER_REVISION } from '../../core/kinds/registry.ts';
import type { ControllerRevision, PodTemplateSpec } from '../../core/schema/types.generated.ts';
import { parseRfc3339 } from '../../core/time.ts';
import type { Request } from '../controller.ts';

/** The label of pods, and of a DaemonSet's revisions, that says which revision they are of. */
export const REVISION_HASH = 'controller-revision-hash';

/** The tag of a revision's creation. */
export const CREATE_REVISION = 'create-revision';

type Fields = Readonly<Record<string, unknown>>;

interface RevisionData extends Fields {
  readonly spec: { readonly template: Fields };
}

const dataOf = new WeakMap<PodTemplateSpec, RevisionData>();

/** What a revision keeps: a strategic merge patch that puts the template back (`getPatch`). */
function revisionData(template: PodTemplateSpec): RevisionData {
  const known = dataOf.get(template);
  if (known !== undefined) return known;
  const data = { spec: { template: { ...template, $patch: 'replace' } } };
  dataOf.set(template, data);
  return data;
}

interface Comparison {
  readonly template: PodTemplateSpec;
  readonly equal: boolean;
}

/** The last comparison of each revision's data: it is made again at every turn. */
const comparisons = new WeakMap<object, Comparison>();

/** Whether a revision is of this template (`Match`, `EqualRevision`). */
export function isOfTemplate({ data }: ControllerRevision, template: PodTemplateSpec): boolean {
  if (data === undefined) return false;
  const known = comparisons.get(data);
  if (known !== undefined && known.template === template) return known.equal;
  const equal = equalValues(data, revisionData(template));
  comparisons.set(data, { template, equal });
  return equal;
}

/** The template that a revision keeps; `undefined` where its data is none of a workload's. */
export function templateOfRevision({ data }: ControllerRevision): PodTemplateSpec | undefined {
  const template = (data as Partial<RevisionData> | undefined)?.spec?.template;
  if (template === undefined) return undefined;
  const known = templates.get(template);
  if (known !== undefined) return known;
  const { $patch: _, ...rest } = template;
  // Written by `revisionData`, or by a user who may write what they like: what is wrong is refused with the pod.
  const restored = rest as unknown as PodTemplateSpec;
  templates.set(template, restored);
  return restored;
}

const templates = new WeakMap<Fields, PodTemplateSpec>();

/** Lowest revision first, then the oldest (`SortControllerRevisions`). */
export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  if (a.revision !== b.revision) return a.revision - b.revision;
  const left = parseRfc3339(a.metadata.creationTimestamp) ?? 0;
  const right = parseRfc3339(b.metadata.creationTimestamp) ?? 0;
  if (left !== right) return left - right;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

export function maxRevision(revisions: readonly ControllerRevision[]): number {
  let max = 0;
  for (const { revision } of revisions) max = Math.max(max, revision);
  return max;
}

/** The revision's name, labels and number; the rest comes from its owner. */
export interface NewRevision {
  readonly name: string;
  readonly labels: StringMap;
  readonly revision: number;
}

export function revisionCreation(
  owner: KubeObject,
  reference: OwnerReference,
  template: PodTemplateSpec,
  { name, labels, revision }: NewRevision,
): Request {
  const { namespace, annotations } = owner.metadata;
  return {
    verb: 'create',
    kind: CONTROLLER_REVISION,
    object: {
      apiVersion: CONTROLLER_REVISION.apiVersion,
      kind: CONTROLLER_REVISION.kind,
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        labels,
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [reference],
      },
      data: revisionData(template),
      revision,
    } as NewControllerRevision,
    tag: CREATE_REVISION,
  };
}

type NewControllerRevision = Extract<Request, { verb: 'create' }>['object'];

/** An earlier revision becomes the newest again: a rollback. */
export function renumbering(stored: ControllerRevision, revision: number): Request {
  const object: ControllerRevision = { ...stored, revision };
  return { verb: 'update', kind: CONTROLLER_REVISION, object };
}

export function revisionDeletion({ metadata }: ControllerRevision): Request {
  return {
    verb: 'delete',
    kind: CONTROLLER_REVISION,
    namespace: metadata.namespace,
    name: metadata.name,
  };
}
