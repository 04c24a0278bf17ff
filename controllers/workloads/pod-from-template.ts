import type { KubeObject, OwnerReference, StringMap } from '../../core/api/object.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { POD, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { PodSpec, PodTemplateSpec, ReplicaSet } from '../../core/schema/types.generated.ts';
import type { Request } from '../controller.ts';
import { controllerReference } from './claim.ts';

/** The tag of a pod's creation. */
export const CREATE_POD = 'create-pod';

/** The longest prefix of a pod's name: a DNS subdomain (apimachinery `DNS1123SubdomainMaxLength`). */
const NAME_MAX_LENGTH = 253;

interface Known {
  readonly ownerUid: string;
  readonly request: Request;
}

const requests = new WeakMap<PodTemplateSpec, Known>();

/** `getPodsPrefix`: the name and a dash, unless that is too long for a name. */
function namePrefix(controllerName: string): string {
  const prefix = `${controllerName}-`;
  return prefix.length > NAME_MAX_LENGTH ? controllerName : prefix;
}

type Creation = Extract<Request, { verb: 'create' }>;

/** What of a new pod's metadata a controller decides about; the rest is the template's. */
export interface PodIdentity {
  /** Where the controller chooses it. */
  readonly name?: string;
  /** Absent: the owner's name and a dash. */
  readonly generateName?: string;
  /** Absent: those of the template. */
  readonly labels?: StringMap;
  readonly annotations?: StringMap | undefined;
  readonly finalizers?: readonly string[] | undefined;
  /** Absent: the owner as its controller, of this kind. */
  readonly ownerReferences?: readonly OwnerReference[];
}

/** The request that creates a pod by a template, owned by a workload (`GetPodFromTemplate`). */
export function newPod(
  kind: Kind,
  owner: KubeObject,
  template: PodTemplateSpec,
  spec: PodSpec | undefined,
  tag: string,
  identity: PodIdentity = {},
): Creation {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    verb: 'create',
    kind: POD,
    // Keys that hold `undefined` count as absent, and keep all new pods of one hidden class.
    object: {
      apiVersion: POD.apiVersion,
      kind: POD.kind,
      metadata: {
        generateName: namePrefix(owner.metadata.name),
        namespace: owner.metadata.namespace,
        labels,
        annotations,
        ownerReferences: identity.ownerReferences ?? [controllerReference(kind, owner)],
        finalizers,
        ...identity,
      },
      spec,
    } as Creation['object'],
    concurrent: true,
    tag,
  };
}

/**
 * The request that creates a pod of a ReplicaSet All of them are one object: its pods
 * share their spec, labels, annotations and owners by identity, and whoever memoises by that finds them.
 */
export function podCreation(replicaSet: ReplicaSet): Request {
  const template = replicaSet.spec.template;
  if (template === undefined) throw new Error(`the ReplicaSet ${replicaSet.metadata.name} has no template`);
  const { uid } = replicaSet.metadata;
  const known = requests.get(template);
  if (known !== undefined && known.ownerUid === uid) return known.request;
  const request = newPod(REPLICA_SET, replicaSet, template, template.spec, CREATE_POD);
  requests.set(template, { ownerUid: uid, request });
  return request;
}
