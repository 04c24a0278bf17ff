import type { LogRecord, Stimulus } from '../../core/log/record.ts';
import { formatBytes } from '../../core/quantity.ts';
import { formatDuration } from '../scenario/duration.ts';
import type {
  Action,
  CpuTaken,
  FaultAction,
  NodeChoice,
  ObjectTarget,
  PodChoice,
  ResourceTaken,
  SlowBoot,
} from '../scenario/scenario.ts';
import type { Note, Observer } from './note.ts';

function targetName({ resource, name }: ObjectTarget): string {
  return `${resource.split('.')[0]}/${name}`;
}

function nodeText(choice: NodeChoice): string {
  if ('name' in choice) return choice.name;
  if ('any' in choice) return 'a drawn node';
  return `the node that runs ${podText(choice.hosting)}`;
}

function podText(choice: PodChoice): string {
  if ('name' in choice) return `pod ${choice.namespace}/${choice.name}`;
  const labels = Object.entries(choice.selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  return `pods ${labels.join(',')} of ${choice.namespace}`;
}

function cpuText(taken: CpuTaken): string {
  if ('cpu' in taken) return `${taken.cpu}m CPU`;
  return `${Math.round(taken.share * 100)} % of the CPU`;
}

function groupText(group: string | undefined, what: string): string {
  return group === undefined ? what : `${what} of ${group}`;
}

function slowBootText(boot: SlowBoot): string {
  return 'times' in boot ? `${boot.times} times as long` : `in ${formatDuration(boot.bootTime)}`;
}

function capacityText({ group, zone }: { readonly group?: string; readonly zone?: string }): string {
  return `${group === undefined ? '' : ` for ${group}`}${zone === undefined ? '' : ` in zone ${zone}`}`;
}

/** What a fault had hit, now that it is over. A zone stands for the machines that it holds. */
function hitText(hit: readonly string[]): string {
  const [first, ...rest] = hit;
  if (first?.startsWith('zone ') !== true) return hit.join(', ');
  const machines = rest.length === 1 ? '1 machine' : `${rest.length} machines`;
  return rest.length === 0 ? first : `${first} (${machines})`;
}

function takenText(taken: ResourceTaken, what: 'memory' | 'disk' | 'pids'): string {
  const noun = what === 'pids' ? 'the process ids' : `the ${what}`;
  if ('share' in taken) return `${Math.round(taken.share * 100)} % of ${noun}`;
  return what === 'pids' ? `${taken.amount} process ids` : `${formatBytes(taken.amount)} of ${noun}`;
}

function faultText(action: FaultAction): string {
  switch (action.fault) {
    case 'node-crash':
      return `fault: ${nodeText(action.node)} crashes`;
    case 'node-shutdown':
      return `fault: ${nodeText(action.node)} shuts down`;
    case 'node-partition':
      return `fault: ${nodeText(action.node)} is cut off from the API server`;
    case 'container-crash':
      return `fault: containers of ${podText(action.pods)} exit with ${action.exitCode}`;
    case 'image-pull-failure':
      return `fault: pulls of ${action.image} fail`;
    case 'controller-crash':
      return `fault: ${action.controller} crashes`;
    case 'watch-delay':
      return `fault: ${action.controller} hears of every change ${formatDuration(action.by)} late`;
    case 'zone-outage':
      return `fault: zone ${action.zone} loses its power`;
    case 'slow-boot':
      return `fault: ${groupText(action.group, 'machines')} boot slowly (${slowBootText(action.boot)})`;
    case 'cloud-out-of-capacity':
      return `fault: the cloud has no machines to give${capacityText(action)}`;
    case 'storage-failure':
      return `fault: storage${action.driver === undefined ? '' : ` of ${action.driver}`} fails${action.operations === undefined ? '' : ` (${action.operations.join(', ')})`}`;
    case 'load-spike':
      return `fault: ${action.to === undefined ? 'all traffic' : `traffic to service/${action.to.name}`} grows ×${action.x}`;
    case 'memory-pressure':
      return `fault: something takes ${takenText(action.takes, 'memory')} of ${nodeText(action.node)}`;
    case 'disk-pressure':
      return `fault: something takes ${takenText(action.takes, 'disk')} of ${nodeText(action.node)}`;
    case 'pid-pressure':
      return `fault: something takes ${takenText(action.takes, 'pids')} of ${nodeText(action.node)}`;
    case 'noisy-neighbour':
      return `fault: something takes ${cpuText(action.takes)} of ${nodeText(action.node)}`;
  }
}

/** A spike of a scenario's traffic begins, or is over. */
export function loadText({ op, flow, x, for: length }: Stimulus): string {
  if (op === 'load-end') return `traffic of ${String(flow)} falls again, after ×${String(x)}`;
  return `traffic of ${String(flow)} grows ×${String(x)} for ${formatDuration(Number(length))}`;
}

/** An action of the scenario in a few words. */
export function actionText(action: Action): string {
  switch (action.op) {
    case 'apply': {
      const [first] = action.objects;
      if (action.objects.length === 1 && first !== undefined) {
        return `apply ${first.object.kind.toLowerCase()}/${first.object.metadata.name}`;
      }
      return `apply ${action.objects.length} objects`;
    }
    case 'delete':
      return `delete ${targetName(action.target)}`;
    case 'scale':
      return `scale ${targetName(action.target)} to ${action.replicas}`;
    case 'setImage':
      return `set image of ${targetName(action.target)} to ${action.image}`;
    case 'patch':
      return `patch ${targetName(action.target)}`;
    case 'restart':
      return `restart ${targetName(action.target)}`;
    case 'cordon':
      return `cordon node/${action.node}`;
    case 'uncordon':
      return `uncordon node/${action.node}`;
    case 'drain':
      return `drain node/${action.node}`;
    case 'request':
      return `${action.request.user}: ${action.request.method} ${action.request.path}`;
    case 'fault':
      return faultText(action);
  }
}

/** What people and faults did to the cluster. */
export const actionObserver: Observer = {
  observe: (record: LogRecord, note: (note: Note) => void) => {
    if (record.type !== 'stimulus') return;
    const { op } = record.action;
    if (op === 'scenario' || op === 'end') return;
    const { rv, t } = record;
    if (op === 'fault-end') {
      note({
        t,
        rv,
        tone: 'action',
        group: `action/${rv}`,
        text: `fault over: ${String(record.action.fault)} of ${hitText(record.action.hit as readonly string[])}`,
      });
      return;
    }
    if (op === 'load' || op === 'load-end') {
      note({ t, rv, tone: 'action', group: `action/${rv}`, text: loadText(record.action) });
      return;
    }
    // Stimuli of a log are the actions that this program wrote.
    const action = record.action as unknown as Action;
    const tone = op === 'fault' ? 'bad' : 'action';
    note({ t, rv, tone, group: `action/${rv}`, text: actionText(action) });
  },
};
