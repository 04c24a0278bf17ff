import { equalValues } from '../../api/equal.ts';
import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import { validateRuleSchema } from '../../cel/rule-schema.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceDefinitionNames,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
} from '../../schema/types.generated.ts';
import { validateSelectableFields } from '../custom/selectable-fields.ts';
import { validateStructural } from '../custom/structural.ts';
import { IMMUTABLE, invalidValue, notSupported, oneOf, required } from './fields.ts';
import { dns1035Label, dnsSubdomain } from './names.ts';

/** CustomResourceDefinitions (apiextensions/validation): names, versions and the presence of schemas. */

const SCOPES = ['Cluster', 'Namespaced'];
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const STRATEGIES = ['None', 'Webhook'];
const APPROVED = 'api-approved.kubernetes.io';
const PROTECTED_GROUPS = ['k8s.io', 'kubernetes.io'];

type Names = Partial<CustomResourceDefinitionNames>;

/** The problems of a name are one error, a comma between them. */
function validateLabel(name: string, field: string, shown = name, prefix = ''): readonly FieldError[] {
  const problems = dns1035Label(name);
  return problems.length === 0 ? [] : [invalidValue(field, shown, prefix + problems.join(','))];
}

function validateKindName(kind: string, field: string): readonly FieldError[] {
  const prefix = 'may have mixed case, but should otherwise match: ';
  return kind === '' ? [] : validateLabel(kind.toLowerCase(), field, kind, prefix);
}

/** `ValidateCustomResourceDefinitionNames`. */
function validateNames(names: Names, field: string): readonly FieldError[] {
  const { categories = [], kind = '', listKind = '', plural = '', shortNames = [], singular = '' } = names;
  const errors: FieldError[] = [
    ...(plural === '' ? [] : validateLabel(plural, `${field}.plural`)),
    ...(singular === '' ? [] : validateLabel(singular, `${field}.singular`)),
    ...validateKindName(kind, `${field}.kind`),
    ...validateKindName(listKind, `${field}.listKind`),
    ...shortNames.flatMap((name, index) => validateLabel(name, `${field}.shortNames[${index}]`)),
  ];
  if (kind !== '' && kind === listKind) {
    errors.push(invalidValue(`${field}.listKind`, listKind, 'kind and listKind may not be the same'));
  }
  return [
    ...errors,
    ...categories.flatMap((name, index) => validateLabel(name, `${field}.categories[${index}]`)),
  ];
}

function validatePath(
  path: string | undefined,
  under: '.spec.' | '.status.',
  field: string,
): readonly FieldError[] {
  if (!path) return [];
  if (!path.startsWith('.')) return [invalidValue(field, path, 'must be a simple json path starting with .')];
  if (path.startsWith(under)) return [];
  return [invalidValue(field, path, `should be a json path under ${under.slice(0, -1)}`)];
}

function validateScale(scale: CustomResourceSubresourceScale, field: string): readonly FieldError[] {
  const { labelSelectorPath, specReplicasPath, statusReplicasPath } = scale;
  return [
    ...(specReplicasPath ? [] : [required(`${field}.specReplicasPath`)]),
    ...validatePath(specReplicasPath, '.spec.', `${field}.specReplicasPath`),
    ...(statusReplicasPath ? [] : [required(`${field}.statusReplicasPath`)]),
    ...validatePath(statusReplicasPath, '.status.', `${field}.statusReplicasPath`),
    ...validatePath(labelSelectorPath, '.status.', `${field}.labelSelectorPath`),
  ];
}

function validateColumn(column: CustomResourceColumnDefinition, field: string): readonly FieldError[] {
  const { format, jsonPath = '', name = '', type = '' } = column;
  const errors: FieldError[] = name === '' ? [required(`${field}.name`)] : [];
  if (type === '') {
    errors.push(required(`${field}.type`, `must be one of ${COLUMN_TYPES.join(',')}`));
  } else if (!COLUMN_TYPES.includes(type)) {
    errors.push(invalidValue(`${field}.type`, type, `must be one of ${COLUMN_TYPES.join(',')}`));
  }
  if (format && !COLUMN_FORMATS.includes(format)) {
    errors.push(invalidValue(`${field}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  }
  if (jsonPath === '') errors.push(required(`${field}.JSONPath`));
  return errors;
}

/**
 * Every version has a schema, and it is structural. One that all versions share is looked at once, where the internal
 * form of a definition has it (apiextensions/v1 `conversion.go`: what is the same per version goes to the top).
 */
function validateSchema(
  version: CustomResourceDefinitionVersion,
  field: string,
  versions: readonly CustomResourceDefinitionVersion[],
): readonly FieldError[] {
  const own = `${field}.schema.openAPIV3Schema`;
  const schema = version.schema?.openAPIV3Schema;
  if (schema === undefined) return [required(own, 'schemas are required')];
  const isShared = versions.every((other) => equalValues(other.schema?.openAPIV3Schema, schema));
  if (isShared && versions[0] !== version) return [];
  const path = isShared ? 'spec.validation.openAPIV3Schema' : own;
  const errors = validateStructural(schema, path);
  return errors.length > 0 ? errors : validateRuleSchema(schema, path);
}

function validateVersion(
  version: CustomResourceDefinitionVersion,
  field: string,
  versions: readonly CustomResourceDefinitionVersion[],
): readonly FieldError[] {
  const { additionalPrinterColumns = [], name = '', selectableFields = [], subresources } = version;
  const schema = version.schema?.openAPIV3Schema ?? {};
  const scale = subresources?.scale;
  return [
    ...validateLabel(name, `${field}.name`),
    ...validateSchema(version, field, versions),
    ...(scale === undefined ? [] : validateScale(scale, `${field}.subresources.scale`)),
    ...additionalPrinterColumns.flatMap((one, index) =>
      validateColumn(one, `${field}.additionalPrinterColumns[${index}]`),
    ),
    ...validateSelectableFields(selectableFields, schema, `${field}.selectableFields`),
  ];
}

function validateConversion(conversion: CustomResourceConversion): readonly FieldError[] {
  const { strategy = '', webhook } = conversion;
  const field = 'spec.conversion';
  const errors: FieldError[] =
    strategy === '' ? [required(`${field}.strategy`)] : [...oneOf(`${field}.strategy`, strategy, STRATEGIES)];
  if (strategy === 'Webhook') {
    const config = webhook?.clientConfig;
    const path = `${field}.webhookClientConfig`;
    if (config === undefined) {
      errors.push(required(path, 'required when strategy is set to Webhook'));
    } else if ((config.url === undefined) === (config.service === undefined)) {
      errors.push(required(path, 'exactly one of url or service is required'));
    }
    if ((webhook?.conversionReviewVersions?.length ?? 0) === 0) {
      errors.push(required(`${field}.conversionReviewVersions`, 'must specify one of v1, v1beta1'));
    }
  } else if (webhook?.clientConfig !== undefined) {
    const detail = `should not be set when strategy is not set to Webhook`;
    errors.push({
      type: 'FieldValueForbidden',
      field: `${field}.webhookClientConfig`,
      body: `Forbidden: ${detail}`,
    });
  }
  return errors;
}

function validateGroup(group: string): readonly FieldError[] {
  if (group === '') return [required('spec.group')];
  const problems = dnsSubdomain(group);
  if (problems.length > 0) return [invalidValue('spec.group', group, problems.join(','))];
  if (group.includes('.')) return [];
  return [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
}

function validateSpec(spec: Partial<CustomResourceDefinitionSpec>): readonly FieldError[] {
  const { conversion, group = '', preserveUnknownFields, scope = '', versions = [] } = spec;
  const names: Names = spec.names ?? {};
  const errors: FieldError[] = [
    ...validateGroup(group),
    ...(scope === '' ? [required('spec.scope')] : []),
    ...(scope === '' || SCOPES.includes(scope) ? [] : [notSupported('spec.scope', scope, SCOPES)]),
  ];
  if (preserveUnknownFields === true) {
    const detail =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    errors.push(invalidValue('spec.preserveUnknownFields', true, detail));
  }
  for (const [index, version] of versions.entries()) {
    errors.push(...validateVersion(version, `spec.versions[${index}]`, versions));
  }
  if (new Set(versions.map(({ name }) => name)).size < versions.length) {
    errors.push(invalidValue('spec.versions', versions, 'must contain unique version names'));
  }
  if (versions.filter(({ storage }) => storage === true).length !== 1) {
    const detail = 'must have exactly one version marked as storage version';
    errors.push(invalidValue('spec.versions', versions, detail));
  }
  for (const key of ['plural', 'singular', 'kind', 'listKind'] as const) {
    if (!names[key]) errors.push(required(`spec.names.${key}`));
  }
  return [
    ...errors,
    ...validateNames(names, 'spec.names'),
    ...(conversion === undefined ? [] : validateConversion(conversion)),
  ];
}

/** Groups of Kubernetes' own are for APIs that were reviewed (`GetAPIApprovalState`). */
function validateApproval(object: NewObject<CustomResourceDefinition>): readonly FieldError[] {
  const group = object.spec?.group ?? '';
  if (!PROTECTED_GROUPS.some((own) => group === own || group.endsWith(`.${own}`))) return [];
  const value = object.metadata.annotations?.[APPROVED] ?? '';
  const field = `metadata.annotations[${APPROVED}]`;
  if (value === '') {
    const detail = `protected groups must have approval annotation "${APPROVED}", see https://github.com/kubernetes/enhancements/pull/1111`;
    return [required(field, detail)];
  }
  if (value.startsWith('unapproved') || /^[a-z][a-z0-9+.-]*:\/\/[^/]+/.test(value)) return [];
  const detail = `protected groups must have approval annotation "${APPROVED}" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111`;
  return [invalidValue(field, value, detail)];
}

/** A version that was stored once stays among the versions as long as objects may be stored in it. */
function validateStored(object: NewObject<CustomResourceDefinition>): readonly FieldError[] {
  const names = (object.spec?.versions ?? []).map(({ name }) => name);
  return (object.status?.storedVersions ?? []).flatMap((version, index) => {
    if (names.includes(version)) return [];
    const detail = `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`;
    return [invalidValue(`status.storedVersions[${index}]`, version, detail)];
  });
}

export function validateDefinition(object: NewObject<CustomResourceDefinition>): readonly FieldError[] {
  const { metadata, spec } = object;
  const { group = '', names } = spec ?? {};
  const errors: FieldError[] = [];
  if (metadata.name !== `${names?.plural ?? ''}.${group}`) {
    errors.push(invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  return [...errors, ...validateSpec(spec ?? {}), ...validateStored(object), ...validateApproval(object)];
}

export function validateDefinitionUpdate(
  next: CustomResourceDefinition,
  previous: CustomResourceDefinition,
): readonly FieldError[] {
  const errors: FieldError[] = [...validateDefinition(next)];
  const same = (field: string, value: unknown, before: unknown) => {
    if (!equalValues(value, before)) errors.push(invalidValue(field, value, IMMUTABLE));
  };
  const established = previous.status.conditions?.some(
    ({ status, type }) => type === 'Established' && status === 'True',
  );
  if (established === true) {
    same('spec.scope', next.spec.scope, previous.spec.scope);
    same('spec.names.kind', next.spec.names.kind, previous.spec.names.kind);
  }
  same('spec.group', next.spec.group, previous.spec.group);
  same('spec.names.plural', next.spec.names.plural, previous.spec.names.plural);
  return errors;
}
