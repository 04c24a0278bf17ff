import type { Kind } from '../../../kinds/kind.ts';
import { NAMESPACE } from '../../../kinds/registry.ts';
import type { View } from '../../../store/view.ts';
import type { RequestContext } from '../../identity.ts';
import type { KubeObject, NewObject } from '../../object.ts';
import type { Status } from '../../status.ts';
import type { Attributes } from './call.ts';
import { mutatingWebhooks, mutatingWebhooksOfDeletion } from './mutate.ts';
import { validatingWebhooks } from './validate.ts';

/** Where each verb meets the webhooks. Requests of components of the cluster are sent to none. */

/** A namespace's own requests are in it. */
function namespaceOf(kind: Kind, { metadata }: NewObject): string | undefined {
  return kind.resource === NAMESPACE.resource ? metadata.name : metadata.namespace;
}

function attributesOf(
  operation: Attributes['operation'],
  kind: Kind,
  object: NewObject | undefined,
  previous: NewObject | undefined,
  { client }: RequestContext,
): Attributes {
  const given = (object ?? previous) as NewObject;
  const subresource = client?.webhooks?.subresource;
  return {
    operation,
    kind,
    name: given.metadata.name ?? '',
    namespace: namespaceOf(kind, given),
    ...(subresource === undefined ? {} : { subresource }),
    ...(object === undefined ? {} : { object }),
    ...(previous === undefined ? {} : { previous }),
  };
}

export function callsWebhooks({ client }: RequestContext): boolean {
  return client?.webhooks !== undefined;
}

/** What webhooks make of a new object; `admitAgain` is the rest of admission. */
export function mutateCreation(
  object: NewObject,
  kind: Kind,
  view: View,
  context: RequestContext,
  admitAgain: (object: NewObject) => NewObject | Status,
): NewObject | Status {
  const attributes = { ...attributesOf('CREATE', kind, object, undefined, context), object };
  return mutatingWebhooks(attributes, view, context.client, admitAgain);
}

export function validateCreation(
  object: KubeObject,
  kind: Kind,
  view: View,
  context: RequestContext,
): Status | undefined {
  // It has no version before it is stored.
  const { resourceVersion: _version, ...metadata } = object.metadata;
  const unstored = { ...object, metadata } as NewObject;
  return validatingWebhooks(attributesOf('CREATE', kind, unstored, undefined, context), view, context.client);
}

export function mutateUpdate(
  next: KubeObject,
  previous: KubeObject,
  kind: Kind,
  view: View,
  context: RequestContext,
): KubeObject | Status {
  const attributes = { ...attributesOf('UPDATE', kind, next, previous, context), object: next };
  // An update leaves its object complete: webhooks patch what is there.
  return mutatingWebhooks(attributes, view, context.client) as KubeObject | Status;
}

export function validateUpdate(
  next: KubeObject,
  previous: KubeObject,
  kind: Kind,
  view: View,
  context: RequestContext,
): Status | undefined {
  return validatingWebhooks(attributesOf('UPDATE', kind, next, previous, context), view, context.client);
}

export function refuseDeletion(
  stored: KubeObject,
  kind: Kind,
  view: View,
  context: RequestContext,
): Status | undefined {
  const attributes = attributesOf('DELETE', kind, undefined, stored, context);
  return (
    mutatingWebhooksOfDeletion(attributes, view, context.client) ??
    validatingWebhooks(attributes, view, context.client)
  );
}

/** The body of a subresource that has a kind of its own: an Eviction, a Binding, a Scale. */
export function admitBody<T extends NewObject>(
  body: T,
  previous: NewObject | undefined,
  path: { readonly kind: Kind; readonly name: string; readonly namespace: string | undefined },
  view: View,
  context: RequestContext,
): T | Status {
  const subresource = context.client?.webhooks?.subresource;
  const attributes: Attributes = {
    operation: previous === undefined ? 'CREATE' : 'UPDATE',
    ...path,
    ...(subresource === undefined ? {} : { subresource }),
    ...(previous === undefined ? {} : { previous }),
  };
  const mutated = mutatingWebhooks({ ...attributes, object: body }, view, context.client);
  if (mutated.kind === 'Status') return mutated as Status;
  return validatingWebhooks({ ...attributes, object: mutated }, view, context.client) ?? (mutated as T);
}

/** The same request, past the webhooks. */
export function withoutWebhooks(context: RequestContext): RequestContext {
  const { client } = context;
  if (client === undefined) return context;
  const { webhooks: _webhooks, ...rest } = client;
  return { ...context, client: rest };
}
