import type { Kind } from '../../../kinds/kind.ts';
import { NAMESPACE } from '../../../kinds/registry.ts';
import type { View } from '../../../store/view.ts';
import type { RequestContext } from '../../identity.ts';
import type { KubeObject, NewObject } from '../../object.ts';
import type { Status } from '../../status.ts';
import { isStatus } from '../admission.ts';
import { hasMutatingPolicies, hasPolicies, hasValidatingPolicies } from '../policies/kinds.ts';
import { mutatedByPolicies } from '../policies/mutate.ts';
import { refusedByPolicies } from '../policies/validate.ts';
import type { Attributes } from './call.ts';
import { mutatingWebhooks, mutatingWebhooksOfDeletion } from './mutate.ts';
import { validatingWebhooks } from './validate.ts';

/** Where each verb meets policies and webhooks. Requests of components of the cluster are sent to no webhook. */

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
  const subresource = (client?.review ?? client?.webhooks)?.subresource;
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

/** Whether anybody reviews a request: webhooks those of clients, policies everybody's. */
export function isSentToReview(view: View, { client, isReviewed }: RequestContext): boolean {
  return isReviewed !== true && (client?.webhooks !== undefined || hasPolicies(view));
}

/** Policies come before webhooks. */
function refusal(attributes: Attributes, view: View, context: RequestContext): Status | undefined {
  const byPolicies = hasValidatingPolicies(view) ? refusedByPolicies(attributes, view, context) : undefined;
  return byPolicies ?? validatingWebhooks(attributes, view, context.client);
}

/** Policies come before webhooks, and those that asked for it are heard again after these. */
function mutate(
  attributes: Attributes & { readonly object: NewObject },
  view: View,
  context: RequestContext,
  admitAgain?: (object: NewObject) => NewObject | Status,
): NewObject | Status {
  const { client } = context;
  if (!hasMutatingPolicies(view)) return mutatingWebhooks(attributes, view, client, admitAgain);
  const first = mutatedByPolicies(attributes, view, context);
  if (isStatus(first)) return first;
  const admitted = first === attributes.object ? first : (admitAgain?.(first) ?? first);
  if (isStatus(admitted)) return admitted;
  const sent = mutatingWebhooks({ ...attributes, object: admitted }, view, client, admitAgain);
  if (isStatus(sent) || sent === admitted) return sent;
  return mutatedByPolicies({ ...attributes, object: sent }, view, context, true);
}

/** What reviewers make of a new object; `admitAgain` is the rest of admission. */
export function mutateCreation(
  object: NewObject,
  kind: Kind,
  view: View,
  context: RequestContext,
  admitAgain: (object: NewObject) => NewObject | Status,
): NewObject | Status {
  const attributes = { ...attributesOf('CREATE', kind, object, undefined, context), object };
  return mutate(attributes, view, context, admitAgain);
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
  return refusal(attributesOf('CREATE', kind, unstored, undefined, context), view, context);
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
  return mutate(attributes, view, context) as KubeObject | Status;
}

export function validateUpdate(
  next: KubeObject,
  previous: KubeObject,
  kind: Kind,
  view: View,
  context: RequestContext,
): Status | undefined {
  return refusal(attributesOf('UPDATE', kind, next, previous, context), view, context);
}

export function refuseDeletion(
  stored: KubeObject,
  kind: Kind,
  view: View,
  context: RequestContext,
): Status | undefined {
  const attributes = attributesOf('DELETE', kind, undefined, stored, context);
  return mutatingWebhooksOfDeletion(attributes, view, context.client) ?? refusal(attributes, view, context);
}

/** The body of a subresource that has a kind of its own: an Eviction, a Binding, a Scale. */
export function admitBody<T extends NewObject>(
  body: T,
  previous: NewObject | undefined,
  path: { readonly kind: Kind; readonly name: string; readonly namespace: string | undefined },
  view: View,
  context: RequestContext,
): T | Status {
  const { client, isReviewed } = context;
  if (isReviewed === true) return body;
  const subresource = (client?.review ?? client?.webhooks)?.subresource;
  const attributes: Attributes = {
    operation: previous === undefined ? 'CREATE' : 'UPDATE',
    ...path,
    ...(subresource === undefined ? {} : { subresource }),
    ...(previous === undefined ? {} : { previous }),
  };
  const mutated = mutate({ ...attributes, object: body }, view, context);
  if (isStatus(mutated)) return mutated;
  return refusal({ ...attributes, object: mutated }, view, context) ?? (mutated as T);
}

/** The same request, past its review. */
export function reviewed(context: RequestContext): RequestContext {
  return { ...context, isReviewed: true };
}
