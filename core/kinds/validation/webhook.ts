import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  RuleWithOperations,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
  WebhookClientConfig,
} from '../../schema/types.generated.ts';
import { duplicate, invalidFor, invalidValue, notSupported, oneOf, required } from './fields.ts';
import { validateMatchConditions } from './match-conditions.ts';
import { dns1035Label, dnsSubdomain } from './names.ts';
import { validateLabelSelector } from './selector.ts';

/** Configurations of admission webhooks (admissionregistration/validation). */

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun'];
const VERSIONS = ['v1', 'v1beta1'];
const TIMEOUT_MAX = 30;
const PORT_MAX = 65_535;
const URL_FORM = '; desired format: https://host[/path]';

function onlyWildcard(values: readonly string[], what: string, field: string): readonly FieldError[] {
  if (values.length < 2 || !values.includes('*')) return [];
  return [invalidValue(field, values, `if '*' is present, must not specify other ${what}`)];
}

function validateResources(resources: readonly string[], field: string): readonly FieldError[] {
  if (resources.length === 0) return [required(field)];
  const errors: FieldError[] = [];
  for (const [index, resource] of resources.entries()) {
    if (resource === '') errors.push(required(`${field}[${index}]`));
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalidValue(field, resources, "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes('*') && resources.some((one) => one !== '*' && !one.includes('/'))) {
    const detail = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalidValue(field, resources, detail));
  }
  return errors;
}

export function validateRule(rule: RuleWithOperations, field: string): readonly FieldError[] {
  const { apiGroups = [], apiVersions = [], operations = [], resources = [], scope } = rule;
  return [
    ...(operations.length === 0 ? [required(`${field}.operations`)] : []),
    ...onlyWildcard(operations, 'operations', `${field}.operations`),
    ...operations.flatMap((one, index) => oneOf(`${field}.operations[${index}]`, one, OPERATIONS)),
    ...(apiGroups.length === 0 ? [required(`${field}.apiGroups`)] : []),
    ...onlyWildcard(apiGroups, 'API groups', `${field}.apiGroups`),
    ...(apiVersions.length === 0 ? [required(`${field}.apiVersions`)] : []),
    ...onlyWildcard(apiVersions, 'API versions', `${field}.apiVersions`),
    ...apiVersions.flatMap((one, index) => (one === '' ? [required(`${field}.apiVersions[${index}]`)] : [])),
    ...validateResources(resources, `${field}.resources`),
    ...(scope === undefined ? [] : oneOf(`${field}.scope`, scope, SCOPES)),
  ];
}

/** `IsFullyQualifiedName`. */
function validateName(name: string, field: string): readonly FieldError[] {
  if (name === '') return [required(field)];
  const problems = dnsSubdomain(name);
  if (problems.length > 0) return [invalidValue(field, name, problems.join(','))];
  if (name.split('.').length >= 3) return [];
  return [invalidValue(field, name, 'should be a domain with at least three segments separated by dots')];
}

function validateUrl(url: string, field: string): readonly FieldError[] {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(url);
  const scheme = match?.[1] ?? '';
  const errors: FieldError[] = [];
  if (scheme !== 'https') {
    errors.push(invalidValue(field, scheme, `'https' is the only allowed URL scheme${URL_FORM}`));
  }
  if (!match?.[2]) errors.push(invalidValue(field, '', `host must be specified${URL_FORM}`));
  return errors;
}

function validateClient(config: WebhookClientConfig | undefined, field: string): readonly FieldError[] {
  const { service, url } = config ?? {};
  if ((service === undefined) === (url === undefined)) {
    return [required(field, 'exactly one of url or service is required')];
  }
  if (url !== undefined) return validateUrl(url, `${field}.url`);
  const { name = '', namespace = '', path, port = 0 } = service!;
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(`${field}.service.name`, 'service name is required'));
  if (namespace === '') errors.push(required(`${field}.service.namespace`, 'service namespace is required'));
  if (port < 1 || port > PORT_MAX) {
    const detail = `port is not valid: must be between 1 and ${PORT_MAX}, inclusive`;
    errors.push(invalidValue(`${field}.service.port`, port, detail));
  }
  if (path !== undefined && !path.startsWith('/')) {
    errors.push(invalidValue(`${field}.service.path`, path, "must start with a '/'"));
  }
  return errors;
}

function validateVersions(versions: readonly string[], field: string): readonly FieldError[] {
  const known = VERSIONS.join(', ');
  if (versions.length === 0) return [required(field, `must specify one of ${known}`)];
  const errors: FieldError[] = [];
  for (const [index, version] of versions.entries()) {
    const path = `${field}[${index}]`;
    if (versions.indexOf(version) < index) errors.push(invalidValue(path, version, 'duplicate version'));
    else errors.push(...invalidFor(path, version, dns1035Label(version)));
  }
  if (versions.some((version) => VERSIONS.includes(version))) return errors;
  return [...errors, invalidValue(field, versions, `must include at least one of ${known}`)];
}

function validateWebhook(webhook: ValidatingWebhook | MutatingWebhook, field: string): readonly FieldError[] {
  const { clientConfig, failurePolicy, matchPolicy, name = '', rules = [], timeoutSeconds } = webhook;
  const { namespaceSelector, objectSelector } = webhook;
  const sideEffects = webhook.sideEffects as string | undefined;
  const errors: FieldError[] = [
    ...validateName(name, `${field}.name`),
    ...rules.flatMap((rule, index) => validateRule(rule, `${field}.rules[${index}]`)),
  ];
  if (failurePolicy !== undefined) {
    errors.push(...oneOf(`${field}.failurePolicy`, failurePolicy, ['Fail', 'Ignore']));
  }
  if (matchPolicy !== undefined) {
    errors.push(...oneOf(`${field}.matchPolicy`, matchPolicy, ['Equivalent', 'Exact']));
  }
  if (sideEffects === undefined) {
    errors.push(required(`${field}.sideEffects`, `must specify one of ${SIDE_EFFECTS.join(', ')}`));
  } else if (!SIDE_EFFECTS.includes(sideEffects)) {
    errors.push(notSupported(`${field}.sideEffects`, sideEffects, SIDE_EFFECTS));
  }
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > TIMEOUT_MAX)) {
    const detail = `the timeout value must be between 1 and ${TIMEOUT_MAX} seconds`;
    errors.push(invalidValue(`${field}.timeoutSeconds`, timeoutSeconds, detail));
  }
  if ('reinvocationPolicy' in webhook && webhook.reinvocationPolicy !== undefined) {
    const policy = webhook.reinvocationPolicy;
    errors.push(...oneOf(`${field}.reinvocationPolicy`, policy, ['IfNeeded', 'Never']));
  }
  return [
    ...errors,
    ...validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`),
    ...validateLabelSelector(objectSelector, `${field}.objectSelector`),
    ...validateClient(clientConfig, `${field}.clientConfig`),
    ...validateMatchConditions(webhook.matchConditions, `${field}.matchConditions`),
    ...validateVersions(webhook.admissionReviewVersions ?? [], `${field}.admissionReviewVersions`),
  ];
}

export function validateWebhooks({
  webhooks = [],
}:
  | NewObject<ValidatingWebhookConfiguration>
  | NewObject<MutatingWebhookConfiguration>): readonly FieldError[] {
  const names = new Set<string>();
  return webhooks.flatMap((webhook, index) => {
    const field = `webhooks[${index}]`;
    const errors: FieldError[] = [...validateWebhook(webhook, field)];
    if (webhook.name && names.has(webhook.name)) errors.push(duplicate(`${field}.name`, webhook.name));
    names.add(webhook.name);
    return errors;
  });
}
