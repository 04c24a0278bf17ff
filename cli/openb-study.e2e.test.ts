import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { expectRefused, isBuilt, wavetank, write } from './testing/command.ts';

const STUDY = fileURLToPath(new URL('../examples/openb-study/study.yaml', import.meta.url));

const NODES = [
  ...Array.from({ length: 4 }, (_, i) => `g-${i},64000,262144,4,T4`),
  ...Array.from({ length: 2 }, (_, i) => `v-${i},96000,393216,8,V100`),
  'c-0,64000,262144,0,',
];
const SIZES = [
  '8000,16384,1,1000,',
  '4000,8192,1,500,',
  '4000,8192,1,300,T4',
  '32000,65536,4,1000,',
  '6000,8192,0,0,',
  '2000,4096,1,810,T4|V100',
];
const TASKS = Array.from({ length: 60 }, (_, i) => `t-${i},${SIZES[i % SIZES.length]}`);

function writeTrace(
  tasks: readonly string[],
  columns = 'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec',
  nodes = NODES,
): void {
  write('trace/openb_node_list_all_node.csv', `sn,cpu_milli,memory_mib,gpu,model\n${nodes.join('\n')}\n`);
  write('trace/openb_pod_list_default.csv', `${columns}\n${tasks.join('\n')}\n`);
}

function study(...more: readonly string[]): ReturnType<typeof wavetank> {
  return wavetank(['bench', STUDY, '--trace', 'trace', '--seeds', '3', ...more]);
}

describe.skipIf(!isBuilt)('the study of policies that share GPUs, on a small trace', () => {
  test('ranks seven policies, the same with any number of workers', () => {
    writeTrace(TASKS);
    const ended = study('--json', '--workers', '1');
    expect(ended.err).toBe('');
    expect(ended.code).toBe(0);
    expect(study('--json', '--workers', '2').out).toBe(ended.out);
    const [workload] = JSON.parse(ended.out).workloads;
    const { measure, policies, pairs } = workload.ranking;
    expect(measure).toBe('gpu/allocated');
    const names = policies.map(({ policy }: { readonly policy: string }) => policy);
    expect(names.toSorted()).toEqual([
      'BestFit',
      'Clustering',
      'DotProd',
      'FGD',
      'FirstFit',
      'Packing',
      'Random',
    ]);
    expect(pairs).toHaveLength(21);
    for (const { mean, low, high } of policies) {
      expect(low).toBeLessThanOrEqual(mean);
      expect(high).toBeGreaterThanOrEqual(mean);
      // 130 % are asked for, so most of it is given; more than all never is.
      expect(low).toBeGreaterThan(50);
      expect(high).toBeLessThanOrEqual(100);
    }
  });

  test('prints a table of the order', () => {
    writeTrace(TASKS);
    const { out } = study();
    expect(out).toMatch(/^ {2}GPUs allocated, % +mean( +over \w+){6}$/m);
    expect(out).toMatch(/^ {2}by GPUs allocated: \w+( [>~] \w+){6}$/m);
  });

  test('its log has the GPUs of each pod, and re-executes', () => {
    writeTrace(TASKS);
    expect(study('--log', 'study.jsonl', '--of', 'openb/FGD/1').code).toBe(0);
    const pods = JSON.parse(wavetank(['get', 'pods', '-o', 'json', '--log', 'study.jsonl']).out).items;
    const shared = pods.filter(
      ({ metadata }: { readonly metadata: { readonly annotations?: Record<string, string> } }) =>
        /^\d+(-\d+)*$/.test(metadata.annotations?.['alibabacloud.com/gpu-index'] ?? ''),
    );
    expect(shared.length).toBeGreaterThan(10);
    expect(wavetank(['replay', 'study.jsonl', '--verify']).out).toContain('re-executed bit for bit');
  });

  test('rows that can not be used are named with their lines, and left out', () => {
    const rows: readonly (readonly [string, string])[] = [
      ['t-x,NaN,4096,1,500,', 'cpu_milli: expected a whole number, got "NaN"'],
      ['t-x,2000,-1,1,500,', `memory_mib: can't be negative, got "-1"`],
      ['t-x,2000,1,2,500,', `gpu_milli: several GPUs can't be shared: expected 1000, got "500"`],
      ['t-x,2000,1,1,1001,', 'gpu_milli: expected at most 1000, got "1001"'],
      ['t-x,2000,1,1,0,', 'gpu_milli: expected more than 0 of the one GPU, got "0"'],
    ];
    writeTrace([...rows.map(([row]) => row), ...TASKS.slice(rows.length)]);
    const ended = study('--seeds', '1');
    expect(ended.code).toBe(0);
    rows.forEach(([, message], i) => {
      expect(ended.err).toContain(`openb_pod_list_default.csv:${i + 2}: ${message}`);
    });
    // Where it is the rule and not the exception, the file is refused.
    writeTrace(TASKS.map((_, i) => `t-${i},NaN,4096,1,500,`));
    expectRefused(study(), 'openb_pod_list_default.csv:2: cpu_milli: expected a whole number, got "NaN"');
  });

  test('columns that are missing, and times that end before they begin, are named', () => {
    writeTrace(['t-0,1000,4096,1,300'], 'name,cpu_milli,memory_mib,num_gpu,gpu');
    expectRefused(
      study(),
      'openb_pod_list_default.csv lacks the column gpu_milli: line 1 has name, cpu_milli, memory_mib, num_gpu, gpu',
    );
    const columns = 'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time,deletion_time';
    writeTrace(
      TASKS.map((task, i) => `${task},${100 - i},${i === 4 ? 1 : 500}`),
      columns,
    );
    write(
      'recorded.yaml',
      `apiVersion: wavetank.dev/v1alpha1
kind: PolicyBenchmark
metadata: { name: recorded }
spec:
  seeds: 1
  policies:
    - { name: a, configuration: a.yaml }
    - { name: b, configuration: a.yaml }
  workloads: [{ name: openb, openb: { folder: trace, arrival: recorded } }]
`,
    );
    write('a.yaml', 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n');
    const ended = wavetank(['bench', 'recorded.yaml']);
    expect(ended.code).toBe(0);
    expect(ended.err).toContain(
      'openb_pod_list_default.csv:6: deletion_time: is 1, before the creation_time 96',
    );
  });

  test('FGD on a scenario has to be told its tasks', () => {
    write(
      'fgd.yaml',
      'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles: [{ plugins: { score: { enabled: [{ name: FGD }] } } }]\n',
    );
    write(
      'plain.yaml',
      'apiVersion: wavetank.dev/v1alpha1\nkind: Scenario\nmetadata: { name: s }\nspec: { duration: 1m }\n',
    );
    expectRefused(
      wavetank(['bench', '--policy', 'fgd.yaml', '--policy', 'fgd.yaml', '--scenario', 'plain.yaml']),
      'fgd.yaml: the policy "fgd" on a scenario: FGD needs the tasks that fragments are measured by',
    );
  });
});
