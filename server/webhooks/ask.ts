import { randomUUID } from 'node:crypto';
import type { WebhookAnswer, WebhookCall } from '../../core/api/admission/webhooks/port.ts';
import { failure } from '../../core/api/status.ts';
import { type RestAnswer, type RestRequest, refusal } from '../../core/rest/request.ts';
import type { View } from '../../core/store/view.ts';
import type { Session } from '../session/session.ts';
import { readAnswer } from './answer.ts';
import { postJson } from './post.ts';
import { resolve, type WebhookServices } from './services.ts';

const SECOND_MS = 1000;

/** Ask one webhook. What it says, or why it doesn't, is all that the log will know of it. */
async function ask(call: WebhookCall, services: WebhookServices, view: View): Promise<WebhookAnswer> {
  const { digest, webhook, clientConfig, timeoutSeconds, reviewVersion, review } = call;
  const failed = (text: string): WebhookAnswer => ({ digest, webhook, failure: text });
  const target = resolve(call, services, view);
  if (target === 'allow') return { digest, webhook, response: { allowed: true } };
  const post = `failed to call webhook: Post "${target.url}": `;
  if ('failure' in target) return failed(post + target.failure);
  const uid = randomUUID();
  const body = { kind: 'AdmissionReview', apiVersion: reviewVersion, request: { uid, ...review } };
  const posted = await postJson(target, body, clientConfig.caBundle, timeoutSeconds * SECOND_MS);
  if ('failure' in posted) return failed(post + posted.failure);
  const read = readAnswer(posted.code, posted.text, uid, reviewVersion);
  if ('response' in read) return { digest, webhook, response: read.response };
  // An answer that came and can't be used is told of without the address.
  const isInvalid = read.failure.startsWith('received invalid');
  return failed(isInvalid ? read.failure : `failed to call webhook: ${read.failure}`);
}

/** Of mutating webhooks each is asked with what the one before it said, and most are asked twice at the most. */
const ROUNDS_MAX = 200;

const NO_END = refusal(
  failure(
    'InternalError',
    'Internal error occurred: the cluster changed again and again while admission webhooks were asked',
  ),
);

/**
 * Serve a client's write, after the webhooks that it concerns have been asked. Time stands still for so long, so that
 * what they were asked about is still so when they have answered; where another client has changed it, they are asked
 * again.
 */
export async function writeThroughWebhooks(
  session: Session,
  request: RestRequest,
  services: WebhookServices,
): Promise<RestAnswer> {
  let current = request;
  let release: (() => void) | undefined;
  try {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const outcome = session.attempt(current);
      if (!('unasked' in outcome)) return outcome;
      release ??= session.hold();
      const { view } = session;
      const answers = await Promise.all(outcome.unasked.map((call) => ask(call, services, view)));
      current = { ...current, webhooks: [...(current.webhooks ?? []), ...answers] };
    }
    return NO_END;
  } finally {
    release?.();
  }
}
