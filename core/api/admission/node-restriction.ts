import type { Kind } from '../../kinds/kind.ts';
import { NODE, POD } from '../../kinds/registry.ts';
import { isJsonObject } from '../../schema/decoding.ts';
import type { Node, Pod } from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import { equalValues } from '../equal.ts';
import type { RequestContext } from '../identity.ts';
import { type NewObject, objectKey, type StringMap } from '../object.ts';
import { forbidden, notFound, type Status } from '../status.ts';
import type { AdmissionPlugin, Change } from './admission.ts';

/**
 * What a kubelet may change: itself, and the pods that it has
 * (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction; messages of
 * `plugin/pkg/admission/noderestriction`). It holds for clients that are a node; the simulation's own kubelets keep to
 * it anyway.
 */
const USER = 'system:node:';
const GROUP = 'system:nodes';
const MIRROR = 'kubernetes.io/config.mirror';
const LEASES = 'kube-node-lease';
const RESTRICTED = 'node-restriction.kubernetes.io';

/** Labels of Kubernetes' own that a kubelet may set (kubelet/apis `kubeletLabels`, and prefixes of its own). */
const KUBELET_LABELS: readonly string[] = [
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
];
const KUBELET_DOMAINS: readonly string[] = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

/** The node that asks; `undefined` where none does. */
function nodeOf({ client }: RequestContext): string | undefined {
  if (client === undefined || !client.user.startsWith(USER) || !client.groups.includes(GROUP))
    return undefined;
  return client.user.slice(USER.length);
}

function isIn(domain: string, parent: string): boolean {
  return domain === parent || domain.endsWith(`.${parent}`);
}

function isForbiddenLabel(label: string): boolean {
  const slash = label.indexOf('/');
  const domain = slash < 0 ? '' : label.slice(0, slash);
  if (isIn(domain, RESTRICTED)) return true;
  if (!isIn(domain, 'kubernetes.io') && !isIn(domain, 'k8s.io')) return false;
  return !KUBELET_LABELS.includes(label) && !KUBELET_DOMAINS.some((own) => isIn(domain, own));
}

function forbiddenLabels(next: StringMap = {}, previous: StringMap = {}): string {
  const changed = Object.keys({ ...next, ...previous }).filter((label) => next[label] !== previous[label]);
  return changed.filter(isForbiddenLabel).sort().join(', ');
}

function wrongOwner(node: string, { metadata }: NewObject, view: View): string | undefined {
  const [owner, ...more] = metadata.ownerReferences ?? [];
  if (more.length > 0)
    return `node "${node}" can only create pods with a single owner reference set to itself`;
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    return `node "${node}" can only create pods with an owner reference set to itself`;
  }
  if (owner.controller !== true) {
    return `node "${node}" can only create pods with a controller owner reference set to itself`;
  }
  if (owner.blockOwnerDeletion === true) {
    return `node "${node}" must not set blockOwnerDeletion on an owner reference`;
  }
  const uid = view.getByKey(NODE, node)?.metadata.uid;
  return uid === owner.uid ? undefined : `node ${node} UID mismatch: expected ${owner.uid} got ${uid ?? ''}`;
}

/** What of the API a pod speaks of: a mirror of a file on the node can't speak of anything. */
function referenceOf({ spec }: NewObject<Pod>): string | undefined {
  if (spec?.serviceAccountName) return 'a service account';
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const variables = containers.flatMap(({ env = [], envFrom = [] }) => [
    ...env.map(({ valueFrom }) => valueFrom ?? {}),
    ...envFrom,
  ]);
  const volumes = spec?.volumes ?? [];
  const sources = volumes.flatMap(({ projected }) => projected?.sources ?? []);
  const has = (items: readonly object[], ...fields: readonly string[]): boolean =>
    items.some((item) => fields.some((field) => (item as Record<string, unknown>)[field] !== undefined));
  if (spec?.imagePullSecrets?.length || has(variables, 'secretKeyRef', 'secretRef')) return 'secrets';
  if (has(volumes, 'secret') || has(sources, 'secret')) return 'secrets';
  if (has(variables, 'configMapKeyRef', 'configMapRef')) return 'configmaps';
  if (has(volumes, 'configMap') || has(sources, 'configMap')) return 'configmaps';
  if (has(sources, 'clusterTrustBundle')) return 'clustertrustbundles';
  return has(volumes, 'persistentVolumeClaim') ? 'persistentvolumeclaims' : undefined;
}

function mirrorProblem(node: string, pod: NewObject<Pod>, view: View): string | undefined {
  if (pod.metadata.annotations?.[MIRROR] === undefined) {
    return `pod does not have "${MIRROR}" annotation, node "${node}" can only create mirror pods`;
  }
  if (pod.spec?.nodeName !== node) {
    return `node "${node}" can only create pods with spec.nodeName set to itself`;
  }
  const owner = wrongOwner(node, pod, view);
  if (owner !== undefined) return owner;
  const reference = referenceOf(pod);
  return reference === undefined
    ? undefined
    : `node "${node}" can not create pods that reference ${reference}`;
}

/** Of things that a node has one of, under its own name. */
function otherNames(
  node: string,
  kind: Kind,
  name: string,
  namespace: string | undefined,
): string | undefined {
  switch (kind.plural) {
    case 'nodes':
      return name === node ? undefined : `node "${node}" is not allowed to modify node "${name}"`;
    case 'leases':
      if (namespace !== LEASES) return `can only access leases in the "${LEASES}" system namespace`;
      return name === node
        ? undefined
        : 'can only access node lease with the same name as the requesting node';
    case 'csinodes':
      return name === node ? undefined : 'can only access CSINode with the same name as the requesting node';
    default:
      return undefined;
  }
}

function creationProblem(node: string, object: NewObject, kind: Kind, view: View): string | undefined {
  const { name = '', namespace, labels } = object.metadata;
  if (kind === POD) return mirrorProblem(node, object as NewObject<Pod>, view);
  const problem = otherNames(node, kind, name, namespace);
  if (problem !== undefined || kind !== NODE) return problem;
  const bad = forbiddenLabels(labels);
  return bad === '' ? undefined : `node "${node}" is not allowed to set the following labels: ${bad}`;
}

function podProblem(node: string, { next, previous, subresource }: Change): string | undefined {
  if (subresource !== 'status') {
    return `unexpected operation "UPDATE", node "${node}" can only create and delete mirror pods`;
  }
  if ((previous as Pod).spec.nodeName !== node) {
    return `node "${node}" can only update pod status for pods with spec.nodeName set to itself`;
  }
  return equalValues(next.metadata.labels ?? {}, previous.metadata.labels ?? {})
    ? undefined
    : `node "${node}" cannot update labels through pod status`;
}

function changeProblem(node: string, change: Change, kind: Kind): string | undefined {
  if (kind === POD) return podProblem(node, change);
  const { next, previous } = change;
  const problem = otherNames(node, kind, previous.metadata.name, previous.metadata.namespace);
  if (problem !== undefined || kind !== NODE) return problem;
  const [after, before] = [(next as Node).spec.taints ?? [], (previous as Node).spec.taints ?? []];
  if (!equalValues(after, before)) return `node "${node}" is not allowed to modify taints`;
  const bad = forbiddenLabels(next.metadata.labels, previous.metadata.labels);
  return bad === '' ? undefined : `is not allowed to modify labels: ${bad}`;
}

function refusalOf(kind: Kind, name: string, problem: string | undefined): Status | undefined {
  return problem === undefined ? undefined : forbidden(kind, name, problem);
}

const HANDLED: readonly string[] = ['pods', 'nodes', 'leases.coordination.k8s.io', 'csinodes.storage.k8s.io'];

export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  handles: ({ resource }) => HANDLED.includes(resource),
  admit: (object, kind, view, context) => {
    const node = nodeOf(context);
    if (node === undefined) return object;
    const name = object.metadata.name ?? '';
    return refusalOf(kind, name, creationProblem(node, object, kind, view)) ?? object;
  },
  validateUpdate: (change, kind, _view, context) => {
    const node = nodeOf(context);
    if (node === undefined) return undefined;
    return refusalOf(kind, change.previous.metadata.name, changeProblem(node, change, kind));
  },
  validateDelete: (stored, kind, _view, context) => {
    const node = nodeOf(context);
    if (node === undefined) return undefined;
    const { name, namespace } = stored.metadata;
    const isOthers = kind === POD && (stored as Pod).spec.nodeName !== node;
    const problem = isOthers
      ? `node "${node}" can only delete pods with spec.nodeName set to itself`
      : otherNames(node, kind, name, namespace);
    return refusalOf(kind, name, problem);
  },
};

/** Evictions of pods and tokens of accounts, which are no objects: a node has them for its own pods. */
export function nodeActionRefusal(
  kind: Kind,
  subresource: string,
  namespace: string,
  name: string,
  body: Readonly<Record<string, unknown>>,
  view: View,
  context: RequestContext,
): Status | undefined {
  const node = nodeOf(context);
  if (node === undefined) return undefined;
  if (kind === POD && subresource === 'eviction') {
    const pod = view.getByKey(POD, objectKey(namespace, name));
    if (pod === undefined || pod.spec.nodeName === node) return undefined;
    return forbidden(kind, name, `node ${node} can only evict pods with spec.nodeName set to itself`);
  }
  if (kind.resource !== 'serviceaccounts' || subresource !== 'token') return undefined;
  const spec = isJsonObject(body.spec) ? body.spec : {};
  const bound = isJsonObject(spec.boundObjectRef) ? spec.boundObjectRef : {};
  if (bound.apiVersion !== 'v1' || bound.kind !== 'Pod' || !bound.name) {
    return forbidden(kind, name, 'node requested token not bound to a pod');
  }
  if (!bound.uid) return forbidden(kind, name, 'node requested token with a pod binding without a uid');
  const pod = view.getByKey(POD, objectKey(namespace, String(bound.name)));
  if (pod === undefined) return notFound(POD, String(bound.name));
  if (pod.metadata.uid !== bound.uid) {
    const detail = `the UID in the bound object reference (${String(bound.uid)}) does not match the UID in record. The object might have been deleted and then recreated`;
    return forbidden(kind, name, detail);
  }
  if (pod.spec.nodeName === node) return undefined;
  return forbidden(kind, name, 'node requested token bound to a pod scheduled on a different node');
}
