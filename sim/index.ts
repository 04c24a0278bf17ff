/** A cluster in virtual time: read a scenario, run it, ask what happened. Runs anywhere, without Node. */
export type { Cause } from './actor.ts';
export { ConditionSearch, type SearchOptions, type Turn } from './bisect/condition-search.ts';
export type { Divergence } from './diff/histories.ts';
export { firstDivergence } from './diff/histories.ts';
export type { ChangedObject, DiffOptions, NamedObject, StateDifference } from './diff/states.ts';
export { diffStates } from './diff/states.ts';
export { AuditExporter, exportDump } from './incidents/export.ts';
export type { Finding } from './incidents/findings.ts';
export { Findings } from './incidents/findings.ts';
export {
  type ImportedScenario,
  type ImportOptions,
  type ImportSources,
  importScenario,
} from './incidents/import.ts';
export { Kernel, PRIORITY, type Target, type Timer } from './kernel/kernel.ts';
export { MeasureCollector } from './measures/collector.ts';
export type { Measure, Measures } from './measures/measure.ts';
export { MEASURE_TABLE, type MeasureName } from './measures/table.ts';
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
export { type BootstrapOptions, type Interval, pairedBootstrap } from './statistics/bootstrap.ts';
export { type Moment as StoryMoment, Story } from './story/story.ts';
export { type Applied, applyChange } from './what-if/apply-change.ts';
export type { Change } from './what-if/change.ts';
export { type Comparison, compareRuns, type MeasureDifference } from './what-if/compare.ts';
export { CHANGE_KIND, type ReadChange, readChange } from './what-if/document.ts';
export { type Observation, ObservedRun, withSeed } from './what-if/observed-run.ts';
export { indexRecords, RecordIndex, type RecordSource } from './why/record-source.ts';
export { type WhyAnswer, type WhyChain, type WhyStep, type WhyTarget, why } from './why/why.ts';
