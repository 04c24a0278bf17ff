import { type Micros, rfc3339 } from '../../core/time.ts';
import type { GroupBackoff } from './cluster-backoff.ts';
import { isHealthy } from './cluster-health.ts';
import { type ClusterModel, isReady, startsUntil } from './cluster-model.ts';
import type { ClusterAutoscalerOptions } from './cluster-options.ts';
import type { Scene } from './cluster-scan.ts';

/** What the autoscaler says of itself, in a ConfigMap of kube-system (`status-config-map-name`). */
export const STATUS_NAMESPACE = 'kube-system';
export const STATUS_NAME = 'cluster-autoscaler-status';
export const STATUS_UPDATED = 'cluster-autoscaler.kubernetes.io/last-updated';

interface Counts {
  readonly total: number;
  readonly ready: number;
  readonly notStarted: number;
  readonly unready: number;
  readonly unregistered: number;
}

interface Section {
  readonly health: 'Healthy' | 'Unhealthy';
  readonly counts: Counts;
  readonly scaleUp: 'InProgress' | 'NoActivity' | 'Backoff';
  readonly candidates: number;
}

interface GroupSection extends Section {
  readonly name: string;
  readonly target: number;
  readonly min: number;
  readonly max: number;
}

export interface AutoscalerStatus {
  readonly clusterWide: Section;
  readonly groups: readonly GroupSection[];
}

/** What else the autoscaler knows that its status tells. */
export interface StatusFacts {
  readonly options: ClusterAutoscalerOptions;
  readonly model: ClusterModel;
  readonly backoffs: ReadonlyMap<string, GroupBackoff>;
  readonly unneeded: ReadonlySet<string>;
}

function countsOf(model: ClusterModel, { machines, now }: Scene, group: string | undefined): Counts {
  const counts = { total: 0, ready: 0, notStarted: 0, unready: 0, unregistered: 0 };
  for (const [name, node] of model.nodes) {
    if (group !== undefined && machines.get(name)?.group !== group) continue;
    counts.total += 1;
    if (isReady(node)) counts.ready += 1;
    else if (startsUntil(node) > now) counts.notStarted += 1;
    else counts.unready += 1;
  }
  for (const machine of machines.values()) {
    if (group !== undefined && machine.group !== group) continue;
    if (!model.nodes.has(machine.name)) counts.unregistered += 1;
  }
  return counts;
}

export function statusOf(
  { options, model, backoffs, unneeded }: StatusFacts,
  scene: Scene,
): AutoscalerStatus {
  const { cloud, sizes, machines, out, now } = scene;
  const groups = cloud.groups.map(({ name, min, max }): GroupSection => {
    const counts = countsOf(model, scene, name);
    const backoff = backoffs.get(name);
    if (backoff !== undefined) out.at(backoff.until);
    const grows = counts.unregistered > 0 || counts.notStarted > 0;
    const isBackedOff = backoff !== undefined && backoff.until > now;
    let candidates = 0;
    for (const node of unneeded) if (machines.get(node)?.group === name) candidates += 1;
    return {
      name,
      health: isHealthy(options, model, scene, name) ? 'Healthy' : 'Unhealthy',
      counts,
      target: sizes.get(name) ?? 0,
      min,
      max,
      scaleUp: isBackedOff ? 'Backoff' : grows ? 'InProgress' : 'NoActivity',
      candidates,
    };
  });
  return {
    clusterWide: {
      health: isHealthy(options, model, scene, undefined) ? 'Healthy' : 'Unhealthy',
      counts: countsOf(model, scene, undefined),
      scaleUp: groups.some(({ scaleUp }) => scaleUp === 'InProgress') ? 'InProgress' : 'NoActivity',
      candidates: unneeded.size,
    },
    groups,
  };
}

/** As Go prints a time, without the parts of a second. */
export function statusTime(now: Micros): string {
  return `${rfc3339(now).replace('T', ' ').replace('Z', '')} +0000 UTC`;
}

/** Words the status as the real one does, and only when more than times has changed in it. */
export class StatusReport {
  private known = '';
  private readonly since = new Map<string, { readonly value: string; readonly at: Micros }>();

  /** The text to write, or nothing where the last one still holds. */
  next(status: AutoscalerStatus, now: Micros): string | undefined {
    const content = JSON.stringify(status);
    if (content === this.known) return undefined;
    this.known = content;
    const lines = [`time: ${statusTime(now)}`, 'autoscalerStatus: Running', 'clusterWide:'];
    lines.push(...this.section('', status.clusterWide, [], now).map((line) => `  ${line}`), 'nodeGroups:');
    for (const group of status.groups) {
      const { name, target, min, max } = group;
      const own = [`cloudProviderTarget: ${target}`, `minSize: ${min}`, `maxSize: ${max}`];
      lines.push(`- name: ${name}`, ...this.section(name, group, own, now).map((line) => `  ${line}`));
    }
    return `${lines.join('\n')}\n`;
  }

  private section(name: string, section: Section, own: readonly string[], now: Micros): readonly string[] {
    const { health, counts, scaleUp, candidates } = section;
    const scaleDown = candidates > 0 ? 'CandidatesPresent' : 'NoCandidates';
    return [
      'health:',
      `  status: ${health}`,
      '  nodeCounts:',
      '    registered:',
      `      total: ${counts.total}`,
      `      ready: ${counts.ready}`,
      `      notStarted: ${counts.notStarted}`,
      '      unready:',
      `        total: ${counts.unready}`,
      '        resourceUnready: 0',
      '    longUnregistered: 0',
      `    unregistered: ${counts.unregistered}`,
      ...own.map((line) => `  ${line}`),
      ...this.times(`${name}/health`, health, now),
      'scaleUp:',
      `  status: ${scaleUp}`,
      ...this.times(`${name}/scaleUp`, scaleUp, now),
      'scaleDown:',
      `  status: ${scaleDown}`,
      ...(candidates > 0 ? [`  candidates: ${candidates}`] : []),
      ...this.times(`${name}/scaleDown`, scaleDown, now),
    ];
  }

  private times(key: string, value: string, now: Micros): readonly string[] {
    const known = this.since.get(key);
    const at = known?.value === value ? known.at : now;
    this.since.set(key, { value, at });
    return [`  lastProbeTime: "${rfc3339(now)}"`, `  lastTransitionTime: "${rfc3339(at)}"`];
  }
}
