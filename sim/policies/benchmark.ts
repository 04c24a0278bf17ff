import type { KubeSchedulerConfiguration } from '../../controllers/scheduling/configuration/configuration.ts';
import { PluginFault } from '../../controllers/scheduling/framework/plugin-fault.ts';
import type { Micros } from '../../core/time.ts';
import { MeasureCollector } from '../measures/collector.ts';
import type { Measures } from '../measures/measure.ts';
import { ScenarioRun } from '../run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { servingEveryPod } from './for-tasks.ts';
import { generatedTasks } from './generate.ts';
import { type BeforeDecision, TaskRun } from './run-tasks.ts';
import type { Tasks } from './tasks.ts';
import { traceTasks } from './trace.ts';
import type { GeneratedWorkload, TraceWorkload, Workload } from './workload.ts';

/** Policies × workloads × seeds, with every file read: plain JSON. The first policy is what others are compared with. */
export interface PolicyBenchmark {
  readonly name: string;
  /** Runs of each pair of policy and workload; their seeds are 1, 2 and so on. */
  readonly seeds: number;
  readonly policies: readonly Policy[];
  readonly workloads: readonly Workload[];
  /** How long plugins of one's own may take for a decision, by the clock on the wall. */
  readonly decisionBudget: Micros;
}

export interface Policy {
  readonly name: string;
  readonly configuration: KubeSchedulerConfiguration;
}

/** One run of a benchmark. */
export interface BenchmarkUnit {
  readonly workload: number;
  readonly policy: number;
  readonly seed: number;
}

/** Seed by seed, so that whatever is done when it ends early can be compared. */
export function unitsOf({ seeds, policies, workloads }: PolicyBenchmark): readonly BenchmarkUnit[] {
  return Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
    workloads.flatMap((_workload, workload) =>
      policies.map((_policy, policy): BenchmarkUnit => ({ workload, policy, seed })),
    ),
  );
}

export function tasksOf(workload: GeneratedWorkload | TraceWorkload, seed: number): Tasks {
  return workload.kind === 'generated' ? generatedTasks(workload, seed) : traceTasks(workload, seed);
}

/** The scenario with another seed, and with a policy as the configuration of its scheduler. */
export function withPolicy(
  scenario: Scenario,
  configuration: KubeSchedulerConfiguration,
  seed: number,
): Scenario {
  const { cluster } = scenario;
  const { kubernetes } = cluster;
  const kubeScheduler = { ...kubernetes.kubeScheduler, configuration: servingEveryPod(configuration) };
  return { ...scenario, seed, cluster: { ...cluster, kubernetes: { ...kubernetes, kubeScheduler } } };
}

/**
 * What a run came to; or what the cluster refused of what a scenario's users do, or what a plugin of one's own did: then
 * what was given is wrong.
 */
export type UnitOutcome = { readonly measures: Measures } | { readonly refusal: string };

function scenarioOutcome(scenario: Scenario): UnitOutcome {
  const collector = new MeasureCollector(scenario);
  const run = new ScenarioRun(scenario, { sinks: [collector.sink] });
  while (run.proceed());
  const { simulation } = run.finish();
  const [refusal] = simulation.refusals;
  if (refusal !== undefined) return { refusal: `${refusal.source}: ${refusal.message}` };
  return { measures: collector.measures(simulation.now) };
}

/** Runs one policy on one workload with one seed. */
export function runUnit(
  benchmark: PolicyBenchmark,
  unit: BenchmarkUnit,
  beforeDecision?: BeforeDecision,
): UnitOutcome {
  const { workload: place, policy, seed } = unit;
  const workload = benchmark.workloads[place];
  const configuration = benchmark.policies[policy]?.configuration;
  if (workload === undefined || configuration === undefined)
    throw new Error(`the benchmark has no workload ${place} or no policy ${policy}`);
  try {
    if (workload.kind === 'scenario')
      return scenarioOutcome(withPolicy(workload.scenario, configuration, seed));
    const run = new TaskRun(tasksOf(workload, seed), configuration, seed, beforeDecision);
    return { measures: run.run() };
  } catch (error) {
    if (error instanceof PluginFault) return { refusal: error.message };
    throw error;
  }
}
