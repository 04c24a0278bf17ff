import type { Node, Pod } from '../../core/schema/types.generated.ts';
import { formatProblems } from '../../files/problem.ts';
import { readText } from '../../files/read-text.ts';
import { parseYaml } from '../../files/yaml/parse-yaml.ts';
import type { Operation, Params } from './load.ts';

const CREATED = '2026-01-01T00:00:00Z';
const AMOUNTS = { pods: '110', cpu: '4', memory: '32Gi' };

/** What scheduler_perf makes where no template is named. */
export const DEFAULT_NODE: Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: '', uid: '', resourceVersion: '1', creationTimestamp: CREATED },
  spec: {},
  status: { capacity: AMOUNTS, conditions: [{ type: 'Ready', status: 'True' }] },
};

export const DEFAULT_POD: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: '', uid: '', resourceVersion: '1', creationTimestamp: CREATED },
  spec: {
    containers: [
      {
        name: 'pause',
        image: 'registry.k8s.io/pause:3.10',
        resources: { requests: { cpu: '100m', memory: '500Mi' } },
      },
    ],
  },
  status: {},
};

/** A person's file doesn't say what it must. */
export class PerfError extends Error {}

export function readTemplate<T extends Node | Pod>(file: string, kind: T['kind']): T {
  const text = readText(file);
  if ('problem' in text) throw new PerfError(formatProblems([text.problem]));
  const { documents, problems } = parseYaml(text.text, file);
  if (problems.length > 0) throw new PerfError(formatProblems(problems));
  const value = documents[0]?.value as T | undefined;
  if (value?.kind !== kind)
    throw new PerfError(`${file}: expected a ${kind}, got ${value?.kind ?? 'nothing'}`);
  return value;
}

/** `count`, or the parameter that `countParam` names. */
export function countOf(operation: Operation, params: Params): number {
  const { count, countParam } = operation;
  const name = typeof countParam === 'string' ? countParam.replace(/^\$/, '') : undefined;
  const value = name === undefined ? count : params[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  const where = name === undefined ? `count of ${operation.opcode}` : `parameter ${name}`;
  throw new PerfError(`${where}: expected a whole number of at least 0, got ${String(value)}`);
}

interface LabelStrategy {
  readonly labelKey?: string;
  readonly labelValues?: readonly string[];
}

function labelsFrom({ labelNodePrepareStrategy, uniqueNodeLabelStrategy }: Operation, index: number) {
  const labels: Record<string, string> = {};
  const { labelKey, labelValues = [] } = (labelNodePrepareStrategy ?? {}) as LabelStrategy;
  if (labelKey !== undefined) labels[labelKey] = labelValues[index % labelValues.length] ?? '';
  const unique = (uniqueNodeLabelStrategy ?? {}) as LabelStrategy;
  if (unique.labelKey !== undefined) labels[unique.labelKey] = `unique-${index}`;
  return labels;
}

export function nodeFrom(template: Node, operation: Operation, index: number): Node {
  const name = `scheduler-perf-${index}`;
  const labels = {
    'kubernetes.io/hostname': name,
    ...template.metadata.labels,
    ...labelsFrom(operation, index),
  };
  const { status } = template;
  return {
    ...template,
    metadata: { ...template.metadata, ...DEFAULT_NODE.metadata, name, uid: name, labels },
    // What the API fills in where only the capacity is written.
    status: { ...status, allocatable: status.allocatable ?? status.capacity ?? {} },
  };
}

function quantities(amounts: Readonly<Record<string, string | number>> | undefined) {
  return Object.fromEntries(Object.entries(amounts ?? {}).map(([name, amount]) => [name, String(amount)]));
}

/** The spec as the API stores it: YAML may have numbers for quantities. */
export function storedSpec(spec: Pod['spec']): Pod['spec'] {
  const containers = spec.containers.map((container) => ({
    ...container,
    resources: {
      limits: quantities(container.resources?.limits),
      requests: quantities({ ...container.resources?.limits, ...container.resources?.requests }),
    },
  }));
  return { ...spec, containers, schedulerName: 'default-scheduler', priority: spec.priority ?? 0 };
}

export function podFrom(template: Pod, spec: Pod['spec'], namespace: string, index: number): Pod {
  const name = `pod-${index}`;
  const metadata = { ...template.metadata, ...DEFAULT_POD.metadata, namespace, name, uid: name };
  return { ...template, metadata, spec, status: { phase: 'Pending' } };
}
