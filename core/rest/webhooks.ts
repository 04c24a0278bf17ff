import type { ReviewPort, WebhookAnswer, WebhookCall, WebhookPort } from '../api/admission/webhooks/port.ts';
import type { KubeObject, NewObject } from '../api/object.ts';
import { isJsonObject } from '../schema/decoding.ts';
import type { Micros } from '../time.ts';
import type { RestRequest } from './request.ts';
import type { ResourcePath } from './resource-path.ts';
import { shownObject } from './shown.ts';

/** What is found out when a request is tried: which webhooks are still to be asked, and whose answers counted. */
export interface WebhookTrial {
  readonly unasked: WebhookCall[];
  readonly used: Set<string>;
}

const NOT_RECORDED = 'it was not asked when this was recorded';

/** The options of a request, as webhooks get them. */
function optionsOf({ method, query, body }: RestRequest): Readonly<Record<string, unknown>> {
  const { fieldManager, fieldValidation, dryRun } = query;
  const given = method === 'DELETE' && isJsonObject(body) ? body : {};
  const { kind: _kind, apiVersion: _version, ...deletion } = given;
  return {
    ...(dryRun === undefined ? {} : { dryRun: [dryRun] }),
    ...(method === 'DELETE' || fieldManager === undefined ? {} : { fieldManager }),
    ...(method === 'DELETE' || fieldValidation === undefined ? {} : { fieldValidation }),
    ...deletion,
  };
}

/** What whoever reviews the request has to know of it. */
export function reviewPort(
  request: RestRequest,
  { apiVersion, subresource }: ResourcePath,
  isDry: boolean,
  now: Micros,
): ReviewPort {
  return {
    apiVersion,
    isDry,
    options: optionsOf(request),
    ...(subresource === undefined ? {} : { subresource }),
    show: (object, version) => shownObject(object as KubeObject, now, version) as NewObject,
  };
}

/** With a trial, what is missing is written down; without one, nobody can be asked any more. */
export function webhookPort(
  request: RestRequest,
  path: ResourcePath,
  isDry: boolean,
  now: Micros,
  trial: WebhookTrial | undefined,
): WebhookPort {
  const answers = new Map<string, WebhookAnswer>();
  for (const answer of request.webhooks ?? []) answers.set(answer.digest, answer);
  return {
    ...reviewPort(request, path, isDry, now),
    ask: (call) => {
      const { digest, webhook } = call;
      const answer = answers.get(digest);
      if (answer !== undefined) trial?.used.add(digest);
      else if (trial !== undefined) trial.unasked.push(call);
      return answer ?? (trial === undefined ? { digest, webhook, failure: NOT_RECORDED } : undefined);
    },
  };
}
