import type { StimulusRecord } from '../../core/log/record.ts';
import type { Action, FaultAction } from '../scenario/scenario.ts';
import { actionText, loadText } from '../story/actions.ts';

/** What a fault was aimed at. */
function faultTarget(action: FaultAction): string {
  switch (action.fault) {
    case 'node-crash':
    case 'node-shutdown':
    case 'node-partition':
    case 'noisy-neighbour':
    case 'memory-pressure':
    case 'disk-pressure':
    case 'pid-pressure':
      if ('name' in action.node) return action.node.name;
      return 'any' in action.node ? 'a drawn node' : 'the node of chosen pods';
    case 'container-crash':
      return 'name' in action.pods
        ? `pod ${action.pods.namespace}/${action.pods.name}`
        : `pods of ${action.pods.namespace}`;
    case 'image-pull-failure':
      return `image ${action.image}`;
    case 'controller-crash':
    case 'watch-delay':
      return action.controller;
    case 'zone-outage':
      return `zone ${action.zone}`;
    case 'slow-boot':
      return action.group === undefined ? 'all groups' : `group ${action.group}`;
    case 'cloud-out-of-capacity': {
      const { group, zone } = action;
      const where = zone === undefined ? '' : ` in zone ${zone}`;
      return `${group === undefined ? 'all groups' : `group ${group}`}${where}`;
    }
    case 'storage-failure':
      return action.driver === undefined ? 'all storage' : `driver ${action.driver}`;
    case 'load-spike':
      return action.to === undefined ? 'all traffic' : `service/${action.to.name}`;
  }
}

const ACTIONS = new Set<string>([
  'apply',
  'delete',
  'scale',
  'setImage',
  'patch',
  'restart',
  'cordon',
  'uncordon',
  'drain',
  'request',
] satisfies Action['op'][]);

/** What was done from outside: where every chain of causes ends. */
export function stimulusWords({ action, actor }: StimulusRecord): string {
  const { op } = action;
  // The simulation wrote these; `op` says which shape they have.
  if (op === 'scenario') {
    const { name } = (action.scenario ?? {}) as { readonly name?: string };
    return name === undefined ? 'the scenario' : `the scenario ${name}`;
  }
  if (op === 'fault') {
    const fault = action as unknown as FaultAction;
    return `fault ${fault.fault} on ${faultTarget(fault)}`;
  }
  if (op === 'fault-end') {
    const hit = Array.isArray(action.hit) ? action.hit.join(', ') : '';
    return `end of fault ${String(action.fault)}${hit === '' ? '' : ` on ${hit}`}`;
  }
  if (op === 'load' || op === 'load-end') return loadText(action);
  if (ACTIONS.has(op)) return actionText(action as unknown as Action);
  return `${op} by ${actor}`;
}
