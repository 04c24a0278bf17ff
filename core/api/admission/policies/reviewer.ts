import { AUTHENTICATED, accountGroups, accountUser, MASTERS } from '../../../rbac/requester.ts';
import type { RequestClient, RequestContext } from '../../identity.ts';
import type { NewObject } from '../../object.ts';
import type { Attributes } from '../webhooks/call.ts';
import type { ReviewPort } from '../webhooks/port.ts';

/** Who asks for what is reviewed. Components ask too, and have the names that they have in a real cluster. */

/** What a scenario's timeline and manifests ask is asked by whoever set the cluster up. */
const ADMIN = { user: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', MASTERS, AUTHENTICATED] };

export interface Reviewer extends Pick<RequestClient, 'extra' | 'groups' | 'uid' | 'user' | 'warn'> {
  readonly port: {
    readonly apiVersion: (attributes: Attributes) => string;
    readonly of: (attributes: Attributes) => ReviewPort;
  };
}

function componentUser(actor: string): Pick<RequestClient, 'groups' | 'user'> {
  if (actor === 'kube-apiserver') return { user: 'system:apiserver', groups: [MASTERS, AUTHENTICATED] };
  if (actor === 'kube-scheduler' || actor === 'default-scheduler') {
    return { user: 'system:kube-scheduler', groups: [AUTHENTICATED] };
  }
  if (actor === 'user' || actor === 'scenario') return ADMIN;
  const [, node] = /^kubelet[/:@ -]?(.*)$/.exec(actor) ?? [];
  if (node !== undefined) return { user: `system:node:${node}`, groups: ['system:nodes', AUTHENTICATED] };
  const namespace = 'kube-system';
  return { user: accountUser(namespace, actor), groups: [...accountGroups(namespace), AUTHENTICATED] };
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
