import { NAMESPACE, SERVICE_ACCOUNT } from '../../core/kinds/registry.ts';
import type { Namespace } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import type { Controller, Reaction, Reconciliation, RequestResult, WatchEvent } from '../controller.ts';
import { DONE } from '../controller.ts';

/** Things that every namespace has: a `default` service account here (kubernetes `pkg/controller/serviceaccount`). */

const DEFAULT_NAME = 'default';

/** Whether objects can be made in a namespace; its phase is the API server's. */
export function isActive(namespace: Namespace | undefined): namespace is Namespace {
  return (
    namespace !== undefined &&
    namespace.metadata.deletionTimestamp === undefined &&
    namespace.status?.phase !== 'Terminating'
  );
}

/** A namespace is looked at when it appears; nothing else about it matters here. */
export function keysOfNamespace({ type, object }: WatchEvent): readonly string[] {
  return type === 'ADDED' ? [object.metadata.name] : [];
}

/** Somebody else was faster, or the namespace is going: both are as good as done. */
export function ignoringLostRaces(
  _memory: undefined,
  { request, result }: RequestResult,
): Reaction<undefined> | undefined {
  if (result.ok || request.verb !== 'create') return undefined;
  const { reason, details } = result.status;
  const terminating = details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') === true;
  return reason === 'AlreadyExists' || reason === 'NotFound' || terminating
    ? { memory: undefined }
    : undefined;
}

function reconcile(view: View, key: string): Reconciliation<never> {
  if (!isActive(view.get(NAMESPACE, undefined, key))) return DONE;
  if (view.get(SERVICE_ACCOUNT, key, DEFAULT_NAME) !== undefined) return DONE;
  const object = {
    apiVersion: SERVICE_ACCOUNT.apiVersion,
    kind: SERVICE_ACCOUNT.kind,
    metadata: { name: DEFAULT_NAME, namespace: key },
  };
  return { requests: [{ verb: 'create', kind: SERVICE_ACCOUNT, object }], memory: undefined };
}

function keysOfAccount({ type, object }: WatchEvent): readonly string[] {
  const { name, namespace } = object.metadata;
  return type === 'DELETED' && name === DEFAULT_NAME && namespace !== undefined ? [namespace] : [];
}

export const serviceAccountController: Controller<undefined> = {
  name: 'serviceaccount-controller',
  component: 'service-account-controller',
  workers: 1,
  watches: [
    { kind: NAMESPACE, keys: keysOfNamespace },
    { kind: SERVICE_ACCOUNT, keys: keysOfAccount },
  ],
  reconcile,
  onResult: ignoringLostRaces,
};
