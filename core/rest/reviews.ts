import { badRequest, failure, invalid, type Status } from '../api/status.ts';
import { invalidValue } from '../kinds/validation/fields.ts';
import { aggregate, decide, grantsFor } from '../rbac/access.ts';
import type { Requester } from '../rbac/requester.ts';
import type { Access } from '../rbac/rule.ts';
import { isJsonObject } from '../schema/decoding.ts';
import type { View } from '../store/view.ts';
import { answer, type RestAnswer, type RestRequest, refusal } from './request.ts';

/**
 * Questions that are asked with a POST and answered at once: who am I, what may I do. They write nothing, and no log
 * holds them (authorization/v1, authentication/v1).
 */
const AUTHENTICATION = 'authentication.k8s.io/v1';
const AUTHORIZATION = 'authorization.k8s.io/v1';

type Fields = Readonly<Record<string, unknown>>;
type FieldErrors = Parameters<typeof invalid>[2];

/** Whose token it is, or why it is nobody's; asked of whoever knows the keys. */
export type TokenAnswer =
  | { readonly user: Requester; readonly audiences: readonly string[] }
  | { readonly error: string };
export type AskToken = (token: string, audiences: readonly string[]) => TokenAnswer;

interface Question {
  readonly view: View;
  readonly who: Requester;
  readonly metadata: Fields;
  readonly spec: Fields;
  /** Of the path. */
  readonly namespace: string;
  readonly askToken: AskToken;
}

function textIn(fields: Fields, field: string): string {
  const value = fields[field];
  return typeof value === 'string' ? value : '';
}

function textsIn(fields: Fields, field: string): readonly string[] {
  const value = fields[field];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** What is asked about, where the question is complete. */
function accessIn({ resourceAttributes, nonResourceAttributes }: Fields): Access | undefined {
  if (isJsonObject(nonResourceAttributes)) {
    return { verb: textIn(nonResourceAttributes, 'verb'), path: textIn(nonResourceAttributes, 'path') };
  }
  if (!isJsonObject(resourceAttributes)) return undefined;
  const [resource, subresource] = [
    textIn(resourceAttributes, 'resource'),
    textIn(resourceAttributes, 'subresource'),
  ];
  return {
    verb: textIn(resourceAttributes, 'verb'),
    group: textIn(resourceAttributes, 'group'),
    resource: subresource === '' ? resource : `${resource}/${subresource}`,
    namespace: textIn(resourceAttributes, 'namespace'),
    name: textIn(resourceAttributes, 'name'),
  };
}

/** What is wrong with the question (authorization/validation). A pointer to nothing prints as a text. */
function attributeErrors(spec: Fields): FieldErrors {
  const [ofResource, ofPath] = [spec.resourceAttributes, spec.nonResourceAttributes].map(isJsonObject);
  if (ofResource && ofPath) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    return [invalidValue('spec.nonResourceAttributes', spec.nonResourceAttributes, detail)];
  }
  if (ofResource || ofPath) return [];
  const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [invalidValue('spec.resourceAttributes', 'null', detail)];
}

function subjectErrors(spec: Fields): FieldErrors {
  if (textIn(spec, 'user') !== '' || textsIn(spec, 'groups').length > 0) return [];
  return [invalidValue('spec.user', '', 'at least one of user or group must be specified')];
}

const NAME_FIELDS: readonly string[] = ['creationTimestamp', 'managedFields'];

function metadataErrors(metadata: Fields, allowed: readonly string[], detail: string): FieldErrors {
  const extra = Object.keys(metadata).filter(
    (field) => ![...NAME_FIELDS, ...allowed].includes(field) && metadata[field] !== undefined,
  );
  return extra.length === 0 ? [] : [invalidValue('metadata', metadata, detail)];
}

const EMPTY = 'must be empty';

/** A denial leaves out what it has not to say. */
function verdict(view: View, who: Requester, spec: Fields): unknown {
  const access = accessIn(spec);
  if (access === undefined) return { allowed: false };
  const { allowed, reason } = decide(view, who, access);
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

function subjectIn(spec: Fields): Requester {
  const uid = textIn(spec, 'uid');
  return {
    name: textIn(spec, 'user'),
    groups: textsIn(spec, 'groups'),
    ...(uid === '' ? {} : { uid }),
  };
}

function rulesReview({ view, who, spec }: Question): unknown {
  const { grants, problems } = grantsFor(view, who, textIn(spec, 'namespace'));
  const rules = grants.flatMap((grant) => grant.rules);
  return {
    resourceRules: rules
      .filter(({ resources = [] }) => resources.length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames === undefined ? {} : { resourceNames }),
      })),
    nonResourceRules: rules
      .filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: problems.length > 0,
    ...(problems.length > 0 ? { evaluationError: aggregate(problems) } : {}),
  };
}

function userInfo({ name, uid, groups, extra }: Requester): object {
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  };
}

function tokenReview({ spec, askToken }: Question): unknown {
  const told = askToken(textIn(spec, 'token'), textsIn(spec, 'audiences'));
  if ('error' in told) return { user: {}, error: told.error };
  return { authenticated: true, user: userInfo(told.user), audiences: told.audiences };
}

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly errors?: (question: Question) => FieldErrors;
  readonly refuse?: (question: Question) => Status | undefined;
  readonly status: (question: Question) => unknown;
}

const LOCAL_REVIEW: Review = {
  apiVersion: AUTHORIZATION,
  kind: 'LocalSubjectAccessReview',
  refuse: ({ namespace, metadata, spec }) => {
    const given = textIn(metadata, 'namespace');
    if (given !== '' && given !== namespace) {
      return badRequest(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    }
    const { resourceAttributes } = spec;
    const inside = isJsonObject(resourceAttributes) ? textIn(resourceAttributes, 'namespace') : namespace;
    return inside === namespace
      ? undefined
      : badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
  },
  errors: ({ metadata, spec }) => [
    ...attributeErrors(spec),
    ...subjectErrors(spec),
    ...metadataErrors(metadata, ['namespace'], 'must be empty except for namespace'),
    ...(isJsonObject(spec.nonResourceAttributes)
      ? [
          invalidValue(
            'spec.nonResourceAttributes',
            spec.nonResourceAttributes,
            'disallowed on this kind of request',
          ),
        ]
      : []),
  ],
  status: ({ view, spec }) => verdict(view, subjectIn(spec), spec),
};

const REVIEWS: Readonly<Record<string, Review>> = {
  [`/apis/${AUTHENTICATION}/selfsubjectreviews`]: {
    apiVersion: AUTHENTICATION,
    kind: 'SelfSubjectReview',
    status: ({ who }) => ({ userInfo: userInfo(who) }),
  },
  [`/apis/${AUTHENTICATION}/tokenreviews`]: {
    apiVersion: AUTHENTICATION,
    kind: 'TokenReview',
    refuse: ({ metadata, spec }) => {
      const { namespace } = metadata;
      if (namespace !== undefined && namespace !== '') {
        return badRequest(`namespace is not allowed on this type: ${String(namespace)}`);
      }
      return textIn(spec, 'token') === ''
        ? badRequest('token is required for TokenReview in authentication')
        : undefined;
    },
    status: tokenReview,
  },
  [`/apis/${AUTHORIZATION}/selfsubjectaccessreviews`]: {
    apiVersion: AUTHORIZATION,
    kind: 'SelfSubjectAccessReview',
    errors: ({ metadata, spec }) => [...attributeErrors(spec), ...metadataErrors(metadata, [], EMPTY)],
    status: ({ view, who, spec }) => verdict(view, who, spec),
  },
  [`/apis/${AUTHORIZATION}/selfsubjectrulesreviews`]: {
    apiVersion: AUTHORIZATION,
    kind: 'SelfSubjectRulesReview',
    refuse: ({ spec }) =>
      textIn(spec, 'namespace') === '' ? badRequest('no namespace on request') : undefined,
    status: rulesReview,
  },
  [`/apis/${AUTHORIZATION}/subjectaccessreviews`]: {
    apiVersion: AUTHORIZATION,
    kind: 'SubjectAccessReview',
    errors: ({ metadata, spec }) => [
      ...attributeErrors(spec),
      ...subjectErrors(spec),
      ...metadataErrors(metadata, [], EMPTY),
    ],
    status: ({ view, spec }) => verdict(view, subjectIn(spec), spec),
  },
};

const LOCAL = /^\/apis\/authorization\.k8s\.io\/v1\/namespaces\/([^/]+)\/localsubjectaccessreviews$/;

function refused(review: Review, question: Question): Status | undefined {
  const problem = review.refuse?.(question);
  if (problem !== undefined) return problem;
  const errors = review.errors?.(question) ?? [];
  const { kind, apiVersion } = review;
  const group = apiVersion.slice(0, apiVersion.indexOf('/'));
  const plural = `${kind.toLowerCase()}s`;
  return errors.length === 0 ? undefined : invalid({ group, kind, plural }, '', errors);
}

const NOT_ASKED: AskToken = () => ({ error: 'invalid bearer token' });

/** The answer to a question; `undefined` where the request is none. */
export function serveReview(
  { method, path, body }: RestRequest,
  view: View,
  who: Requester,
  askToken: AskToken = NOT_ASKED,
): RestAnswer | undefined {
  const [, namespace = ''] = LOCAL.exec(path) ?? [];
  const review = namespace !== '' ? LOCAL_REVIEW : Object.hasOwn(REVIEWS, path) ? REVIEWS[path] : undefined;
  if (review === undefined) return undefined;
  if (method !== 'POST') {
    return refusal(
      failure('MethodNotAllowed', 'the server does not allow this method on the requested resource', {}),
    );
  }
  const { apiVersion, kind } = review;
  if (!isJsonObject(body) || (body.kind !== undefined && body.kind !== kind)) {
    return refusal(badRequest(`the body of the request is no ${kind}`));
  }
  const spec = isJsonObject(body.spec) ? body.spec : {};
  const metadata = isJsonObject(body.metadata) ? body.metadata : {};
  const question = { view, who, metadata, spec, namespace, askToken };
  const problem = refused(review, question);
  if (problem !== undefined) return refusal(problem);
  return answer(201, {
    kind,
    apiVersion,
    metadata: namespace === '' ? {} : { namespace },
    ...(kind === 'SelfSubjectReview' ? {} : { spec }),
    status: review.status(question),
  });
}
