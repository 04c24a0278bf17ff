import type { WebhookAnswer } from '../api/admission/webhooks/port.ts';
import type { KubeObject } from '../api/object.ts';
import type { Status } from '../api/status.ts';

/**
 * A request of the API as HTTP brings it, without HTTP: plain JSON, so that a log can hold it and do it again.
 * `query` holds the last value of each parameter.
 */
export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Decoded, without the query: `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed; absent where the request has none. */
  readonly body?: unknown;
  /** Without parameters: `application/merge-patch+json`. */
  readonly contentType?: string;
  /** As it was sent. */
  readonly accept?: string;
  readonly user: string;
  /** That the user is in, as the server knows them. */
  readonly groups?: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  /** What only the world outside could make for this request: a signature. */
  readonly outside?: { readonly token?: string };
  /** What the admission webhooks said that it was sent to: they live outside, and are asked before. */
  readonly webhooks?: readonly WebhookAnswer[];
}

/** A parameter that is true or false: whatever is there, and is neither `false` nor `0` (`Convert_Slice_string_To_bool`). */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== '0' && value.toLowerCase() !== 'false';
}

/** What is answered: a status code, and JSON or plain text. */
export interface RestAnswer {
  readonly code: number;
  readonly body: unknown;
  /** `Warning` headers: what a client should know though its request was served. */
  readonly warnings: readonly string[];
}

export function answer(code: number, body: unknown, warnings: readonly string[] = []): RestAnswer {
  return { code, body, warnings };
}

export function refusal(status: Status): RestAnswer {
  return answer(status.code, status);
}

/** `meta/v1.Status` of a deletion that is done. */
export function success(object: KubeObject, group: string, plural: string): unknown {
  const { name, uid } = object.metadata;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group === '' ? {} : { group }), kind: plural, uid },
  };
}
