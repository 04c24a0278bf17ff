import { PERSISTENT_VOLUME_CLAIM, POD } from '../kinds/registry.ts';
import { isJsonObject } from '../schema/decoding.ts';
import type { Pod } from '../schema/types.generated.ts';
import type { View } from '../store/view.ts';
import { BUILT_IN_CLUSTER_ROLES } from './built-in/cluster-roles.ts';
import { ruleOf } from './built-in/rule-text.ts';
import type { Requester } from './requester.ts';
import { type Access, type Decision, isAllowedBy, type ResourceAccess } from './rule.ts';

/**
 * What a kubelet may: what `system:node` says, and of what pods use only what pods on its own node use
 * (https://kubernetes.io/docs/reference/access-authn-authz/node/). The reasons are those of the real authorizer.
 */
const NODES_GROUP = 'system:nodes';
const NODE_PREFIX = 'system:node:';
const LEASES = 'kube-node-lease';

const RULES = (BUILT_IN_CLUSTER_ROLES.find(({ name }) => name === 'system:node')?.rules ?? []).map(ruleOf);

const YES: Decision = { allowed: true, reason: '' };
const NO: Decision = { allowed: false, reason: '' };
const no = (reason: string): Decision => ({ allowed: false, reason });

function byRules(access: Access): Decision {
  return RULES.some((rule) => isAllowedBy(rule, access)) ? YES : NO;
}

const READS: readonly string[] = ['get', 'list', 'watch'];

/** Where in a pod names of Secrets and ConfigMaps stand. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  secrets: ['secret', 'secretRef', 'secretKeyRef', 'nodePublishSecretRef', 'imagePullSecrets'],
  configmaps: ['configMap', 'configMapRef', 'configMapKeyRef'],
};

function names(value: unknown, name: string): boolean {
  if (Array.isArray(value)) return value.some((item) => names(item, name));
  return isJsonObject(value) && (value.name === name || value.secretName === name);
}

/** Whether something of this name stands in one of these fields, however deep. */
function mentions(value: unknown, fields: readonly string[], name: string): boolean {
  if (Array.isArray(value)) return value.some((item) => mentions(item, fields, name));
  if (!isJsonObject(value)) return false;
  return Object.entries(value).some(
    ([field, inner]) => (fields.includes(field) && names(inner, name)) || mentions(inner, fields, name),
  );
}

function claimsOf({ spec, metadata }: Pod): readonly string[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => [
    ...(persistentVolumeClaim === undefined ? [] : [persistentVolumeClaim.claimName]),
    ...(ephemeral === undefined ? [] : [`${metadata.name}-${name}`]),
  ]);
}

/** Whether a pod on this node uses the object. */
function uses(view: View, node: string, { namespace, name, resource }: ResourceAccess): boolean {
  return view.onNode(POD, node).some((pod) => {
    const own = pod.metadata.namespace ?? '';
    switch (resource) {
      case 'persistentvolumes':
        return claimsOf(pod).some(
          (claim) => view.get(PERSISTENT_VOLUME_CLAIM, own, claim)?.spec.volumeName === name,
        );
      case 'persistentvolumeclaims':
      case 'persistentvolumeclaims/status':
        return own === namespace && claimsOf(pod).includes(name);
      case 'serviceaccounts':
      case 'serviceaccounts/token':
        return own === namespace && pod.spec.serviceAccountName === name;
      default:
        return own === namespace && mentions(pod.spec, NAMED[resource] ?? [], name);
    }
  });
}

function ofPods(view: View, node: string, access: ResourceAccess): Decision {
  if (access.name === '') return no('No Object name found');
  return uses(view, node, access) ? YES : no(`no relationship found between node '${node}' and this object`);
}

function own(access: ResourceAccess, node: string, refusal: string): Decision {
  // A creation names what it makes in its body, which admission looks at.
  if (access.verb !== 'create' && access.name !== node) return no(refusal);
  return byRules(access);
}

function ofResource(view: View, node: string, access: ResourceAccess): Decision {
  const { verb, namespace, name, resource } = access;
  switch (resource) {
    case 'secrets':
    case 'configmaps':
      if (!READS.includes(verb)) return no('can only read resources of this type');
      if (namespace === '') return no('can only read namespaced object of this type');
      return ofPods(view, node, access);
    case 'persistentvolumeclaims/status':
      if (verb !== 'update' && verb !== 'patch') return no('can only update or patch status of this type');
      return ofPods(view, node, access);
    case 'persistentvolumeclaims':
    case 'persistentvolumes':
      return verb === 'get'
        ? ofPods(view, node, access)
        : no('can only get individual resources of this type');
    case 'serviceaccounts/token':
      return verb === 'create'
        ? ofPods(view, node, access)
        : no('can only create tokens for individual service accounts');
    case 'leases':
      if (namespace !== LEASES) return no(`can only access leases in the "${LEASES}" system namespace`);
      return own(access, node, 'can only access node lease with the same name as the requesting node');
    case 'csinodes':
      return own(access, node, 'can only access CSINode with the same name as the requesting node');
    case 'nodes':
      if (!READS.includes(verb) || name === node) return byRules(access);
      return no(
        `node '${node}' cannot read ${name === '' ? 'all nodes' : `'${name}'`}, only its own Node object`,
      );
    default:
      return byRules(access);
  }
}

export function nodeDecision(view: View, { name, groups }: Requester, access: Access): Decision {
  if (!name.startsWith(NODE_PREFIX) || !groups.includes(NODES_GROUP)) return NO;
  const node = name.slice(NODE_PREFIX.length);
  if ('path' in access) return NO;
  const { group } = access;
  const isTold = group === '' || group === 'coordination.k8s.io' || group === 'storage.k8s.io';
  return isTold ? ofResource(view, node, access) : byRules(access);
}
