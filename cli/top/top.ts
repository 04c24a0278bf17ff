import { NODE, POD } from '../../core/kinds/registry.ts';
import { seriesName } from '../../core/log/series.ts';
import { milli, whole } from '../../core/quantity.ts';
import type { Node, Pod } from '../../core/schema/types.generated.ts';
import type { View } from '../../core/store/view.ts';
import { type Micros, parseRfc3339 } from '../../core/time.ts';
import { formatDuration } from '../../sim/scenario/duration.ts';
import type { SeriesValues } from '../../sim/scenario/expression/series-values.ts';
import { alignColumns, escapeTerminal, TABLE_SPACING } from '../print/elastic-tabs.ts';
import { type Printed, printed, printedError } from '../print/printed.ts';
import { nothingFound, type SelectOptions, select } from '../print/select.ts';

export interface TopOptions extends SelectOptions {
  /** A line for each container. */
  readonly containers?: boolean;
  readonly noHeaders?: boolean;
  /** `cpu` or `memory`: the most first. */
  readonly sortBy?: string;
}

interface Usage {
  /** Milli-CPU. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
}

interface Row extends Usage {
  /** Before the numbers. */
  readonly cells: readonly string[];
  readonly rest: (cpu: string, memory: string) => readonly string[];
}

const MEBIBYTE = 1024 * 1024;
const ORDERS: readonly string[] = ['cpu', 'memory'];
const WORDS: Readonly<Record<string, 'pods' | 'nodes'>> = {
  pods: 'pods',
  pod: 'pods',
  po: 'pods',
  nodes: 'nodes',
  node: 'nodes',
  no: 'nodes',
};

function cpuText(cpu: number): string {
  return `${cpu}m`;
}

/** As `kubectl top` has it: whole mebibytes, rounded down. */
function memoryText(memory: number): string {
  return `${Math.floor(memory / MEBIBYTE)}Mi`;
}

function percent(part: number, all: number): string {
  return all === 0 ? '<unknown>' : `${Math.floor((part * 100) / all)}%`;
}

function usageOf(
  series: SeriesValues,
  subject: 'pod' | 'node' | 'container',
  key: string,
): Usage | undefined {
  const cpu = series.valueOf(seriesName(subject, key, 'cpu'));
  const memory = series.valueOf(seriesName(subject, key, 'memory'));
  return cpu === undefined || memory === undefined ? undefined : { cpu, memory };
}

/** `kubectl top pods|nodes [NAME]` on a state, with what was measured by then. */
export function top(
  view: View,
  series: SeriesValues,
  now: Micros,
  words: readonly string[],
  options: TopOptions,
): Printed {
  const [word = '', name, extra] = words;
  const what = WORDS[word];
  if (what === undefined) return printedError(`expected pods or nodes after top, got "${word}"`);
  if (extra !== undefined) return printedError(`expected one name at most, got "${extra}" too`);
  const { sortBy } = options;
  if (sortBy !== undefined && !ORDERS.includes(sortBy)) {
    return printedError(`--sort-by accepts only cpu or memory, got "${sortBy}"`);
  }
  if (what === 'nodes' && options.containers === true) {
    return printedError('--containers goes with pods');
  }
  const kind = what === 'pods' ? POD : NODE;
  const request = name === undefined ? { kind } : { kind, names: [name] };
  const selection = select(view, now, [request], options);
  if (!selection.ok) return printedError(selection.error);
  const { objects, missing } = selection.selected[0]!;
  if (missing.length > 0) return { out: '', err: `${missing.join('\n')}\n`, failed: true };
  if (objects.length === 0) return printed('', nothingFound([request], options));
  return what === 'pods'
    ? topPods(objects as readonly Pod[], series, now, options)
    : topNodes(objects as readonly Node[], series, options);
}

function topPods(pods: readonly Pod[], series: SeriesValues, now: Micros, options: TopOptions): Printed {
  const rows: Row[] = [];
  for (const pod of pods) {
    const { name, namespace = '' } = pod.metadata;
    const usage = usageOf(series, 'pod', `${namespace}/${name}`);
    // What has ended uses nothing, and nobody measures it.
    if (usage === undefined || !isMeasured(pod)) continue;
    const before = options.allNamespaces === true ? [namespace, name] : [name];
    const rest = (cpu: string, memory: string): readonly string[] => [cpu, memory];
    if (options.containers !== true) {
      rows.push({ ...usage, cells: before, rest });
      continue;
    }
    for (const container of containersOf(pod)) {
      const own =
        usageOf(series, 'container', `${namespace}/${name}/${container}`) ??
        (containersOf(pod).length === 1 ? usage : undefined);
      if (own !== undefined) rows.push({ ...own, cells: [...before, container], rest });
    }
  }
  if (rows.length === 0) {
    const { name, namespace = '', creationTimestamp } = pods[0]!.metadata;
    const age = formatDuration(now - (parseRfc3339(creationTimestamp) ?? now));
    return printedError(
      `Metrics not available for pod ${namespace}/${name}, age: ${age} (a run measures only where its scenario has ` +
        'traffic, or behaviours with request or usage, and once a minute)',
    );
  }
  const headers = [
    ...(options.allNamespaces === true ? ['NAMESPACE'] : []),
    ...(options.containers === true ? ['POD'] : []),
    'NAME',
    'CPU(cores)',
    'MEMORY(bytes)',
  ];
  return printed(table(headers, rows, options));
}

function isMeasured({ status }: Pod): boolean {
  return status.phase !== 'Succeeded' && status.phase !== 'Failed';
}

/** The containers that run: init containers among them that go on beside the others. */
function containersOf({ spec }: Pod): readonly string[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...sidecars, ...spec.containers].map(({ name }) => name);
}

function topNodes(nodes: readonly Node[], series: SeriesValues, options: TopOptions): Printed {
  const rows: Row[] = [];
  const unknown: string[] = [];
  for (const node of nodes) {
    const { name } = node.metadata;
    const usage = isReachable(node) ? usageOf(series, 'node', name) : undefined;
    if (usage === undefined) {
      unknown.push(name);
      continue;
    }
    const { allocatable } = node.status;
    const rest = (cpu: string, memory: string): readonly string[] => [
      cpu,
      percent(usage.cpu, allocatable?.cpu === undefined ? 0 : milli(allocatable.cpu)),
      memory,
      percent(usage.memory, allocatable?.memory === undefined ? 0 : whole(allocatable.memory)),
    ];
    rows.push({ ...usage, cells: [name], rest });
  }
  if (rows.length === 0) {
    return printedError(
      'metrics not available yet (a run measures only where its scenario has traffic, or behaviours with request or ' +
        'usage, and once a minute)',
    );
  }
  const headers = ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)'];
  const none = unknown.map((name): readonly string[] => [name, ...headers.slice(1).map(() => '<unknown>')]);
  return printed(table(headers, rows, options, none));
}

/** The metrics server asks the kubelet, as the control plane does. */
function isReachable({ status }: Node): boolean {
  return status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
}

function table(
  headers: readonly string[],
  rows: readonly Row[],
  options: TopOptions,
  last: readonly (readonly string[])[] = [],
): string {
  const { sortBy } = options;
  // Rows come in the order of their names, which holds among equals.
  const sorted =
    sortBy === undefined
      ? rows
      : [...rows].sort((a, b) => (sortBy === 'cpu' ? b.cpu - a.cpu : b.memory - a.memory));
  const lines = sorted.map(({ cells, cpu, memory, rest }) => [
    ...cells,
    ...rest(cpuText(cpu), memoryText(memory)),
  ]);
  const all = [...(options.noHeaders === true ? [] : [headers]), ...lines, ...last];
  return alignColumns(all.map((cells) => `${escapeTerminal(cells.join('\t'))}\n`).join(''), TABLE_SPACING);
}
