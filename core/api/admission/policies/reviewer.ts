import { userOf } from '../../../rbac/component-user.ts';
import { AUTHENTICATED, accountGroups, accountOf, MASTERS } from '../../../rbac/requester.ts';
import type { RequestClient, RequestContext } from '../../identity.ts';
import type { NewObject } from '../../object.ts';
import type { Attributes } from '../webhooks/call.ts';
import type { ReviewPort } from '../webhooks/port.ts';

/** What a scenario's timeline and manifests ask is asked by whoever set the cluster up. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'kube-apiserver': [MASTERS],
  user: ['kubeadm:cluster-admins', MASTERS],
};

/** Who asks for what is reviewed. Components ask too, and have the names that they have in a real cluster. */
export interface Reviewer extends Pick<RequestClient, 'extra' | 'groups' | 'uid' | 'user' | 'warn'> {
  readonly port: {
    readonly apiVersion: (attributes: Attributes) => string;
    readonly of: (attributes: Attributes) => ReviewPort;
  };
}

function componentUser(actor: string): Pick<RequestClient, 'groups' | 'user'> {
  if (actor === 'scenario') return componentUser('user');
  const user = userOf(actor);
  const account = accountOf(user);
  if (account !== undefined) return { user, groups: [...accountGroups(account.namespace), AUTHENTICATED] };
  return {
    user,
    groups: [...(GROUPS[actor] ?? (actor.startsWith('kubelet/') ? ['system:nodes'] : [])), AUTHENTICATED],
  };
}

const same = (object: NewObject): NewObject => object;

function componentPort({ kind, subresource }: Attributes): ReviewPort {
  const port = { apiVersion: kind.apiVersion, isDry: false, options: {}, show: same };
  return subresource === undefined ? port : { ...port, subresource };
}

export function reviewerOf({ client, actor }: RequestContext): Reviewer {
  const port = client?.review ?? client?.webhooks;
  if (client !== undefined && port !== undefined) {
    return { ...client, port: { apiVersion: () => port.apiVersion, of: () => port } };
  }
  return {
    ...(client ?? { ...componentUser(actor), warn: () => {} }),
    port: { apiVersion: ({ kind }) => kind.apiVersion, of: componentPort },
  };
}
