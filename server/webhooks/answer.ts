import type { WebhookResponse } from '../../core/api/admission/webhooks/port.ts';
import { isJsonObject } from '../../core/schema/decoding.ts';
import { holdsForbiddenKey, parseJson } from '../http/safe-json.ts';

/** What a webhook's answer says, if it is one (apiserver `webhook/request.VerifyAdmissionResponse`). */
export type ReadAnswer = { readonly response: WebhookResponse } | { readonly failure: string };

const invalid = (detail: string): ReadAnswer => ({ failure: `received invalid webhook response: ${detail}` });

/** What client-go makes of an answer that isn't 200. */
function httpFailure(code: number, text: string): string {
  if (code === 404) return 'the server could not find the requested resource';
  if (code === 401) return 'Unauthorized';
  if (code === 403) return 'forbidden';
  if (code === 400) return `the server rejected our request for an unknown reason`;
  const shown = text.trim();
  const quoted = shown === '' ? 'unknown' : shown;
  return `an error on the server (${JSON.stringify(quoted)}) has prevented the request from succeeding`;
}

/** `undefined` too for what no log should hold. */
function parsed(text: string): unknown {
  const read = parseJson(text);
  return 'problem' in read || holdsForbiddenKey(text, read.value) ? undefined : read.value;
}

function decodedPatch(patch: unknown): readonly unknown[] | undefined {
  if (typeof patch !== 'string') return undefined;
  const value = parsed(Buffer.from(patch, 'base64').toString('utf8'));
  return Array.isArray(value) ? value : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function readAnswer(code: number, text: string, uid: string, reviewVersion: string): ReadAnswer {
  if (code < 200 || code > 299) return { failure: httpFailure(code, text) };
  const review = parsed(text);
  if (!isJsonObject(review)) return { failure: "couldn't get version/kind; json parse error" };
  const { apiVersion, kind, response } = review;
  // An answer of the first version needn't say what it is.
  const isUntyped = reviewVersion.endsWith('v1beta1') && kind === undefined && apiVersion === undefined;
  if (!isUntyped && (kind !== 'AdmissionReview' || apiVersion !== reviewVersion)) {
    const got = `${String(apiVersion ?? '')}, Kind=${String(kind ?? '')}`;
    return invalid(`expected webhook response of ${reviewVersion}, Kind=AdmissionReview, got ${got}`);
  }
  if (!isJsonObject(response)) return { failure: 'webhook response was absent' };
  if (!isUntyped && response.uid !== uid) {
    return invalid(`expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`);
  }
  const { allowed, status, patch, patchType } = response;
  const hasPatch = patch !== undefined && patch !== null && patch !== '';
  if (!isUntyped && hasPatch && !patchType) {
    return invalid('webhook returned response.patch but not response.patchType');
  }
  if (!isUntyped && !hasPatch && patchType) {
    return invalid('webhook returned response.patchType but not response.patch');
  }
  if (hasPatch && patchType !== undefined && patchType !== 'JSONPatch') {
    return invalid(`webhook returned invalid response.patchType of ${JSON.stringify(patchType)}`);
  }
  const decoded = hasPatch ? decodedPatch(patch) : [];
  if (decoded === undefined) return invalid('the patch is no JSON patch');
  const warnings = textsOf(response.warnings);
  return {
    response: {
      allowed: allowed === true,
      ...(isJsonObject(status) ? { status } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(decoded.length > 0 ? { patch: decoded } : {}),
    },
  };
}
