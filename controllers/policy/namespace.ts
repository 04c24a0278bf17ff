import type { KubeObject } from '../../core/api/object.ts';
import { allKinds } from '../../core/kinds/custom/lookup.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { isPodTerminal } from '../../core/kinds/pod/status.ts';
import { KINDS, NAMESPACE, POD } from '../../core/kinds/registry.ts';
import type { Namespace, Pod } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, parseRfc3339, SECOND } from '../../core/time.ts';
import type {
  Controller,
  Reaction,
  Reconciliation,
  Request,
  RequestResult,
  WatchEvent,
} from '../controller.ts';
import { DONE } from '../controller.ts';
import { type NamespaceContent, withContentConditions } from './namespace-conditions.ts';

/**
 * The namespace controller (kubernetes `pkg/controller/namespace`): empties a namespace that is being deleted,
 * pods first (KEP-5080, ordered namespace deletion), says in its conditions what is left, and lets it go when
 * nothing is. Creations in such a namespace are refused from the moment that the cache shows its deletion, so
 * that what the cache lists is all there is.
 */

/** `namespaceDeletionGracePeriod`: time for every API server to hear of the deletion. */
const SETTLING: Micros = 5 * SECOND;

/** `finalizerEstimateSeconds`. */
const FINALIZER_ESTIMATE_SECONDS = 15;

/** `v1.FinalizerKubernetes`, in `spec.finalizers`. */
const KUBERNETES_FINALIZER = 'kubernetes';

/** Deletions asked for in one turn; more are left for the next. */
const DELETIONS_PER_TURN = 20_000;

const CONTENT = 'content';

/** What is kept between a turn and its results, and until the next turn. */
export interface NamespaceMemory {
  /** No sooner than this. */
  readonly nextAt: Micros;
  readonly sweep?: Sweep;
}

/** One pass over the content, while its deletions are answered. */
interface Sweep {
  readonly content: NamespaceContent;
  readonly unanswered: number;
  /** Seconds that what remains may take by itself; 0 makes a remaining pod an error. */
  readonly estimate: number;
  /** Deletions of everything but pods, for when no pod is left. */
  readonly afterPods: readonly Request[];
}

/** An object in a namespace. */
interface Content {
  readonly kind: Kind;
  readonly object: KubeObject;
}

type Outcome = Reconciliation<NamespaceMemory>;

function resourceText(kind: Kind): string {
  // As Go prints a resource of the core group: `pods.`.
  return `${kind.plural}.${kind.group}`;
}

function deletion({ kind, object }: Content): Request {
  const { namespace, name } = object.metadata;
  return {
    verb: 'delete',
    kind,
    namespace,
    name,
    options: { propagationPolicy: 'Background' },
    concurrent: true,
    tag: CONTENT,
  };
}

function counted(counts: ReadonlyMap<string, number>, name: string): ReadonlyMap<string, number> {
  return new Map(counts).set(name, (counts.get(name) ?? 0) + 1);
}

function withRemaining(content: NamespaceContent, { kind, object }: Content): NamespaceContent {
  let finalizers = content.finalizers;
  for (const finalizer of object.metadata.finalizers ?? []) finalizers = counted(finalizers, finalizer);
  return { ...content, remaining: counted(content.remaining, resourceText(kind)), finalizers };
}

/** Whether an object is still there after its deletion: held by finalizers, or for a kubelet to stop it. */
function remains({ metadata }: KubeObject): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  return (metadata.finalizers?.length ?? 0) > 0 || (metadata.deletionGracePeriodSeconds ?? 0) > 0;
}

/** Seconds that the pods may take to end; 0 once the namespace has been going for longer than that. */
function podEstimate(namespace: Namespace, pods: readonly Pod[], now: Micros): number {
  let longest = 0;
  for (const pod of pods) {
    if (!isPodTerminal(pod)) longest = Math.max(longest, pod.spec.terminationGracePeriodSeconds ?? 0);
  }
  const deletedAt = parseRfc3339(namespace.metadata.deletionTimestamp ?? '') ?? now;
  return now - deletedAt >= longest * SECOND ? 0 : longest;
}

function reconcile(view: View, key: string, memory: NamespaceMemory | undefined, now: Micros): Outcome {
  const namespace = view.get(NAMESPACE, undefined, key);
  if (namespace?.metadata.deletionTimestamp === undefined) return DONE;
  if ((namespace.spec?.finalizers ?? []).length === 0) return DONE;
  const due = memory?.nextAt;
  if (due === undefined || now < due) {
    // A first sight, or a change: each gives the API servers time before the namespace is looked at.
    const nextAt = due === undefined ? now + SETTLING : Math.min(due, now + SETTLING);
    return {
      requests: [],
      memory: { nextAt },
      requeueAfter: nextAt - now,
      requeueReason: 'a deleted namespace settles for 5s',
    };
  }
  return sweep(view, namespace, now);
}

function sweep(view: View, namespace: Namespace, now: Micros): Outcome {
  const { name } = namespace.metadata;
  const pods = view.list(POD, name);
  const others: Content[] = [];
  for (const kind of allKinds(view)) {
    if (!kind.namespaced || kind.resource === POD.resource) continue;
    for (const object of view.list(kind, name)) others.push({ kind, object });
  }
  const podsFirst: readonly Content[] =
    pods.length > 0 ? pods.map((object) => ({ kind: POD, object })) : others;
  const estimate = pods.length > 0 ? podEstimate(namespace, pods, now) : 0;
  let content: NamespaceContent = { remaining: new Map(), finalizers: new Map(), errors: [] };
  const deletions: Request[] = [];
  let finalizerSeen = false;
  for (const one of podsFirst) {
    const { metadata } = one.object;
    finalizerSeen ||= (metadata.finalizers?.length ?? 0) > 0;
    if (metadata.deletionTimestamp === undefined) deletions.push(deletion(one));
    else content = withRemaining(content, one);
  }
  if (deletions.length > DELETIONS_PER_TURN) {
    return {
      requests: deletions.slice(0, DELETIONS_PER_TURN).map((request) => ({ ...request, tag: undefined })),
      memory: { nextAt: now },
      requeueAfter: SECOND,
      requeueReason: 'more content to delete',
    };
  }
  const afterPods = pods.length > 0 ? others.map(deletion).slice(0, DELETIONS_PER_TURN) : [];
  const current: Sweep = { content, unanswered: deletions.length, estimate, afterPods };
  const wait = estimate > 0 ? estimate : finalizerSeen ? FINALIZER_ESTIMATE_SECONDS : 0;
  // `ResourcesRemainingError`: half the estimate and a second.
  const delay = (Math.floor(wait / 2) + 1) * SECOND;
  const nextAt = wait > 0 ? now + delay : now;
  const timer = wait > 0 ? { requeueAfter: delay, requeueReason: `content may take ${wait}s to go` } : {};
  if (deletions.length > 0) {
    return { requests: deletions, memory: { nextAt, sweep: current }, ...timer };
  }
  const { requests, failed } = conclude(name, current, now);
  const memory = { nextAt };
  return failed === undefined
    ? { requests, memory, ...timer }
    : { requests, memory, ...timer, error: failed };
}

/** What follows when every deletion has been answered. */
function conclude(
  name: string,
  { content, estimate }: Sweep,
  now: Micros,
): { readonly requests: readonly Request[]; readonly failed: string | undefined } {
  const found = withUnexpected(name, content, estimate);
  const requests: Request[] = [
    {
      verb: 'patch',
      kind: NAMESPACE,
      namespace: undefined,
      name,
      subresource: 'status',
      change: (stored) => withContentConditions(stored as Namespace, found, now),
    },
  ];
  if (found.remaining.size > 0 || found.errors.length > 0) return { requests, failed: found.errors[0] };
  requests.push({
    verb: 'patch',
    kind: NAMESPACE,
    namespace: undefined,
    name,
    change: (stored) => finalized(stored as Namespace),
  });
  return { requests, failed: undefined };
}

/** What is left though nothing holds it and no time is left to it is an error. */
function withUnexpected(name: string, content: NamespaceContent, estimate: number): NamespaceContent {
  const left = content.remaining.get(resourceText(POD)) ?? 0;
  if (left === 0 || estimate > 0 || content.finalizers.size > 0) return content;
  const gvr = `/${POD.version}, Resource=${POD.plural}`;
  const error = `unexpected items still remain in namespace: ${name} for gvr: ${gvr}`;
  return { ...content, errors: [...content.errors, error] };
}

function finalized(namespace: Namespace): Namespace {
  const finalizers = namespace.spec?.finalizers ?? [];
  if (!finalizers.includes(KUBERNETES_FINALIZER)) return namespace;
  const others = finalizers.filter((finalizer) => finalizer !== KUBERNETES_FINALIZER);
  return { ...namespace, spec: { ...namespace.spec, finalizers: others.length === 0 ? undefined : others } };
}

function onResult(
  memory: NamespaceMemory | undefined,
  { request, result }: RequestResult,
  key: string,
  now: Micros,
): Reaction<NamespaceMemory> | undefined {
  if (!result.ok && result.status.reason === 'NotFound') {
    if (request.tag !== CONTENT) return { memory };
  }
  if (request.tag !== CONTENT || memory?.sweep === undefined) return undefined;
  const before = memory.sweep;
  let content = before.content;
  if (result.ok) {
    const { object } = result;
    if (remains(object) && 'kind' in request)
      content = withRemaining(content, { kind: request.kind, object });
  } else if (result.status.reason !== 'NotFound') {
    content = { ...content, errors: [...content.errors, result.status.message] };
  }
  const current: Sweep = { ...before, content, unanswered: before.unanswered - 1 };
  if (current.unanswered > 0) return { memory: { ...memory, sweep: current } };
  const clean = content.remaining.size === 0 && content.errors.length === 0;
  if (clean && current.afterPods.length > 0) {
    const next: Sweep = { content, unanswered: current.afterPods.length, estimate: 0, afterPods: [] };
    return { memory: { ...memory, sweep: next }, requests: current.afterPods };
  }
  const { requests, failed } = conclude(key, current, now);
  // Held by finalizers that the cache didn't show: the next turn will know how long to wait.
  const unforeseen = !clean && memory.nextAt <= now;
  return {
    memory: { nextAt: unforeseen || failed !== undefined ? now : memory.nextAt },
    requests,
    retry: failed !== undefined || unforeseen,
  };
}

function keysOf({ object }: WatchEvent): readonly string[] {
  return object.metadata.deletionTimestamp === undefined ? [] : [object.metadata.name];
}

export const namespaceController: Controller<NamespaceMemory> = {
  name: 'namespace-controller',
  component: 'namespace-controller',
  // `--concurrent-namespace-syncs`.
  workers: 10,
  // It lists and deletes everything in a namespace (`startModifiedNamespaceController` in kube-controller-manager).
  clientScale: { qps: 20, burst: 100 },
  watches: [
    { kind: NAMESPACE, keys: keysOf },
    // Listed when a namespace goes; their changes wake nobody.
    ...KINDS.filter(({ namespaced }) => namespaced).map((kind) => ({ kind, keys: () => [] })),
  ],
  customWatches: [{ keys: () => [] }],
  reconcile,
  onResult,
};
