import { badRequest } from '../api/status.ts';
import { isJsonObject } from '../schema/decoding.ts';
import type { View } from '../store/view.ts';
import { mayUse, mayVisit, type Requester, rulesFor } from './access.ts';
import { answer, type RestAnswer, type RestRequest, refusal } from './request.ts';

/**
 * Questions that are asked with a POST and answered at once: who am I, what may I do. They write nothing, and no log
 * holds them.
 */
const AUTHENTICATION = 'authentication.k8s.io/v1';
const AUTHORIZATION = 'authorization.k8s.io/v1';

type Spec = Readonly<Record<string, unknown>>;

function textIn(spec: Spec, field: string): string {
  const value = spec[field];
  return typeof value === 'string' ? value : '';
}

function textsIn(spec: Spec, field: string): readonly string[] {
  const value = spec[field];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

const YES = { allowed: true };
const NO = { allowed: false };

/** What was asked about: a resource, or a path. */
function isAllowed(view: View, who: Requester, spec: Spec): boolean {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (isJsonObject(nonResourceAttributes)) {
    const access = {
      verb: textIn(nonResourceAttributes, 'verb'),
      path: textIn(nonResourceAttributes, 'path'),
    };
    return mayVisit(rulesFor(view, who, ''), access);
  }
  const asked = isJsonObject(resourceAttributes) ? resourceAttributes : {};
  const [resource, subresource] = [textIn(asked, 'resource'), textIn(asked, 'subresource')];
  const namespace = textIn(asked, 'namespace');
  return mayUse(rulesFor(view, who, namespace), {
    verb: textIn(asked, 'verb'),
    group: textIn(asked, 'group'),
    resource: subresource === '' ? resource : `${resource}/${subresource}`,
    namespace,
    name: textIn(asked, 'name'),
  });
}

function rulesReview(view: View, who: Requester, spec: Spec): unknown {
  const rules = rulesFor(view, who, textIn(spec, 'namespace'));
  return {
    incomplete: false,
    nonResourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs !== undefined),
    resourceRules: rules.filter(({ resources }) => resources !== undefined),
  };
}

interface Review {
  readonly apiVersion: string;
  readonly kind: string;
  readonly status: (view: View, who: Requester, spec: Spec) => unknown;
}

const subjectReview = (view: View, _who: Requester, spec: Spec): unknown =>
  isAllowed(view, { name: textIn(spec, 'user'), groups: textsIn(spec, 'groups') }, spec) ? YES : NO;

const REVIEWS: Readonly<Record<string, Review>> = {
  [`/apis/${AUTHENTICATION}/selfsubjectreviews`]: {
    apiVersion: AUTHENTICATION,
    kind: 'SelfSubjectReview',
    status: (_view, { name, groups }) => ({ userInfo: { username: name, groups } }),
  },
  [`/apis/${AUTHORIZATION}/selfsubjectaccessreviews`]: {
    apiVersion: AUTHORIZATION,
    kind: 'SelfSubjectAccessReview',
    status: (view, who, spec) => (isAllowed(view, who, spec) ? YES : NO),
  },
  [`/apis/${AUTHORIZATION}/selfsubjectrulesreviews`]: {
    apiVersion: AUTHORIZATION,
    kind: 'SelfSubjectRulesReview',
    status: rulesReview,
  },
  [`/apis/${AUTHORIZATION}/subjectaccessreviews`]: {
    apiVersion: AUTHORIZATION,
    kind: 'SubjectAccessReview',
    status: subjectReview,
  },
};

const LOCAL = /^\/apis\/authorization\.k8s\.io\/v1\/namespaces\/[^/]+\/localsubjectaccessreviews$/;
const LOCAL_REVIEW: Review = {
  apiVersion: AUTHORIZATION,
  kind: 'LocalSubjectAccessReview',
  status: subjectReview,
};

/** The answer to a question; `undefined` where the request is none. */
export function serveReview(
  { method, path, body }: RestRequest,
  view: View,
  who: Requester,
): RestAnswer | undefined {
  const review = LOCAL.test(path) ? LOCAL_REVIEW : Object.hasOwn(REVIEWS, path) ? REVIEWS[path] : undefined;
  if (review === undefined || method !== 'POST') return undefined;
  if (!isJsonObject(body) || (body.kind !== undefined && body.kind !== review.kind)) {
    return refusal(badRequest(`the body of the request is no ${review.kind}`));
  }
  const spec = isJsonObject(body.spec) ? body.spec : {};
  const { apiVersion, kind } = review;
  return answer(201, {
    kind,
    apiVersion,
    metadata: { creationTimestamp: null },
    ...(kind === 'SelfSubjectReview' ? {} : { spec }),
    status: review.status(view, who, spec),
  });
}
