import { toStoredVersion } from '../../../kinds/conversion.ts';
import { prunedAs } from '../../../kinds/custom/custom-kind.ts';
import { decodeObject } from '../../../schema/decode.ts';
import { isJsonObject } from '../../../schema/decoding.ts';
import { withStructs } from '../../../schema/filled.ts';
import type { View } from '../../../store/view.ts';
import { equalValues } from '../../equal.ts';
import type { RequestClient } from '../../identity.ts';
import type { NewObject } from '../../object.ts';
import { jsonPatch } from '../../patching/json-patch.ts';
import { badRequest, failure, type Status } from '../../status.ts';
import { isStatus } from '../admission.ts';
import type { Attributes } from './call.ts';
import { concerns, type Hook, hooksOf } from './hooks.ts';
import type { ReviewPort, WebhookPort } from './port.ts';
import { OPEN, verdictOf } from './verdict.ts';

/** MutatingAdmissionWebhook: one after the other, each with what the ones before it made of the object. */

/** What of one pass the next one has to know (webhook/mutating `webhookReinvokeContext`). */
interface Pass {
  readonly object: NewObject;
  /** Webhooks whose object was changed by a later one, and that asked to hear of it. */
  readonly again: ReadonlySet<string>;
  /** Those that would hear of a change from now on. */
  readonly called: ReadonlySet<string>;
  readonly isChanged: boolean;
}

const internal = (message: string): Status =>
  failure('InternalError', `Internal error occurred: ${message}`, {
    causes: [{ reason: 'InternalError', message }],
  });

/** The object with a webhook's patch, in the version that is stored. */
function patched(
  attributes: Attributes,
  object: NewObject,
  patch: readonly unknown[],
  port: WebhookPort,
  apiVersion: string,
): NewObject | Status {
  const result = jsonPatch(reviewedJson(attributes, object, port, apiVersion), patch);
  if (!result.ok) return internal(result.error);
  return reviewedObject(attributes, object, result.value, apiVersion);
}

function hasOwnKind({ kind }: Attributes, object: NewObject): boolean {
  return object.kind !== kind.kind;
}

/** The object as reviewers see it, and as JSON has it: a key that holds `undefined` is none. */
export function reviewedJson(
  attributes: Attributes,
  object: NewObject,
  port: ReviewPort,
  apiVersion: string,
): unknown {
  const shown = hasOwnKind(attributes, object) ? object : port.show(object, apiVersion);
  return JSON.parse(JSON.stringify(shown)) as unknown;
}

/** What reviewers made of an object, in the version that is stored. */
export function reviewedObject(
  attributes: Attributes,
  object: NewObject,
  changed: unknown,
  apiVersion: string,
): NewObject | Status {
  const { kind } = attributes;
  if (hasOwnKind(attributes, object)) {
    return isJsonObject(changed) ? (changed as unknown as NewObject) : object;
  }
  const { value, problems } = decodeObject(changed);
  const hard = problems.find((problem) => problem.kind !== 'unknownField');
  if (value === undefined || hard !== undefined)
    return internal(hard?.message ?? 'the patch leaves no object');
  if (value.kind !== object.kind || value.apiVersion !== apiVersion) {
    return internal(`the patch makes a ${value.apiVersion}, Kind=${value.kind} of the object`);
  }
  if (value.metadata.namespace !== object.metadata.namespace) {
    return badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  const stored =
    kind.custom === undefined
      ? toStoredVersion(withStructs(value))
      : ({ ...prunedAs(kind, value, () => undefined), apiVersion: kind.apiVersion } as NewObject);
  return kind.strategy.applyDefaults?.(stored) ?? stored;
}

function runPass(
  attributes: Attributes & { readonly object: NewObject },
  view: View,
  client: RequestClient,
  port: WebhookPort,
  isCalled: (hook: Hook) => boolean,
): Pass | Status {
  let { object } = attributes;
  let isChanged = false;
  const again = new Set<string>();
  const called = new Set<string>();
  for (const hook of hooksOf(view, 'mutating')) {
    if (!isCalled(hook)) continue;
    const now = { ...attributes, object };
    const version = concerns(hook, now, view, port.apiVersion);
    if (version === undefined) continue;
    const verdict = verdictOf(hook, now, view, client, port, version);
    if (verdict.kind === 'open') return OPEN;
    if (verdict.kind === 'refused') return verdict.status;
    const { patch = [] } = verdict.kind === 'allowed' ? verdict.response : {};
    if (patch.length > 0) {
      const next = patched(now, object, patch, port, version);
      if (isStatus(next)) return next;
      if (!equalValues(next, object)) {
        isChanged = true;
        for (const id of called) again.add(id);
        called.clear();
        object = next;
      }
    }
    if (hook.webhook.reinvocationPolicy === 'IfNeeded') called.add(hook.id);
  }
  return { object, again, called, isChanged };
}

/**
 * What webhooks make of the object. `admitAgain` is what comes before them in admission, and sees the object once more
 * where they changed it; should it change, or did a later webhook change what an earlier one saw, those that asked for
 * it are called a second time.
 */
export function mutatingWebhooks(
  attributes: Attributes & { readonly object: NewObject },
  view: View,
  client: RequestClient | undefined,
  admitAgain: (object: NewObject) => NewObject | Status = (object) => object,
): NewObject | Status {
  const port = client?.webhooks;
  if (client === undefined || port === undefined || hooksOf(view, 'mutating').length === 0) {
    return attributes.object;
  }
  const first = runPass(attributes, view, client, port, () => true);
  if ('code' in first) return first;
  if (!first.isChanged) return first.object;
  const admitted = admitAgain(first.object);
  if (isStatus(admitted)) return admitted;
  const again = new Set(first.again);
  if (!equalValues(admitted, first.object)) for (const id of first.called) again.add(id);
  if (again.size === 0) return admitted;
  const second = runPass({ ...attributes, object: admitted }, view, client, port, ({ id }) => again.has(id));
  return 'code' in second ? second : second.object;
}

/** A deletion changes nothing, and is refused or not. */
export function mutatingWebhooksOfDeletion(
  attributes: Attributes,
  view: View,
  client: RequestClient | undefined,
): Status | undefined {
  const port = client?.webhooks;
  if (client === undefined || port === undefined) return undefined;
  for (const hook of hooksOf(view, 'mutating')) {
    const version = concerns(hook, attributes, view, port.apiVersion);
    if (version === undefined) continue;
    const verdict = verdictOf(hook, attributes, view, client, port, version);
    if (verdict.kind === 'open') return OPEN;
    if (verdict.kind === 'refused') return verdict.status;
  }
  return undefined;
}
