import type { View } from '../../../store/view.ts';
import type { RequestClient } from '../../identity.ts';
import type { Status } from '../../status.ts';
import type { Attributes } from './call.ts';
import { concerns, hooksOf } from './hooks.ts';
import { OPEN, verdictOf } from './verdict.ts';

/** ValidatingAdmissionWebhook: all are asked at once, and of several refusals the first counts. */
export function validatingWebhooks(
  attributes: Attributes,
  view: View,
  client: RequestClient | undefined,
): Status | undefined {
  const port = client?.webhooks;
  if (client === undefined || port === undefined) return undefined;
  let isOpen = false;
  let refusal: Status | undefined;
  for (const hook of hooksOf(view, 'validating')) {
    const version = concerns(hook, attributes, view, port.apiVersion);
    if (version === undefined) continue;
    const verdict = verdictOf(hook, attributes, view, client, port, version);
    if (verdict.kind === 'open') isOpen = true;
    if (verdict.kind === 'refused') refusal ??= verdict.status;
  }
  return isOpen ? OPEN : refusal;
}
