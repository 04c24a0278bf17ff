import type { Kind } from '../../kinds/kind.ts';
import { LIMIT_RANGE } from '../../kinds/registry.ts';
import { ratioText } from '../../kinds/validation/limit-range.ts';
import { compareQuantities, exactNanos, formatQuantity } from '../../quantity.ts';
import { type Amounts, NO_AMOUNTS } from '../../quota/amounts.ts';
import { podAmounts } from '../../quota/pod-amounts.ts';
import type {
  Container,
  LimitRange,
  LimitRangeItem,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
  Quantity,
} from '../../schema/types.generated.ts';
import type { View } from '../../store/view.ts';
import type { NewObject } from '../object.ts';
import { forbidden, type Status } from '../status.ts';
import type { AdmissionPlugin } from './admission.ts';

/** The LimitRanger plugin (plugin/pkg/admission/limitranger): defaults for containers, bounds for all. */

const ANNOTATION = 'kubernetes.io/limit-ranger';

function rangesOf(view: View, { metadata }: NewObject): readonly LimitRange[] {
  return view.list(LIMIT_RANGE, metadata.namespace);
}

/** What a container lacks, and in words what it was given. */
function withDefaults(
  container: Container,
  requests: Amounts,
  limits: Amounts,
  prefix: string,
): { readonly container: Container; readonly texts: readonly string[] } {
  const { resources = {} } = container;
  const texts: string[] = [];
  const merge = (own: Amounts = NO_AMOUNTS, defaults: Amounts, what: string): Amounts => {
    const added = Object.keys(defaults).filter((name) => own[name] === undefined);
    if (added.length === 0) return own;
    texts.push(`${added.sort().join(', ')} ${what} for ${prefix} ${container.name}`);
    return { ...own, ...Object.fromEntries(added.map((name) => [name, defaults[name] as Quantity])) };
  };
  const asked = merge(resources.requests, requests, 'request');
  const most = merge(resources.limits, limits, 'limit');
  if (texts.length === 0) return { container, texts };
  const next = {
    ...resources,
    ...(most === NO_AMOUNTS ? {} : { limits: most }),
    ...(asked === NO_AMOUNTS ? {} : { requests: asked }),
  };
  return { container: { ...container, resources: next }, texts };
}

interface Defaulted {
  readonly spec: PodSpec;
  /** What the annotation says; absent where nothing was set. */
  readonly text: string | undefined;
}

function defaultedBy({ spec: { limits = [] } }: LimitRange, { spec, text }: Defaulted): Defaulted {
  let requests: Amounts = NO_AMOUNTS;
  let most: Amounts = NO_AMOUNTS;
  for (const item of limits) {
    if (item.type !== 'Container') continue;
    requests = { ...requests, ...item.defaultRequest };
    most = { ...most, ...item.default };
  }
  const texts: string[] = [];
  const each = (containers: readonly Container[], prefix: string): readonly Container[] =>
    containers.map((one) => {
      const { container, texts: said } = withDefaults(one, requests, most, prefix);
      texts.push(...said);
      return container;
    });
  const containers = each(spec.containers ?? [], 'container');
  const initContainers = spec.initContainers && each(spec.initContainers, 'init container');
  if (texts.length === 0) return { spec, text };
  const next = { ...spec, containers, ...(initContainers === undefined ? {} : { initContainers }) };
  return { spec: next, text: `LimitRanger plugin set: ${texts.join('; ')}` };
}

interface Memo extends Defaulted {
  readonly ranges: readonly LimitRange[];
}

/** Pods of one template share their spec, before and after. */
const memo = new WeakMap<PodSpec, Memo>();

function defaulted(spec: PodSpec, ranges: readonly LimitRange[]): Defaulted {
  const known = memo.get(spec);
  if (known?.ranges === ranges) return known;
  let result: Defaulted = { spec, text: undefined };
  for (const range of ranges) result = defaultedBy(range, result);
  memo.set(spec, { ...result, ranges });
  return result;
}

type Bound = 'min' | 'max' | 'maxLimitRequestRatio';
type Check = (type: string, name: string, bound: Quantity, requests: Amounts, limits: Amounts) => string;

const minimum: Check = (type, name, bound, requests, limits) => {
  const rule = `minimum ${name} usage per ${type} is ${formatQuantity(bound)}`;
  const request = requests[name];
  const limit = limits[name];
  if (request === undefined) return `${rule}.  No request is specified`;
  if (compareQuantities(request, bound) < 0) return `${rule}, but request is ${formatQuantity(request)}`;
  if (limit === undefined || compareQuantities(limit, bound) >= 0) return '';
  return `${rule}, but limit is ${formatQuantity(limit)}`;
};

const maximum: Check = (type, name, bound, requests, limits) => {
  const rule = `maximum ${name} usage per ${type} is ${formatQuantity(bound)}`;
  const request = requests[name];
  const limit = limits[name];
  if (limit === undefined) return `${rule}.  No limit is specified`;
  if (compareQuantities(limit, bound) > 0) return `${rule}, but limit is ${formatQuantity(limit)}`;
  if (request === undefined || compareQuantities(request, bound) <= 0) return '';
  return `${rule}, but request is ${formatQuantity(request)}`;
};

/** Of a claim, which has no limits. */
const maximumRequest: Check = (type, name, bound, requests) => {
  const rule = `maximum ${name} usage per ${type} is ${formatQuantity(bound)}`;
  const request = requests[name];
  if (request === undefined) return `${rule}.  No request is specified`;
  return compareQuantities(request, bound) > 0 ? `${rule}, but request is ${formatQuantity(request)}` : '';
};

const ratio: Check = (type, name, bound, requests, limits) => {
  const rule = `${name} max limit to request ratio per ${type} is ${formatQuantity(bound)}`;
  const request = exactNanos(requests[name] ?? '0');
  const limit = exactNanos(limits[name] ?? '0');
  if (request === 0n) return `${rule}, but no request is specified or request is 0`;
  if (limit === 0n) return `${rule}, but no limit is specified or limit is 0`;
  if (limit * 1_000_000_000n <= exactNanos(bound) * request) return '';
  return `${rule}, but provided ratio is ${ratioText(limit, request)}`;
};

const FOR_PODS: readonly (readonly [Bound, Check])[] = [
  ['min', minimum],
  ['max', maximum],
  ['maxLimitRequestRatio', ratio],
];
const FOR_CLAIMS: readonly (readonly [Bound, Check])[] = [
  ['min', minimum],
  ['max', maximumRequest],
];

function faults(
  item: LimitRangeItem,
  checks: readonly (readonly [Bound, Check])[],
  requests: Amounts,
  limits: Amounts,
): readonly string[] {
  return checks.flatMap(([part, check]) => {
    const bounds = item[part] ?? NO_AMOUNTS;
    const names = Object.keys(bounds).sort();
    return names.map((name) => check(item.type, name, bounds[name]!, requests, limits));
  });
}

function podFaults(item: LimitRangeItem, spec: PodSpec): readonly string[] {
  if (item.type === 'Pod') {
    return faults(item, FOR_PODS, podAmounts(spec, 'requests'), podAmounts(spec, 'limits'));
  }
  if (item.type !== 'Container') return [];
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
    faults(item, FOR_PODS, resources?.requests ?? NO_AMOUNTS, resources?.limits ?? NO_AMOUNTS),
  );
}

function claimFaults(item: LimitRangeItem, claim: NewObject<PersistentVolumeClaim>): readonly string[] {
  if (item.type !== 'PersistentVolumeClaim') return [];
  return faults(item, FOR_CLAIMS, claim.spec?.resources?.requests ?? NO_AMOUNTS, NO_AMOUNTS);
}

/** `[a, b]`, each text once; one alone without brackets (apimachinery `Aggregate`). */
function together(texts: readonly string[]): string {
  const distinct = [...new Set(texts)];
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]`;
}

export const limitRanger: AdmissionPlugin = {
  name: 'LimitRanger',
  handles: ({ resource }: Kind) => resource === 'pods' || resource === 'persistentvolumeclaims',

  admit(object, { resource }, view) {
    if (resource !== 'pods' || view.count(LIMIT_RANGE) === 0) return object;
    const pod = object as NewObject<Pod>;
    const ranges = rangesOf(view, object);
    if (pod.spec === undefined || ranges.length === 0) return object;
    const { spec, text } = defaulted(pod.spec, ranges);
    if (text === undefined) return object;
    const annotations = { ...pod.metadata.annotations, [ANNOTATION]: text };
    return { ...pod, spec, metadata: { ...pod.metadata, annotations } } as NewObject;
  },

  validate(object, kind, view, name): Status | undefined {
    if (view.count(LIMIT_RANGE) === 0) return undefined;
    for (const range of rangesOf(view, object)) {
      const texts = (range.spec.limits ?? []).flatMap((item) => {
        if (kind.resource !== 'pods') return claimFaults(item, object as NewObject<PersistentVolumeClaim>);
        const { spec } = object as NewObject<Pod>;
        return spec === undefined ? [] : podFaults(item, spec);
      });
      const found = texts.filter((text) => text !== '');
      if (found.length > 0) return forbidden(kind, name, together(found));
    }
    return undefined;
  },
};
