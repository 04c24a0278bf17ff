import { fn, type Library } from '../overload.ts';
import { Opaque } from '../value.ts';

/** Asking what somebody may do (https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-authorizer-library). */
export interface Who {
  readonly name: string;
  readonly groups: readonly string[];
}

export interface Question {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface PathQuestion {
  readonly verb: string;
  readonly path: string;
}

export interface Answer {
  readonly allowed: boolean;
  readonly reason: string;
}

export type Authorize = (who: Who, question: Question | PathQuestion) => Answer;

export const AUTHORIZER = 'kubernetes.authorization.Authorizer';
export const RESOURCE_CHECK = 'kubernetes.authorization.ResourceCheck';
const GROUP_CHECK = 'kubernetes.authorization.GroupCheck';
const PATH_CHECK = 'kubernetes.authorization.PathCheck';
const DECISION = 'kubernetes.authorization.Decision';

/** What a check costs (apiserver `cel/library/cost.go`). */
const CHECK_COST = 350_000;

abstract class Part extends Opaque {
  equals(other: Opaque): boolean {
    return this === other;
  }
}

export class AuthorizerValue extends Part {
  readonly type = AUTHORIZER;
  readonly authorize: Authorize;
  readonly who: Who;

  constructor(authorize: Authorize, who: Who) {
    super();
    this.authorize = authorize;
    this.who = who;
  }
}

class PathCheck extends Part {
  readonly type = PATH_CHECK;
  readonly of: AuthorizerValue;
  readonly path: string;

  constructor(of: AuthorizerValue, path: string) {
    super();
    this.of = of;
    this.path = path;
  }
}

class GroupCheck extends Part {
  readonly type = GROUP_CHECK;
  readonly of: AuthorizerValue;
  readonly group: string;

  constructor(of: AuthorizerValue, group: string) {
    super();
    this.of = of;
    this.group = group;
  }
}

export class ResourceCheck extends Part {
  readonly type = RESOURCE_CHECK;
  readonly of: AuthorizerValue;
  readonly question: Omit<Question, 'verb'>;

  constructor(of: AuthorizerValue, question: Omit<Question, 'verb'>) {
    super();
    this.of = of;
    this.question = question;
  }

  with(change: Partial<Question>): ResourceCheck {
    return new ResourceCheck(this.of, { ...this.question, ...change });
  }
}

class DecisionValue extends Part {
  readonly type = DECISION;
  readonly answer: Answer;

  constructor(answer: Answer) {
    super();
    this.answer = answer;
  }
}

const decided = (value: unknown): Answer => (value as DecisionValue).answer;

function serviceAccount(of: AuthorizerValue, namespace: string, name: string): AuthorizerValue {
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  return new AuthorizerValue(of.authorize, { name: `system:serviceaccount:${namespace}:${name}`, groups });
}

export const AUTHORIZATION: Library = [
  fn(
    'path',
    `${AUTHORIZER}.(string) ${PATH_CHECK}`,
    ([of, path]) => new PathCheck(of as AuthorizerValue, path as string),
  ),
  fn('check', `${PATH_CHECK}.(string) ${DECISION}`, ([check, verb], { charge }) => {
    charge(CHECK_COST);
    const { of, path } = check as PathCheck;
    return new DecisionValue(of.authorize(of.who, { verb: verb as string, path }));
  }),
  fn(
    'group',
    `${AUTHORIZER}.(string) ${GROUP_CHECK}`,
    ([of, group]) => new GroupCheck(of as AuthorizerValue, group as string),
  ),
  fn('serviceAccount', `${AUTHORIZER}.(string, string) ${AUTHORIZER}`, ([of, namespace, name]) =>
    serviceAccount(of as AuthorizerValue, namespace as string, name as string),
  ),
  fn('resource', `${GROUP_CHECK}.(string) ${RESOURCE_CHECK}`, ([check, resource]) => {
    const { of, group } = check as GroupCheck;
    return new ResourceCheck(of, {
      group,
      resource: resource as string,
      subresource: '',
      namespace: '',
      name: '',
    });
  }),
  ...(['subresource', 'namespace', 'name'] as const).map((part) =>
    fn(part, `${RESOURCE_CHECK}.(string) ${RESOURCE_CHECK}`, ([check, value]) =>
      (check as ResourceCheck).with({ [part]: value as string }),
    ),
  ),
  // What is selected by fields or labels is judged as everything is: RBAC knows no selectors.
  ...['fieldSelector', 'labelSelector'].map((name) =>
    fn(name, `${RESOURCE_CHECK}.(string) ${RESOURCE_CHECK}`, ([check]) => check as ResourceCheck),
  ),
  fn('check', `${RESOURCE_CHECK}.(string) ${DECISION}`, ([check, verb], { charge }) => {
    charge(CHECK_COST);
    const { of, question } = check as ResourceCheck;
    return new DecisionValue(of.authorize(of.who, { ...question, verb: verb as string }));
  }),
  fn('allowed', `${DECISION}.() bool`, ([decision]) => decided(decision).allowed),
  fn('reason', `${DECISION}.() string`, ([decision]) => decided(decision).reason),
  fn('errored', `${DECISION}.() bool`, () => false),
  fn('error', `${DECISION}.() string`, () => ''),
];
