import type { WebhookClientConfig } from '../../../schema/types.generated.ts';
import type { NewObject } from '../../object.ts';

/**
 * Calls of admission webhooks (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/).
 * Nothing here does I/O: whoever serves the request asks the webhooks, and hands their answers in with it. A request is
 * tried without its answers first, which says what there is to ask; with all of them it is served, and the log holds
 * both, so that nobody is asked again when it replays.
 */
/** What is to be asked of one webhook. */
export interface WebhookCall {
  /** Of the review without its uid: an answer holds for this very question. */
  readonly digest: string;
  readonly webhook: string;
  readonly clientConfig: WebhookClientConfig;
  readonly timeoutSeconds: number;
  /** `admission.k8s.io/v1` unless the webhook takes no other than `v1beta1`. */
  readonly reviewVersion: string;
  /** `AdmissionReview.request`, without its uid. */
  readonly review: Readonly<Record<string, unknown>>;
}

/** What came of a call, as the log holds it: the webhook's response, or why there is none. */
export interface WebhookAnswer {
  readonly digest: string;
  readonly webhook: string;
  readonly response?: WebhookResponse;
  readonly failure?: string;
}

/** `AdmissionReview.response`, as far as it counts. */
export interface WebhookResponse {
  readonly allowed: boolean;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly warnings?: readonly string[];
  /** A JSON patch, decoded. */
  readonly patch?: readonly unknown[];
}

/** What whoever reviews a request has to know of it besides the object. */
export interface ReviewPort {
  /** Of the URL, and so of the object as the client knows it. */
  readonly apiVersion: string;
  readonly isDry: boolean;
  /** `CreateOptions` and the like, as they were given. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly subresource?: string;
  /** The object as clients see it under a version. */
  readonly show: (object: NewObject, apiVersion: string) => NewObject;
}

/** How admission reaches webhooks: a part of the client, since only clients' requests are sent to any. */
export interface WebhookPort extends ReviewPort {
  /** `undefined` where it is still to be asked: the port has written it down. */
  readonly ask: (call: WebhookCall) => WebhookAnswer | undefined;
}
