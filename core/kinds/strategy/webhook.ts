import type { NewObject } from '../../api/object.ts';
import type {
  LabelSelector,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../schema/types.generated.ts';
import { fill, onField, onItems } from '../defaults/fill.ts';
import type { KindStrategy } from '../kind.ts';
import { validateWebhooks } from '../validation/webhook.ts';

/** Configurations of webhooks (`pkg/apis/admissionregistration/v1/defaults.go`). */

const EVERYTHING: LabelSelector = Object.freeze({});
const HTTPS_PORT = 443;

function webhookDefaults<T extends ValidatingWebhook>(webhook: T): T {
  const filled = fill<ValidatingWebhook>(webhook, {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: EVERYTHING,
    objectSelector: EVERYTHING,
    timeoutSeconds: 10,
  });
  const ruled = onField(filled, 'rules', (rules) => onItems(rules, (rule) => fill(rule, { scope: '*' })));
  // Nothing was taken from the webhook, so it still is of its own type.
  return onField(ruled, 'clientConfig', (config) =>
    onField(config, 'service', (service) => fill(service, { port: HTTPS_PORT })),
  ) as T;
}

function mutatingDefaults(webhook: MutatingWebhook): MutatingWebhook {
  return fill(webhookDefaults(webhook), { reinvocationPolicy: 'Never' });
}

export const VALIDATING_WEBHOOK_STRATEGY: KindStrategy<ValidatingWebhookConfiguration> = {
  applyDefaults(
    object: NewObject<ValidatingWebhookConfiguration>,
  ): NewObject<ValidatingWebhookConfiguration> {
    return onField(object, 'webhooks', (webhooks) => onItems(webhooks ?? [], webhookDefaults));
  },
  validate: validateWebhooks,
  validateUpdate: validateWebhooks,
};

export const MUTATING_WEBHOOK_STRATEGY: KindStrategy<MutatingWebhookConfiguration> = {
  applyDefaults(object: NewObject<MutatingWebhookConfiguration>): NewObject<MutatingWebhookConfiguration> {
    return onField(object, 'webhooks', (webhooks) => onItems(webhooks ?? [], mutatingDefaults));
  },
  validate: validateWebhooks,
  validateUpdate: validateWebhooks,
};
