import path from 'node:path';
import { LACKS_TASKS, lacksTasks } from '../../controllers/scheduling/configuration/check.ts';
import type { KubeSchedulerConfiguration } from '../../controllers/scheduling/configuration/configuration.ts';
import type { PolicyBenchmark } from '../../sim/policies/benchmark.ts';
import {
  readBenchmark,
  type WrittenBenchmark,
  type WrittenTrace,
  type WrittenWorkload,
} from '../../sim/policies/document.ts';
import type { Workload } from '../../sim/policies/workload.ts';
import { FileError } from '../file-error.ts';
import { type LoadedModules, loadPluginModules } from '../plugins/plugin-modules.ts';
import type { FileProblem } from '../problem.ts';
import { readText } from '../read-text.ts';
import { loadScenario } from '../scenario/load-scenario.ts';
import { loadSchedulerConfiguration } from '../scheduling/load-scheduler-configuration.ts';
import { findOpenb, type RejectedRows, readOpenb } from '../traces/read-openb.ts';
import { problemIn } from '../yaml/document-problem.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';

export type LoadedBenchmark =
  | {
      readonly ok: true;
      readonly benchmark: PolicyBenchmark;
      /** Modules of plugins: each thread has to load them. */
      readonly modules: readonly string[];
      /** Rows of traces that could not be used. */
      readonly rejected: readonly RejectedRows[];
      /** Every file that was read. */
      readonly files: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/**
 * Reads a benchmark file and all that it names, looked for beside it. `trace`: the folder of the trace of its openb
 * workloads, whatever these say.
 */
export function loadBenchmark(file: string, trace?: string): LoadedBenchmark {
  const text = readText(file);
  if ('problem' in text) return { ok: false, problems: [text.problem] };
  const { documents, problems } = parseYaml(text.text, file);
  if (problems.length > 0) return { ok: false, problems };
  const [document, second] = documents;
  if (document === undefined || second !== undefined) {
    const what = document === undefined ? 'is empty' : 'holds several documents';
    return { ok: false, problems: [{ file, message: `${what}: expected one PolicyBenchmark` }] };
  }
  const modules = inlineModules(document.value, path.dirname(file));
  if (modules.problems.length > 0)
    return { ok: false, problems: modules.problems.map((problem) => problemIn(file, document, problem)) };
  const read = readBenchmark(document.value);
  if (!read.ok)
    return { ok: false, problems: read.problems.map((problem) => problemIn(file, document, problem)) };
  const placed = trace === undefined ? read.value : withTrace(read.value, path.resolve(trace));
  if (placed === undefined) {
    const message = 'has no openb workload: leave out --trace';
    return { ok: false, problems: [{ file, message }] };
  }
  const resolved = resolveBenchmark(placed, path.dirname(file), modules.files);
  return resolved.ok ? { ...resolved, files: [file, ...resolved.files] } : resolved;
}

/** Reads what a benchmark names, looked for in the folder `base`. A trace that can't be read is a `FileError`. */
export function resolveBenchmark(
  written: WrittenBenchmark,
  base: string,
  inline: readonly string[] = [],
): LoadedBenchmark {
  const modules = [...inline];
  const problems: FileProblem[] = [];
  const rejected: RejectedRows[] = [];
  const files: string[] = [];
  const at = (reference: string): string => {
    const file = path.isAbsolute(reference) ? reference : path.join(base, reference);
    files.push(file);
    return file;
  };
  const configurationOf = (
    given: string | KubeSchedulerConfiguration,
  ): KubeSchedulerConfiguration | undefined => {
    if (typeof given !== 'string') return given;
    const loaded = loadSchedulerConfiguration(at(given));
    if (!loaded.ok) problems.push(...loaded.problems);
    else modules.push(...loaded.modules);
    return loaded.ok ? loaded.configuration : undefined;
  };
  const workloadOf = (given: WrittenWorkload): Workload | undefined => {
    if (given.kind === 'generated') return given.workload;
    if (given.kind === 'scenario') {
      const loaded = loadScenario(at(given.file));
      if (loaded.ok) {
        modules.push(...loaded.modules);
        return { kind: 'scenario', name: given.name, scenario: loaded.scenario };
      }
      problems.push(...loaded.problems);
      return undefined;
    }
    const tables = tablesOf(given, at);
    const { nodes, tasks, rejected: rows } = readOpenb(tables.nodes, tables.pods, given.arrival);
    rejected.push(...rows);
    if (!tasks.some(({ milliCpu, memoryMi, gpus }) => milliCpu + memoryMi + gpus > 0)) {
      throw new FileError(
        tables.pods,
        'EINVAL',
        'has no task that asks for anything: a cluster would never be full',
      );
    }
    return { kind: 'trace', name: given.name, nodes, tasks, arrival: given.arrival, load: given.load };
  };
  const policies = written.policies.flatMap(({ name, configuration }) => {
    const found = configurationOf(configuration);
    if (found === undefined) return [];
    const file = typeof configuration === 'string' ? configuration : base;
    return [{ name, configuration: found, file }];
  });
  // A policy that is wrong is told before a trace is read.
  const workloads = problems.length > 0 ? [] : written.workloads.flatMap((given) => workloadOf(given) ?? []);
  if (problems.length > 0) return { ok: false, problems };
  const untold = workloads.some(({ kind }) => kind === 'scenario')
    ? policies.find(({ configuration }) => lacksTasks(configuration))
    : undefined;
  if (untold !== undefined) {
    const message = `the policy "${untold.name}" on a scenario: ${LACKS_TASKS}`;
    return { ok: false, problems: [{ file: untold.file, message }] };
  }
  const { name, seeds, decisionBudget } = written;
  const benchmark: PolicyBenchmark = {
    name,
    seeds,
    policies: policies.map(({ name: policy, configuration }) => ({ name: policy, configuration })),
    workloads,
    decisionBudget,
  };
  return { ok: true, benchmark, modules: [...new Set(modules)], rejected, files: [...files, ...modules] };
}

/** What configurations that are written in the benchmark itself name. */
function inlineModules(document: unknown, base: string): LoadedModules {
  const policies = (document as { spec?: { policies?: unknown } } | null)?.spec?.policies;
  const count = Array.isArray(policies) ? policies.length : 0;
  const loaded = Array.from({ length: count }, (_, index) =>
    loadPluginModules(document, ['spec', 'policies', index, 'configuration'], base),
  );
  return {
    problems: loaded.flatMap(({ problems }) => problems),
    files: loaded.flatMap(({ files }) => files),
  };
}

function withTrace(written: WrittenBenchmark, folder: string): WrittenBenchmark | undefined {
  if (!written.workloads.some(({ kind }) => kind === 'trace')) return undefined;
  const workloads = written.workloads.map((workload): WrittenWorkload => {
    if (workload.kind !== 'trace') return workload;
    const { kind, name, arrival, load } = workload;
    return { kind, name, arrival, load, folder };
  });
  return { ...written, workloads };
}

function tablesOf(
  { folder, nodes, pods }: WrittenTrace,
  at: (reference: string) => string,
): { readonly nodes: string; readonly pods: string } {
  if (nodes !== undefined && pods !== undefined) return { nodes: at(nodes), pods: at(pods) };
  return findOpenb(at(folder ?? '.'));
}
