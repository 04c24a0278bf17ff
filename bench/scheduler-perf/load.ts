import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { FileProblem } from '../../files/problem.ts';
import { readText } from '../../files/read-text.ts';
import { problemIn } from '../../files/yaml/document-problem.ts';
import { parseYaml } from '../../files/yaml/parse-yaml.ts';

/** A file of scheduler_perf, kube-scheduler's own benchmark (kubernetes/kubernetes, test/integration/scheduler_perf). */

const operation = z.looseObject({ opcode: z.string() });
const workload = z.looseObject({
  name: z.string(),
  params: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])).default({}),
  /** Pods a second that Kubernetes' own jobs must reach. */
  threshold: z.number().optional(),
});
const testCases = z.array(
  z.looseObject({
    name: z.string(),
    defaultPodTemplatePath: z.string().optional(),
    featureGates: z.record(z.string(), z.boolean()).optional(),
    schedulerConfigPath: z.string().optional(),
    workloadTemplate: z.array(operation),
    workloads: z.array(workload),
  }),
);

export type Operation = z.infer<typeof operation>;
export type Params = z.infer<typeof workload>['params'];

/** One test case at one of its sizes. */
export interface PerfWorkload {
  /** `SchedulingBasic/5000Nodes` */
  readonly name: string;
  readonly operations: readonly Operation[];
  readonly params: Params;
  readonly threshold: number | undefined;
  readonly defaultPodTemplate: string | undefined;
  /** What it needs that is not modelled, in words; empty where it runs. */
  readonly unsupported: readonly string[];
}

export interface PerfFile {
  readonly workloads: readonly PerfWorkload[];
  readonly problems: readonly FileProblem[];
}

/** The fields of each operation that are acted on, or make no difference to the scheduler alone. */
const KNOWN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  createNodes: [
    'count',
    'countParam',
    'nodeTemplatePath',
    'labelNodePrepareStrategy',
    'uniqueNodeLabelStrategy',
  ],
  createNamespaces: ['prefix', 'count', 'countParam', 'namespaceTemplatePath'],
  createPods: [
    'count',
    'countParam',
    'namespace',
    'podTemplatePath',
    'collectMetrics',
    'skipWaitToCompletion',
  ],
  createPodSets: ['count', 'countParam', 'namespacePrefix', 'createPodsOp'],
  // All that came before is decided before the next operation: there is nothing to wait for.
  barrier: ['stageRequirement', 'labelSelector', 'namespaces'],
};

function unsupportedIn(operations: readonly Operation[]): readonly string[] {
  const found = new Set<string>();
  for (const { opcode, ...fields } of operations) {
    const known = KNOWN_FIELDS[opcode];
    if (known === undefined) {
      found.add(`operation ${opcode}`);
      continue;
    }
    for (const field of Object.keys(fields)) {
      if (!known.includes(field)) found.add(`${field} of ${opcode}`);
    }
  }
  return [...found];
}

/** Reads every workload of a file, those that can't be run too. */
export function loadPerfFile(file: string): PerfFile {
  const text = readText(file);
  if ('problem' in text) return { workloads: [], problems: [text.problem] };
  const { documents, problems } = parseYaml(text.text, file);
  if (problems.length > 0) return { workloads: [], problems };
  const [document] = documents;
  if (document === undefined) {
    return { workloads: [], problems: [{ file, message: 'is empty: expected a list of test cases' }] };
  }
  const read = testCases.safeParse(document.value);
  if (!read.success) {
    const issues = read.error.issues.map(({ path: at, message }) =>
      problemIn(file, document, { path: at as (string | number)[], message }),
    );
    return { workloads: [], problems: issues };
  }
  const workloads = read.data.flatMap((testCase) => {
    const unsupported = [...unsupportedIn(testCase.workloadTemplate)];
    if (testCase.schedulerConfigPath !== undefined) unsupported.push('schedulerConfigPath');
    return testCase.workloads.map(({ name, params, threshold }) => ({
      name: `${testCase.name}/${name}`,
      operations: testCase.workloadTemplate,
      params,
      threshold,
      defaultPodTemplate: testCase.defaultPodTemplatePath,
      unsupported,
    }));
  });
  return { workloads, problems: [] };
}

/** Where a template is: paths are from the folder of the benchmark's code, of which a copy may have the files alone. */
export function templateFile(configFile: string, reference: string): string {
  const folder = path.dirname(configFile);
  const places = [path.join(folder, reference), path.join(folder, path.basename(reference))];
  return places.find((place) => existsSync(place)) ?? places[0]!;
}
