import type { StringMap } from '../../core/api/object.ts';
import { POD, SERVICE } from '../../core/kinds/registry.ts';
import { selectorFromMap } from '../../core/labels.ts';
import type { Pod, Service } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';

/** Which services select which pods. */

/**
 * The labels that a Service selects by. A Service without a selector selects nothing, and one of type
 * ExternalName has no endpoints of its own even where it has a selector.
 */
function selectorOf(service: Service): StringMap | undefined {
  const selector = service.spec.selector;
  if (selector === undefined || service.spec.type === 'ExternalName') return undefined;
  for (const name in selector) if (selector[name] !== undefined) return selector;
  return undefined;
}

/** Whether endpoints are made for this Service at all. */
export function selectsPods(service: Service): boolean {
  return selectorOf(service) !== undefined;
}

/** Names of the services of a namespace that select these labels. */
export function servicesSelecting(
  view: View,
  namespace: string,
  labels: StringMap | undefined,
): readonly string[] {
  if (labels === undefined) return [];
  const names: string[] = [];
  for (const service of view.list(SERVICE, namespace)) {
    const selector = selectorOf(service);
    if (selector !== undefined && selectorFromMap(selector)(labels)) names.push(service.metadata.name);
  }
  return names;
}

/** The pods that a Service selects, in key order. */
export function podsSelectedBy(view: View, service: Service): readonly Pod[] {
  const selector = selectorOf(service);
  const namespace = service.metadata.namespace;
  if (selector === undefined || namespace === undefined) return [];
  const names = Object.keys(selector)
    .filter((name) => selector[name] !== undefined)
    .sort();
  const [first] = names;
  if (first === undefined) return [];
  const candidates = view.labelled(POD, namespace, first, selector[first] as string);
  if (names.length === 1) return candidates;
  const matches = selectorFromMap(selector);
  return candidates.filter((pod) => matches(pod.metadata.labels));
}
