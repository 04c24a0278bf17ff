import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPerfFile } from './load.ts';
import { runPerfWorkload } from './run.ts';

const PUBLISHED = fileURLToPath(
  new URL('../../../shared/data/perf/scheduler_perf/performance-config.yaml', import.meta.url),
);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'scheduler-perf-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function written(text: string): string {
  const file = path.join(folder, 'config.yaml');
  writeFileSync(file, text);
  return file;
}

describe('a file of scheduler_perf', () => {
  it('is run by its operations, with parameters, templates and labels', () => {
    writeFileSync(
      path.join(folder, 'wide.yaml'),
      'kind: Pod\nmetadata: {}\nspec: { containers: [{ name: a, image: a, resources: { requests: { cpu: 3 } } }] }\n',
    );
    const file = written(`
- name: Wide
  workloadTemplate:
  - { opcode: createNodes, countParam: $nodes }
  - { opcode: createPods, count: 1, podTemplatePath: config/wide.yaml }
  - { opcode: barrier }
  - { opcode: createPods, countParam: $pods, podTemplatePath: config/wide.yaml, collectMetrics: true }
  workloads:
  - { name: Small, params: { nodes: 4, pods: 5 }, threshold: 30 }
`);
    const { workloads, problems } = loadPerfFile(file);
    expect(problems).toEqual([]);
    // Nodes of 4 CPUs take one each; one is taken before.
    expect(runPerfWorkload(file, workloads[0]!)).toMatchObject({
      name: 'Wide/Small',
      nodes: 4,
      pods: 5,
      placed: 3,
      waiting: 0,
      referencePods: 5,
      threshold: 30,
    });
  });

  it('names what is not supported', () => {
    const file = written(`
- name: Churn
  workloadTemplate:
  - { opcode: churn, mode: recreate }
  - { opcode: createPods, count: 1, persistentVolumeTemplatePath: pv.yaml }
  workloads: [{ name: Small }]
`);
    expect(loadPerfFile(file).workloads[0]?.unsupported).toEqual([
      'operation churn',
      'persistentVolumeTemplatePath of createPods',
    ]);
  });

  it('says where it is wrong', () => {
    const file = written('- name: Wrong\n  workloadTemplate: []\n  workloads:\n  - { name: 3 }\n');
    expect(loadPerfFile(file).problems).toMatchObject([{ line: 4, path: '[0].workloads[0].name' }]);
  });

  it('says which parameter is missing', () => {
    const file = written(
      '- name: A\n  workloadTemplate: [{ opcode: createNodes, countParam: $n }]\n  workloads: [{ name: b }]\n',
    );
    const [workload] = loadPerfFile(file).workloads;
    expect(() => runPerfWorkload(file, workload!)).toThrow(/parameter n: expected a whole number/);
  });
});

describe.skipIf(!existsSync(PUBLISHED))('the published file', () => {
  const { workloads, problems } = loadPerfFile(PUBLISHED);

  it('loads whole, and only the workloads with volumes are not supported', () => {
    expect(problems).toEqual([]);
    const unsupported = new Set(
      workloads.filter((each) => each.unsupported.length > 0).map(({ name }) => name.split('/')[0]),
    );
    expect(workloads.length).toBe(31);
    expect([...unsupported]).toEqual([
      'SchedulingInTreePVs',
      'SchedulingMigratedInTreePVs',
      'SchedulingCSIPVs',
    ]);
  });

  it.each(['SchedulingBasic', 'SchedulingPodAntiAffinity', 'TopologySpreading', 'Preemption'])(
    'places every pod of %s at 500 nodes',
    (name) => {
      const workload = workloads.find((each) => each.name === `${name}/500Nodes`)!;
      const { pods, placed } = runPerfWorkload(PUBLISHED, workload);
      expect(placed).toBe(pods);
    },
  );
});
