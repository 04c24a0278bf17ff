import { keyOf } from '../../core/api/object.ts';
import { NODE, POD } from '../../core/kinds/registry.ts';
import { compileSelector } from '../../core/labels.ts';
import type { Pod } from '../../core/schema/types.generated.ts';
import type { NodeChoice, PodChoice } from '../scenario/scenario.ts';
import type { FaultWorld } from './fault.ts';

/** The pods that are meant, in the order of their keys. */
export function chosenPods({ view }: FaultWorld, choice: PodChoice): readonly Pod[] {
  if ('name' in choice) {
    const pod = view.get(POD, choice.namespace, choice.name);
    return pod === undefined ? [] : [pod];
  }
  const fits = compileSelector(choice.selector);
  return view.list(POD, choice.namespace).filter(({ metadata }) => fits(metadata.labels));
}

/** The machine that is meant, or none. A draw depends on the moment and on what there is to choose from alone. */
export function chosenNode(world: FaultWorld, choice: NodeChoice): readonly string[] {
  const { names } = world.nodes;
  if ('name' in choice) return names.includes(choice.name) ? [choice.name] : [];
  if ('hosting' in choice) {
    const host = chosenPods(world, choice.hosting).find(({ spec }) => names.includes(spec.nodeName ?? ''));
    return host?.spec.nodeName === undefined ? [] : [host.spec.nodeName];
  }
  const fits = compileSelector(choice.any);
  const candidates = world.view
    .list(NODE)
    .filter(({ metadata }) => names.includes(metadata.name) && fits(metadata.labels))
    .map(keyOf);
  const chosen =
    candidates[world.random.below(Math.max(1, candidates.length), `${world.now}`, 'node of a fault')];
  return chosen === undefined ? [] : [chosen];
}
