import type { Kind } from '../../../kinds/kind.ts';
import { newPureHasher } from '../../../log/hash.ts';
import type { RequestClient } from '../../identity.ts';
import type { NewObject } from '../../object.ts';
import type { ReviewPort } from './port.ts';

/** What a webhook is asked. */
export type Operation = 'CONNECT' | 'CREATE' | 'DELETE' | 'UPDATE';

/** What is admitted, whatever webhook is asked. */
export interface Attributes {
  readonly operation: Operation;
  readonly kind: Kind;
  readonly subresource?: string;
  readonly name: string;
  readonly namespace: string | undefined;
  /** Absent for a deletion. */
  readonly object?: NewObject;
  /** Absent for a creation. */
  readonly previous?: NewObject;
}

function groupVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

const OPTIONS: Readonly<Record<Operation, string>> = {
  CONNECT: 'ConnectOptions',
  CREATE: 'CreateOptions',
  DELETE: 'DeleteOptions',
  UPDATE: 'UpdateOptions',
};

function kindIn(
  object: NewObject | undefined,
  kind: Kind,
  apiVersion: string,
): Readonly<Record<string, string>> {
  // A subresource may have a kind of its own: Scale, Eviction.
  const isOwn = object !== undefined && object.kind !== kind.kind;
  return { ...groupVersion(isOwn ? object.apiVersion : apiVersion), kind: object?.kind ?? kind.kind };
}

function shown(port: ReviewPort, kind: Kind, object: NewObject | undefined, apiVersion: string): unknown {
  if (object === undefined) return null;
  return object.kind === kind.kind ? port.show(object, apiVersion) : object;
}

/** `AdmissionRequest`, in the version of the object that the webhook takes. */
export function reviewOf(
  attributes: Attributes,
  client: Pick<RequestClient, 'user' | 'groups' | 'uid' | 'extra'>,
  port: ReviewPort,
  apiVersion: string,
): Readonly<Record<string, unknown>> {
  const { operation, kind, name, namespace, object, previous, subresource } = attributes;
  const { user, groups, uid, extra } = client;
  const given = object ?? previous;
  const resource = kind.plural;
  return {
    kind: kindIn(given, kind, apiVersion),
    resource: { ...groupVersion(apiVersion), resource },
    ...(subresource === undefined ? {} : { subResource: subresource }),
    requestKind: kindIn(given, kind, port.apiVersion),
    requestResource: { ...groupVersion(port.apiVersion), resource },
    ...(subresource === undefined ? {} : { requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    operation,
    userInfo: {
      username: user,
      ...(uid === undefined ? {} : { uid }),
      groups,
      ...(extra === undefined ? {} : { extra }),
    },
    object: shown(port, kind, object, apiVersion),
    oldObject: shown(port, kind, previous, apiVersion),
    dryRun: port.isDry,
    options: { kind: OPTIONS[operation], apiVersion: 'meta.k8s.io/v1', ...port.options },
  };
}

export function digestOf(webhook: string, review: unknown): string {
  const hasher = newPureHasher();
  hasher.update(`${webhook}\n${JSON.stringify(review)}`);
  return hasher.digest();
}
