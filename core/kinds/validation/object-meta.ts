import type { NewObjectMeta, OwnerReference, StringMap } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type { KindStrategy } from '../kind.ts';
import {
  forbiddenField,
  invalidFor,
  invalidValue,
  nonNegative,
  required,
  sortedKeys,
  tooLongValue,
} from './fields.ts';
import {
  byteLength,
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  labelValue,
  type NameCheck,
  pathSegment,
  qualifiedName,
  withoutTrailingDash,
} from './names.ts';

export type NameRule = NonNullable<KindStrategy['nameRule']>;

const NAME_CHECKS: Readonly<Record<NameRule, NameCheck>> = {
  'dns-label': dnsLabel,
  'dns-1035-label': dns1035Label,
  subdomain: dnsSubdomain,
  'path-segment': pathSegment,
};

/** apimachinery `TotalAnnotationSizeLimitB`. */
const ANNOTATIONS_SIZE_MAX = 256 * 1024;
/** Finalizers that need no domain (core/v1 and meta/v1 constants). */
const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion'];
const NO_ERRORS: readonly FieldError[] = [];

/** Maps and lists of metadata are shared by the objects of one owner: each is checked once. */
const checkedParts = new WeakMap<object, readonly FieldError[]>();

function once<T extends object>(
  part: T | undefined,
  check: (part: T) => readonly FieldError[],
): readonly FieldError[] {
  if (part === undefined) return NO_ERRORS;
  const known = checkedParts.get(part);
  if (known !== undefined) return known;
  const errors = check(part);
  checkedParts.set(part, errors.length === 0 ? NO_ERRORS : errors);
  return errors;
}

export function validateLabels(labels: StringMap | undefined, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const key of sortedKeys(labels)) {
    errors.push(...invalidFor(field, key, qualifiedName(key)));
    const value = labels![key]!;
    errors.push(...invalidFor(field, value, labelValue(value)));
  }
  return errors;
}

export function validateAnnotations(
  annotations: StringMap | undefined,
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const key of sortedKeys(annotations)) {
    // The rule of label keys, but in any case.
    errors.push(...invalidFor(field, key, qualifiedName(key.toLowerCase())));
    size += byteLength(key) + byteLength(annotations![key]!);
  }
  if (size > ANNOTATIONS_SIZE_MAX) errors.push(tooLongValue(field, ANNOTATIONS_SIZE_MAX));
  return errors;
}

function validateOwners(owners: readonly OwnerReference[]): readonly FieldError[] {
  const field = 'metadata.ownerReferences';
  const errors: FieldError[] = [];
  let controller: OwnerReference | undefined;
  for (const owner of owners) {
    const { apiVersion = '', kind = '', name = '', uid = '' } = owner;
    const version = apiVersion.slice(apiVersion.lastIndexOf('/') + 1);
    if (version === '')
      errors.push(invalidValue(`${field}.apiVersion`, apiVersion, 'version must not be empty'));
    if (kind === '') errors.push(invalidValue(`${field}.kind`, kind, 'kind must not be empty'));
    if (name === '') errors.push(invalidValue(`${field}.name`, name, 'name must not be empty'));
    if (uid === '') errors.push(invalidValue(`${field}.uid`, uid, 'uid must not be empty'));
    if (apiVersion === 'v1' && kind === 'Event') {
      errors.push(invalidValue(field, owner, '/v1, Kind=Event is disallowed from being an owner'));
    }
    if (owner.controller !== true) continue;
    if (controller !== undefined) {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller.name} and ${name}`;
      errors.push(invalidValue(field, owners, detail));
    }
    controller ??= owner;
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[]): readonly FieldError[] {
  const field = 'metadata.finalizers';
  const errors: FieldError[] = [];
  for (const finalizer of finalizers) errors.push(...invalidFor(field, finalizer, qualifiedName(finalizer)));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    const detail = 'finalizer orphan and foregroundDeletion cannot be both set';
    errors.push(invalidValue(field, finalizers, detail));
  }
  for (const [index, finalizer] of finalizers.entries()) {
    if (finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer)) continue;
    const detail = 'name is neither a standard finalizer name nor is it fully qualified';
    errors.push(invalidValue(`${field}[${index}]`, finalizer, detail));
  }
  return errors;
}

const validateLabelsOfMeta = (labels: StringMap) => validateLabels(labels, 'metadata.labels');
const validateAnnotationsOfMeta = (annotations: StringMap) =>
  validateAnnotations(annotations, 'metadata.annotations');

/** Names and namespaces repeat little, but a generated name's prefix and a namespace do: the last good one is kept. */
let lastGoodNamespace = '';

function validateNames(meta: NewObjectMeta, namespaced: boolean, rule: NameRule): readonly FieldError[] {
  const { name, generateName, namespace } = meta;
  const check = NAME_CHECKS[rule];
  const nameProblems = name === undefined || name === '' ? undefined : check(name);
  const namespaceGood = namespaced
    ? namespace !== undefined &&
      namespace !== '' &&
      (namespace === lastGoodNamespace || dnsLabel(namespace).length === 0)
    : namespace === undefined || namespace === '';
  // A prefix of a good name with a good first letter is good as well, but for its end, which the name continues.
  const prefixGood =
    generateName === undefined ||
    generateName === '' ||
    (nameProblems?.length === 0 && name!.startsWith(generateName) && !generateName.endsWith('.')) ||
    check(withoutTrailingDash(generateName)).length === 0;
  if (nameProblems?.length === 0 && namespaceGood && prefixGood) {
    if (namespaced) lastGoodNamespace = namespace!;
    return NO_ERRORS;
  }
  const errors: FieldError[] = [];
  if (generateName !== undefined && !prefixGood) {
    errors.push(
      ...invalidFor('metadata.generateName', generateName, check(withoutTrailingDash(generateName))),
    );
  }
  if (nameProblems === undefined) errors.push(required('metadata.name', 'name or generateName is required'));
  else errors.push(...invalidFor('metadata.name', name, nameProblems));
  if (!namespaceGood) {
    if (!namespaced) errors.push(forbiddenField('metadata.namespace', 'not allowed on this type'));
    else if (namespace === undefined || namespace === '') errors.push(required('metadata.namespace'));
    else errors.push(...invalidFor('metadata.namespace', namespace, dnsLabel(namespace)));
  }
  return errors;
}

/** `ValidateObjectMeta`: names by the kind's rule, labels, annotations, owners, finalizers. Hot path on create. */
export function validateObjectMeta(
  meta: NewObjectMeta,
  namespaced: boolean,
  rule: NameRule,
): readonly FieldError[] {
  const names = validateNames(meta, namespaced, rule);
  const generation = nonNegative('metadata.generation', meta.generation);
  const labels = once(meta.labels, validateLabelsOfMeta);
  const annotations = once(meta.annotations, validateAnnotationsOfMeta);
  const owners = once(meta.ownerReferences, validateOwners);
  const finalizers = once(meta.finalizers, validateFinalizers);
  if (
    names.length +
      generation.length +
      labels.length +
      annotations.length +
      owners.length +
      finalizers.length ===
    0
  ) {
    return NO_ERRORS;
  }
  return [...names, ...generation, ...labels, ...annotations, ...owners, ...finalizers];
}
