import { formatAmount } from './format-amount.ts';
import type { TraceWorkload, Workload } from './workload.ts';

function counted(count: number, what: string): string {
  const digits = formatAmount(count).replace(/\.0+$/, '');
  return `${digits} ${what}${count === 1 ? '' : 's'}`;
}

function traceText({ nodes, tasks, arrival, load }: TraceWorkload): string {
  const size = `${counted(nodes.length, 'node')}, ${counted(tasks.length, 'task')}`;
  switch (arrival) {
    case 'inflation':
      return `${size}, drawn until they ask for ${Math.round(load * 100)} % of what there is`;
    case 'shuffled':
      return `${size}, each once in a drawn order`;
    case 'recorded':
      return `${size}, at their recorded times`;
  }
}

/** What a workload is, in a line. */
export function aboutWorkload(workload: Workload): string {
  switch (workload.kind) {
    case 'generated': {
      const { nodeGroups, pods, arrival } = workload;
      const nodes = nodeGroups.reduce((sum, { count }) => sum + count, 0);
      const how = arrival.type === 'at-once' ? 'all at once' : `${arrival.perSecond} a second`;
      return `${counted(nodes, 'node')}, ${counted(pods, 'pod')}, ${how}; the scheduler alone`;
    }
    case 'trace':
      return `${traceText(workload)}; the scheduler alone`;
    case 'scenario':
      return `the scenario ${workload.scenario.name}; the whole control plane`;
  }
}
