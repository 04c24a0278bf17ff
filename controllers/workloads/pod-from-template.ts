import { POD, REPLICA_SET } from '../../core/kinds/registry.ts';
import type { PodTemplateSpec, ReplicaSet } from '../../core/schema/types.generated.ts';
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
export function namePrefix(controllerName: string): string {
  const prefix = `${controllerName}-`;
  return prefix.length > NAME_MAX_LENGTH ? controllerName : prefix;
}

/**
 * The request that creates a pod of a ReplicaSet (`GetPodFromTemplate`). All of them are one object: its pods
 * share their spec, labels, annotations and owners by identity, and whoever memoises by that finds them.
 */
export function podCreation(replicaSet: ReplicaSet): Request {
  const template = replicaSet.spec.template;
  if (template === undefined) throw new Error(`the ReplicaSet ${replicaSet.metadata.name} has no template`);
  const { namespace, uid, name } = replicaSet.metadata;
  const known = requests.get(template);
  if (known !== undefined && known.ownerUid === uid) return known.request;
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const request: Request = {
    verb: 'create',
    kind: POD,
    object: {
      apiVersion: POD.apiVersion,
      kind: POD.kind,
      metadata: {
        generateName: namePrefix(name),
        namespace,
        labels,
        annotations,
        ownerReferences: [controllerReference(REPLICA_SET, replicaSet)],
        finalizers,
      },
      spec: template.spec,
    } as NewPod,
    concurrent: true,
    tag: CREATE_POD,
  };
  requests.set(template, { ownerUid: uid, request });
  return request;
}

// Keys that hold `undefined` count as absent, and keep all new pods of one hidden class.
type NewPod = Extract<Request, { verb: 'create' }>['object'];
