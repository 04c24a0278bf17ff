import { keyOf } from '../../core/api/object.ts';
import { HORIZONTAL_POD_AUTOSCALER, POD } from '../../core/kinds/registry.ts';
import { compileSelector } from '../../core/labels.ts';
import type { HorizontalPodAutoscaler, LabelSelector, Pod } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { remembered } from './remembered.ts';
import { getScale, type Scale } from './scale-target.ts';

const selected = remembered((candidates: readonly Pod[], selector: LabelSelector): readonly Pod[] => {
  const matches = compileSelector(selector);
  return candidates.filter(({ metadata }) => matches(metadata.labels));
});

/** Every pod of the namespace that the selector fits, whoever owns it: the real controller asks no more of them. */
function selectedPods(view: View, namespace: string | undefined, selector: LabelSelector): readonly Pod[] {
  const { matchLabels = {} } = selector;
  const [first] = Object.keys(matchLabels);
  const candidates =
    first === undefined || namespace === undefined
      ? view.list(POD, namespace)
      : view.labelled(POD, namespace, first, matchLabels[first] as string);
  return selected(candidates, selector);
}

/** The selector of an autoscaler's target, once it has been synced: only then does the real controller know it. */
function knownSelector(view: View, hpa: HorizontalPodAutoscaler): LabelSelector | undefined {
  if ((hpa.status.conditions ?? []).length === 0) return undefined;
  const got = getScale(view, hpa);
  return got.ok && got.scale.selectorText !== '' && got.scale.selectorProblem === undefined
    ? got.scale.selector
    : undefined;
}

/** Labels that pods have: those of one template share them. */
const distinctLabels = remembered((pods: readonly Pod[], _: undefined) => [
  ...new Set(pods.map(({ metadata }) => metadata.labels)),
]);

/** The keys of all autoscalers that some of these pods belong to, the asking one among them; in key order. */
function autoscalersOf(view: View, hpa: HorizontalPodAutoscaler, pods: readonly Pod[]): readonly string[] {
  const { namespace, uid } = hpa.metadata;
  const all = view.list(HORIZONTAL_POD_AUTOSCALER, namespace);
  if (all.length === 1) return [keyOf(hpa)];
  const labels = distinctLabels(pods, undefined);
  return all
    .filter((other) => {
      if (other.metadata.uid === uid) return true;
      const selector = knownSelector(view, other);
      return selector !== undefined && labels.some(compileSelector(selector));
    })
    .map(keyOf);
}

/** The pods that count, or why they can't be told (`validateAndParseSelector`). */
export type TargetPods =
  | { readonly ok: true; readonly pods: readonly Pod[] }
  | {
      readonly ok: false;
      /** Of the Event. */
      readonly event: string;
      /** Of the ScalingActive condition. */
      readonly reason: string;
      readonly error: string;
      readonly message: string;
    };

export function targetPods(view: View, hpa: HorizontalPodAutoscaler, scale: Scale): TargetPods {
  if (scale.selectorText === '') {
    return {
      ok: false,
      event: 'SelectorRequired',
      reason: 'InvalidSelector',
      error: 'selector is required',
      message: "the HPA target's scale is missing a selector",
    };
  }
  if (scale.selectorProblem !== undefined) {
    const error = `couldn't convert selector into a corresponding internal selector object: ${scale.selectorProblem}`;
    return { ok: false, event: 'InvalidSelector', reason: 'InvalidSelector', error, message: error };
  }
  const pods = selectedPods(view, hpa.metadata.namespace, scale.selector);
  const keys = pods.length === 0 ? [] : autoscalersOf(view, hpa, pods);
  if (keys.length <= 1) return { ok: true, pods };
  const error = `pods by selector ${scale.selectorText} are controlled by multiple HPAs: [${keys.join(' ')}]`;
  return { ok: false, event: 'AmbiguousSelector', reason: 'AmbiguousSelector', error, message: error };
}
