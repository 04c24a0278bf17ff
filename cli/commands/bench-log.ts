import path from 'node:path';
import { snapshotOf } from '../../core/log/format.ts';
import type { View } from '../../core/store/view.ts';
import { openLogWriter } from '../../files/log/write-log.ts';
import type { PolicyBenchmark } from '../../sim/policies/benchmark.ts';
import { workloadScenario } from '../../sim/policies/to-scenario.ts';
import { ScenarioRun } from '../../sim/run.ts';
import { didYouMean } from '../../sim/scenario/problem.ts';
import type { Scenario } from '../../sim/scenario/scenario.ts';
import { EXIT, InputError } from '../exit.ts';
import { interruptible, runToEnd } from '../interruption.ts';
import { VERSION } from '../version.ts';

interface Chosen {
  readonly policy: PolicyBenchmark['policies'][number];
  readonly workload: PolicyBenchmark['workloads'][number];
  readonly seed: number;
}

function find<T extends { readonly name: string }>(what: string, items: readonly T[], name: string): T {
  const found = items.find((item) => item.name === name);
  if (found !== undefined) return found;
  const names = items.map((item) => item.name);
  const meant = didYouMean(name, names);
  throw new InputError(
    `--of: there is no ${what} "${name}"${meant === '' ? `; there are ${names.join(', ')}` : meant}`,
  );
}

/** `WORKLOAD/POLICY/SEED`; the first of each unless given. */
function chosen({ policies, workloads }: PolicyBenchmark, of: string | undefined): Chosen {
  const [workload, policy, seed, ...more] = of?.split('/') ?? [];
  if (more.length > 0 || (of !== undefined && policy === undefined) || !/^\d+$/.test(seed ?? '1')) {
    throw new InputError(`--of: expected WORKLOAD/POLICY or WORKLOAD/POLICY/SEED, got "${of}"`);
  }
  return {
    workload: find('workload', workloads, workload ?? workloads[0]!.name),
    policy: find('policy', policies, policy ?? policies[0]!.name),
    seed: Number(seed ?? 1),
  };
}

/** Whoever re-executes the log looks for the plugins from where it is. */
function withModulesSeenFrom(file: string, scenario: Scenario, modules: readonly string[]): Scenario {
  const { cluster } = scenario;
  const { configuration, ...settings } = cluster.kubernetes.kubeScheduler;
  if (configuration?.pluginModules === undefined) return scenario;
  const folder = path.dirname(path.resolve(file));
  const names = configuration.pluginModules.map((module) => path.basename(module));
  const pluginModules = modules
    .filter((module) => names.includes(path.basename(module)))
    .map((module) => path.relative(folder, module).replaceAll('\\', '/'));
  const kubeScheduler = { ...settings, configuration: { ...configuration, pluginModules } };
  return { ...scenario, cluster: { ...cluster, kubernetes: { ...cluster.kubernetes, kubeScheduler } } };
}

/** Runs one policy on one workload with one seed as a whole simulation, and writes its log. */
export async function writeUnitLog(
  benchmark: PolicyBenchmark,
  of: string | undefined,
  file: string,
  modules: readonly string[],
): Promise<number> {
  const { workload, policy, seed } = chosen(benchmark, of);
  const made = workloadScenario(benchmark.name, workload, policy.configuration, seed);
  const scenario = withModulesSeenFrom(file, made, modules);
  let view: View | undefined;
  const header = {
    version: VERSION,
    start: scenario.startTime,
    scenario: scenario.name,
    seed: scenario.seed,
  };
  const writer = openLogWriter(file, header, {
    snapshot: () => {
      if (view === undefined) throw new Error('the log asked for the state before there was one');
      return snapshotOf(view);
    },
  });
  try {
    const { simulation } = await interruptible((look) => {
      const run = new ScenarioRun(scenario, {
        sinks: [(record) => writer.append(record)],
        onStart: (started) => {
          view = started.view;
        },
      });
      return runToEnd(run, look);
    });
    const [refusal] = simulation.refusals;
    if (refusal !== undefined) throw new InputError(`${refusal.source}: ${refusal.message}`);
    writer.close();
  } catch (error) {
    writer.abort();
    throw error;
  }
  process.stdout.write(
    `wrote ${file}: ${workload.name} under ${policy.name} with seed ${seed}, as a whole simulation\n`,
  );
  return EXIT.fine;
}
