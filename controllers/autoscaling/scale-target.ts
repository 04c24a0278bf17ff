import type { KubeObject } from '../../core/api/object.ts';
import { notFound } from '../../core/api/status.ts';
import { customKinds } from '../../core/kinds/custom/lookup.ts';
import { customScale, scalePaths, withSize } from '../../core/kinds/custom/scale-paths.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { DEPLOYMENT, KINDS, REPLICA_SET, STATEFUL_SET } from '../../core/kinds/registry.ts';
import { formatSelector, type SelectorOperator } from '../../core/labels.ts';
import type {
  CustomResourceSubresourceScale,
  HorizontalPodAutoscaler,
  LabelSelector,
  LabelSelectorRequirement,
} from '../../core/schema/types.generated.ts';
import { parseSelector } from '../../core/selector-text.ts';
import type { View } from '../../core/store/view.ts';
import { remembered } from './remembered.ts';

/** The `scale` subresource of a target, and the object behind it. */
export interface Scale {
  readonly kind: Kind;
  readonly target: KubeObject;
  /** `spec.replicas`: how many are wanted. */
  readonly specReplicas: number;
  /** `status.replicas`: how many pods there are, those of a rollout's surge among them. */
  readonly statusReplicas: number;
  readonly selector: LabelSelector;
  /** `status.selector`: the selector as a text, empty where it selects by nothing. */
  readonly selectorText: string;
  /** Why the text is no selector, where a custom kind has one that is none. */
  readonly selectorProblem?: string;
  readonly resized: (to: number) => KubeObject;
}

/** What has a size. */
interface Scalable extends KubeObject {
  readonly spec: { readonly replicas?: number; readonly selector: LabelSelector };
  readonly status: { readonly replicas?: number };
}

export type GetScale =
  | { readonly ok: true; readonly scale: Scale }
  | { readonly ok: false; readonly message: string };

/** How the API server calls the resource that it doesn't find, which is not the same for all. */
const SCALABLE: readonly { readonly kind: Kind; readonly missing: string }[] = [
  { kind: DEPLOYMENT, missing: 'deployments/scale' },
  { kind: REPLICA_SET, missing: 'replicasets/scale' },
  { kind: STATEFUL_SET, missing: 'statefulsets' },
];

/** What a client hears of a subresource that a kind doesn't have. */
const NO_SUBRESOURCE = 'the server could not find the requested resource';
const NO_SELECTOR = '<none>';

function failed(message: string): GetScale {
  return { ok: false, message };
}

const scaleOf = remembered((target: Scalable, kind: Kind): Scale => {
  const { selector } = target.spec;
  const text = formatSelector(selector);
  return {
    kind,
    target,
    specReplicas: target.spec.replicas ?? 1,
    statusReplicas: target.status.replicas ?? 0,
    selector,
    selectorText: text === NO_SELECTOR ? '' : text,
    resized: (to) => ({ ...target, spec: { ...target.spec, replicas: to } }) as KubeObject,
  };
});

const OPERATORS: Readonly<Partial<Record<SelectorOperator, string>>> = {
  '!=': 'NotIn',
  in: 'In',
  notin: 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
};

/** A selector's text as the API's own form; what that form can't say is told as a problem. */
function selectorOf(text: string): { readonly selector: LabelSelector; readonly problem?: string } {
  const parsed = parseSelector(text);
  if (!parsed.ok) return { selector: {}, problem: parsed.error };
  const matchLabels: Record<string, string> = {};
  const matchExpressions: LabelSelectorRequirement[] = [];
  for (const { key, operator, values } of parsed.requirements) {
    const [value = ''] = values;
    const isEqual = operator === '=' || operator === '==';
    if (isEqual && !Object.hasOwn(matchLabels, key)) matchLabels[key] = value;
    else if (isEqual) matchExpressions.push({ key, operator: 'In', values });
    else {
      const named = OPERATORS[operator];
      if (named === undefined) return { selector: {}, problem: `"${operator}" compares numbers` };
      matchExpressions.push({ key, operator: named as 'In', ...(values.length === 0 ? {} : { values }) });
    }
  }
  return { selector: { matchLabels, matchExpressions } };
}

type Sized = (target: KubeObject) => Scale;

/** By the very kind: a definition that changes makes another one. */
const sized = new WeakMap<Kind, Sized>();

function makeSized(kind: Kind, paths: CustomResourceSubresourceScale): Sized {
  const compute = remembered((target: KubeObject, _: undefined): Scale => {
    const { selector: selectorText, ...sizes } = customScale(target, paths);
    const { selector, problem } = selectorOf(selectorText);
    return {
      kind,
      target,
      ...sizes,
      selector,
      selectorText,
      ...(problem === undefined ? {} : { selectorProblem: problem }),
      resized: (to) => withSize(target, paths, to),
    };
  });
  return (target) => compute(target, undefined);
}

function customScaleOf(target: KubeObject, kind: Kind, paths: CustomResourceSubresourceScale): Scale {
  let compute = sized.get(kind);
  if (compute === undefined) {
    compute = makeSized(kind, paths);
    sized.set(kind, compute);
  }
  return compute(target);
}

/** The target where a definition made its kind: found by the group and the kind, as all others. */
function customTarget(view: View, group: string, kindName: string): Kind | undefined {
  return customKinds(view).find((kind) => kind.kind === kindName && kind.group === group);
}

/** Why a reference is none to a kind that has a size. */
function notScalable(group: string, kindName: string): GetScale {
  const isKnown = KINDS.some((known) => known.kind === kindName && known.group === group);
  return failed(isKnown ? NO_SUBRESOURCE : `no matches for kind "${kindName}" in group "${group}"`);
}

/** The target by the group and kind of its reference: the version doesn't matter (`scaleForResourceMappings`). */
export function getScale(view: View, { metadata, spec }: HorizontalPodAutoscaler): GetScale {
  const { apiVersion = '', kind: kindName, name } = spec.scaleTargetRef;
  const parts = apiVersion.split('/');
  if (parts.length > 2) return failed(`unexpected GroupVersion string: ${apiVersion}`);
  const group = parts.length === 2 ? (parts[0] as string) : '';
  const scalable = SCALABLE.find(({ kind }) => kind.kind === kindName && kind.group === group);
  const custom = scalable === undefined ? customTarget(view, group, kindName) : undefined;
  if (custom !== undefined) {
    const paths = scalePaths(custom);
    if (paths === undefined) return failed(NO_SUBRESOURCE);
    const target = view.get(custom, metadata.namespace, name);
    if (target === undefined) return failed(notFound(custom, name).message);
    return { ok: true, scale: customScaleOf(target, custom, paths) };
  }
  if (scalable === undefined) return notScalable(group, kindName);
  const { kind, missing } = scalable;
  const target = view.get(kind, metadata.namespace, name);
  if (target === undefined) return failed(notFound({ ...kind, plural: missing }, name).message);
  // Kinds of the list above have what a size needs.
  return { ok: true, scale: scaleOf(target as Scalable, kind) };
}

/**
 * The size that a metric's ratio is applied to. It is the target's wish, not the number of its pods: those of a
 * rollout's surge would otherwise be taken for replicas, and their number for a new size
 * (https://github.com/kubernetes/kubernetes/issues/72775).
 */
export function currentReplicas({ specReplicas }: Scale): number {
  return specReplicas;
}
