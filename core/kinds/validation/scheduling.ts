import type { FieldError } from '../../api/status.ts';
import type {
  Affinity,
  NodeAffinity,
  NodeSelector,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from '../../schema/types.generated.ts';
import { duplicate, invalidFor, invalidValue, notSupported, oneOf, required } from './fields.ts';
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from './names.ts';
import { validateExpression, validateLabelSelector } from './selector.ts';

/** Affinity, tolerations and spread constraints (core/validation). */

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateWeight(weight: number | undefined, field: string): readonly FieldError[] {
  if (weight !== undefined && weight > 0 && weight <= 100) return [];
  return [invalidValue(`${field}.weight`, weight ?? 0, 'must be in the range 1-100')];
}

function validateTerm(term: NodeSelectorTerm | undefined, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, expression] of (term?.matchExpressions ?? []).entries()) {
    errors.push(...validateExpression(expression, `${field}.matchExpressions[${index}]`, 'nodes'));
  }
  for (const [index, expression] of (term?.matchFields ?? []).entries()) {
    const path = `${field}.matchFields[${index}]`;
    const { key = '', operator, values = [] } = expression;
    if (operator !== 'In' && operator !== 'NotIn') {
      errors.push(invalidValue(`${path}.operator`, operator, 'not a valid selector operator'));
    } else if (values.length !== 1) {
      errors.push(
        required(
          `${path}.values`,
          "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
        ),
      );
    }
    if (key !== 'metadata.name') {
      errors.push(invalidValue(`${path}.key`, key, 'not a valid field selector key'));
    } else {
      for (const [at, value] of values.entries()) {
        errors.push(...invalidFor(`${path}.values[${at}]`, value, dnsSubdomain(value)));
      }
    }
  }
  return errors;
}

export function validateNodeSelector(selector: NodeSelector, field: string): readonly FieldError[] {
  const path = `${field}.nodeSelectorTerms`;
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) return [required(path, 'must have at least one node selector term')];
  return terms.flatMap((term, index) => validateTerm(term, `${path}[${index}]`));
}

function validateNodeAffinity(affinity: NodeAffinity, field: string): readonly FieldError[] {
  const selector = affinity[REQUIRED];
  return [
    ...(selector === undefined ? [] : validateNodeSelector(selector, `${field}.${REQUIRED}`)),
    ...(affinity[PREFERRED] ?? []).flatMap((term, index) => {
      const path = `${field}.${PREFERRED}[${index}]`;
      return [...validateWeight(term.weight, path), ...validateTerm(term.preference, `${path}.preference`)];
    }),
  ];
}

function validateAffinityTerm(term: PodAffinityTerm | undefined, field: string): readonly FieldError[] {
  const { labelSelector, namespaceSelector, namespaces, topologyKey = '' } = term ?? {};
  return [
    ...validateLabelSelector(labelSelector, `${field}.labelSelector`),
    ...validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`),
    ...(namespaces ?? []).flatMap((name) => invalidFor(`${field}.namespace`, name, dnsLabel(name))),
    ...(topologyKey === '' ? [required(`${field}.topologyKey`, 'can not be empty')] : []),
    ...invalidFor(`${field}.topologyKey`, topologyKey, qualifiedName(topologyKey)),
  ];
}

function validatePodAffinity(affinity: PodAffinity, field: string): readonly FieldError[] {
  return [
    ...(affinity[REQUIRED] ?? []).flatMap((term, index) =>
      validateAffinityTerm(term, `${field}.${REQUIRED}[${index}]`),
    ),
    ...(affinity[PREFERRED] ?? []).flatMap((term, index) => {
      const path = `${field}.${PREFERRED}[${index}]`;
      return [
        ...validateWeight(term.weight, path),
        ...validateAffinityTerm(term.podAffinityTerm, `${path}.podAffinityTerm`),
      ];
    }),
  ];
}

export function validateAffinity(affinity: Affinity, field: string): readonly FieldError[] {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  return [
    ...(nodeAffinity === undefined ? [] : validateNodeAffinity(nodeAffinity, `${field}.nodeAffinity`)),
    ...(podAffinity === undefined ? [] : validatePodAffinity(podAffinity, `${field}.podAffinity`)),
    ...(podAntiAffinity === undefined
      ? []
      : validatePodAffinity(podAntiAffinity, `${field}.podAntiAffinity`)),
  ];
}

export function validateTaintEffect(effect: string | undefined, field: string): readonly FieldError[] {
  return oneOf(field, effect, EFFECTS);
}

function validateToleration(toleration: Toleration, field: string): readonly FieldError[] {
  const { key = '', value = '', effect = '', tolerationSeconds } = toleration;
  const operator: string = toleration.operator ?? '';
  const errors: FieldError[] = key === '' ? [] : [...invalidFor(`${field}.key`, key, qualifiedName(key))];
  if (key === '' && operator !== 'Exists') {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalidValue(`${field}.operator`, operator, detail));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(
      invalidValue(`${field}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"),
    );
  }
  if (operator === '' || operator === 'Equal') {
    const problems = labelValue(value);
    if (problems.length > 0) errors.push(invalidValue(`${field}.operator`, value, problems.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '') {
      const shown = {
        Key: key,
        Operator: operator,
        Value: value,
        Effect: effect,
        TolerationSeconds: tolerationSeconds ?? null,
      };
      const detail = "value must be empty when `operator` is 'Exists'";
      errors.push(invalidValue(`${field}.operator`, shown, detail));
    }
  } else {
    errors.push(notSupported(`${field}.operator`, operator, ['Equal', 'Exists']));
  }
  if (effect !== '') errors.push(...validateTaintEffect(effect, `${field}.effect`));
  return errors;
}

export function validateTolerations(
  tolerations: readonly Toleration[],
  field: string,
): readonly FieldError[] {
  return tolerations.flatMap((toleration, index) => validateToleration(toleration, `${field}[${index}]`));
}

function validateConstraint(constraint: TopologySpreadConstraint, field: string): readonly FieldError[] {
  const { maxSkew = 0, minDomains, topologyKey = '', whenUnsatisfiable } = constraint;
  const errors: FieldError[] = [];
  if (maxSkew <= 0) errors.push(invalidValue(`${field}.maxSkew`, maxSkew, 'must be greater than zero'));
  if (topologyKey === '') errors.push(required(`${field}.topologyKey`, 'can not be empty'));
  else errors.push(...invalidFor(`${field}.topologyKey`, topologyKey, qualifiedName(topologyKey)));
  errors.push(...oneOf(`${field}.whenUnsatisfiable`, whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway']));
  if (minDomains !== undefined) {
    if (minDomains <= 0)
      errors.push(invalidValue(`${field}.minDomains`, minDomains, 'must be greater than zero'));
    if (whenUnsatisfiable !== 'DoNotSchedule') {
      const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
      errors.push(invalidValue(`${field}.minDomains`, minDomains, detail));
    }
  }
  for (const name of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
    const policy = constraint[name];
    if (policy !== undefined) errors.push(...oneOf(`${field}.${name}`, policy, ['Honor', 'Ignore']));
  }
  errors.push(...validateLabelSelector(constraint.labelSelector, `${field}.labelSelector`));
  return errors;
}

export function validateSpread(
  constraints: readonly TopologySpreadConstraint[],
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Map<string, number>();
  for (const [index, constraint] of constraints.entries()) {
    errors.push(...validateConstraint(constraint, `${field}[${index}]`));
    const pair = `{${constraint.topologyKey}, ${constraint.whenUnsatisfiable}}`;
    const first = seen.get(pair);
    if (first === undefined) seen.set(pair, index);
    else errors.push(duplicate(`${field}[${first}].{topologyKey, whenUnsatisfiable}`, pair));
  }
  return errors;
}
