import type { KubeObject } from '../../core/api/object.ts';
import { JOB, POD } from '../../core/kinds/registry.ts';
import type {
  Container,
  EnvVar,
  Job,
  Pod,
  PodSpec,
  PodTemplateSpec,
} from '../../core/schema/types.generated.ts';
import type { Micros } from '../../core/time.ts';
import type { Request } from '../controller.ts';
import { adoption, controllerReference, release } from './claim.ts';
import {
  COMPLETION_INDEX,
  completionIndex,
  hasLimitPerIndex,
  INDEX_FAILURES,
  INDEX_IGNORED_FAILURES,
  isIndexed,
  TRACKING_FINALIZER,
} from './job-facts.ts';
import { failureVerdict } from './job-policies.ts';
import { CREATE_POD, newPod, type PodIdentity } from './pod-from-template.ts';
import { podsToDelete } from './ranking.ts';

/** The tag of a deletion. */
export const DELETE_POD = 'delete-pod';
/** The tag of a patch after which the pod is deleted. */
export const LET_GO = 'let-go';
/** The tag of a patch that lets a pod go which has been counted. */
export const UNTRACK = 'untrack';

/** The name of the index for programs. */
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';

/** The longest prefix of a generated name (apiserver `names.MaxGeneratedNameLength`). */
const PREFIX_MAX = 58;

function withFinalizer(finalizers: readonly string[] | undefined): readonly string[] {
  return finalizers?.includes(TRACKING_FINALIZER) === true
    ? finalizers
    : [...(finalizers ?? []), TRACKING_FINALIZER];
}

function withoutFinalizer<T extends KubeObject>(object: T): T {
  const { finalizers, ...metadata } = object.metadata;
  const others = finalizers?.filter((name) => name !== TRACKING_FINALIZER) ?? [];
  return { ...object, metadata: others.length === 0 ? metadata : { ...metadata, finalizers: others } };
}

export function tracked(pod: Pod): Pod {
  const { metadata } = pod;
  return { ...pod, metadata: { ...metadata, finalizers: withFinalizer(metadata.finalizers) } };
}

/** A patch that a claim makes, with one change more. */
function patchWith(request: Request, change: (object: KubeObject) => KubeObject): Request {
  if (request.verb !== 'patch') throw new Error('a claim is a patch');
  const claim = request.change;
  return { ...request, change: (stored) => change(claim(stored)) };
}

/** Add the Job to an orphan, and track it. */
export function jobAdoption(job: Job, orphan: Pod): Request {
  return patchWith(adoption(POD, orphan, controllerReference(JOB, job)), (object) => tracked(object as Pod));
}

/** Let a pod go that the selector doesn't fit any more. */
export function jobRelease(job: Job, pod: Pod): Request {
  return patchWith(release(POD, pod, job.metadata.uid), withoutFinalizer);
}

/** Take the finalizer off. */
export function untracking(pod: Pod, tag: string): Request {
  const { namespace, name, uid } = pod.metadata;
  return {
    verb: 'patch',
    kind: POD,
    namespace,
    name,
    uid,
    change: withoutFinalizer,
    concurrent: true,
    tag,
  };
}

export function podDeletion(pod: Pod): Request {
  const { namespace, name } = pod.metadata;
  return { verb: 'delete', kind: POD, namespace, name, concurrent: true, tag: DELETE_POD };
}

/** What all pods of a Job have in common, by its template: whoever memoises by identity finds it. */
interface Common {
  readonly ownerUid: string;
  readonly spec: PodSpec | undefined;
  readonly plain: Request;
}

const commons = new WeakMap<PodTemplateSpec, Common>();

const FIELD_REF: EnvVar = {
  name: INDEX_VARIABLE,
  valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } },
};

function withVariable(container: Container): Container {
  const env = container.env ?? [];
  if (env.some(({ name }) => name === INDEX_VARIABLE)) return container;
  return { ...container, env: [...env, FIELD_REF] };
}

/** `addCompletionIndexEnvVariables`. */
function withVariables(spec: PodSpec): PodSpec {
  const { initContainers, containers } = spec;
  return {
    ...spec,
    containers: containers.map(withVariable),
    ...(initContainers === undefined ? {} : { initContainers: initContainers.map(withVariable) }),
  };
}

function creation(job: Job, identity: PodIdentity, spec: PodSpec | undefined): Request {
  const { template } = job.spec;
  const finalizers = withFinalizer(template.metadata?.finalizers);
  return newPod(JOB, job, template, spec, CREATE_POD, { ...identity, finalizers });
}

function commonOf(job: Job): Common {
  const { template } = job.spec;
  const { uid } = job.metadata;
  const known = commons.get(template);
  if (known !== undefined && known.ownerUid === uid) return known;
  const spec = template.spec !== undefined && isIndexed(job) ? withVariables(template.spec) : template.spec;
  const common = { ownerUid: uid, spec, plain: creation(job, {}, spec) };
  commons.set(template, common);
  return common;
}

function indexPrefix(name: string, index: number): string {
  const end = `-${index}-`;
  return name.slice(0, PREFIX_MAX - end.length) + end;
}

function countIn(pod: Pod, annotation: string): number {
  const text = pod.metadata.annotations?.[annotation];
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/** Failures of the pods of this index before the pod. */
export function indexFailures(pod: Pod): number {
  return countIn(pod, INDEX_FAILURES);
}

/** With those that the failure policy ignores. */
export function allIndexFailures(pod: Pod): number {
  return countIn(pod, INDEX_FAILURES) + countIn(pod, INDEX_IGNORED_FAILURES);
}

/** The failures of an index are handed on from pod to pod. */
function failureAnnotations(job: Job, replaced: Pod | undefined): Record<string, string> {
  if (!hasLimitPerIndex(job)) return {};
  if (replaced === undefined) return { [INDEX_FAILURES]: '0' };
  const { counts } = failureVerdict(job.spec, replaced);
  const ignored = countIn(replaced, INDEX_IGNORED_FAILURES) + (counts ? 0 : 1);
  return {
    [INDEX_FAILURES]: String(indexFailures(replaced) + (counts ? 1 : 0)),
    ...(ignored === 0 ? {} : { [INDEX_IGNORED_FAILURES]: String(ignored) }),
  };
}

/** The request that creates a pod of a Job; `index` for an Indexed one, `replaced` its pod before. */
export function jobPodCreation(job: Job, index: number | undefined, replaced: Pod | undefined): Request {
  const { spec, plain } = commonOf(job);
  if (index === undefined) return plain;
  const { labels, annotations } = job.spec.template.metadata ?? {};
  const text = String(index);
  const { name } = job.metadata;
  return creation(
    job,
    {
      generateName: indexPrefix(name, index),
      labels: { ...labels, [COMPLETION_INDEX]: text },
      annotations: { ...annotations, [COMPLETION_INDEX]: text, ...failureAnnotations(job, replaced) },
    },
    spec === undefined ? undefined : { ...spec, hostname: `${name}-${index}` },
  );
}

const NO_CROWDS: ReadonlyMap<string, number> = new Map();

/** Of the pods of one index the last to be deleted stays. */
function surplusOfIndexes(
  pods: readonly Pod[],
  completions: number,
  now: Micros,
): { readonly surplus: readonly Pod[]; readonly left: readonly Pod[] } {
  const byIndex = new Map<number, Pod[]>();
  const surplus: Pod[] = [];
  for (const pod of pods) {
    const index = completionIndex(pod);
    if (index === undefined || index >= completions) {
      surplus.push(pod);
      continue;
    }
    const known = byIndex.get(index);
    if (known === undefined) byIndex.set(index, [pod]);
    else known.push(pod);
  }
  const left: Pod[] = [];
  for (const same of byIndex.values()) {
    const doomed = podsToDelete(same, same.length - 1, NO_CROWDS, now);
    surplus.push(...doomed);
    left.push(...same.filter((pod) => !doomed.includes(pod)));
  }
  return { surplus, left };
}

/** Active pods to delete: at least so many, and those that double an index or have none of the Job's. */
export function podsToRemove(job: Job, active: readonly Pod[], atLeast: number, now: Micros): readonly Pod[] {
  if (!isIndexed(job)) return atLeast === 0 ? [] : podsToDelete(active, atLeast, NO_CROWDS, now);
  const { surplus, left } = surplusOfIndexes(active, job.spec.completions ?? 0, now);
  if (surplus.length >= atLeast) return surplus;
  return [...surplus, ...podsToDelete(left, atLeast - surplus.length, NO_CROWDS, now)];
}
