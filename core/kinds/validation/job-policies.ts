import type { FieldError } from '../../api/status.ts';
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from '../../schema/types.generated.ts';
import {
  duplicate,
  invalidFor,
  invalidValue,
  nonNegative,
  notSupported,
  required,
  tooManyItems,
} from './fields.ts';
import { qualifiedName } from './names.ts';

/** A Job's policies (batch/validation `validatePodFailurePolicy`, `validateSuccessPolicy`). */

const RULES_MAX = 20;
const EXIT_CODES_MAX = 255;
const CONDITIONS_MAX = 20;
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];

/** `valid values: ["a" "b"]`, as Go prints a list of quoted texts. */
function validValues(values: readonly string[]): string {
  return `valid values: [${values.map((value) => JSON.stringify(value)).join(' ')}]`;
}

function requiredOneOf(
  path: string,
  value: string | undefined,
  values: readonly string[],
): readonly FieldError[] {
  if (value === undefined || value === '') return [required(path, validValues(values))];
  return values.includes(value) ? [] : [notSupported(path, value, values)];
}

function exitCodesErrors(
  { operator, containerName, values = [] }: Partial<PodFailurePolicyOnExitCodesRequirement>,
  path: string,
  containers: readonly string[],
): readonly FieldError[] {
  const errors: FieldError[] = [...requiredOneOf(`${path}.operator`, operator, OPERATORS)];
  if (containerName !== undefined && !containers.includes(containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalidValue(`${path}.containerName`, containerName, detail));
  }
  if (values.length === 0)
    errors.push(invalidValue(`${path}.values`, values, 'at least one value is required'));
  else if (values.length > EXIT_CODES_MAX) {
    errors.push(tooManyItems(`${path}.values`, values.length, EXIT_CODES_MAX));
  }
  for (const [place, value] of values.entries()) {
    const at = `${path}.values[${place}]`;
    if (operator === 'In' && value === 0) {
      errors.push(invalidValue(at, value, 'must not be 0 for the In operator'));
    }
    if (values.indexOf(value) < place) errors.push(duplicate(at, value));
  }
  if (values.some((value, place) => place > 0 && (values[place - 1] as number) > value)) {
    errors.push(invalidValue(`${path}.values`, values, 'must be ordered'));
  }
  return errors;
}

function conditionsErrors(
  patterns: readonly Partial<PodFailurePolicyOnPodConditionsPattern>[],
  path: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (patterns.length > CONDITIONS_MAX) errors.push(tooManyItems(path, patterns.length, CONDITIONS_MAX));
  for (const [place, { type = '', status }] of patterns.entries()) {
    errors.push(
      ...invalidFor(`${path}[${place}].type`, type, qualifiedName(type)),
      ...requiredOneOf(`${path}[${place}].status`, status, STATUSES),
    );
  }
  return errors;
}

function ruleErrors(
  spec: Partial<JobSpec>,
  rule: Partial<PodFailurePolicyRule>,
  path: string,
  containers: readonly string[],
): readonly FieldError[] {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const errors: FieldError[] = [];
  if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) {
      errors.push(invalidValue(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set'));
    }
  } else errors.push(...requiredOneOf(`${path}.action`, action, ACTIONS));
  if (onExitCodes !== undefined) {
    errors.push(...exitCodesErrors(onExitCodes, `${path}.onExitCodes`, containers));
  }
  errors.push(...conditionsErrors(onPodConditions, `${path}.onPodConditions`));
  const omitted = (body: string): FieldError => ({
    type: 'FieldValueInvalid',
    field: path,
    body: `Invalid value: ${body}`,
  });
  if (onExitCodes !== undefined && onPodConditions.length > 0) {
    errors.push(omitted('specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (onExitCodes === undefined && onPodConditions.length === 0) {
    errors.push(omitted('specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

export function validatePodFailurePolicy(spec: Partial<JobSpec>, path: string): readonly FieldError[] {
  if (spec.podFailurePolicy === undefined) return [];
  const { rules = [] } = spec.podFailurePolicy;
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {};
  const names = [...containers, ...initContainers].map(({ name }) => name);
  return [
    ...(rules.length > RULES_MAX ? [tooManyItems(`${path}.rules`, rules.length, RULES_MAX)] : []),
    ...rules.flatMap((rule, place) => ruleErrors(spec, rule, `${path}.rules[${place}]`, names)),
  ];
}

/** How many indexes a text like `0,2-4` names, or why it names none (`validateIndexesFormat`). */
function countedIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let before = -1;
  let count = 0;
  for (const part of text.split(',')) {
    const limits = part.split('-');
    if (limits.length > 2)
      return `the fragment ${JSON.stringify(part)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    const numbers: number[] = [];
    for (const limit of limits) {
      if (!/^-?\d+$/.test(limit)) {
        return `cannot convert string to integer for index: ${JSON.stringify(limit)}`;
      }
      const index = Number(limit);
      if (index >= completions) return `too large index: ${JSON.stringify(limit)}`;
      numbers.push(index);
    }
    const [first = 0, last = first] = numbers;
    if (first <= before) return `non-increasing order, previous: ${before}, current: ${first}`;
    if (limits.length === 2 && first >= last)
      return `non-increasing order, previous: ${first}, current: ${last}`;
    count += last - first + 1;
    before = last;
  }
  return count;
}

function successRuleErrors(
  { succeededIndexes, succeededCount }: SuccessPolicyRule,
  path: string,
  completions: number,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (succeededIndexes === undefined && succeededCount === undefined) {
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let named = 0;
  if (succeededIndexes !== undefined) {
    const outcome = countedIndexes(succeededIndexes, completions);
    if (typeof outcome === 'number') named = outcome;
    else {
      const detail = `error parsing succeededIndexes: ${outcome}`;
      errors.push(invalidValue(`${path}.succeededIndexes`, succeededIndexes, detail));
    }
  }
  if (succeededCount === undefined) return errors;
  const at = `${path}.succeededCount`;
  errors.push(...nonNegative(at, succeededCount));
  if (succeededCount > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
    errors.push(invalidValue(at, succeededCount, detail));
  }
  if (succeededIndexes !== undefined && succeededCount > named) {
    const detail = `must be less than or equal to ${named} (the number of indexes in the specified succeededIndexes field)`;
    errors.push(invalidValue(at, succeededCount, detail));
  }
  return errors;
}

export function validateSuccessPolicy(spec: Partial<JobSpec>, path: string): readonly FieldError[] {
  const { successPolicy, completionMode, completions = 0 } = spec;
  if (successPolicy === undefined) return [];
  if (completionMode !== 'Indexed') {
    return [invalidValue(path, successPolicy, 'requires indexed completion mode')];
  }
  const { rules = [] } = successPolicy;
  const errors: FieldError[] = [];
  if (rules.length === 0) {
    const detail = 'at least one rules must be specified when the successPolicy is specified';
    errors.push(required(`${path}.rules`, detail));
  }
  if (rules.length > RULES_MAX) errors.push(tooManyItems(`${path}.rules`, rules.length, RULES_MAX));
  return [
    ...errors,
    ...rules.flatMap((rule, place) => successRuleErrors(rule, `${path}.rules[${place}]`, completions)),
  ];
}
