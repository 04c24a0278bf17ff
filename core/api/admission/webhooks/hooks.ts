import type { Kind } from '../../../kinds/kind.ts';
import { kindFor, NAMESPACE } from '../../../kinds/registry.ts';
import { compileSelector } from '../../../labels.ts';
import type {
  LabelSelector,
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '../../../schema/types.generated.ts';
import type { View } from '../../../store/view.ts';
import type { Attributes } from './call.ts';
import { otherVersionsOf, ruleMatches } from './rules.ts';

/** The webhooks there are, and which of them a request concerns (apiserver `webhook/generic`). */

/** A validating webhook is a mutating one without the word on being called again. */
export interface Hook {
  /** Of its configuration, and its own: one name may stand in several configurations. */
  readonly id: string;
  readonly webhook: MutatingWebhook;
}

type Configuration = MutatingWebhookConfiguration | ValidatingWebhookConfiguration;
export type HookType = 'mutating' | 'validating';

const ADMISSION = 'admissionregistration.k8s.io/v1';

function known(kind: string): Kind<Configuration> {
  const found = kindFor(ADMISSION, kind);
  if (found === undefined) throw new Error(`the registry of kinds has no ${kind}`);
  return found as unknown as Kind<Configuration>;
}

const KIND: Readonly<Record<HookType, Kind<Configuration>>> = {
  mutating: known('MutatingWebhookConfiguration'),
  validating: known('ValidatingWebhookConfiguration'),
};

/** What decides on admission is not sent to webhooks: one that refuses all could not be taken away (`IsExemptAdmissionConfigurationResource`). */
const EXEMPT: readonly string[] = [
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'validatingwebhookconfigurations',
];

export function isExempt({ plural, group }: Kind): boolean {
  return EXEMPT.includes(plural) && group === 'admissionregistration.k8s.io';
}

export function hasWebhooks(view: View): boolean {
  return view.count(KIND.mutating) > 0 || view.count(KIND.validating) > 0;
}

const NONE: readonly Hook[] = [];
const memo = new WeakMap<readonly Configuration[], readonly Hook[]>();

/** By the names of their configurations, and then as those list them. */
export function hooksOf(view: View, type: HookType): readonly Hook[] {
  const kind = KIND[type];
  if (view.count(kind) === 0) return NONE;
  const configurations = view.list(kind);
  const found = memo.get(configurations);
  if (found !== undefined) return found;
  const hooks = configurations.flatMap(({ metadata, webhooks = [] }) =>
    webhooks.map((webhook): Hook => ({ id: `${metadata.name}/${webhook.name}`, webhook })),
  );
  memo.set(configurations, hooks);
  return hooks;
}

/** The version of the object that a webhook is to get; `undefined` where no rule of it is for the request. */
function versionFor({ webhook }: Hook, attributes: Attributes, requested: string): string | undefined {
  const { rules = [], matchPolicy = 'Equivalent' } = webhook;
  const matches = (version: string): boolean => rules.some((rule) => ruleMatches(rule, attributes, version));
  if (matches(requested)) return requested;
  if (matchPolicy === 'Exact') return undefined;
  return otherVersionsOf(attributes.kind, requested).find(matches);
}

/** What webhooks and policies choose by, besides rules. */
export interface Selectors {
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
}

export function selectorsMatch(selectors: Selectors, attributes: Attributes, view: View): boolean {
  return namespaceMatches(selectors, attributes, view) && objectMatches(selectors, attributes);
}

/** Labels of the namespace: of the object's own, or of itself where it is one; other things of the cluster have none. */
function namespaceMatches({ namespaceSelector }: Selectors, attributes: Attributes, view: View): boolean {
  const { kind, namespace, object, previous, subresource } = attributes;
  const isNamespace = kind.resource === NAMESPACE.resource;
  if (!isNamespace && !kind.namespaced) return true;
  const labels =
    isNamespace && subresource === undefined && object !== undefined
      ? object.metadata.labels
      : isNamespace
        ? previous?.metadata.labels
        : view.getByKey(NAMESPACE, namespace ?? '')?.metadata.labels;
  return compileSelector(namespaceSelector ?? {})(labels);
}

/** Either version of the object will do. */
function objectMatches({ objectSelector }: Selectors, { object, previous }: Attributes): boolean {
  const matches = compileSelector(objectSelector ?? {});
  return [object, previous].some((one) => one !== undefined && matches(one.metadata?.labels));
}

/** The version to send, where a webhook is to be called at all. */
export function concerns(
  hook: Hook,
  attributes: Attributes,
  view: View,
  requested: string,
): string | undefined {
  if (isExempt(attributes.kind)) return undefined;
  const version = versionFor(hook, attributes, requested);
  if (version === undefined) return undefined;
  return selectorsMatch(hook.webhook, attributes, view) ? version : undefined;
}
