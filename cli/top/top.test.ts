import { describe, expect, test } from 'vitest';
import { DEFAULT_START, MINUTE } from '../../core/time.ts';
import { SeriesTable } from '../../sim/scenario/expression/series-values.ts';
import { TestCluster, type TestObject } from '../../sim/scenario/testing/test-cluster.ts';
import { type TopOptions, top } from './top.ts';

const NOW = DEFAULT_START + 10 * MINUTE;
const MEBIBYTE = 2 ** 20;

function pod(
  name: string,
  containers: readonly string[],
  phase = 'Running',
  namespace = 'default',
): TestObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { app: name },
      creationTimestamp: '2026-01-01T00:09:00Z',
    },
    spec: { containers: containers.map((container) => ({ name: container })) },
    status: { phase },
  };
}

function node(name: string, ready: string): TestObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: {
      allocatable: { cpu: '4', memory: '16Gi' },
      conditions: [{ type: 'Ready', status: ready }],
    },
  };
}

const cluster = new TestCluster();
for (const object of [
  pod('api', ['api', 'proxy']),
  pod('done', ['done'], 'Succeeded'),
  pod('new', ['new']),
  pod('web', ['web']),
  pod('db', ['db'], 'Running', 'shop'),
  node('node-1', 'True'),
  node('node-2', 'True'),
  node('node-3', 'Unknown'),
]) {
  cluster.put(object, DEFAULT_START);
}

const series = new SeriesTable();
const usage = {
  'pod/default/api': [300, 200],
  'container/default/api/api': [250, 128],
  'container/default/api/proxy': [50, 72],
  'pod/default/done': [10, 10],
  'pod/default/web': [1200, 64.9],
  'pod/shop/db': [20, 512],
  'node/node-1': [1520, 776],
  'node/node-2': [0, 0],
  'node/node-3': [500, 100],
} as const;
let rv = 0;
for (const [subject, [cpu, memory]] of Object.entries(usage)) {
  const sample = (measure: string, value: number): void => {
    rv += 1;
    series.observe({ type: 'sample', rv, t: NOW, cause: 0, series: `${subject}/${measure}`, value });
  };
  sample('cpu', cpu);
  sample('memory', Math.round(memory * MEBIBYTE));
}

function show(words: string, options: TopOptions = {}): string {
  const { out, err } = top(cluster.state, series, NOW, words.split(' '), options);
  return `${out}${err}`;
}

describe('wavetank top', () => {
  test('pods', () => {
    expect(show('pods')).toMatchInlineSnapshot(`
      "NAME   CPU(cores)   MEMORY(bytes)
      api    300m         200Mi
      web    1200m        64Mi
      "
    `);
    expect(show('pod', { allNamespaces: true, sortBy: 'memory', noHeaders: true })).toMatchInlineSnapshot(`
      "shop      db    20m     512Mi
      default   api   300m    200Mi
      default   web   1200m   64Mi
      "
    `);
    expect(show('pods web')).toContain('1200m');
    expect(show('po', { selector: 'app=api' })).not.toContain('web');
  });

  test('containers of pods', () => {
    expect(show('pods', { containers: true })).toMatchInlineSnapshot(`
      "POD   NAME    CPU(cores)   MEMORY(bytes)
      api   api     250m         128Mi
      api   proxy   50m          72Mi
      web   web     1200m        64Mi
      "
    `);
  });

  test('nodes', () => {
    expect(show('nodes')).toMatchInlineSnapshot(`
      "NAME     CPU(cores)   CPU(%)      MEMORY(bytes)   MEMORY(%)
      node-1   1520m        38%         776Mi           4%
      node-2   0m           0%          0Mi             0%
      node-3   <unknown>    <unknown>   <unknown>       <unknown>
      "
    `);
  });

  test.each<[string, TopOptions, string]>([
    ['deployments', {}, 'error: expected pods or nodes after top, got "deployments"\n'],
    ['pods a b', {}, 'error: expected one name at most, got "b" too\n'],
    ['pods', { sortBy: 'age' }, 'error: --sort-by accepts only cpu or memory, got "age"\n'],
    ['nodes', { containers: true }, 'error: --containers goes with pods\n'],
    ['pods nobody', {}, 'Error from server (NotFound): pods "nobody" not found\n'],
    ['pods', { namespace: 'empty' }, 'No resources found in empty namespace.\n'],
  ])('%s: says what is wrong', (words, options, message) => {
    expect(show(words, options)).toBe(message);
  });

  test('says where nothing was measured', () => {
    expect(show('pods new')).toMatch(/^error: Metrics not available for pod default\/new, age: 1m \(/);
    expect(show('nodes node-3')).toMatch(/^error: metrics not available yet \(/);
  });
});
