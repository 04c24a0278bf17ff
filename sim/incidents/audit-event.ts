import { isJsonObject } from '../../core/schema/decoding.ts';
import { type Micros, parseRfc3339 } from '../../core/time.ts';
import type { Fields } from './clean-object.ts';

export const AUDIT_GROUP = 'audit.k8s.io';

/** One request, as an API server audited it (https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/). */
export interface AuditEvent {
  readonly t: Micros;
  readonly verb: string;
  /** The impersonated one, where there is one. */
  readonly user: string;
  /** `deployments.apps`, `pods`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly subresource: string | undefined;
  /** Bodies are there from the level Request on; that of the response only at RequestResponse. */
  readonly request: unknown;
  readonly response: Fields | undefined;
  readonly level: string;
  readonly code: number;
  readonly uri: string;
  /** `audit.jsonl:12`. */
  readonly where: string;
}

export type ReadAuditEvent =
  | { readonly ok: true; readonly event: AuditEvent }
  /** Not wrong, but of no interest: another stage of a request, a request that only reads. */
  | { readonly ok: false; readonly ignored: string }
  | { readonly ok: false; readonly problem: string };

const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];
/** The stage at which a request is over; earlier ones tell of the same request. */
const FINAL_STAGES = ['ResponseComplete', 'Panic'];

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function userOf(raw: Fields): string {
  const impersonated = isJsonObject(raw.impersonatedUser) ? text(raw.impersonatedUser.username) : '';
  return impersonated === '' ? text(isJsonObject(raw.user) ? raw.user.username : undefined) : impersonated;
}

function timeOf(raw: Fields): Micros | undefined {
  // `timestamp` is that of v1alpha1.
  for (const field of ['requestReceivedTimestamp', 'stageTimestamp', 'timestamp']) {
    const value = raw[field];
    const time = typeof value === 'string' ? parseRfc3339(value) : undefined;
    if (time !== undefined) return time;
  }
  return undefined;
}

/** Reads one event. A line that is no audit event at all is a problem; one that changes nothing is ignored. */
export function readAuditEvent(raw: unknown, where: string): ReadAuditEvent {
  if (!isJsonObject(raw)) return { ok: false, problem: 'lines that hold no object' };
  if (!text(raw.apiVersion).startsWith(`${AUDIT_GROUP}/`) || raw.kind !== 'Event') {
    return { ok: false, problem: 'lines that are no audit event (audit.k8s.io/v1, kind Event)' };
  }
  if (raw.stage !== undefined && !FINAL_STAGES.includes(text(raw.stage))) {
    return { ok: false, ignored: 'earlier stages of a request' };
  }
  const verb = text(raw.verb);
  if (!WRITES.includes(verb)) return { ok: false, ignored: 'requests that read' };
  const reference = raw.objectRef;
  if (!isJsonObject(reference)) return { ok: false, ignored: 'requests for no object' };
  const t = timeOf(raw);
  if (t === undefined) return { ok: false, problem: 'events without a time (requestReceivedTimestamp)' };
  const group = text(reference.apiGroup);
  const plural = text(reference.resource);
  const response = isJsonObject(raw.responseObject) ? raw.responseObject : undefined;
  const status = raw.responseStatus;
  const request = raw.requestObject;
  const named = [
    reference,
    ...[response, request].flatMap((body) => (isJsonObject(body) ? [body.metadata] : [])),
  ];
  const name =
    named.map((from) => (isJsonObject(from) ? text(from.name) : '')).find((found) => found !== '') ?? '';
  const namespace = text(reference.namespace);
  const subresource = text(reference.subresource);
  return {
    ok: true,
    event: {
      t,
      verb,
      user: userOf(raw),
      resource: group === '' ? plural : `${plural}.${group}`,
      namespace: namespace === '' ? undefined : namespace,
      name,
      subresource: subresource === '' ? undefined : subresource,
      request,
      // A refusal is a Status.
      response: response?.kind === 'Status' ? undefined : response,
      level: text(raw.level),
      code: isJsonObject(status) && typeof status.code === 'number' ? status.code : 200,
      uri: text(raw.requestURI),
      where,
    },
  };
}
