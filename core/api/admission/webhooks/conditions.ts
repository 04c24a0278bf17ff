import { NAMESPACE_OBJECT, REQUEST } from '../../../cel/admission.ts';
import { type Budget, TOTAL_COST_MAX } from '../../../cel/compile.ts';
import { toValue } from '../../../cel/data.ts';
import { type Authorize, AuthorizerValue, ResourceCheck } from '../../../cel/functions/authorizer.ts';
import { DYN } from '../../../cel/types.ts';
import type { Value } from '../../../cel/value.ts';
import { NAMESPACE } from '../../../kinds/registry.ts';
import { conditionProgram } from '../../../kinds/validation/match-conditions.ts';
import { decide } from '../../../rbac/access.ts';
import type { View } from '../../../store/view.ts';
import type { RequestClient } from '../../identity.ts';
import type { NewObject } from '../../object.ts';
import { forbidden, type Status } from '../../status.ts';
import type { Attributes } from './call.ts';
import type { Hook } from './hooks.ts';

/** Whether a webhook's conditions hold for what it would be asked (apiserver `webhook/matchconditions`). */

export type Review = Readonly<Record<string, unknown>>;

/** Questions of expressions are answered by the roles that there are. */
function authorizerOf(view: View): Authorize {
  return (who, question) => {
    if ('path' in question) return decide(view, who, question);
    const { subresource, resource, ...rest } = question;
    return decide(view, who, {
      ...rest,
      resource: subresource === '' ? resource : `${resource}/${subresource}`,
    });
  };
}

/** The labels and the like of the namespace that the request is in; of none for what is of the cluster. */
function namespaceOf({ namespace, kind, object, previous, subresource }: Attributes, view: View): unknown {
  if (kind.resource === NAMESPACE.resource && subresource === undefined) {
    return shownNamespace(object ?? previous);
  }
  if (!kind.namespaced || namespace === undefined) return null;
  return shownNamespace(view.getByKey(NAMESPACE, namespace));
}

function shownNamespace(namespace: NewObject | undefined): unknown {
  if (namespace === undefined) return null;
  const { uid, ...metadata } = namespace.metadata;
  return { ...namespace, metadata: { ...metadata, ...(uid === undefined ? {} : { UID: uid }) } };
}

export function variablesOf(
  attributes: Attributes,
  { object, oldObject, ...review }: Review,
  view: View,
  { user, groups }: Pick<RequestClient, 'groups' | 'user'>,
): (name: string) => Value {
  const { kind, name, namespace = '', subresource = '' } = attributes;
  const authorizer = new AuthorizerValue(authorizerOf(view), { name: user, groups });
  const { group, plural: resource } = kind;
  const values = new Map<string, Value>([
    ['object', toValue(object, DYN)],
    ['oldObject', toValue(oldObject, DYN)],
    ['request', toValue(review, REQUEST)],
    ['namespaceObject', toValue(namespaceOf(attributes, view), NAMESPACE_OBJECT)],
    ['authorizer', authorizer],
    [
      'authorizer.requestResource',
      new ResourceCheck(authorizer, { group, resource, subresource, namespace, name }),
    ],
  ]);
  return (variable) => values.get(variable) ?? null;
}

/** `false`: the webhook isn't asked. Of an error and a condition that doesn't hold, the condition counts. */
export function conditionsHold(
  { webhook }: Hook,
  attributes: Attributes,
  review: Review,
  view: View,
  client: RequestClient,
): boolean | Status {
  const { matchConditions = [] } = webhook;
  if (matchConditions.length === 0) return true;
  const variables = variablesOf(attributes, review, view, client);
  const budget: Budget = { remaining: TOTAL_COST_MAX };
  const errors: string[] = [];
  for (const condition of matchConditions) {
    const outcome = conditionProgram(condition)?.evaluate(variables, budget);
    if (outcome !== undefined && 'value' in outcome) {
      if (outcome.value !== true) return false;
      continue;
    }
    const why = outcome === undefined ? 'it does not compile' : outcome.error.message;
    errors.push(`expression '${condition.expression}' resulted in error: ${why}`);
  }
  if (errors.length === 0) return true;
  if (webhook.failurePolicy === 'Ignore') return false;
  const text = errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`;
  return forbidden(attributes.kind, attributes.name, text ?? '');
}
