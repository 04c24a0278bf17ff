import type { StringMap } from './api/object.ts';
import type { LabelSelector } from './schema/types.generated.ts';

/** `labels.Requirement` of apimachinery; the operator's name is how a selector's text writes it. */
export interface Requirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  /** Sorted; empty for `exists` and `!`. */
  readonly values: readonly string[];
}

export type SelectorOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

export type Matcher = (labels: StringMap | undefined) => boolean;

/** A requirement as the API's objects write it: of a label selector, or of a node selector (`Gt`, `Lt` too). */
export interface ExpressionLike {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

const OPERATOR: Readonly<Record<string, SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
};

const NOTHING: Matcher = () => false;
const EVERYTHING: Matcher = () => true;
/** What Go's ParseInt takes: decimal digits with a sign, within an int64. */
const INTEGER = /^[+-]?\d{1,19}$/;

function sorted(values: readonly string[] | undefined): readonly string[] {
  return values === undefined ? [] : values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function byKey(a: Requirement, b: Requirement): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function requirementsOfMap(labels: StringMap): readonly Requirement[] {
  return Object.keys(labels)
    .filter((key) => labels[key] !== undefined)
    .map((key): Requirement => ({ key, operator: '=', values: [labels[key]!] }))
    .sort(byKey);
}

/** `undefined` where an operator is none of the API's: validation refuses it, and such a selector matches nothing. */
function requirementsOfExpressions(
  expressions: readonly ExpressionLike[],
): readonly Requirement[] | undefined {
  const requirements: Requirement[] = [];
  for (const { key, operator, values } of expressions) {
    const known = OPERATOR[operator];
    if (known === undefined) return undefined;
    requirements.push({ key, operator: known, values: sorted(values) });
  }
  return requirements;
}

/** All requirements of a selector of the API, by key; `undefined` where it has an unknown operator. */
function requirementsOf(selector: LabelSelector): readonly Requirement[] | undefined {
  const expressions = requirementsOfExpressions(selector.matchExpressions ?? []);
  if (expressions === undefined) return undefined;
  return [...requirementsOfMap(selector.matchLabels ?? {}), ...expressions].sort(byKey);
}

function comparison(key: string, operator: 'gt' | 'lt', bound: string | undefined): Matcher {
  if (bound === undefined || !INTEGER.test(bound)) return NOTHING;
  const limit = BigInt(bound);
  return (labels) => {
    const value = labels?.[key];
    if (value === undefined || !INTEGER.test(value)) return false;
    return operator === 'gt' ? BigInt(value) > limit : BigInt(value) < limit;
  };
}

/** Whether labels meet one requirement (`Requirement.Matches`: an absent key meets `!=` and `notin`). */
function matcherOf({ key, operator, values }: Requirement): Matcher {
  const first = values[0];
  switch (operator) {
    case '=':
    case '==':
      return (labels) => labels?.[key] === first && first !== undefined;
    case '!=':
      return (labels) => labels?.[key] !== first;
    case 'in':
      return (labels) => {
        const value = labels?.[key];
        return value !== undefined && values.includes(value);
      };
    case 'notin':
      return (labels) => {
        const value = labels?.[key];
        return value === undefined || !values.includes(value);
      };
    case 'exists':
      return (labels) => labels?.[key] !== undefined;
    case '!':
      return (labels) => labels?.[key] === undefined;
    case 'gt':
    case 'lt':
      return comparison(key, operator, first);
  }
}

/** A function of all requirements; an empty list matches everything. */
export function compileRequirements(requirements: readonly Requirement[]): Matcher {
  const matchers = requirements.map(matcherOf);
  const [only] = matchers;
  if (only === undefined) return EVERYTHING;
  if (matchers.length === 1) return only;
  // The pods of a template share their labels, and come one after the other.
  let lastLabels: StringMap | undefined;
  let lastAnswer = false;
  return (labels) => {
    if (labels !== undefined && labels === lastLabels) return lastAnswer;
    lastLabels = labels;
    lastAnswer = matchers.every((matcher) => matcher(labels));
    return lastAnswer;
  };
}

const compiledSelectors = new WeakMap<LabelSelector, Matcher>();

/** `LabelSelectorAsSelector`: an absent selector matches nothing, an empty one everything. Memoised by identity. */
export function compileSelector(selector: LabelSelector | undefined): Matcher {
  if (selector === undefined) return NOTHING;
  const known = compiledSelectors.get(selector);
  if (known !== undefined) return known;
  const requirements = requirementsOf(selector);
  const matcher = requirements === undefined ? NOTHING : compileRequirements(requirements);
  compiledSelectors.set(selector, matcher);
  return matcher;
}

const compiledMaps = new WeakMap<StringMap, Matcher>();

/** `SelectorFromSet`, as a Service's or a pod's nodeSelector: every label as written; absent or empty matches everything. */
export function selectorFromMap(labels: StringMap | undefined): Matcher {
  if (labels === undefined) return EVERYTHING;
  const known = compiledMaps.get(labels);
  if (known !== undefined) return known;
  const matcher = compileRequirements(requirementsOfMap(labels));
  compiledMaps.set(labels, matcher);
  return matcher;
}

const compiledExpressions = new WeakMap<readonly ExpressionLike[], Matcher>();

/** The expressions of one node selector term, all of which must hold. Memoised by identity. */
export function compileExpressions(expressions: readonly ExpressionLike[]): Matcher {
  const known = compiledExpressions.get(expressions);
  if (known !== undefined) return known;
  const requirements = requirementsOfExpressions(expressions);
  const matcher = requirements === undefined ? NOTHING : compileRequirements(requirements);
  compiledExpressions.set(expressions, matcher);
  return matcher;
}

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case 'gt':
      return `${key}>${values.join(',')}`;
    case 'lt':
      return `${key}<${values.join(',')}`;
    default:
      return `${key}${operator}${values.join(',')}`;
  }
}

/** As `Selector.String()`; the empty text for no requirements. */
export function formatRequirements(requirements: readonly Requirement[]): string {
  return requirements.map(formatRequirement).join(',');
}

/** As kubectl prints a selector (`metav1.FormatLabelSelector`): `app=web,tier in (a,b)`, or `<none>`. */
export function formatSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return '<none>';
  const requirements = requirementsOf(selector);
  if (requirements === undefined) return '<error>';
  return requirements.length === 0 ? '<none>' : formatRequirements(requirements);
}

/** `labels.FormatLabels`: `app=web,tier=front` by key, or `<none>`. */
export function formatLabels(labels: StringMap | undefined): string {
  const text = labels === undefined ? '' : formatRequirements(requirementsOfMap(labels));
  return text === '' ? '<none>' : text;
}
