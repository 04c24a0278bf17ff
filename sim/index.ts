/** A cluster in virtual time: read a scenario, run it, ask what happened. Runs anywhere, without Node. */
export type { Cause } from './actor.ts';
export type { Divergence } from './diff/histories.ts';
export { firstDivergence } from './diff/histories.ts';
export type { ChangedObject, DiffOptions, NamedObject, StateDifference } from './diff/states.ts';
export { diffStates } from './diff/states.ts';
export { Kernel, PRIORITY, type Target, type Timer } from './kernel/kernel.ts';
export { type RandomStream, randomStream } from './random/keyed.ts';
export { type Recording, recordingCollector, reExecute, reExecution } from './re-execute.ts';
export { type RunOptions, type RunOutcome, runScenario, ScenarioRun, SETTLED_AFTER } from './run.ts';
export { SCENARIO_API_VERSION, SCENARIO_KIND, scenarioJsonSchema } from './scenario/document.ts';
export { formatDuration, parseDuration } from './scenario/duration.ts';
export type { ExpectationResult } from './scenario/expectations.ts';
export type { KubernetesSettings } from './scenario/flags.ts';
export type { ScenarioProblem } from './scenario/problem.ts';
export { type ReadScenario, readScenario, type ScenarioSources } from './scenario/resolve.ts';
export type {
  Action,
  ClusterSpec,
  ContainerBehavior,
  Expectation,
  Machine,
  ManifestObject,
  NodeGroup,
  Scenario,
  TimelineEntry,
} from './scenario/scenario.ts';
export { type Refusal, Simulation, type SimulationOptions } from './simulation.ts';
export { type Moment as StoryMoment, Story } from './story/story.ts';
export { indexRecords, RecordIndex, type RecordSource } from './why/record-source.ts';
export { type WhyAnswer, type WhyChain, type WhyStep, type WhyTarget, why } from './why/why.ts';
