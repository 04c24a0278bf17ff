import { isJsonObject } from '../../../schema/decoding.ts';
import type { View } from '../../../store/view.ts';
import type { RequestClient } from '../../identity.ts';
import { badRequest, failure, type Status } from '../../status.ts';
import { type Attributes, digestOf, reviewOf } from './call.ts';
import { conditionsHold } from './conditions.ts';
import type { Hook } from './hooks.ts';
import type { WebhookPort, WebhookResponse } from './port.ts';

/** What comes of asking one webhook. */
export type Verdict =
  | { readonly kind: 'allowed'; readonly response: WebhookResponse }
  | { readonly kind: 'refused'; readonly status: Status }
  /** It isn't concerned after all, or could not be asked and doesn't mind. */
  | { readonly kind: 'ignored' }
  /** Its answer is still to come. */
  | { readonly kind: 'open' };

/** What a request is refused with while answers are missing: nobody gets to see it. */
export const OPEN: Status = failure(
  'InternalError',
  'Internal error occurred: a webhook has not been asked yet',
);

/** An answer that says no (webhook/errors `ToStatusErr`). */
function denial(webhook: string, given: Readonly<Record<string, unknown>> | undefined): Status {
  const { message, reason, code, details } = given ?? {};
  const denied = `admission webhook "${webhook}" denied the request`;
  const why = typeof message === 'string' && message !== '' ? message : reason;
  const text = typeof why === 'string' && why !== '' ? `${denied}: ${why}` : `${denied} without explanation`;
  const base = badRequest(text);
  return {
    ...base,
    ...(isJsonObject(details) ? { details } : {}),
    // Any reason may be given, and none; this table has those of the API server itself.
    reason: (typeof reason === 'string' ? reason : '') as Status['reason'],
    code: typeof code === 'number' && code >= 400 ? code : base.code,
  };
}

function failed(hook: Hook, reason: string): Verdict {
  if (hook.webhook.failurePolicy === 'Ignore') return { kind: 'ignored' };
  const message = `Internal error occurred: failed calling webhook "${hook.webhook.name}": ${reason}`;
  const causes = [{ reason: 'InternalError', message: message.slice('Internal error occurred: '.length) }];
  return { kind: 'refused', status: failure('InternalError', message, { causes }) };
}

export function verdictOf(
  hook: Hook,
  attributes: Attributes,
  view: View,
  client: RequestClient,
  port: WebhookPort,
  apiVersion: string,
): Verdict {
  const { webhook } = hook;
  const { name, clientConfig, timeoutSeconds = 10, sideEffects } = webhook;
  const review = reviewOf(attributes, client, port, apiVersion);
  const isConcerned = conditionsHold(hook, attributes, review, view, client);
  if (typeof isConcerned === 'object') return { kind: 'refused', status: isConcerned };
  if (!isConcerned) return { kind: 'ignored' };
  if (port.isDry && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun') {
    const status = badRequest(`admission webhook "${name}" does not support dry run`);
    return { kind: 'refused', status };
  }
  const digest = digestOf(hook.id, review);
  const takesV1 = webhook.admissionReviewVersions.includes('v1');
  const reviewVersion = `admission.k8s.io/${takesV1 ? 'v1' : 'v1beta1'}`;
  const answer = port.ask({ digest, webhook: name, clientConfig, timeoutSeconds, reviewVersion, review });
  if (answer === undefined) return { kind: 'open' };
  const { response } = answer;
  if (response === undefined) return failed(hook, answer.failure ?? 'it was not asked');
  for (const warning of response.warnings ?? []) client.warn(warning);
  if (!response.allowed) return { kind: 'refused', status: denial(name, response.status) };
  return { kind: 'allowed', response };
}
