import type { KubeObject } from '../../core/api/object.ts';
import { notFound } from '../../core/api/status.ts';
import type { Kind } from '../../core/kinds/kind.ts';
import { DEPLOYMENT, KINDS, REPLICA_SET, STATEFUL_SET } from '../../core/kinds/registry.ts';
import { formatSelector } from '../../core/labels.ts';
import type { HorizontalPodAutoscaler, LabelSelector } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { remembered } from './remembered.ts';

/** The `scale` subresource of a target, and the object behind it. */
export interface Scale {
  readonly kind: Kind;
  readonly target: Scalable;
  /** `spec.replicas`: how many are wanted. */
  readonly specReplicas: number;
  /** `status.replicas`: how many pods there are, those of a rollout's surge among them. */
  readonly statusReplicas: number;
  readonly selector: LabelSelector;
  /** `status.selector`: the selector as a text, empty where it selects by nothing. */
  readonly selectorText: string;
}

/** What has a size. */
export interface Scalable extends KubeObject {
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
  };
});

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
