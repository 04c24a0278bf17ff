import type { NewObject } from '../../api/object.ts';
import type { FieldError } from '../../api/status.ts';
import type {
  FlowcontrolV1Subject,
  FlowSchema,
  LimitedPriorityLevelConfiguration,
  NonResourcePolicyRule,
  PriorityLevelConfiguration,
  QueuingConfiguration,
  ResourcePolicyRule,
} from '../../schema/types.generated.ts';
import { forbiddenField, invalidFor, invalidValue, notSupported, required } from './fields.ts';
import { dnsLabel, dnsSubdomain } from './names.ts';

/** FlowSchemas and PriorityLevelConfigurations (flowcontrol/validation). */

const PRECEDENCE_MAX = 10_000;
const QUEUES_MAX = 10_000_000;
const ENTROPY_MAX = 60;
const DISTINGUISHERS = ['ByNamespace', 'ByUser'];
const SUBJECTS = ['Group', 'ServiceAccount', 'User'];
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

function validateSubject(subject: FlowcontrolV1Subject, field: string): readonly FieldError[] {
  const { group, kind = '', serviceAccount, user } = subject;
  if (!SUBJECTS.includes(kind)) return [notSupported(`${field}.kind`, kind, SUBJECTS)];
  const errors: FieldError[] = [];
  const parts = { serviceAccount, user, group } as const;
  const ownField = kind === 'ServiceAccount' ? 'serviceAccount' : kind === 'User' ? 'user' : 'group';
  for (const [name, given] of Object.entries(parts)) {
    const owner = name === 'serviceAccount' ? 'ServiceAccount' : name === 'user' ? 'User' : 'Group';
    const at = `${field}.${name}`;
    if (name !== ownField) {
      if (given === undefined) continue;
      errors.push(forbiddenField(at, `${name} is forbidden when subject kind is not '${owner}'`));
    } else if (given === undefined) {
      errors.push(required(at, `${name} is required when subject kind is '${owner}'`));
    }
  }
  if (serviceAccount !== undefined && kind === 'ServiceAccount') {
    const { name = '', namespace = '' } = serviceAccount;
    const at = `${field}.serviceAccount`;
    if (name === '') errors.push(required(`${at}.name`));
    else if (name !== '*') errors.push(...invalidFor(`${at}.name`, name, dnsSubdomain(name)));
    if (namespace === '')
      errors.push(required(`${at}.namespace`, 'must specify namespace for service account'));
    else errors.push(...invalidFor(`${at}.namespace`, namespace, dnsLabel(namespace)));
  }
  if (kind === 'User' && user?.name === '') errors.push(required(`${field}.user.name`));
  if (kind === 'Group' && group?.name === '') errors.push(required(`${field}.group.name`));
  return errors;
}

/** A list that is not empty, and stands alone where it means everything. */
function validateWords(
  words: readonly string[] | undefined,
  field: string,
  missing: string,
  others: string,
): readonly FieldError[] {
  if (words === undefined || words.length === 0) return [required(field, missing)];
  if (words.length === 1 || !words.includes('*')) return [];
  return [invalidValue(field, words, `if '*' is present, must not specify other ${others}`)];
}

function validateVerbs(verbs: readonly string[] | undefined, field: string): readonly FieldError[] {
  const errors = validateWords(verbs, field, 'verbs must contain at least one value', 'verbs');
  if (errors.length > 0 || verbs === undefined || verbs.includes('*')) return errors;
  const isUnknown = verbs.some((verb) => !VERBS.includes(verb));
  return isUnknown ? [notSupported(field, verbs, VERBS)] : [];
}

function validateResourceRule(rule: ResourcePolicyRule, field: string): readonly FieldError[] {
  const { apiGroups, clusterScope, namespaces = [], resources, verbs } = rule;
  const noGroup = 'resource rules must supply at least one api group';
  const noResource = 'resource rules must supply at least one resource';
  const errors: FieldError[] = [
    ...validateVerbs(verbs, `${field}.verbs`),
    ...validateWords(apiGroups, `${field}.apiGroups`, noGroup, 'api groups'),
    ...validateWords(resources, `${field}.resources`, noResource, 'resources'),
  ];
  if (namespaces.length === 0 && clusterScope !== true) {
    const detail = 'resource rules that are not cluster scoped must supply at least one namespace';
    errors.push(required(`${field}.namespaces`, detail));
  } else if (namespaces.length > 1 && namespaces.includes('*')) {
    const detail = "if '*' is present, must not specify other namespaces";
    errors.push(invalidValue(`${field}.namespaces`, namespaces, detail));
  } else {
    for (const [index, name] of namespaces.entries()) {
      if (name !== '*') errors.push(...invalidFor(`${field}.namespaces[${index}]`, name, dnsLabel(name)));
    }
  }
  return errors;
}

function urlProblem(path: string): string | undefined {
  if (path === '') return 'must not be empty';
  if (path === '/') return undefined;
  if (!path.startsWith('/')) return 'must start with slash';
  if (path.includes(' ')) return 'must not contain white-space';
  if (path.includes('//')) return 'must not contain double slash';
  const star = path.indexOf('*');
  const isSuffix = star < 0 || (star === path.length - 1 && path[star - 1] === '/');
  return isSuffix ? undefined : 'wildcard can only do suffix matching';
}

function validateUrlRule(
  { nonResourceURLs, verbs }: NonResourcePolicyRule,
  field: string,
): readonly FieldError[] {
  const at = `${field}.nonResourceURLs`;
  const missing = 'nonResourceURLs must contain at least one value';
  const errors: FieldError[] = [
    ...validateVerbs(verbs, `${field}.verbs`),
    ...validateWords(nonResourceURLs, at, missing, 'non-resource URLs'),
  ];
  for (const [index, url] of (nonResourceURLs ?? []).entries()) {
    const problem = url === '*' ? undefined : urlProblem(url);
    if (problem !== undefined) errors.push(invalidValue(`${at}[${index}]`, url, problem));
  }
  return errors;
}

export function validateFlowSchema({ metadata, spec }: NewObject<FlowSchema>): readonly FieldError[] {
  const { distinguisherMethod, matchingPrecedence = 0, priorityLevelConfiguration, rules = [] } = spec ?? {};
  const errors: FieldError[] = [];
  const at = 'spec.matchingPrecedence';
  if (matchingPrecedence <= 0) {
    errors.push(invalidValue(at, matchingPrecedence, 'must be a positive value'));
  }
  if (matchingPrecedence > PRECEDENCE_MAX) {
    errors.push(invalidValue(at, matchingPrecedence, `must not be greater than ${PRECEDENCE_MAX}`));
  }
  if (matchingPrecedence === 1 && metadata.name !== 'exempt') {
    const detail = "only the schema named 'exempt' may have matchingPrecedence 1";
    errors.push(invalidValue(at, matchingPrecedence, detail));
  }
  if (distinguisherMethod !== undefined && !DISTINGUISHERS.includes(distinguisherMethod.type)) {
    const { type = '' } = distinguisherMethod;
    errors.push(notSupported('spec.distinguisherMethod.type', type, DISTINGUISHERS));
  }
  const level = priorityLevelConfiguration?.name ?? '';
  const levelField = 'spec.priorityLevelConfiguration.name';
  if (level === '') errors.push(required(levelField, 'must reference a priority level'));
  else errors.push(...invalidFor(levelField, level, dnsSubdomain(level)));
  for (const [index, rule] of rules.entries()) {
    const field = `spec.rules[${index}]`;
    const { nonResourceRules = [], resourceRules = [], subjects = [] } = rule;
    if (subjects.length === 0) {
      errors.push(required(`${field}.subjects`, 'subjects must contain at least one value'));
    }
    errors.push(...subjects.flatMap((one, i) => validateSubject(one, `${field}.subjects[${i}]`)));
    if (resourceRules.length === 0 && nonResourceRules.length === 0) {
      const detail = 'at least one of resourceRules and nonResourceRules has to be non-empty';
      errors.push(required(field, detail));
    }
    errors.push(
      ...resourceRules.flatMap((one, i) => validateResourceRule(one, `${field}.resourceRules[${i}]`)),
    );
    errors.push(
      ...nonResourceRules.flatMap((one, i) => validateUrlRule(one, `${field}.nonResourceRules[${i}]`)),
    );
  }
  return errors;
}

/** Bits that it takes to deal a hand (`shufflesharding.RequiredEntropyBits`). */
function entropyBits(deck: number, hand: number): number {
  let product = 1n;
  for (let index = 0; index < hand; index += 1) product *= BigInt(deck - index);
  return (product - 1n).toString(2).length;
}

function validateQueuing(queuing: QueuingConfiguration, field: string): readonly FieldError[] {
  const { handSize = 0, queueLengthLimit = 0, queues = 0 } = queuing;
  const errors: FieldError[] = [];
  if (queueLengthLimit <= 0) {
    errors.push(invalidValue(`${field}.queueLengthLimit`, queueLengthLimit, 'must be positive'));
  }
  if (queues <= 0) errors.push(invalidValue(`${field}.queues`, queues, 'must be positive'));
  else if (queues > QUEUES_MAX) {
    errors.push(invalidValue(`${field}.queues`, queues, `must not be greater than ${QUEUES_MAX}`));
  }
  const hand = `${field}.handSize`;
  if (handSize <= 0) errors.push(invalidValue(hand, handSize, 'must be positive'));
  else if (handSize > queues) {
    errors.push(invalidValue(hand, handSize, `should not be greater than queues (${queues})`));
  } else if (
    queues <= QUEUES_MAX &&
    (handSize > ENTROPY_MAX || entropyBits(queues, handSize) > ENTROPY_MAX)
  ) {
    const detail = `required entropy bits of deckSize ${queues} and handSize ${handSize} should not be greater than ${ENTROPY_MAX}`;
    errors.push(invalidValue(hand, handSize, detail));
  }
  return errors;
}

function validatePercent(value: number | undefined, field: string): readonly FieldError[] {
  if (value === undefined || (value >= 0 && value <= 100)) return [];
  return [invalidValue(field, value, 'must be between 0 and 100, inclusive')];
}

function validateShares(value: number | undefined, field: string): readonly FieldError[] {
  if (value === undefined || value >= 0) return [];
  return [invalidValue(field, value, 'must be a non-negative integer')];
}

function validateLimited(limited: LimitedPriorityLevelConfiguration, field: string): readonly FieldError[] {
  const { borrowingLimitPercent, lendablePercent, limitResponse, nominalConcurrencyShares } = limited;
  const { queuing, type = '' } = limitResponse ?? {};
  const errors: FieldError[] = [
    ...validateShares(nominalConcurrencyShares, `${field}.nominalConcurrencyShares`),
    ...validatePercent(lendablePercent, `${field}.lendablePercent`),
  ];
  if (borrowingLimitPercent !== undefined && borrowingLimitPercent < 0) {
    const detail = 'if specified, must be a non-negative integer';
    errors.push(invalidValue(`${field}.borrowingLimitPercent`, borrowingLimitPercent, detail));
  }
  const at = `${field}.limitResponse`;
  if (type === 'Reject') {
    const detail = 'must be nil if limited.limitResponse.type is not Limited';
    if (queuing !== undefined) errors.push(forbiddenField(`${at}.queuing`, detail));
  } else if (type === 'Queue') {
    if (queuing === undefined) {
      errors.push(required(`${at}.queuing`, 'must not be empty if limited.limitResponse.type is Limited'));
    } else errors.push(...validateQueuing(queuing, `${at}.queuing`));
  } else errors.push(notSupported(`${at}.type`, type, ['Queue', 'Reject']));
  return errors;
}

export function validatePriorityLevel({
  metadata,
  spec,
}: NewObject<PriorityLevelConfiguration>): readonly FieldError[] {
  const { exempt, limited, type = '' } = spec ?? {};
  const { name = '' } = metadata;
  const errors: FieldError[] = [];
  if ((name === 'exempt') !== (type === 'Exempt')) {
    const detail = `type must be ${name === 'exempt' ? "'Exempt'" : "'Limited'"} for the priority level '${name}'`;
    // Other levels may not be exempt, and a type that there is not is told below.
    if (type === 'Exempt' || type === 'Limited') errors.push(invalidValue('spec.type', type, detail));
  }
  if (type === 'Exempt') {
    if (limited !== undefined) {
      errors.push(forbiddenField('spec.limited', 'must be nil if the type is not Limited'));
    }
    errors.push(
      ...validateShares(exempt?.nominalConcurrencyShares, 'spec.exempt.nominalConcurrencyShares'),
      ...validatePercent(exempt?.lendablePercent, 'spec.exempt.lendablePercent'),
    );
  } else if (type === 'Limited') {
    if (exempt !== undefined) {
      errors.push(forbiddenField('spec.exempt', 'must be nil if the type is Limited'));
    }
    if (limited === undefined) {
      errors.push(required('spec.limited', 'must not be empty when type is Limited'));
    } else errors.push(...validateLimited(limited, 'spec.limited'));
  } else errors.push(notSupported('spec.type', type, ['Exempt', 'Limited']));
  return errors;
}
